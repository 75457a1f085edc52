"""Limits that an institution sets for one account, in US cents (R02)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table

from watchword.stores.columns import metadata, owner, time

own_limits = Table(
    "own_limits",
    metadata,
    owner(primary=True),
    Column("day", BigInteger, nullable=False),
    Column("five_days", BigInteger, nullable=False),
    time("set_at"),
)
