"""The audit, and the sealed log over it. No foreign key leads from the log to the rows: a row that is gone must be missed, not taken along."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Identity, Index, Integer, Table

from watchword.stores.columns import SERIAL, bytes_, count, id_, metadata, text, time, word

audit = Table(
    "audit",
    metadata,
    Column("id", SERIAL, Identity(), primary_key=True),
    time("at"),
    word("tag", 64),
    id_("user_id"),
    text("subject"),
    text("fields"),
    text("commitments"),
    Index(None, "user_id", "at"),
    Index(None, "at"),
    Index(None, "tag", "at"),
    Index(None, "subject", "at"),
    sqlite_autoincrement=True,
)

audit_personal = Table(
    "audit_personal",
    metadata,
    Column("audit_id", SERIAL, ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    text("openings"),
)


def _place(name: str) -> Column[int]:
    """A position in the log, or a row's id: part of a key, and never made up by a database."""
    return Column(name, SERIAL, primary_key=True, autoincrement=False)


audit_leaves = Table(
    "audit_leaves",
    metadata,
    _place("position"),
    Column("audit_id", BigInteger, nullable=False),
    bytes_("hash"),
    time("sealed"),
    Index(None, "audit_id", unique=True),
)

# Full subtrees over 256, 256², … leaves, as https://c2sp.org/tlog-tiles lays them out: a proof reads a few runs of at most 256 hashes.
audit_nodes = Table(
    "audit_nodes", metadata, Column("level", Integer, primary_key=True, autoincrement=False), _place("position"), bytes_("hash")
)  # fmt: skip

audit_log = Table("audit_log", metadata, _place("id"), time("size"), time("settled"), bytes_("peaks"), time("sealed"))

audit_heads = Table("audit_heads", metadata, _place("size"), time("at"), text("note"), Index(None, "at"))

audit_places = Table(
    "audit_places", metadata, text("place", primary=True), time("size"), time("sent"), time("due"), count("tries"), time("since"), text("detail")
)  # fmt: skip
