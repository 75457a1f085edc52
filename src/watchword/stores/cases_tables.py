"""The tables of the message centre. What people write and attach is sealed and bound to its row."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, UniqueConstraint

from watchword.stores.columns import bytes_, count, id_, metadata, owner, text, time, word

cases = Table(
    "cases",
    metadata,
    id_("id", primary=True),
    owner(),
    word("topic"),
    word("state"),
    bytes_("subject"),
    count("unread"),
    count("stored"),
    time("created"),
    time("touched"),
    Index(None, "user_id", "touched"),
    Index(None, "state", "touched"),
)


def _case() -> Column[str]:
    return Column("case_id", String(26), ForeignKey("cases.id", ondelete="CASCADE"), nullable=False)


case_messages = Table(
    "case_messages",
    metadata,
    id_("id", primary=True),
    _case(),
    id_("user_id"),
    word("author"),
    id_("author_id"),
    text("post"),
    bytes_("text"),
    time("at"),
    count("turn"),
    Index(None, "case_id", "turn"),
    UniqueConstraint("author_id", "post"),
)

attachments = Table(
    "attachments",
    metadata,
    id_("id", primary=True),
    _case(),
    id_("message_id"),
    id_("user_id"),
    word("kind"),
    bytes_("name"),
    count("size"),
    count("width"),
    count("height"),
    count("place"),
    bytes_("data"),
    Index(None, "case_id"),
)
