"""Devices that are shared between users."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INDEXED = ("user_id", "owner_id", "owner_device", "device_id", "begun")


def upgrade() -> None:
    """To this revision."""
    with op.batch_alter_table("devices") as devices:
        devices.add_column(sa.Column("shared_from", sa.String(length=26), nullable=False, server_default=""))
        devices.create_index(op.f("ix_devices_shared_from"), ["shared_from"])
    op.create_table(
        "sharings",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("owner_id", sa.String(length=26), nullable=False),
        sa.Column("owner_device", sa.String(length=26), nullable=False),
        sa.Column("device_id", sa.String(length=26), nullable=False),
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(length=26), nullable=False),
        sa.Column("begun", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("moved", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sharings_user_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_sharings_owner_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharings")),
    )
    for name in INDEXED:
        op.create_index(op.f(f"ix_sharings_{name}"), "sharings", [name])


def downgrade() -> None:
    """Back to the one before. What was shared goes, and what was put aside for it counts again."""
    op.execute("DELETE FROM devices WHERE shared_from <> ''")
    op.execute("UPDATE devices SET state = 'active' WHERE state = 'kept'")
    op.drop_table("sharings")
    with op.batch_alter_table("devices") as devices:
        devices.drop_index(op.f("ix_devices_shared_from"))
        devices.drop_column("shared_from")
