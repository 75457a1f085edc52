"""The sealed log: leaves, inner nodes, its state, signed heads and where they went; indexes for searching the audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_PLACE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INDEXES = (["at"], ["tag", "at"], ["subject", "at"])


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "audit_leaves",
        sa.Column("position", _PLACE, autoincrement=False, nullable=False),
        sa.Column("audit_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_leaves")),
    )
    op.create_index(op.f("ix_audit_leaves_audit_id"), "audit_leaves", ["audit_id"], unique=True)
    op.create_table(
        "audit_nodes",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", _PLACE, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name=op.f("pk_audit_nodes")),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", _PLACE, autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("settled", sa.BigInteger(), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_table(
        "audit_heads",
        sa.Column("size", _PLACE, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_audit_heads")),
    )
    op.create_index(op.f("ix_audit_heads_at"), "audit_heads", ["at"])
    op.create_table(
        "audit_places",
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_audit_places")),
    )
    for columns in _INDEXES:
        op.create_index(op.f(f"ix_audit_{'_'.join(columns)}"), "audit", columns)


def downgrade() -> None:
    """Back from it."""
    for columns in _INDEXES:
        op.drop_index(op.f(f"ix_audit_{'_'.join(columns)}"), "audit")
    for table in ("audit_places", "audit_heads", "audit_log", "audit_nodes", "audit_leaves"):
        op.drop_table(table)
