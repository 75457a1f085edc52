"""A migrated store on each kind of database, and made-up rows to put into it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contract.samples import Samples
from tests.support.fakes import START, FakeEntropy
from tests.support.postgres import Postgres
from watchword.stores import migrate
from watchword.stores.engine import SqlStore, open_store
from watchword.vault import commitments, keyring
from watchword.vault.vault import Vault

OpenStore = Callable[..., SqlStore]


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    """A vault with keys of its own."""
    entropy = FakeEntropy("contract")
    ring = keyring.create(tmp_path_factory.mktemp("keys") / "keys.json", entropy=entropy.bytes, now=START)
    return Vault(ring, issuer="watchword.test", entropy=entropy.bytes)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "watchword.sqlite"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new database with our tables and nothing in them."""
    if request.param == "sqlite":
        path = tmp_path / "store.sqlite"
        shutil.copy(request.getfixturevalue("migrated_file"), path)
        yield f"sqlite:///{path}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.create_prepared("watchword", migrate.upgrade)
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def open_it(store_url: str, vault: Vault, entropy: FakeEntropy) -> Iterator[OpenStore]:
    """`open_it(**options)` opens one more store on the database of this test."""
    opened: list[SqlStore] = []

    def make(**options: object) -> SqlStore:
        opened.append(open_store(store_url, vault=vault, commit=commitments.commit, entropy=entropy.bytes, **options))  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def store(open_it: OpenStore) -> SqlStore:
    """An open store."""
    return open_it()


@pytest.fixture
def samples(entropy: FakeEntropy) -> Samples:
    """Made-up rows."""
    return Samples(entropy)
