"""SMS, code apps and recovery codes: devices in the table as it is."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""


def downgrade() -> None:
    """Back to the one before. What it would not know goes."""
    op.execute("DELETE FROM devices WHERE kind IN ('sms', 'code_app', 'recovery_code')")
