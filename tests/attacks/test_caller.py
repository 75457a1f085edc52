"""Two-way proof on the telephone, as those attack it who call in somebody's name, who telephone people as if they were us, and who are staff (S05).

Nobody can tell two honest ends of a line from somebody who stands between them and repeats every word. What holds all the same: the phone
says who called whom, a proof opens and lowers nothing, it is one person's for a quarter of an hour, and one press takes it back.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support.calling import Call, begun, calling, number, session
from tests.support.installation import Installation, Person, refused
from tests.support.raw import numbers, post
from tests.support.signed import caught, decision, resigned
from tests.support.staff import Member, at_shell, give, tags
from tests.support.steps import approve, asked, go_on, logged_in, waiting
from watchword.core.refusals import Refusal
from watchword.core.staff import ROLES
from watchword.flows import answers, confirm, login
from watchword.flows.kit import Visit
from watchword.flows.staff import caller
from watchword.flows.staff.caller import Seen
from watchword_client.approval import Attempt
from watchword_client.trust import Unrecognised

WRONG = "000000"


@pytest.fixture
def agent(here: Installation, tmp_path: Path) -> Member:
    """Somebody of client services, signed in."""
    return at_shell(here, tmp_path, "client_services")


def wrong(call: Call) -> str:
    """Digits that are not those of the call."""
    return WRONG if call.seen.digits != WRONG else "111111"


def sessions_of(here: Installation, who: Person) -> int:
    with here.built.store.read() as tx:
        return len(tx.sessions.of_user(who.id, here.clock.now()))


# A proof is a proof of nothing else


def test_a_proof_gives_no_session_no_confirmation_and_no_recovery(
    here: Installation, agent: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even for somebody who came by the collector that is thrown away."""
    opened: list[login.Opened] = []
    original = login.open_attempt

    def kept(*given: object, **more: object) -> login.Opened:
        opened.append(original(*given, **more))  # type: ignore[arg-type]
        return opened[-1]

    monkeypatch.setattr(login, "open_attempt", kept)
    who, kit = here.person(), here.built.kit
    own = logged_in(here, who)
    with here.built.store.read() as tx:
        held = tx.sessions.of_user(who.id, here.clock.now())[0]
    call = calling(agent, who)
    collector = opened[-1].collector
    for way, typed in (("code", who.phone.code(here.pin(), who.username)), ("challenge", "12345678")):
        assert number(answers.answer(kit, collector, way, typed)) == 1105
    for way in ("qr", "challenge"):
        assert number(answers.show(kit, collector, way)) == 1105
    assert number(login.ask_again(kit, collector)) == 1105
    call.approve()
    for _ in range(2):
        assert number(login.collect(kit, collector, Visit())) == 1105
        assert number(confirm.collect(kit, held, collector)) == 1105
        call.look()
    assert call.look().outcome == "confirmed"
    assert sessions_of(here, who) == 1
    assert own.get("/settings/password").status == 200
    with here.built.store.read() as tx:
        fresh = tx.sessions.get(held.id)
    assert fresh is not None and fresh.confirmed == held.confirmed


def test_the_answer_of_a_call_is_none_to_a_login_and_the_other_way_round(here: Installation, agent: Member) -> None:
    who = here.person()
    call = calling(agent, who)
    browser = waiting(here, who)
    shown = {one.id: one for one in who.phone.pending().attempts}
    mine = shown.pop(call.id)
    (other,) = shown.values()
    body = decision(who.phone, mine, here.pin(), confirmation=call.seen.digits)
    moved = {name: other.details[name] for name in ("attempt", "nonce", "client")}
    for changes in (
        moved,
        {**moved, "action": "login"},
        {"action": "login"},
        {"action": "confirm"},
        {"client": "portal"},
    ):
        altered = resigned(who.phone, body, here.pin(), **changes)
        assert numbers(post(here.key, "/v1/decide", altered, here)) in ([4301], [4303])
    assert go_on(browser).path == "/login/wait"
    assert call.look().outcome == "asked"
    assert sessions_of(here, who) == 0


