"""The table of proofs on the telephone: what is kept of each beside the attempt of the same id."""

from __future__ import annotations

from sqlalchemy import Index, Table

from watchword.stores.columns import id_, metadata, owner, text, time, word

caller_proofs = Table(
    "caller_proofs",
    metadata,
    id_("id", primary=True),
    owner(),
    id_("staff_id"),
    word("state"),
    text("agent"),
    time("opened"),
    time("words_at"),
    time("alarmed"),
    Index(None, "user_id", "opened"),
    Index(None, "opened"),
)
