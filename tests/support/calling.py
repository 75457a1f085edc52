"""A telephone call between somebody and a member of staff: what each of them sees and does while Key is asked."""

from __future__ import annotations

from dataclasses import dataclass

from tests.support.installation import Installation, Person
from tests.support.staff import Member
from watchword.core.refusals import Refusal
from watchword.core.sessions import Session
from watchword.flows.staff import access, caller
from watchword.flows.staff.caller import Seen
from watchword_client.approval import Attempt, Decision


@dataclass(slots=True)
class Call:
    """One call. `seen` is what the console showed when Key was asked."""

    here: Installation
    agent: Member
    who: Person
    seen: Seen

    @property
    def id(self) -> str:
        """The public id of the proof."""
        return self.seen.proof.id

    def attempt(self) -> Attempt:
        """What the person's Key shows of it."""
        return next(one for one in self.who.phone.pending().attempts if one.id == self.id)

    def approve(self, digits: str = "", pin: str = "") -> Decision:
        """The person types the digits he hears."""
        unlocked = self.here.pin(pin) if pin else self.here.pin()
        return self.who.phone.approve(self.attempt(), unlocked, digits or self.seen.digits)

    def look(self) -> Seen:
        """The console looks again."""
        found = caller.look(self.here.built.kit, session(self.agent), self.id)
        assert isinstance(found, Seen), found
        return found


def session(member: Member) -> Session:
    """The staff session of somebody who is signed in at a shell."""
    secret = member.token()
    found = access.current(member.here.built.kit, secret)
    assert isinstance(found, Session), found
    return found


def begun(agent: Member, who: Person, direction: str = "called_us") -> Seen | Refusal:
    """Somebody of ours asks this person's Key."""
    return caller.begin(agent.here.built.kit, session(agent), who.username, direction)


def calling(agent: Member, who: Person, direction: str = "called_us") -> Call:
    """A call in which Key has just been asked."""
    seen = begun(agent, who, direction)
    assert isinstance(seen, Seen), seen
    return Call(agent.here, agent, who, seen)


def number(found: object) -> int:
    """The number with which a flow refused."""
    assert isinstance(found, Refusal), found
    return found.kind.number
