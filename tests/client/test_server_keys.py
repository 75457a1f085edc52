"""What a phone does when the server's keys change, or are not the server's (spec.md 9)."""

from __future__ import annotations

import httpx
import pytest

from tests.client.conftest import activate, new_phone
from tests.client.fake_server import FakeServer, Machine
from watchword_client import MemoryStore, Phone, Unrecognised, User


def kids(phone: Phone) -> list[str]:
    return [entry["kid"] for entry in phone.wire.state.kept]


def test_one_rotation_needs_no_question(phone: Phone, user: User, server: FakeServer) -> None:
    server.rotate()
    server.begin_login(user.user)
    server.seen.clear()
    assert len(phone.pending().attempts) == 1
    assert server.paths() == ["/v1/pending"]


def test_two_rotations_are_followed_and_kept(server: FakeServer, machine: Machine) -> None:
    store = MemoryStore()
    phone = new_phone(server, machine, store)
    user = activate(phone)
    server.rotate()
    server.rotate()
    server.begin_login(user.user)
    server.seen.clear()
    assert len(phone.pending().attempts) == 1
    assert server.paths() == ["/v1/pending", "/v1/config"]
    assert kids(phone) == ["s2", "s3"]
    assert kids(new_phone(server, machine, store)) == ["s2", "s3"]


def test_a_server_with_other_keys_is_not_recognised_and_nothing_is_shown(
    phone: Phone, user: User, server: FakeServer
) -> None:
    kept = phone.wire.state.kept
    server.current = 3
    server.begin_login(user.user)
    with pytest.raises(Unrecognised):
        phone.pending()
    assert phone.wire.state.kept == kept
    with pytest.raises(Unrecognised):
        phone.activate_start("sato", "correct horse")
    assert "sato" not in str(server.seen), "a password goes to no server that is not recognised"


def test_one_false_attempt_hides_them_all(phone: Phone, user: User, server: FakeServer) -> None:
    server.begin_login(user.user)
    server.begin_login(user.user)
    real, count = server.answer, iter(range(10))

    def forged(signed: dict[str, object], by: int | None = None) -> dict[str, object]:
        made = real(signed, by)
        return made if next(count) == 0 else {**made, "signed": {**signed, "place": "Your home"}}

    server.answer = forged  # type: ignore[method-assign]
    server.seen.clear()
    with pytest.raises(Unrecognised):
        phone.pending()
    assert server.paths() == ["/v1/pending"], "only an unknown key is a reason to ask for the chain"


def test_a_secret_from_a_stranger_is_not_wrapped(phone: Phone, server: FakeServer) -> None:
    phone.config()
    server.keys[0] = server.keys[4]
    with pytest.raises(Unrecognised):
        activate(phone)
    assert phone.users == ()
    assert phone.id == ""


@pytest.mark.parametrize("member", ["place", "network_new", "confirm", "started", "client_name"])
@pytest.mark.parametrize("value", [None, 7.5, []])
def test_details_that_lack_a_fact_are_not_shown(
    phone: Phone, user: User, server: FakeServer, member: str, value: object
) -> None:
    """Even signed by the server: a person must not approve what cannot be shown."""
    details = server.begin_login(user.user)
    phone.pending()
    changed = {**details, member: value} if value != 7.5 else {k: v for k, v in details.items() if k != member}
    answer = {"time": 1, "attempts": [server.answer(changed)], "users": [], "offline_paused": False}
    server.before = lambda _: httpx.Response(200, json=answer)
    with pytest.raises(Unrecognised) as raised:
        phone.pending()
    assert raised.value.reason == "form"


def test_the_first_contact_of_another_issuer_is_refused(server: FakeServer, machine: Machine) -> None:
    server.iss = "https://key.example.net"
    with pytest.raises(Unrecognised):
        new_phone(server, machine).activate_start("mtanaka01", "correct horse")
    assert server.paths() == ["/v1/config"]
