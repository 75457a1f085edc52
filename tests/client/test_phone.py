"""The phone against a server that checks every signature, HMAC and schema: activation, approval, offline ways."""

from __future__ import annotations

import httpx
import pytest

from tests.client import fake_server
from tests.client.conftest import PIN, activate, new_phone
from tests.client.fake_server import CODE, ISS, PROOF, FakeServer, Machine
from tests.support.fakes import FakeClock
from watchword_client import (
    ConfirmationNeeded,
    MemoryStore,
    Mistyped,
    NoConnection,
    NoSuchUser,
    Phone,
    PinForbidden,
    Refused,
    Unrecognised,
    User,
    crypto,
    oath,
)
from watchword_client.refusal import CONFIRMATION_WRONG, NOT_FOR_YOU, PIN_WRONG, PROOF_FIRST, SENT_CODE_WRONG

SECRET = crypto.b64u(bytes(range(16)))
HASH = crypto.digest(bytes(range(16)))


def test_activation_by_code(phone: Phone, server: FakeServer) -> None:
    user = activate(phone)
    assert user.confirmed
    assert (phone.id, user.username) == (server.phone, "mtanaka01")
    recovery = server.devices[user.user]["recovery"]
    pad = phone.unlock(PIN).pad(ISS, user.user, user.device)
    opened = crypto.camouflage(crypto.unb64u(recovery["blob"], 32), pad)
    assert opened == server.devices[user.user]["secret"]
    assert phone.wire.state.salt == crypto.unb64u(recovery["salt"], 16)


def test_activation_by_qr_and_by_session_id(phone: Phone) -> None:
    phone.activate_scan(f"{ISS}/a#{SECRET}")
    assert phone.complete(PIN, "one").confirmed
    phone.activate_session("sato", "7kq4 x9tm")
    assert phone.complete(PIN, "two").username == "sato"
    assert [user.username for user in phone.users] == ["mtanaka01", "sato"]


def test_every_step_of_an_activation_carries_the_same_claim_and_the_next_another(
    phone: Phone, server: FakeServer
) -> None:
    activate(phone)
    first = {body["claim"] for path, body in server.seen if "claim" in body}
    activate(phone, "sato")
    both = {body["claim"] for path, body in server.seen if "claim" in body}
    assert (len(first), len(both)) == (1, 2)


def test_a_wrong_code_leaves_the_activation_open(phone: Phone) -> None:
    phone.activate_start("mtanaka01", "correct horse")
    with pytest.raises(Refused) as refused:
        phone.activate_prove("87654321")
    assert refused.value.number == SENT_CODE_WRONG
    assert phone.activate_prove("1234 5678").username == "mtanaka01"


def test_a_new_number_needs_a_proof_first(phone: Phone, server: FakeServer) -> None:
    server.needs_proof = True
    contact = phone.activate_start("mtanaka01", "correct horse")["contacts"][0]["id"]
    with pytest.raises(Refused) as refused:
        phone.activate_send(country="JP", national="9012345678")
    assert refused.value.number == PROOF_FIRST
    assert phone.activate_proof_send(contact)["digits"] == 6
    phone.activate_proof(PROOF)
    assert phone.activate_send(country="JP", national="9012345678")["digits"] == 8


def test_a_new_pin_is_held_to_the_guidelines_and_leaves_nothing(phone: Phone, server: FakeServer) -> None:
    phone.activate_start("mtanaka01", "correct horse")
    phone.activate_prove(CODE)
    with pytest.raises(PinForbidden) as forbidden:
        phone.complete("x1984", "terminal")
    assert [(hit.piece, hit.name) for hit in forbidden.value.found] == [("1984", "birth_date")]
    assert "/v1/activation/complete" not in server.paths()
    assert phone.complete(PIN, "terminal").confirmed


def test_adding_a_user_takes_the_pin_the_phone_has(phone: Phone, user: User, server: FakeServer) -> None:
    with pytest.raises(Refused) as refused:
        activate(phone, "sato", "wrong1")
    assert (refused.value.number, refused.value.refusal.left) == (PIN_WRONG, 9)
    assert len(phone.users) == 1
    assert activate(phone, "sato").confirmed
    sent = [body for path, body in server.seen if path == "/v1/activation/complete"]
    assert "prove" not in sent[0]
    assert sent[-1]["prove"]["signed"]["purpose"] == "add_user"


