"""Fixtures of the folders that meet a whole installation; their conftest.py takes them from here."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.installation import Installation
from tests.support.postgres import Postgres
from tests.support.staff import Member, at_shell
from watchword.stores import migrate

KINDS = ["sqlite", "postgresql"]


@contextmanager
def database(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """The URL of a new database of this kind with our tables in it."""
    if kind == "sqlite":
        path = folder / "store.sqlite"
        shutil.copy(request.getfixturevalue("migrated_file"), path)
        yield f"sqlite:///{path}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.create_prepared("watchword", migrate.upgrade)
    yield server.url(name)
    server.drop(name)


@contextmanager
def _shared(kind: str, request: pytest.FixtureRequest, factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = factory.mktemp("installation")
    with database(kind, request, folder) as url:
        made = Installation(url, folder)
        yield made
        made.stop()


@pytest.fixture(scope="session")
def on_sqlite(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The installation on SQLite that all tests of a worker share."""
    with _shared("sqlite", request, tmp_path_factory) as made:
        yield made


@pytest.fixture(scope="session")
def on_postgresql(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The same on PostgreSQL."""
    with _shared("postgresql", request, tmp_path_factory) as made:
        yield made


@pytest.fixture(scope="session", params=KINDS)
def here(request: pytest.FixtureRequest) -> Installation:
    """The installation that tests share, once on each kind of database. Each test brings its own people; time only goes on."""
    made: Installation = request.getfixturevalue(f"on_{request.param}")
    return made


@pytest.fixture
def install(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Installation]]:
    """`install(kind="sqlite", **settings)` is an installation of one test's own."""
    with ExitStack() as stack:

        def make(kind: str = "sqlite", **settings: Any) -> Installation:
            made = Installation(stack.enter_context(database(kind, request, tmp_path)), tmp_path, **settings)
            stack.callback(made.stop)
            return made

        yield make


@pytest.fixture
def agent(here: Installation, tmp_path: Path) -> Member:
    """One of client services at the shell, who orders and sends."""
    return at_shell(here, tmp_path, "client_services")


@pytest.fixture
def printer(here: Installation, tmp_path: Path) -> Member:
    """One of compliance at the shell, who makes cards and tokens ready."""
    return at_shell(here, tmp_path, "compliance")
