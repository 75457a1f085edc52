"""What an attempt is for; paper users, primary users, and when an account was recovered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    with op.batch_alter_table("attempts") as attempts:
        attempts.add_column(sa.Column("action", sa.String(32), nullable=False, server_default="login"))
        attempts.add_column(sa.Column("operation", sa.String(32), nullable=False, server_default=""))
    with op.batch_alter_table("sessions") as sessions:
        sessions.add_column(sa.Column("confirmed", sa.BigInteger(), nullable=False, server_default="0"))
    with op.batch_alter_table("users") as users:
        users.add_column(sa.Column("kind", sa.String(32), nullable=False, server_default="live"))
        users.add_column(sa.Column("primary_id", sa.String(26), nullable=False, server_default=""))
        users.add_column(sa.Column("password_changed", sa.BigInteger(), nullable=False, server_default="0"))
        users.add_column(sa.Column("recovered", sa.BigInteger(), nullable=False, server_default="0"))
        users.add_column(sa.Column("notify", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Back to the one before."""
    with op.batch_alter_table("users") as users:
        for name in ("notify", "recovered", "password_changed", "primary_id", "kind"):
            users.drop_column(name)
    with op.batch_alter_table("sessions") as sessions:
        sessions.drop_column("confirmed")
    with op.batch_alter_table("attempts") as attempts:
        attempts.drop_column("operation")
        attempts.drop_column("action")
