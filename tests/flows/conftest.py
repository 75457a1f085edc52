"""Fixtures of this folder: an installation, and a world for the machines that walk at random."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.fixtures import KINDS, database, here, install
from tests.support.world import World

__all__ = ["here", "install", "world"]


@pytest.fixture(scope="module", params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world on each kind of database."""
    folder = tmp_path_factory.mktemp("world")
    with database(request.param, request, folder) as url:
        made = World(url, folder)
        yield made
        made.close()
