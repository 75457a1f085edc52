"""Two-way proof on the telephone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "caller_proofs",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("staff_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("words_at", sa.BigInteger(), nullable=False),
        sa.Column("alarmed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_caller_proofs_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caller_proofs")),
    )
    op.create_index(op.f("ix_caller_proofs_user_id_opened"), "caller_proofs", ["user_id", "opened"])
    op.create_index(op.f("ix_caller_proofs_opened"), "caller_proofs", ["opened"])


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("caller_proofs")
