"""What Alembic runs for each command: on the connection that `stores/migrate.py` opened, within its transaction and lock."""

from __future__ import annotations

from alembic import context

from watchword.stores.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
