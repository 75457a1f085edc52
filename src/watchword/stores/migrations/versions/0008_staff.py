"""Staff, and what one asks and another approves."""

from __future__ import annotations

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    pass


def downgrade() -> None:
    """Back to the one before."""
    pass
