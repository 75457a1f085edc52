"""Bring a database to the revision this program needs. Several workers may start at once: one migrates, the others wait for it.

Alembic takes a fifth of a second to import, so a start with an up-to-date database only reads its revision and never loads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, inspect, text

from watchword.stores.connections import normal_url

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0020"
LOCK = 0x57617463686D6967  # "Watchmig": the advisory lock of PostgreSQL that only migrations of Watchword take


def current(url: str) -> str | None:
    """The revision of the database at `url`; None for an empty one or one that does not exist."""
    parsed = normal_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).exists():
        return None
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            return _revision(connection)
    finally:
        engine.dispose()


def is_current(url: str) -> bool:
    """Whether the database is at the revision this program needs."""
    return current(url) == HEAD


def upgrade(url: str, revision: str = "head") -> bool:
    """Migrate forward in one transaction; False when there was nothing to do. Raises what the database raises, nothing done."""
    if revision == "head" and is_current(url):
        return False
    from alembic import command  # noqa: PLC0415 - see the module's docstring

    return _migrate(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> bool:
    """Migrate back, `base` for all the way. What newer tables held is gone."""
    from alembic import command  # noqa: PLC0415 - see the module's docstring

    return _migrate(url, lambda config: command.downgrade(config, revision))


def _migrate(url: str, run: Callable[[Config], None]) -> bool:
    from alembic.config import Config  # noqa: PLC0415 - see the module's docstring

    with _locked(url) as connection:
        before = _revision(connection)
        config = Config()
        config.set_main_option("script_location", "watchword.stores:migrations")
        config.attributes["connection"] = connection
        run(config)
        return _revision(connection) != before


@contextmanager
def _locked(url: str) -> Iterator[Connection]:
    """A transaction that no other migration runs beside: SQLite's write lock from the start, PostgreSQL's advisory lock."""
    engine = _engine(url)
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            yield connection
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    """An engine whose transactions hold DDL too: Python's sqlite3 would begin them late and without the write lock."""
    parsed = normal_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, poolclass=NullPool)
    engine = create_engine(parsed, poolclass=NullPool, connect_args={"isolation_level": None, "timeout": 60})
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: Any = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)