def test_a_confirmed_call_does_not_count_as_a_login_after_a_denial(here: Installation, agent: Member) -> None:
    """The first login after a denial asks for the code; a call in between takes that away from nobody."""
    who = here.person()
    browser = logged_in(here, who)
    browser.post("/logout")
    waiting(here, who, browser)
    who.phone.deny(asked(who.phone, who))
    here.later(15 * 60)
    agent.do("login", agent.username)
    call = calling(agent, who)
    call.approve()
    assert call.look().outcome == "confirmed"
    here.later(61)
    waiting(here, who, browser)
    assert asked(who.phone, who).details["confirm_reason"] == "denial"


# A caller who is somebody else


def test_the_digits_of_another_call_confirm_nothing(here: Installation, agent: Member, tmp_path: Path) -> None:
    one, other = calling(agent, here.person()), calling(at_shell(here, tmp_path, "client_services"), here.person())
    refused(4303, work=lambda: one.approve(other.seen.digits if other.seen.digits != one.seen.digits else wrong(one)))
    refused(4303, work=lambda: one.approve(wrong(one)))
    refused(4201, work=lambda: one.approve(wrong(one)))
    assert one.look().outcome == "over"
    assert other.look().outcome == "asked"


def test_only_the_phone_of_the_person_sees_decides_or_hears_the_words(here: Installation, agent: Member) -> None:
    who, stranger = here.person(), here.person()
    call = calling(agent, who)
    attempt = call.attempt()
    assert stranger.phone.pending().attempts == ()
    with caught(who.phone) as sent:
        who.phone.wire.request("/v1/caller/words", "caller_words", lambda: fields(attempt))
        who.phone.caller_checked(attempt, True)
    for path, body in sent:
        foreign = resigned(stranger.phone, {**body, "signed": {**body["signed"], "phone": stranger.phone.id}})
        assert numbers(post(here.key, path, foreign, here)) == [4202]
        unsigned = {**body, "signature": foreign["signature"]}
        assert numbers(post(here.key, path, unsigned, here)) == [4101]
    refused(4202, work=lambda: stranger.phone.deny(attempt))
    assert call.look().proof.state == "unseen"


@pytest.mark.parametrize("forged", ["", "0" * 26, "x" * 5000, "' or 1=1 --", "nul\0", "half\ud83d"])
def test_forged_ids_find_nothing(here: Installation, agent: Member, forged: str) -> None:
    assert number(caller.look(here.built.kit, session(agent), forged)) == 7274
    assert number(caller.stop(here.built.kit, session(agent), forged)) == 7274
    who = here.person()
    attempt = calling(agent, who).attempt()
    who.phone.caller_words(attempt)
    with caught(who.phone) as sent:
        who.phone.caller_checked(attempt, False)
    (path, body) = sent[0]
    if "\ud83d" not in forged:
        assert numbers(post(here.key, path, resigned(who.phone, body, attempt=forged), here)) in ([4202], [5001])
    assert numbers(post(here.key, path, resigned(who.phone, body, nonce="AAAAAAAAAAAAAAAAAAAAAA"), here)) == [4301]
    for name in ("user", "device"):
        assert numbers(post(here.key, path, resigned(who.phone, body, **{name: "0" * 26}), here)) == [4301]
    assert numbers(post(here.key, path, resigned(who.phone, body, match="yes"), here)) == [4301]


def test_a_login_has_no_words(here: Installation) -> None:
    who = here.person()
    waiting(here, who)
    attempt = asked(who.phone, who)
    refused(4202, work=lambda: who.phone.caller_words(attempt))
    refused(4202, work=lambda: who.phone.caller_checked(attempt, True))


def test_a_confirmation_sent_twice_is_one(here: Installation, agent: Member) -> None:
    who = here.person()
    call = calling(agent, who)
    body = decision(who.phone, call.attempt(), here.pin(), confirmation=call.seen.digits)
    for _ in range(2):
        assert post(here.key, "/v1/decide", body, here).json()["result"] == "approved"
    call.look()
    here.later(15 * 60)
    agent.do("login", agent.username)
    again = calling(agent, who)
    assert numbers(post(here.key, "/v1/decide", body, here)) == []  # the old answer, for the old call
    assert again.look().outcome == "asked"
    assert call.look().good_until == 0


