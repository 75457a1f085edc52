"""The table of renewals: a new PIN, a transfer, a recovery, from its first step to the confirmation."""

from __future__ import annotations

from sqlalchemy import Index, Table

from watchword.stores.columns import bytes_, count, id_, metadata, text, time, word

renewals = Table(
    "renewals",
    metadata,
    id_("id", primary=True),
    word("kind"),
    word("state"),
    id_("user_id"),
    id_("phone_id"),
    id_("device_id"),
    id_("to_phone_id"),
    bytes_("claim_hash"),
    bytes_("secret_hash"),
    bytes_("key_x"),
    bytes_("key_y"),
    text("name"),
    text("platform"),
    text("devices"),
    id_("contact_id"),
    count("turn"),
    count("wrong"),
    time("created"),
    time("expires"),
    Index(None, "secret_hash"),
    Index(None, "user_id"),
    Index(None, "phone_id"),
    Index(None, "expires"),
)
