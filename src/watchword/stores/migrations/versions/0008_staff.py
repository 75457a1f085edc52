"""Staff, and what one asks and another approves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_PREFIXES = ("display_name", "username_key")


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "staff",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.Column("added_by", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_staff_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_staff")),
    )
    op.create_table(
        "staff_requests",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("asked_by", sa.String(length=26), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.String(length=26), nullable=False),
        sa.Column("decided", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_staff_requests_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_requests")),
    )
    op.create_index(op.f("ix_staff_requests_user_id"), "staff_requests", ["user_id"])
    op.create_index(op.f("ix_staff_requests_state_asked"), "staff_requests", ["state", "asked"])
    op.create_table(
        "staff_interviews",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("staff_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("matched", sa.Text(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_staff_interviews_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_interviews")),
    )
    op.create_index(op.f("ix_staff_interviews_user_id_staff_id_at"), "staff_interviews", ["user_id", "staff_id", "at"])
    op.create_table(
        "enrolment_holds",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("held_by", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_enrolment_holds_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_enrolment_holds")),
    )
    for name in _PREFIXES:
        op.create_index(f"ix_users_{name}_prefix", "users", [name], postgresql_ops={name: "text_pattern_ops"})


def downgrade() -> None:
    """Back to the one before."""
    for name in _PREFIXES:
        op.drop_index(f"ix_users_{name}_prefix", "users")
    for table in ("enrolment_holds", "staff_interviews", "staff_requests", "staff"):
        op.drop_table(table)