def test_two_callers_in_one_name_are_told_apart(here: Installation, agent: Member, tmp_path: Path) -> None:
    """The second member of staff is told who asks already, and no phone ever shows two calls to choose from."""
    other, who = at_shell(here, tmp_path, "client_services"), here.person()
    call = calling(agent, who)
    found = begun(other, who)
    assert number(found) == 7272 and isinstance(found, Refusal)
    assert found.params["name"] == call.seen.proof.agent
    assert number(begun(agent, who)) == 7272
    call.approve()
    assert number(begun(other, who)) == 7272  # approved, and not yet seen by the one who asked
    call.look()
    assert isinstance(begun(other, who), Seen)


def test_many_who_ask_at_once_open_one(here: Installation, tmp_path: Path) -> None:
    who = here.person()
    held = [at_shell(here, tmp_path, "client_services") for _ in range(4)]
    gate = threading.Barrier(4)

    def ask(member: Member) -> Seen | Refusal:
        gate.wait()
        return begun(member, who)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, held))
    assert sum(isinstance(one, Seen) for one in found) == 1
    assert {number(one) for one in found if isinstance(one, Refusal)} == {7272}
    assert len(who.phone.pending().attempts) == 1


# Somebody who telephones people as if he were us


def test_whoever_is_no_staff_has_no_words_and_no_digits(here: Installation, tmp_path: Path) -> None:
    """Without an open call the phone shows nothing to be confirmed, whatever a caller says."""
    who = here.person()
    nobody = at_shell(here, tmp_path, log_in=False)
    assert nobody.refused("caller", who.username) == 7201
    assert who.phone.pending().attempts == ()
    for role in set(ROLES) - {"client_services", "compliance"}:
        assert at_shell(here, tmp_path, role).refused("caller", who.username) == 7203
    assert at_shell(here, tmp_path, "compliance").run("caller", who.username, "--wait", "1").exit_code == 1
    assert "caller.attempt.opened" in tags(here, who.id)


def test_a_console_that_was_left_open_cannot_speak_for_us(here: Installation, agent: Member) -> None:
    who = here.person()
    here.later(301)
    assert number(begun(agent, who)) == 6101
    assert who.phone.pending().attempts == ()


def test_the_words_are_other_ones_each_time_and_stand_nowhere(here: Installation, agent: Member) -> None:
    seen = set()
    for _ in range(8):
        call = calling(agent, here.person())
        seen.add(call.seen.words)
        call.who.phone.caller_words(call.attempt())
    assert len(seen) >= 7
    with here.built.store.engine.connect() as connection:
        for table in ("audit", "audit_personal", "attempts", "caller_proofs", "outbox"):
            rows = str(connection.execute(text(f"SELECT * FROM {table}")).all())
            assert not any(" · ".join(words) in rows or str(list(words)) in rows for words in seen), table
            assert call.seen.digits not in rows, table


