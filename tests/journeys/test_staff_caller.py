"""Two-way proof on the telephone: Key confirms who is calling, and the member of staff says the words that Key shows (S05)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.calling import begun, calling, number, session
from tests.support.installation import Installation, refused
from tests.support.staff import Member, at_shell, tags
from tests.support.steps import waiting
from watchword.flows.staff import caller
from watchword.flows.staff.caller import Seen


@pytest.fixture
def agent(here: Installation, tmp_path: Path) -> Member:
    """Somebody of client services, signed in."""
    return at_shell(here, tmp_path, "client_services")


@pytest.fixture
def officer(here: Installation, tmp_path: Path) -> Member:
    """Somebody of compliance, signed in."""
    return at_shell(here, tmp_path, "compliance")


def test_key_confirms_the_caller(here: Installation, agent: Member) -> None:
    who = here.person()
    call = calling(agent, who)
    assert len(call.seen.digits) == 6 and len(call.seen.words) == 3 and call.seen.outcome == "asked"
    attempt = call.attempt()
    assert attempt.asked == "caller.called_us" and attempt.needs_confirmation
    with here.built.store.read() as tx:
        asker = tx.users.get(agent.who.id)
    assert asker is not None and attempt.details["agent"] == asker.display_name
    assert attempt.details["client_name"] == here.built.kit.policy.brand_name
    assert call.approve().result == "approved"
    seen = call.look()
    assert (seen.outcome, seen.device, seen.digits, seen.words) == ("confirmed", "Phone 1", "", ())
    assert seen.good_until == here.clock.now() + 15 * 60
    assert who.phone.pending().attempts == ()
    written = tags(here, who.id)
    assert {"staff.caller.asked", "caller.attempt.opened", "caller.push.approved", "staff.caller.confirmed"} <= set(
        written
    )
    assert not {tag for tag in written if tag.startswith("login.")}


def test_the_agent_says_the_words_that_only_key_and_console_know(here: Installation, agent: Member) -> None:
    call = calling(agent, here.person())
    assert call.look().proof.state == "unseen"
    attempt = call.attempt()
    assert call.who.phone.caller_words(attempt) == call.seen.words
    assert call.look().proof.state == "shown"
    assert call.who.phone.caller_checked(attempt, True).result == "matched"
    assert call.who.phone.caller_checked(attempt, True).result == "matched"
    assert call.who.phone.caller_words(attempt) == call.seen.words
    assert call.approve().result == "approved"
    assert call.look().proof.state == "matched"


def test_words_are_in_the_language_of_the_person(here: Installation, agent: Member) -> None:
    call = calling(agent, here.person(lang="ja"))
    assert all(not word.isascii() for word in call.seen.words)


def test_whom_we_call_compares_the_words_first(here: Installation, agent: Member) -> None:
    call = calling(agent, here.person(), "we_called")
    assert call.attempt().asked == "caller.we_called"
    refused(7275, work=call.approve)
    attempt = call.attempt()
    refused(4301, work=lambda: call.who.phone.caller_checked(attempt, True))  # not looked at yet
    call.who.phone.caller_words(attempt)
    refused(7275, work=call.approve)
    call.who.phone.caller_checked(attempt, True)
    assert call.approve().result == "approved"
    assert call.look().outcome == "confirmed"


def test_wrong_words_end_it_and_are_told_everywhere(here: Installation, agent: Member, officer: Member) -> None:
    who = here.person()
    made = agent.ask("networks", who.username, "--networks", "203.0.113.0/24")
    call = calling(agent, who)
    attempt = call.attempt()
    who.phone.caller_words(attempt)
    answer = who.phone.caller_checked(attempt, False)
    assert (answer.result, answer.quiet_until) == ("not_me", here.clock.now() + 15 * 60)
    assert who.phone.caller_checked(attempt, False) == answer
    refused(4201, work=lambda: who.phone.approve(attempt, here.pin(), call.seen.digits))
    assert call.look().outcome == "alarm"
    assert [letter["kind"] for letter in here.letters(who.number, who.mail)] == ["mail", "sms"]
    shown = officer.do("request-show", made)
    assert (shown["state"], shown["decided_by"]) == ("rejected", "") and shown["alarm"] == here.clock.now()
    assert officer.refused("approve", made, "--checked", "everything") == 7212
    assert "staff.caller.alarmed" in tags(here, who.id)


def test_a_reported_call_guards_the_account_for_an_hour(here: Installation, agent: Member) -> None:
    who = here.person()
    call = calling(agent, who)
    assert who.phone.not_me(call.attempt()).result == "not_me"
    assert call.look().outcome == "alarm"
    assert number(begun(agent, who)) == 7273
    networks = (
        "request",
        "networks",
        who.username,
        "--reason",
        "moved",
        "--evidence",
        "called",
        "--networks",
        "everywhere",
    )
    assert agent.refused(*networks) == 7279
    here.later(3600)
    agent.do("login", agent.username)
    made = agent.ask("networks", who.username, "--networks", "203.0.113.0/24")
    card = agent.do("show", who.username)
    assert [one["outcome"] for one in card["callers"]] == ["alarm"]
    assert agent.do("request-show", made)["alarm"] == card["callers"][0]["alarmed"] > 0
    waiting(here, who)  # the password was not typed by anybody, and is not flagged


def test_a_denial_is_quiet(here: Installation, agent: Member) -> None:
    who = here.person()
    call = calling(agent, who)
    assert who.phone.deny(call.attempt()).result == "denied"
    assert call.look().outcome == "denied"
    assert number(begun(agent, who)) == 7273
    here.later(15 * 60)
    agent.do("login", agent.username)
    assert calling(agent, who).seen.outcome == "asked"
    assert here.letters(who.number) == []


def test_it_is_over_after_five_minutes(here: Installation, agent: Member) -> None:
    who = here.person()
    call = calling(agent, who)
    attempt = call.attempt()
    here.later(5 * 60)
    assert call.look().outcome == "over"
    assert who.phone.pending().attempts == ()
    refused(4201, work=lambda: who.phone.approve(attempt, here.pin(), call.seen.digits))
    refused(4201, work=lambda: who.phone.caller_words(attempt))


def test_the_agent_stops_it(here: Installation, agent: Member) -> None:
    call = calling(agent, here.person())
    found = caller.stop(here.built.kit, session(agent), call.id)
    assert isinstance(found, Seen) and found.outcome == "over"
    assert call.who.phone.pending().attempts == ()
    assert number(caller.stop(here.built.kit, session(agent), call.id)) == 7278
    assert calling(agent, call.who).seen.outcome == "asked"


def test_a_confirmation_stands_with_the_request_it_was_given_for(
    here: Installation, agent: Member, officer: Member
) -> None:
    who = here.person()
    call = calling(agent, who)
    call.approve()
    call.look()
    made = agent.ask("networks", who.username, "--networks", "203.0.113.0/24")
    fact = officer.do("request-show", made)["caller"]
    assert fact == {
        "attempt": call.id, "at": str(here.clock.now()), "direction": "called_us", "words": "unseen", "device": "Phone 1",
    }  # fmt: skip
    assert "Key confirmed the caller: Phone 1" in officer.run("request-show", made).output
    assert officer.do("approve", made, "--checked", "evidence read")["state"] == "approved"
    here.later(15 * 60)
    agent.do("login", agent.username)
    again = agent.ask("networks", who.username, "--networks", "everywhere")
    assert officer.run("login", officer.username).exit_code == 0
    assert officer.do("request-show", again)["caller"] == {}


def test_it_lowers_nothing(here: Installation, agent: Member) -> None:
    who = here.person()
    call = calling(agent, who)
    call.approve()
    call.look()
    assert (
        agent.refused("request", "reset_password", who.username, "--reason", "forgotten", "--evidence", "Key said so")
        == 7214
    )


def test_compliance_sees_every_call(here: Installation, agent: Member, officer: Member) -> None:
    who = here.person()
    calling(agent, who)
    assert agent.refused("callers") == 7203
    line = next(one for one in officer.all("callers") if one["username"] == who.username)
    assert (line["asked_by"], line["outcome"], line["words_state"]) == (agent.username, "asked", "unseen")
    assert "digits" not in line and "words" not in line
    assert agent.username in officer.run("callers").output


def test_the_command_shows_what_to_say_and_waits(here: Installation, agent: Member) -> None:
    who = here.person()

    def answer(_: float = 0) -> None:
        attempt = next(one for one in who.phone.pending().attempts)
        with here.built.store.read() as tx:
            proof = tx.callers.get(attempt.id)
        assert proof is not None
        if proof.state == "unseen":
            who.phone.caller_words(attempt)
        elif proof.state == "shown":
            who.phone.caller_checked(attempt, True)
        else:
            with here.built.store.read() as tx:
                row = tx.attempts.get(attempt.id)
            assert row is not None
            who.phone.approve(attempt, here.pin(), caller.confirmation_of(here.built.kit, row))

    agent.while_waiting = answer
    asked, *told, confirmed = agent.all("caller", who.username)
    assert asked["event"] == "asked" and len(asked["digits"]) == 6 and len(asked["words"]) == 3
    assert [one["state"] for one in told] == ["shown", "matched"]
    assert (confirmed["event"], confirmed["device"], confirmed["direction"]) == ("confirmed", "Phone 1", "called_us")
    agent.while_waiting = lambda _: who.phone.not_me(who.phone.pending().attempts[0]) and None
    other = here.person()
    who = other
    assert agent.refused("caller", other.username) == 7277
    third = here.person()
    agent.while_waiting = lambda _: None
    assert agent.refused("caller", third.username, "--wait", "2") == 7278
    assert third.phone.pending().attempts == ()
