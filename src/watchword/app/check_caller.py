"""Steps of `watchword demo --check` in which somebody is on the telephone with staff: Key confirms the caller, the words prove us (S05)."""

from __future__ import annotations

from collections.abc import Callable

from watchword.app.check_staff import ADMINISTRATOR, AGENT, OFFICER, WORDS, done, phone_of, refused_with, signed_in
from watchword.app.walk import PIN, Walk, hold, refused
from watchword.flows.staff import caller, requests
from watchword.flows.staff.caller import Seen
from watchword_client.approval import Attempt
from watchword_client.phone import Phone

CALLER = ADMINISTRATOR  # somebody with Key of whom no other step wants a login afterwards


def _asked(phone: Phone) -> Attempt:
    """What the caller's Key shows of the call."""
    return next(one for one in phone.pending().attempts if one.telephone)


def _begun(walk: Walk, direction: str) -> Seen:
    """The agent asks the caller's Key."""
    return done(caller.begin(walk.built.kit, signed_in(walk, AGENT), CALLER, direction))


def two_way_proof(walk: Walk) -> None:
    """A caller is confirmed by Key with digits he hears; the words of the console are those that Key shows."""
    phone = phone_of(walk, CALLER)
    walk.clock.ahead += 3700
    kit, seen = walk.built.kit, _begun(walk, "called_us")
    attempt = _asked(phone)
    hold(phone.caller_words(attempt) == seen.words, "console and Key have the same words")
    hold(phone.caller_checked(attempt, True).result == "matched", "the words were right")
    wrong = "000000" if seen.digits != "000000" else "111111"
    refused(4303, lambda: phone.approve(attempt, PIN, wrong))
    hold(phone.approve(attempt, PIN, seen.digits).result == "approved", "approved")
    agent = signed_in(walk, AGENT)
    confirmed = done(caller.look(kit, agent, seen.proof.id))
    hold(confirmed.outcome == "confirmed" and confirmed.proof.state == "matched", f"the console: {confirmed.outcome}")
    hold(confirmed.digits == "" and confirmed.words == (), "neither digits nor words after the call")
    refused_with(7274, caller.look(kit, signed_in(walk, OFFICER), seen.proof.id))


def called_by_us(walk: Walk) -> None:
    """Whom we call confirms nothing before the words were checked; wrong ones end the call and guard the account."""
    phone = phone_of(walk, CALLER)
    walk.clock.ahead += 3700
    seen = _begun(walk, "we_called")
    attempt = _asked(phone)
    refused(7275, lambda: phone.approve(attempt, PIN, seen.digits))
    phone.caller_words(attempt)
    hold(phone.caller_checked(attempt, False).result == "not_me", "the alarm")
    kit, agent = walk.built.kit, signed_in(walk, AGENT)
    hold(done(caller.look(kit, agent, seen.proof.id)).outcome == "alarm", "the console sees it")
    refused_with(7273, caller.begin(kit, agent, CALLER, "we_called"))
    refused_with(7279, requests.ask(kit, agent, "networks", CALLER, *WORDS, {"networks": "everywhere"}))
    listed = done(caller.listed(kit, signed_in(walk, OFFICER)))
    hold({one.outcome for one in listed} >= {"alarm"}, "compliance sees it")


STEPS: tuple[Callable[[Walk], None], ...] = (two_way_proof, called_by_us)