def test_altered_words_are_not_shown(here: Installation, agent: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    call = calling(agent, here.person())
    attempt, phone = call.attempt(), call.who.phone
    other = calling(agent, here.person())
    foreign = other.who.phone.wire.request("/v1/caller/words", "caller_words", lambda: fields(other.attempt()))
    monkeypatch.setattr(phone.wire, "post", lambda *_: foreign)
    with pytest.raises(Unrecognised):
        phone.caller_words(attempt)


def fields(attempt: Attempt) -> dict[str, object]:
    """What a phone signs to be told the words."""
    return {name: attempt.details[name] for name in ("attempt", "nonce", "user", "device")}


# Staff who are malicious or fooled


def test_nobody_proves_himself_and_nobody_sees_a_colleagues_call(
    here: Installation, agent: Member, tmp_path: Path
) -> None:
    assert agent.refused("caller", agent.username) == 7204
    paper = here.person(kind="paper", paper_of=agent.who.id)
    assert agent.refused("caller", paper.username) == 7204
    other = at_shell(here, tmp_path, *ROLES)
    call = calling(agent, here.person())
    for work in (caller.look, caller.stop):
        assert number(work(here.built.kit, session(other), call.id)) == 7274
    assert tags(here, other.who.id)[0] == "staff.action.refused"
    assert call.look().outcome == "asked"


def test_a_confirmation_is_evidence_for_nobody_else(here: Installation, agent: Member, tmp_path: Path) -> None:
    other, who = at_shell(here, tmp_path, "client_services"), here.person()
    call = calling(agent, who)
    call.approve()
    call.look()
    made = other.ask("networks", who.username, "--networks", "203.0.113.0/24")
    assert other.do("request-show", made)["caller"] == {}


def test_a_role_taken_away_in_the_middle_of_a_call(here: Installation, agent: Member) -> None:
    call = calling(agent, here.person())
    held = session(agent)
    call.approve()
    give(here, agent.who, "auditor")
    assert number(caller.look(here.built.kit, held, call.id)) == 7203
    give(here, agent.who)
    assert number(caller.look(here.built.kit, held, call.id)) == 7202
    give(here, agent.who, "client_services")
    here.later(61)  # nobody who may has seen it in time: the approval is worth nothing
    assert call.look().outcome == "over"
    assert agent.do("show", call.who.username)["callers"][0]["good_until"] == 0


def test_a_session_that_ended_in_the_middle_of_a_call(here: Installation, agent: Member) -> None:
    call = calling(agent, here.person())
    held = session(agent)
    call.approve()
    agent.do("logout")
    assert number(caller.look(here.built.kit, held, call.id)) == 7201


def test_what_was_confirmed_can_be_taken_back(here: Installation, agent: Member, tmp_path: Path) -> None:
    """The person finds out a minute later: the request that rested on it is closed before compliance could approve it."""
    who, officer = here.person(), at_shell(here, tmp_path, "compliance")
    call = calling(agent, who)
    attempt = call.attempt()
    call.approve()
    assert call.look().outcome == "confirmed"
    made = agent.ask("networks", who.username, "--networks", "203.0.113.0/24")
    assert agent.do("request-show", made)["caller"]["attempt"] == call.id
    assert who.phone.not_me(attempt).result == "not_me"
    assert call.look().outcome == "alarm"
    assert officer.refused("approve", made, "--checked", "a moment too late") == 7212
    networks = ("--networks", "198.51.100.0/24")
    assert (
        agent.refused("request", "networks", who.username, "--reason", "again", "--evidence", "again", *networks)
        == 7279
    )


def test_a_thief_with_the_phone_alone_confirms_nothing(here: Installation, agent: Member) -> None:
    call = calling(agent, here.person())
    refused(4304, work=lambda: call.approve(pin="x9Z!qw"))
    attempt = call.attempt()
    with caught(call.who.phone) as sent:
        call.who.phone.decide(attempt, "approve", confirmation=call.seen.digits, pin=None)
    assert numbers(post(here.key, "/v1/decide", sent[0][1], here)) in ([4301], [4304])
    assert call.look().outcome == "asked"


def test_a_phone_is_not_rung_at_will(here: Installation, agent: Member, tmp_path: Path) -> None:
    who = here.person()
    for _ in range(3):
        call = calling(agent, who)
        caller.stop(here.built.kit, session(agent), call.id)
    assert number(begun(agent, who)) == 7273
    others = at_shell(here, tmp_path, "client_services")
    assert number(begun(others, who)) == 7273
    assert here.letters(who.number) == []
    waiting(here, who)  # logging in goes on, by the ways that ring nobody


def test_a_call_is_refused_where_nothing_can_be_confirmed(here: Installation, agent: Member, tmp_path: Path) -> None:
    assert agent.refused("caller", here.person(phones=0).username) == 7271
    assert agent.refused("caller", "nobody-of-that-name") == 7205
    gone = here.person()
    at_shell(here, tmp_path, "compliance").do("suspend", gone.username)
    assert agent.refused("caller", gone.username) == 7207
    found = caller.begin(here.built.kit, session(agent), here.person().username, "they_called")
    assert number(found) == 7206


def test_a_reported_login_ends_the_call_beside_it(here: Installation, agent: Member) -> None:
    who = here.person()
    call = calling(agent, who)
    browser = waiting(here, who)
    del browser
    other = next(one for one in who.phone.pending().attempts if one.id != call.id)
    who.phone.not_me(other)
    assert call.look().outcome == "over"
    refused(4201, work=lambda: who.phone.approve(Attempt(other.details), here.pin(), "123456"))


def test_a_reported_call_ends_the_login_beside_it(here: Installation, agent: Member) -> None:
    who = here.person()
    browser = waiting(here, who)
    approve(here, who, browser)
    call = calling(agent, who)
    who.phone.not_me(call.attempt())
    page = go_on(browser)
    assert (page.path, page.status) == ("/login/wait", 403)
    assert sessions_of(here, who) == 0
