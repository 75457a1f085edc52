"""The staff console: forms that wait for Key, and links for the first administrators."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "staff_drafts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("attempt_id", sa.String(length=26), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_drafts")),
    )
    op.create_index(op.f("ix_staff_drafts_session_id_made"), "staff_drafts", ["session_id", "made"])
    op.create_index(op.f("ix_staff_drafts_attempt_id"), "staff_drafts", ["attempt_id"])
    op.create_index(op.f("ix_staff_drafts_expires"), "staff_drafts", ["expires"])
    op.create_table(
        "staff_links",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_staff_links_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_links")),
    )
    op.create_index(op.f("ix_staff_links_token_hash"), "staff_links", ["token_hash"], unique=True)
    op.create_index(op.f("ix_staff_links_user_id"), "staff_links", ["user_id"])
    op.create_index(op.f("ix_staff_links_session_id"), "staff_links", ["session_id"])


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("staff_links")
    op.drop_table("staff_drafts")
