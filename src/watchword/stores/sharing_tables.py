"""Who shares whose device, and who asked to."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table

from watchword.stores.columns import count, id_, metadata, owner, time, word

# `device_id` is the row that the requester has by it, whose `shared_from` is `owner_device`; "" before it was approved.
sharings = Table(
    "sharings",
    metadata,
    id_("id", primary=True),
    owner(),
    Column("owner_id", String(26), ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    id_("owner_device"),
    id_("device_id"),
    id_("session_id"),
    word("state"),
    count("wrong"),
    id_("request_id"),
    time("begun"),
    time("expires"),
    time("moved"),
    word("by"),
    Index(None, "user_id"),
    Index(None, "owner_id"),
    Index(None, "owner_device"),
    Index(None, "device_id"),
    Index(None, "begun"),
)
