"""Which number activated Key first is kept with the device alone; which contact that is follows from it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("contacts") as contacts:
        contacts.drop_column("activated")


def downgrade() -> None:
    with op.batch_alter_table("contacts") as contacts:
        contacts.add_column(sa.Column("activated", sa.BigInteger(), nullable=False, server_default="0"))
