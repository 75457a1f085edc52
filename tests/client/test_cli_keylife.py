"""`watchword phone change-pin`, `recover`, `transfer`, `test-push` and `clock` against a real server: results, refusals by number, exit codes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.browser.clock import WallClock
from tests.support.installation import PIN, Installation, Person
from watchword.flows.transfer import code_of
from watchword.stores import migrate
from watchword_client.cli import phone_app
from watchword_client.store import FileStore

NEW = "t7Hk2s"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Installation]:
    """An installation of its own, on SQLite and the machine's clock: commands have no other."""
    database = f"sqlite:///{tmp_path / 'store.sqlite'}"
    migrate.upgrade(database)
    made = Installation(database, tmp_path, clock=WallClock())
    yield made
    made.stop()


@pytest.fixture
def who(here: Installation, tmp_path: Path) -> Person:
    """Somebody whose phone is a file."""
    person = here.person()
    state = person.phone.wire.state.write()
    FileStore(tmp_path / "phone.json", "phone").save(state)
    return person


def run(folder: Path, *words: str, name: str = "phone", answers: str = "", **env: str) -> tuple[int, dict[str, object]]:
    """Exit code and the last JSON object of a command."""
    state = str(folder / f"{name}.json")
    done = CliRunner().invoke(phone_app, [*words, "--json", "--state", state], input=answers, env={"LANG": "en", **env})
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return done.exit_code, json.loads(lines[-1]) if lines else {}


def test_change_pin(who: Person, tmp_path: Path) -> None:
    code, told = run(tmp_path, "change-pin", WATCHWORD_PIN="z9!wrg", WATCHWORD_NEW_PIN=NEW)
    assert (code, told["refusal"]["number"]) == (1, 4304)  # type: ignore[index]
    code, told = run(tmp_path, "change-pin", WATCHWORD_PIN=PIN, WATCHWORD_NEW_PIN=NEW)
    assert (code, told) == (0, {"ok": True, "changed": True, "users": [who.username]})
    assert run(tmp_path, "check", WATCHWORD_PIN=NEW)[0] == 0
    assert run(tmp_path, "check", WATCHWORD_PIN=PIN)[0] == 1
    code, told = run(tmp_path, "change-pin", "--give-up")
    assert (code, told["error"]) == (1, "keylife_nothing")


def test_recover_and_transfer(here: Installation, who: Person, tmp_path: Path) -> None:
    recover = ("recover", "--username", who.username, "--password", who.password, "--url", here.key)
    code, told = run(tmp_path, *recover, "--code", "00000000", name="new", WATCHWORD_PIN=PIN)
    assert (code, told["refusal"]["number"]) == (1, 3204)  # type: ignore[index]
    offer = who.phone.transfer_show(PIN)
    done: list[tuple[int, dict[str, object]]] = []

    def receive() -> None:
        done.append(run(tmp_path, "transfer", "--scan", offer.link, name="new", WATCHWORD_PIN=NEW))

    moving = threading.Thread(target=receive)
    moving.start()
    while offer.renewal.look() == "offered":
        pass
    with here.built.kit.store.read() as tx:
        renewal = tx.renewals.get(offer.renewal.id)
    assert renewal is not None
    offer.approve(code_of(here.built.kit, renewal))
    moving.join(30)
    (code, told), *_ = done
    assert (code, told["moved"], told["users"]) == (0, True, [who.username])
    assert run(tmp_path, "check", name="new", WATCHWORD_PIN=NEW)[0] == 0
    assert run(tmp_path, "check", WATCHWORD_PIN=PIN)[1]["refusal"]["number"] == 4101  # type: ignore[index]


def test_transfer_names_one_end(who: Person, tmp_path: Path) -> None:
    assert who.username
    code, told = run(tmp_path, "transfer")
    assert (code, told["error"]) == (2, "keylife_one_end")
    code, told = run(tmp_path, "transfer", "--scan", "https://key.example.net/t#AAAAAAAAAAAAAAAAAAAAAA")
    assert code == 2


def test_push_and_clock(who: Person, tmp_path: Path) -> None:
    assert who.username
    code, told = run(tmp_path, "test-push")
    assert (code, told["refusal"]["number"]) == (1, 4410)  # type: ignore[index]
    code, told = run(tmp_path, "clock")
    assert code == 0 and told["right"] is True
