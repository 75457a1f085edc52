"""What the settings pages keep: which number activated Key first, and what became of a letter."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    with op.batch_alter_table("contacts") as contacts:
        contacts.add_column(sa.Column("activated", sa.BigInteger(), nullable=False, server_default="0"))
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("ref", sa.String(26), nullable=False, server_default=""))
        outbox.add_column(sa.Column("report", sa.String(32), nullable=False, server_default=""))
        outbox.add_column(sa.Column("reported", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_index(op.f("ix_outbox_ref"), "outbox", ["ref"], unique=False)
    op.create_index(op.f("ix_users_primary_id"), "users", ["primary_id"], unique=False)


def downgrade() -> None:
    """Back to the one before."""
    op.drop_index(op.f("ix_users_primary_id"), table_name="users")
    op.drop_index(op.f("ix_outbox_ref"), table_name="outbox")
    with op.batch_alter_table("outbox") as outbox:
        for name in ("reported", "report", "ref"):
            outbox.drop_column(name)
    with op.batch_alter_table("contacts") as contacts:
        contacts.drop_column("activated")
