"""Devices of several kinds: levels and floors, passkeys by their handle, and what a device was asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_NUMBERS = {"users": ("floor",), "attempts": ("floor", "level"), "sessions": ("level", "confirmed_level")}
KEY_OFFLINE = 5


def upgrade() -> None:
    """To this revision."""
    for table, names in _NUMBERS.items():
        with op.batch_alter_table(table) as altered:
            for name in names:
                altered.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("devices") as devices:
        devices.add_column(sa.Column("wrong", sa.Integer(), nullable=False, server_default="0"))
        devices.add_column(sa.Column("added_in", sa.String(length=26), nullable=False, server_default=""))
        devices.add_column(sa.Column("handle", sa.LargeBinary(), nullable=True))
    op.create_index(op.f("ix_devices_handle"), "devices", ["handle"], unique=True)
    op.create_table(
        "challenges",
        sa.Column("subject", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("device_id", sa.String(length=26), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("stored", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "kind", name=op.f("pk_challenges")),
    )
    op.create_index(op.f("ix_challenges_until"), "challenges", ["until"])
    # Every complete login until now was by Key. What was confirmed meanwhile counts as its weakest way.
    for table, states in (("sessions", "kind <> 'enrolment' AND attempt_id <> ''"), ("attempts", "state IN ('approved', 'collected')")):
        op.execute(f"UPDATE {table} SET level = {KEY_OFFLINE} WHERE {states}")
    op.execute(f"UPDATE sessions SET confirmed_level = {KEY_OFFLINE} WHERE confirmed > 0")


def downgrade() -> None:
    """Back to the one before. What is no Key goes: the version before knows of nothing else."""
    op.execute("DELETE FROM devices WHERE kind <> 'key'")
    op.drop_table("challenges")
    op.drop_index(op.f("ix_devices_handle"), table_name="devices")
    with op.batch_alter_table("devices") as devices:
        for name in ("handle", "added_in", "wrong"):
            devices.drop_column(name)
    for table, names in _NUMBERS.items():
        with op.batch_alter_table(table) as altered:
            for name in reversed(names):
                altered.drop_column(name)
