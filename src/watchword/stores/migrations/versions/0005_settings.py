"""What the settings pages keep."""

from __future__ import annotations

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    pass


def downgrade() -> None:
    """Back to the one before."""
    pass