def test_a_confirmation_lost_on_the_way_is_made_up_for(server: FakeServer, machine: Machine) -> None:
    store = MemoryStore()
    phone = new_phone(server, machine, store)

    def lose(request: httpx.Request) -> httpx.Response | None:
        if request.url.path.endswith("/confirm"):
            raise httpx.ReadError("cut")
        return None

    server.before = lose
    with pytest.raises(NoConnection):
        activate(phone)
    server.before = lambda _: None
    again = new_phone(server, machine, store)
    assert [user.confirmed for user in again.users] == [False]
    assert again.confirm(PIN).confirmed
    assert [user.confirmed for user in new_phone(server, machine, store).users] == [True]


def test_an_answer_for_another_enrolment_is_not_taken(phone: Phone, server: FakeServer) -> None:
    real = server.do_activation_complete

    def other(body: dict[str, object]) -> dict[str, object]:
        content = {**real(body)["signed"], "user": server.entropy.id()}
        return server.answer(content)

    server.do_activation_complete = other  # type: ignore[method-assign]
    with pytest.raises(Unrecognised):
        activate(phone)
    assert phone.users == ()


def test_nothing_that_checks_a_pin_is_stored(server: FakeServer, machine: Machine) -> None:
    store = MemoryStore()
    phone = new_phone(server, machine, store)
    user = activate(phone)
    phone.code(PIN)
    secret = server.devices[user.user]["secret"]
    text = str(store.load())
    keys = [crypto.user_key(secret, label, ISS, user.user, phone.id) for label in ("hmac", "totp", "ocra", "proof")]
    for hidden in (secret, phone.unlock(PIN).a, *keys):
        assert crypto.b64u(hidden) not in text
    assert PIN not in text
    assert "Unlocked()" in repr(phone.unlock(PIN))


def test_it_says_what_is_asked_and_shows_no_action_that_it_does_not_know(
    phone: Phone, user: User, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake_server, "validate", lambda *_: None)  # a later server: its action is in no schema
    server.begin_login(user.user, action="confirm", operation="password")
    server.begin_login(user.user, action="confirm", operation="later")
    server.begin_login(user.user, action="recover")
    strange = server.begin_login(user.user, action="transfer")
    assert [one.asked for one in phone.pending().attempts] == ["confirm.password", "confirm.other", "recover"]
    server.scannable[HASH] = strange
    with pytest.raises(Unrecognised):
        phone.scan(f"{ISS}/l#{SECRET}")


def test_pending_and_approve(phone: Phone, user: User, server: FakeServer) -> None:
    details = server.begin_login(user.user)
    [attempt] = phone.pending().attempts
    assert (attempt.id, attempt.username, attempt.needs_confirmation) == (details["attempt"], "mtanaka01", False)
    assert phone.approve(attempt, PIN).result == "approved"
    assert server.seen[-1][1]["signed"]["uv"] == "pin"
    assert phone.pending().attempts == ()


def test_approve_with_the_confirmation_code(phone: Phone, user: User, server: FakeServer) -> None:
    server.begin_login(user.user, confirm=True, confirm_reason="browser")
    [attempt] = phone.pending().attempts
    with pytest.raises(ConfirmationNeeded):
        phone.approve(attempt, PIN)
    with pytest.raises(Mistyped):
        phone.approve(attempt, PIN, "48291")
    with pytest.raises(Refused) as refused:
        phone.approve(attempt, PIN, "482916")
    assert (refused.value.number, refused.value.refusal.left) == (CONFIRMATION_WRONG, 2)
    assert phone.approve(attempt, PIN, "482 915").result == "approved"


def test_a_wrong_pin_is_found_by_the_server_alone(phone: Phone, user: User, server: FakeServer) -> None:
    server.begin_login(user.user)
    [attempt] = phone.pending().attempts
    with pytest.raises(Refused) as refused:
        phone.approve(attempt, "wrong1")
    assert refused.value.number == PIN_WRONG
    assert phone.approve(attempt, phone.unlock(PIN)).result == "approved"


