"""Opting out, and limits that an institution sets for one account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    with op.batch_alter_table("users") as users:
        users.add_column(sa.Column("opted_out", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "own_limits",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("five_days", sa.BigInteger(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_own_limits_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_own_limits")),
    )


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("own_limits")
    with op.batch_alter_table("users") as users:
        users.drop_column("opted_out")
