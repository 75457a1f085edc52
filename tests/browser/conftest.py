"""Fixtures of the browser tests: one installation a module on the machine's clock, and devices that must end without a complaint."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.clock import WallClock
from tests.browser.devices import COMPUTER, LOCALES, PHONE, Computer, Device, Phone
from tests.browser.survey import Survey
from tests.support.installation import Installation, Person
from tests.support.steps import proved

Make = Callable[..., BrowserContext]
Pair = tuple[Person, Computer, Phone]


@pytest.fixture(scope="session")
def survey(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Survey:
    """What has been looked at in this run, by any of its workers."""
    own = tmp_path_factory.getbasetemp()
    return Survey((own if worker_id == "master" else own.parent) / "surveyed")


@pytest.fixture(scope="module")
def here(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The installation of this module. Each test brings its own people."""
    folder = tmp_path_factory.mktemp("browser")
    shutil.copy(migrated_file, folder / "store.sqlite")
    made = Installation(f"sqlite:///{folder / 'store.sqlite'}", folder, clock=WallClock())
    yield made
    made.stop()


@pytest.fixture
def devices() -> Iterator[list[Device]]:
    """Every device of a test: at the end none may have complained, of a broken policy, an exception or anything else."""
    made: list[Device] = []
    yield made
    assert [line for device in made for line in device.heard] == []


@pytest.fixture
def computer(here: Installation, new_context: Make, devices: list[Device], survey: Survey) -> Callable[..., Computer]:
    """`computer(lang="en", **options)`: a browser at a desk that was never here."""

    def make(lang: str = "en", **options: Any) -> Computer:
        context = new_context(**{**COMPUTER, "locale": LOCALES[lang], **options})
        devices.append(Computer(here, context, lang, survey, scripts=options.get("java_script_enabled", True)))
        return devices[-1]  # type: ignore[return-value]

    return make


@pytest.fixture
def phone(here: Installation, new_context: Make, devices: list[Device], survey: Survey) -> Callable[..., Phone]:
    """`phone(lang="en", **options)`: a phone with nobody on it."""

    def make(lang: str = "en", **options: Any) -> Phone:
        context = new_context(**{**PHONE, "locale": LOCALES[lang], **options})
        devices.append(Phone(here, context, lang, survey))
        return devices[-1]  # type: ignore[return-value]

    return make


@pytest.fixture
def pair(here: Installation, computer: Callable[..., Computer], phone: Callable[..., Phone]) -> Callable[..., Pair]:
    """`pair(lang="en")`: somebody with Key on a phone, and a computer that was never here."""

    def make(lang: str = "en", desk: Mapping[str, Any] | None = None, **details: Any) -> Pair:
        who = here.person(phones=0, lang=lang, **details)
        hand = phone(lang)
        hand.activate(proved(here, who).page.links[0], who)
        return who, computer(lang, **(desk or {})), hand

    return make