@pytest.mark.parametrize(("say", "result"), [("deny", "denied"), ("not_me", "not_me")])
def test_refusing_takes_no_pin(
    phone: Phone, user: User, server: FakeServer, clock: FakeClock, say: str, result: str
) -> None:
    server.begin_login(user.user, confirm=True, confirm_reason="browser")
    [attempt] = phone.pending().attempts
    decision = getattr(phone, say)(attempt)
    assert (decision.result, decision.quiet_until) == (result, clock.now() + 900)
    sent = server.seen[-1][1]
    assert (sent["signed"]["uv"], sent["signed"]["confirmation"], "hmac" in sent) == ("none", "", False)


def test_a_scanned_code_stands_in_for_the_digits_and_its_secret_stays(
    phone: Phone, user: User, server: FakeServer
) -> None:
    server.scannable[HASH] = server.begin_login(user.user, confirm=True, confirm_reason="browser")
    attempt = phone.scan(f"{ISS}/l#{SECRET}")
    assert not attempt.needs_confirmation
    assert phone.approve(attempt, PIN).result == "approved"
    assert server.seen[-1][1]["signed"]["confirmation"] == HASH
    assert SECRET not in str(server.seen)


def test_a_scan_that_is_not_for_this_phone(phone: Phone, user: User, server: FakeServer) -> None:
    with pytest.raises(Refused) as refused:
        phone.scan(f"{ISS}/l#{SECRET}")
    assert refused.value.number == NOT_FOR_YOU
    other = server.begin_login(user.user)
    server.scannable[HASH] = {**other, "user": server.entropy.id()}
    with pytest.raises(Unrecognised):
        phone.scan(f"{ISS}/l#{SECRET}")
    with pytest.raises(Mistyped):
        phone.scan(f"{ISS}/a#{SECRET}")


def test_logins_of_users_who_are_not_here_are_not_shown(phone: Phone, user: User, server: FakeServer) -> None:
    details = server.begin_login(user.user)
    server.attempts.append({**details, "attempt": server.entropy.id(), "device": server.entropy.id()})
    assert [attempt.id for attempt in phone.pending().attempts] == [details["attempt"]]


def test_code_and_response_are_the_servers(phone: Phone, user: User, server: FakeServer, clock: FakeClock) -> None:
    nine = "148201937"
    challenge = nine + oath.check_digit(nine)
    key = server.key(user.user, "totp")
    assert phone.code(PIN) == oath.totp(key, clock.now())
    assert phone.code(PIN, at=clock.now() + 30) == oath.totp(key, clock.now() + 30)
    assert phone.respond(challenge, PIN) == oath.key_response(server.key(user.user, "ocra"), challenge)
    before = len(server.seen)
    assert len(phone.code("wrong1")) == 6
    assert phone.code("wrong1") != phone.code(PIN)
    assert len(server.seen) == before, "codes need no network (D04)"


def test_check_lifts_a_pause(phone: Phone, user: User, server: FakeServer) -> None:
    server.paused = True
    assert phone.pending().offline_paused
    with pytest.raises(Refused):
        phone.check("wrong1")
    assert phone.check(PIN)
    assert not phone.pending().offline_paused


def test_a_user_is_named_where_there_are_several(phone: Phone, user: User, clock: FakeClock) -> None:
    activate(phone, "sato")
    with pytest.raises(NoSuchUser):
        phone.code(PIN)
    assert phone.code(PIN, "sato", clock.now()) != phone.code(PIN, "mtanaka01", clock.now())
    with pytest.raises(NoSuchUser):
        phone.code(PIN, "nobody")


def test_a_phone_belongs_to_one_server(server: FakeServer, machine: Machine) -> None:
    store = MemoryStore()
    activate(new_phone(server, machine, store))
    with pytest.raises(ValueError, match="one server"):
        Phone("https://key.example.net", store=store, http=server.http())
    with pytest.raises(ValueError, match="one server"):
        Phone("", http=server.http())


def test_events_and_push(phone: Phone, user: User, server: FakeServer) -> None:
    assert phone.register_push("https://push.example.com/1", "BAAA", "AAAA")
    stream = b": hello\n\nevent: pending\ndata: {}\n\nevent: pending\ndata: {}\n\n"

    def answer(request: httpx.Request) -> httpx.Response | None:
        if request.url.path == "/v1/events":
            return httpx.Response(200, content=stream, headers={"content-type": "text/event-stream"})
        return None

    server.before = answer
    assert list(phone.events()) == ["pending", "pending"]
