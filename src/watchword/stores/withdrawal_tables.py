"""The table of withdrawals: each beside the attempt of the same id, and kept for longer.

`payee` is its name and account, sealed; rows from before revision 0020 have them in `payee_name` and `payee_account`, which are "" since, until
the sweep seals them too.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table, UniqueConstraint

from watchword.stores.columns import bytes_, flag, id_, metadata, owner, text, time, word

withdrawals = Table(
    "withdrawals",
    metadata,
    id_("id", primary=True),
    owner(),
    text("client"),
    word("reference", 64),
    word("state"),
    Column("amount", BigInteger, nullable=False),
    text("payee_name"),
    word("payee_account", 64),
    text("zone"),
    time("at"),
    time("expires"),
    time("closed"),
    flag("shown"),
    bytes_("payee", nullable=True),
    UniqueConstraint("user_id", "client", "reference"),
    Index(None, "user_id", "at"),
    Index(None, "at"),
)
