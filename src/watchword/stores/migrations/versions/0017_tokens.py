"""Hardware tokens and code cards: orders, and the stock of tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KINDS = "('code_card', 'online_card', 'card_plus')"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "orders",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("charge", sa.String(length=32), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.String(length=26), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("replaces", sa.String(length=26), nullable=False),
        sa.Column("by", sa.String(length=26), nullable=False),
        sa.Column("ordered", sa.BigInteger(), nullable=False),
        sa.Column("moved", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_orders_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
    )
    op.create_index(op.f("ix_orders_user_id"), "orders", ["user_id"])
    op.create_index(op.f("ix_orders_state_ordered_id"), "orders", ["state", "ordered", "id"])
    op.create_index(op.f("ix_orders_device_id"), "orders", ["device_id"])
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.Column("moved", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("serial", name=op.f("uq_tokens_serial")),
    )
    op.create_index(op.f("ix_tokens_state"), "tokens", ["state"])


def downgrade() -> None:
    """Back to the one before. Cards and tokens go: the version before would not know what to ask them."""
    op.execute(f"DELETE FROM devices WHERE kind IN {KINDS}")
    op.drop_table("tokens")
    op.drop_table("orders")
