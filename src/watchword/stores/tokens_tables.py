"""Devices that are handed out: orders of cards and tokens, and the stock of tokens."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, UniqueConstraint

from watchword.stores.columns import bytes_, count, id_, metadata, owner, time, word

orders = Table(
    "orders",
    metadata,
    id_("id", primary=True),
    owner(),
    word("kind"),
    word("state"),
    word("charge"),
    count("cents"),
    id_("device_id"),
    word("serial", 64),
    id_("replaces"),
    id_("by"),
    time("ordered"),
    time("moved"),
    Index(None, "user_id"),
    Index(None, "state", "ordered", "id"),
    Index(None, "device_id"),
)

# `secret` is the suite and key of a token in stock, sealed for its row; assigned, it is the device's, and here it is empty.
tokens = Table(
    "tokens",
    metadata,
    id_("id", primary=True),
    Column("serial", String(64), nullable=False),
    word("state"),
    word("model", 64),
    bytes_("secret"),
    time("added"),
    time("moved"),
    UniqueConstraint("serial"),
    Index(None, "state"),
)
