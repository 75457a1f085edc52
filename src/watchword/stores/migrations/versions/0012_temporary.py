"""Temporary codes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    with op.batch_alter_table("devices") as devices:
        devices.add_column(sa.Column("ends", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Back to the one before. What ends goes: the version before would take it for lasting."""
    op.execute("DELETE FROM devices WHERE ends > 0")
    with op.batch_alter_table("devices") as devices:
        devices.drop_column("ends")
