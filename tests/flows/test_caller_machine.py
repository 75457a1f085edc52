"""Calls at random. What must hold whatever callers, staff, phones and thieves do, in whatever order:

1. A call is confirmed only by its own digits and the right PIN on that person's phone, seen within a minute by who asked, with his role.
2. Whoever was called by us compared the words before; the words move only along the table of core/caller.py.
3. It gives nobody a session, and confirms none.
4. One call of a person is open at a time, and no phone is rung in the quiet time.
5. It is evidence for who asked, for a quarter of an hour, and never after the person said *this isn't me*.
6. After such an alarm no request is open, and none is taken for an hour.
"""

from __future__ import annotations

from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from tests.flows.machines import walks
from tests.support.world import Holding, World
from watchword.core.attempts import Attempt
from watchword.core.caller import WORDS
from watchword.core.devices import Level
from watchword.core.refusals import CALLER_BUSY, CALLER_GUARDED, CALLER_QUIET, CALLER_WORDS, STAFF_LIMITED, Refusal
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.flows import approve, sessions
from watchword.flows import caller as phone_side
from watchword.flows.answers import confirmation_of
from watchword.flows.details import details
from watchword.flows.staff import caller, requests
from watchword_client.approval import decision_fields

MOSTLY = st.sampled_from([True, True, True, False])
OPEN = ("pending", "approved")


