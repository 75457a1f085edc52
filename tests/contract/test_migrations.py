"""Migrations bring an empty database to exactly the tables of `stores/tables.py`, once, whoever starts at the same time."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from watchword.stores import migrate
from watchword.stores.tables import metadata


def difference(url: str) -> list[object]:
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = list(compare_metadata(context, metadata))
    engine.dispose()
    return found


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


def test_an_empty_database_becomes_the_tables_there_and_back(database_url: str) -> None:
    assert migrate.current(database_url) is None
    assert not migrate.is_current(database_url)
    assert migrate.upgrade(database_url)
    assert migrate.is_current(database_url)
    assert difference(database_url) == []
    assert not migrate.upgrade(database_url)
    assert migrate.downgrade(database_url, "base")
    assert migrate.current(database_url) is None
    assert tables(database_url) == {"alembic_version"}
    assert migrate.upgrade(database_url)
    assert difference(database_url) == []


def test_workers_that_start_together_migrate_once(database_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        did = list(pool.map(lambda _: migrate.upgrade(database_url), range(4)))
    assert sum(did) == 1
    assert migrate.is_current(database_url)


def test_a_migration_that_fails_leaves_the_database_as_it_was(database_url: str) -> None:
    engine = create_engine(database_url)
    metadata.tables["users"].create(engine)
    engine.dispose()
    with pytest.raises(Exception, match="already exists"):
        migrate.upgrade(database_url)
    assert tables(database_url) == {"users"}
    assert migrate.current(database_url) is None


def test_the_program_knows_its_own_last_revision() -> None:
    config = Config()
    config.set_main_option("script_location", "watchword.stores:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == migrate.HEAD


def test_asking_for_the_revision_makes_no_file(tmp_path: Path) -> None:
    path = tmp_path / "none.sqlite"
    assert migrate.current(f"sqlite:///{path}") is None
    assert not path.exists()


def test_a_start_with_a_current_database_does_not_load_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    migrate.upgrade(url)
    code = (
        "import sys; from watchword.stores import migrate, engine; "
        "assert not migrate.upgrade(sys.argv[1]); assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, url], check=True, timeout=60)
