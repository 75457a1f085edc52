"""The message centre, and which kind of account a session is of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "cases",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("topic", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("stored", sa.Integer(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("touched", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_cases_user_id", ondelete="CASCADE"),
    )
    op.create_index("ix_cases_user_id_touched", "cases", ["user_id", "touched"])
    op.create_index("ix_cases_state_touched", "cases", ["state", "touched"])
    op.create_table(
        "case_messages",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("case_id", sa.String(26), nullable=False),
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("author", sa.String(32), nullable=False),
        sa.Column("author_id", sa.String(26), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_messages"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_messages_case_id", ondelete="CASCADE"),
        sa.UniqueConstraint("author_id", "post", name="uq_case_messages_author_id_post"),
    )
    op.create_index("ix_case_messages_case_id_turn", "case_messages", ["case_id", "turn"])
    op.create_table(
        "attachments",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("case_id", sa.String(26), nullable=False),
        sa.Column("message_id", sa.String(26), nullable=False),
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_attachments_case_id", ondelete="CASCADE"),
    )
    op.create_index("ix_attachments_case_id", "attachments", ["case_id"])
    with op.batch_alter_table("sessions") as sessions:
        sessions.add_column(sa.Column("account", sa.String(32), nullable=False, server_default="live"))


def downgrade() -> None:
    """Back to the one before."""
    with op.batch_alter_table("sessions") as sessions:
        sessions.drop_column("account")
    for table in ("attachments", "case_messages", "cases"):
        op.drop_table(table)
