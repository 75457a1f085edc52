"""Earlier passwords, security questions and recoveries."""

from __future__ import annotations

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    pass


def downgrade() -> None:
    """Back to the one before."""
    pass
