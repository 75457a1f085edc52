"""Earlier passwords, security questions and recoveries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "password_history",
        sa.Column("id", serial, sa.Identity(), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("encoded", sa.Text(), nullable=False),
        sa.Column("replaced", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_password_history_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_history")),
    )
    op.create_index(op.f("ix_password_history_user_id"), "password_history", ["user_id"], unique=False)
    op.create_table(
        "security_answers",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("question", sa.String(length=32), nullable=False),
        sa.Column("encoded", sa.Text(), nullable=False),
        sa.Column("chosen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_security_answers_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "question", name=op.f("pk_security_answers")),
    )
    op.create_table(
        "recoveries",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("collector_hash", sa.LargeBinary(), nullable=False),
        sa.Column("proofs", sa.Text(), nullable=False),
        sa.Column("method", sa.String(length=32), nullable=False),
        sa.Column("contact_id", sa.String(length=26), nullable=False),
        sa.Column("attempt_id", sa.String(length=26), nullable=False),
        sa.Column("wrong_questions", sa.Integer(), nullable=False),
        sa.Column("wrong_personal", sa.Integer(), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=False),
        sa.Column("lang", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recoveries")),
    )
    op.create_index(op.f("ix_recoveries_collector_hash"), "recoveries", ["collector_hash"], unique=True)
    op.create_index(op.f("ix_recoveries_expires"), "recoveries", ["expires"], unique=False)


def downgrade() -> None:
    """Back to the one before."""
    for name in ("recoveries", "security_answers", "password_history"):
        op.drop_table(name)
