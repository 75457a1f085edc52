"""Renewals of Key's secrets (a new PIN, a transfer, a recovery), and the number a device was first activated with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    with op.batch_alter_table("devices") as devices:
        devices.add_column(sa.Column("pending", sa.LargeBinary(), nullable=True))
        devices.add_column(sa.Column("first_number", sa.LargeBinary(), nullable=True))
    op.create_table(
        "renewals",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("phone_id", sa.String(26), nullable=False),
        sa.Column("device_id", sa.String(26), nullable=False),
        sa.Column("to_phone_id", sa.String(26), nullable=False),
        sa.Column("claim_hash", sa.LargeBinary(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("key_x", sa.LargeBinary(), nullable=False),
        sa.Column("key_y", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("devices", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.String(26), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_renewals"),
    )
    for column in ("secret_hash", "user_id", "phone_id", "expires"):
        op.create_index(f"ix_renewals_{column}", "renewals", [column])


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("renewals")
    with op.batch_alter_table("devices") as devices:
        devices.drop_column("first_number")
        devices.drop_column("pending")
