"""Moving Key to another phone, and getting it back."""

from __future__ import annotations

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    pass


def downgrade() -> None:
    """Back to the one before."""
    pass
