"""Networks an account may log in from, notices for its phones, and wrong passwords counted by network."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "user_networks",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("cidr", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_user_networks_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_networks")),
        sa.UniqueConstraint("user_id", "cidr", name=op.f("uq_user_networks_user_id_cidr")),
    )
    op.create_table(
        "phone_notices",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_notices")),
        sa.UniqueConstraint("user_id", "kind", name=op.f("uq_phone_notices_user_id_kind")),
    )
    op.create_index(op.f("ix_phone_notices_until"), "phone_notices", ["until"])
    op.create_table(
        "network_tries",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("names", sa.Integer(), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_network_tries")),
    )
    op.create_index(op.f("ix_network_tries_started"), "network_tries", ["started"])


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("network_tries")
    op.drop_table("phone_notices")
    op.drop_table("user_networks")
