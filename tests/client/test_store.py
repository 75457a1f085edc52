"""The state file: owner-only, whole or not at all, left alone when it cannot be read."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.client.conftest import PIN, activate, new_phone
from tests.client.fake_server import FakeServer, Machine
from tests.support.fakes import FakeClock, FakeEntropy
from watchword_client import FileStore, Unreadable
from watchword_client.state import PhoneState
from watchword_client.store import InUse


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "deep" / "phone.json", "phone")


def test_no_file_is_no_state(store: FileStore) -> None:
    assert store.load() is None


def test_a_phone_comes_back_from_its_file(store: FileStore, server: FakeServer, machine: Machine) -> None:
    phone = new_phone(server, machine, store)
    user = activate(phone)
    again = new_phone(server, machine, store)
    assert (again.id, again.users) == (phone.id, phone.users)
    assert again.code(PIN) == phone.code(PIN)
    server.begin_login(user.user)
    assert again.approve(again.pending().attempts[0], PIN).result == "approved"


def test_only_the_owner_reads_it(store: FileStore, server: FakeServer, machine: Machine) -> None:
    old = os.umask(0)
    try:
        activate(new_phone(server, machine, store))
    finally:
        os.umask(old)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700
    store.path.chmod(0o644)
    store.save(store.load() or {})
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_a_crash_while_writing_leaves_the_old_state(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.save({"n": 1})

    def full(_: int) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr("watchword_client.store.os.fsync", full)
        with pytest.raises(OSError, match="no space"):
            store.save({"n": 2})
    assert (store.load() or {})["n"] == 1
    assert sorted(path.name for path in store.path.parent.iterdir()) == ["phone.json"]


def test_another_kind_or_version_is_left_alone(store: FileStore) -> None:
    FileStore(store.path, "login").save({})
    with pytest.raises(Unreadable):
        store.load()
    store.path.write_text(json.dumps({"kind": "phone", "v": 2}))
    with pytest.raises(Unreadable):
        store.load()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an activated phone."""
    clock = FakeClock()
    store = FileStore(tmp_path_factory.mktemp("state") / "phone.json", "phone")
    activate(new_phone(FakeServer(clock, FakeEntropy("server")), Machine(clock, FakeEntropy("phone")), store))
    return store.path


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_file_is_told_and_never_half_used(written: Path, tmp_path: Path, data: st.DataObject) -> None:
    text = written.read_bytes()
    at = data.draw(st.integers(0, len(text) - 1))
    damaged = data.draw(st.sampled_from((text[:at], text[:at] + b"\0" + text[at + 1 :], b"", b"[]", b"null")))
    path = tmp_path / "phone.json"
    path.write_bytes(damaged)
    with pytest.raises(Unreadable):
        PhoneState.read(FileStore(path, "phone").load() or {})
    assert path.read_bytes() == damaged


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("key", "AAAA"),
        ("salt", "AAAA"),
        ("users", [{"user": "x"}]),
        ("users", 7),
        ("kept", [{"kid": "s0"}]),
        ("offset", "x"),
    ],
)
def test_a_damaged_part_is_told(written: Path, member: str, value: object) -> None:
    state = json.loads(written.read_text())
    with pytest.raises(Unreadable):
        PhoneState.read({**state, member: value})
    with pytest.raises(Unreadable):
        PhoneState.read({name: part for name, part in state.items() if name != member})


def test_two_commands_never_work_on_one_file(store: FileStore) -> None:
    with store.locked(), pytest.raises(InUse), store.locked():
        pass
    with store.locked():
        pass
