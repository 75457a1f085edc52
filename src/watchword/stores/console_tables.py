"""Tables of the console: forms that wait while Key is asked, and one-time links for the first administrators."""

from __future__ import annotations

from sqlalchemy import Index, Table

from watchword.stores.columns import bytes_, id_, metadata, owner, text, time, word

staff_drafts = Table(
    "staff_drafts",
    metadata,
    id_("id", primary=True),
    id_("session_id"),
    id_("attempt_id"),
    text("path"),
    bytes_("content"),
    time("made"),
    time("expires"),
    Index(None, "session_id", "made"),
    Index(None, "attempt_id"),
    Index(None, "expires"),
)

staff_links = Table(
    "staff_links",
    metadata,
    id_("id", primary=True),
    owner(),
    bytes_("token_hash"),
    word("state"),
    id_("session_id"),
    time("made"),
    time("expires"),
    Index(None, "token_hash", unique=True),
    Index(None, "user_id"),
    Index(None, "session_id"),
)
