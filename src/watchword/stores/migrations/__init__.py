"""Alembic's environment and the revisions of the database, oldest first; `stores/migrate.py` runs them."""
