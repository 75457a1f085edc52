"""What a device was asked, until it answers."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table

from watchword.stores.columns import count, id_, metadata, text, time

# `stored` is what the factor needs to judge an answer and the page to show it again, as JSON; never what would answer it.
challenges = Table(
    "challenges",
    metadata,
    id_("subject", primary=True),
    Column("kind", String(32), primary_key=True, nullable=False),
    id_("id"),
    id_("device_id"),
    time("until"),
    count("wrong"),
    text("stored"),
    Index(None, "until"),
)