class Calls(RuleBasedStateMachine):
    """Two people, two members of staff; every step asks the flows and remembers what was right about it."""

    world: ClassVar[World]
    opened = Bundle("opened")

    @initialize()
    def people(self) -> None:
        """Who there is."""
        self.persons = [self.world.user() for _ in range(2)]
        self.holdings = [self.world.holding(user, self.world.pocket()) for user in self.persons]
        self.agents = [self.world.user() for _ in range(2)]
        self.roles = [True, True]
        for at in range(2):
            self._role(at, have=True)
        self.askers: dict[str, int] = {}
        self.approved: set[str] = set()
        self.matched: set[str] = set()
        self.seen: set[str] = set()
        self.alarms: dict[str, int] = {}
        self.words: dict[str, str] = {}

    def _role(self, at: int, *, have: bool) -> None:
        roles = frozenset({"client_services"}) if have else frozenset[str]()
        with self.world.kit.store.write() as tx:
            tx.staff.put(self.agents[at].id, roles, "", self.world.clock.now())
        self.roles[at] = have

    def _session(self, user: User) -> Session:
        """A staff session in which Key was just shown."""
        with self.world.kit.store.write() as tx:
            made, _ = sessions.issue(
                self.world.kit, tx, user, kind="staff", client="staff", attempt_id="", acr="", amr=("pwd", "hwk"), idle=900, life=3600, level=Level.KEY_ONLINE, confirms=True,
            )  # fmt: skip
        return made

    def _attempt(self, attempt_id: str) -> Attempt:
        with self.world.kit.store.read() as tx:
            found = tx.attempts.get(attempt_id)
        assert found is not None
        return found

    def _holding(self, attempt: Attempt, *, own: bool = True) -> Holding:
        return next(one for one in self.holdings if (one.user == attempt.user_id) is own)

    @rule(
        target=opened,
        agent=st.integers(0, 1),
        who=st.integers(0, 1),
        direction=st.sampled_from(["called_us", "we_called"]),
    )
    def begin(self, agent: int, who: int, direction: str) -> Any:
        """A member of staff asks somebody's Key."""
        person, now = self.persons[who], self.world.clock.now()
        with self.world.kit.store.read() as tx:
            quiet = tx.users.get(person.id)
        busy = any(self._open(one) for one in self.askers if self._attempt(one).user_id == person.id)
        found = caller.begin(self.world.kit, self._session(self.agents[agent]), person.username, direction)
        if isinstance(found, Refusal):
            allowed = {CALLER_BUSY} if busy else {CALLER_QUIET, STAFF_LIMITED}
            assert not self.roles[agent] or found.kind in allowed | {STAFF_LIMITED}, found
            return multiple()
        assert self.roles[agent] and not busy
        assert quiet is not None and quiet.quiet_until <= now, "rung in the quiet time"
        self.askers[found.proof.id] = agent
        return found.proof.id

    def _open(self, attempt_id: str) -> bool:
        attempt, now = self._attempt(attempt_id), self.world.clock.now()
        if attempt.state == "pending":
            return now < attempt.expires
        return attempt.state == "approved" and now <= attempt.decided + 60

    @rule(
        attempt_id=opened, choice=st.sampled_from(["approve", "approve", "approve", "deny", "not_me"]), pin=MOSTLY, code=MOSTLY, own=MOSTLY
    )  # fmt: skip
    def decide(self, attempt_id: str, choice: str, pin: bool, code: bool, own: bool) -> None:
        """A phone answers, now and then with a wrong PIN or other digits, or as somebody else's phone."""
        attempt = self._attempt(attempt_id)
        holding = self._holding(attempt, own=own)
        agent = self.agents[self.askers[attempt_id]].display_name
        shown = details(self.world.kit, attempt, holding.device, "live", agent)
        right = confirmation_of(self.world.kit, attempt)
        typed = right if code else ("000000" if right != "000000" else "111111")
        fields = decision_fields(
            shown, phone=holding.pocket.id, decision=choice, confirmation=typed, uv="pin", time=self.world.clock.now()
        )
        mac = self.world.key_of(holding, "hmac", right=pin) if choice == "approve" else b""
        plain = {name: value for name, value in fields.items() if name not in ("v", "iss", "phone", "time")}
        result = approve.decide(self.world.kit, self.world.signed(holding.pocket, plain, mac))
        if isinstance(result, Refusal):
            if result.kind is CALLER_WORDS:
                assert attempt.operation == "we_called" and attempt_id not in self.matched
            return
        assert own, "another person's phone decided"
        if choice == "approve" and attempt.state == "pending":
            assert pin and code, "approved with a wrong PIN or other digits"
            assert attempt.operation == "called_us" or attempt_id in self.matched, "approved before the words"
            self.approved.add(attempt_id)
        if choice == "not_me" and self._attempt(attempt_id).decided == self.world.clock.now():
            self.alarms[attempt.user_id] = self.world.clock.now()

    @rule(attempt_id=opened, own=MOSTLY)
    def listen(self, attempt_id: str, own: bool) -> None:
        """A phone asks for the words."""
        attempt = self._attempt(attempt_id)
        found = phone_side.words(self.world.kit, self._signed(attempt, "caller_words", own))
        if not isinstance(found, Refusal):
            assert own and attempt.state == "pending"
            assert found["signed"]["words"] == list(phone_side.words_of(self.world.kit, attempt))

    @rule(attempt_id=opened, match=MOSTLY, own=MOSTLY)
    def compare(self, attempt_id: str, match: bool, own: bool) -> None:
        """The person says whether they were right."""
        attempt, before = self._attempt(attempt_id), self._words(attempt_id)
        found = phone_side.checked(self.world.kit, self._signed(attempt, "caller_checked", own, match=match))
        if isinstance(found, Refusal):
            return
        assert own and before != "unseen"
        if found.result == "matched":
            self.matched.add(attempt_id)
        elif attempt.state == "pending":
            self.alarms[attempt.user_id] = self.world.clock.now()

    def _words(self, attempt_id: str) -> str:
        with self.world.kit.store.read() as tx:
            proof = tx.callers.get(attempt_id)
        assert proof is not None
        return proof.state

    def _signed(self, attempt: Attempt, kind: str, own: bool, **more: Any) -> Any:
        holding = self._holding(attempt, own=own)
        fields = {
            "type": kind,
            "attempt": attempt.id,
            "nonce": attempt.nonce,
            "user": holding.user,
            "device": holding.device,
        }
        return self.world.signed(holding.pocket, {**fields, **more})

    @rule(attempt_id=opened, agent=st.integers(0, 1))
    def look(self, attempt_id: str, agent: int) -> None:
        """A console looks: mostly that of who asked."""
        before, now = self._attempt(attempt_id), self.world.clock.now()
        found = caller.look(self.world.kit, self._session(self.agents[agent]), attempt_id)
        if isinstance(found, Refusal):
            assert agent != self.askers[attempt_id] or not self.roles[agent]
            return
        assert agent == self.askers[attempt_id] and self.roles[agent]
        if found.outcome == "confirmed":
            assert attempt_id in self.approved
            assert attempt_id in self.seen or now <= before.decided + 60, "seen too late"
            self.seen.add(attempt_id)
            assert (found.good_until > now) is (now < before.decided + 900)
        assert bool(found.digits) is bool(found.words) is (found.outcome == "asked")

    @rule(attempt_id=opened)
    def converse(self, attempt_id: str) -> None:
        """As calls mostly go: the words, the digits, and the console goes on."""
        self.listen(attempt_id, own=True)
        self.compare(attempt_id, match=True, own=True)
        self.decide(attempt_id, "approve", pin=True, code=True, own=True)
        self.look(attempt_id, self.askers[attempt_id])

    @rule(attempt_id=opened)
    def stop(self, attempt_id: str) -> None:
        """Who asked ends it."""
        caller.stop(self.world.kit, self._session(self.agents[self.askers[attempt_id]]), attempt_id)

    @rule(agent=st.integers(0, 1), have=MOSTLY)
    def role(self, agent: int, have: bool) -> None:
        """A role is taken away or given."""
        self._role(agent, have=have)

    @rule(agent=st.integers(0, 1), who=st.integers(0, 1))
    def request(self, agent: int, who: int) -> None:
        """A member of staff asks for something about the person."""
        person, now = self.persons[who], self.world.clock.now()
        found = requests.ask(
            self.world.kit, self._session(self.agents[agent]), "networks", person.username, "asked by telephone", "Key said so",
            {"networks": "everywhere"},
        )  # fmt: skip
        guarded = now < self.alarms.get(person.id, -(10**9)) + 3600
        if isinstance(found, Refusal):
            assert guarded or found.kind is not CALLER_GUARDED
            return
        assert not guarded, "taken within an hour of an alarm"
        fact = found.request.caller
        if fact:
            attempt = self._attempt(fact["attempt"])
            assert attempt.id in self.seen and self.askers[attempt.id] == agent and attempt.state == "collected"
            assert now < attempt.decided + 900

    @rule(seconds=st.sampled_from([1, 20, 60, 61, 200, 301, 900, 901, 3600]))
    def wait(self, seconds: int) -> None:
        """Time goes on."""
        self.world.clock.advance(seconds)

    @invariant()
    def words_move_along_the_table(self) -> None:
        """2."""
        for attempt_id in getattr(self, "askers", {}):
            before, now = self.words.get(attempt_id, "unseen"), self._words(attempt_id)
            reached, fresh = {before}, {before}
            while fresh:
                fresh = {to for (state, _), to in WORDS.transitions.items() if state in fresh} - reached
                reached |= fresh
            assert now in reached, f"{before} -> {now}"
            assert now != "matched" or attempt_id in self.matched
            self.words[attempt_id] = now

    @invariant()
    def it_gives_nothing_and_one_is_open(self) -> None:
        """3 and 4."""
        for person in getattr(self, "persons", []):
            with self.world.kit.store.read() as tx:
                assert tx.sessions.of_user(person.id, self.world.clock.now()) == ()
            mine = [one for one in self.askers if self._attempt(one).user_id == person.id]
            assert sum(map(self._open, mine)) <= 1

    @invariant()
    def an_alarm_leaves_nothing_open(self) -> None:
        """5 and 6."""
        now = self.world.clock.now()
        for user_id, at in getattr(self, "alarms", {}).items():
            with self.world.kit.store.read() as tx:
                found = tx.staff.requests_about(user_id, 50)
            assert not any(one.state == "open" and one.asked <= at for one in found), "a request outlived the alarm"
            with self.world.kit.store.read() as tx:
                facts = [caller.evidence(tx, user_id, agent.id, now) for agent in self.agents]
            assert all(self._attempt(fact["attempt"]).state == "collected" for fact in facts if fact)

    def teardown(self) -> None:
        """A day between two walks."""
        self.world.clock.advance(86_400)


def test_calls(world: World) -> None:
    walks(Calls, world=world, examples=40, steps=35)
