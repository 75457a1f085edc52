"""Name and account of a payee are sealed. Rows that exist keep theirs as they are, until they leave."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    with op.batch_alter_table("withdrawals") as withdrawals:
        withdrawals.add_column(sa.Column("payee", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Back to the one before. What was sealed cannot be read there any more."""
    with op.batch_alter_table("withdrawals") as withdrawals:
        withdrawals.drop_column("payee")
