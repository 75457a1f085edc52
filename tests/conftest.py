"""Fixtures that any test may ask for: clock and entropy, private servers, databases, and the browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main
import typer.testing
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, BrowserContext, Playwright, expect, sync_playwright

from tests.support.browser import chromium as run_chromium
from tests.support.fakes import FakeClock, FakeEntropy
from tests.support.fixtures import on_postgresql, on_sqlite
from tests.support.network import forbid_other_machines
from tests.support.postgres import Postgres
from tests.support.redis_server import RedisServer
from watchword.stores import migrate

__all__ = ["on_postgresql", "on_sqlite"]

PATIENCE = 30_000  # milliseconds that a page may take on a busy machine; nothing is waited for that is there
BROWSER_SECONDS = 300  # for a whole test with many such pages
_BROWSER_FIXTURES = frozenset({"playwright", "chromium", "launch_chromium", "new_context"})

settings.register_profile("watchword", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("watchword")


def pytest_configure() -> None:
    """Before anything runs."""
    forbid_other_machines()
    # Every command of a test would make all commands anew out of their signatures, which takes longer than most of them run.
    typer.testing._get_command = cache(typer.main.get_command)  # type: ignore[attr-defined]
    expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come first: their files take longest, and the last to end should not be one that the other worker waits for."""
    items.sort(key=lambda item: not _in_browser(item))
    for item in items:
        if _in_browser(item) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(BROWSER_SECONDS))


def _in_browser(item: pytest.Item) -> bool:
    return bool(_BROWSER_FIXTURES & set(getattr(item, "fixturenames", ())))


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands still until the test moves it."""
    return FakeClock()


@pytest.fixture
def entropy(request: pytest.FixtureRequest) -> FakeEntropy:
    """Randomness that differs between tests and is the same in every run of one."""
    return FakeEntropy(request.node.nodeid)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A private PostgreSQL server, one for each worker."""
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A private Redis server, one for each worker."""
    server = RedisServer()
    yield server
    server.stop()


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """The URL of an empty Redis."""
    redis_server.empty()
    return redis_server.url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The SQLAlchemy URL of a new, empty database; the test runs once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'watchword.sqlite'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "watchword.sqlite"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new database with our tables and nothing in them; the test runs once on each kind."""
    if request.param == "sqlite":
        path = tmp_path / "store.sqlite"
        shutil.copy(request.getfixturevalue("migrated_file"), path)
        yield f"sqlite:///{path}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.create_prepared("watchword", migrate.upgrade)
    yield server.url(name)
    server.drop(name)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver. One a module and no longer: while it runs, `asyncio.run` refuses to in the same thread."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def launch_chromium(playwright: Playwright) -> Iterator[Callable[..., Browser]]:
    """`launch_chromium(*flags, whole=False)` starts a Chromium with flags of its own, a fake camera say; it closes with the module."""
    with ExitStack() as stack:
        yield lambda *flags, whole=False: stack.enter_context(run_chromium(playwright, *flags, whole=whole))


@pytest.fixture(scope="module")
def chromium(launch_chromium: Callable[..., Browser]) -> Browser:
    """The Chromium of this test module. Take contexts from `new_context`, so that nothing is shared between tests."""
    return launch_chromium()


@pytest.fixture
def new_context(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """`new_context(**options)` is a browser profile with nothing in it: one for the computer, one for the phone."""
    with ExitStack() as stack:

        def make(**options: Any) -> BrowserContext:
            context = chromium.new_context(**options)
            stack.callback(context.close)
            return context

        yield make
