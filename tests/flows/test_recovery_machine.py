"""Recoveries at random, by their owner and by a stranger: whoever does what in whatever order, these hold.

1. No new password without two proofs on different things, both given in that very recovery.
2. A recovery that is over never opens again, and its state moves along the table.
3. A proof is spent once: a code, an approval, three guesses at what is known.
4. A name that is on no file never gets past the first step.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

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
from watchword.core.recovery import OPEN, PROOFS, RECOVERY, Recovery, enough
from watchword.core.refusals import Refusal
from watchword.core.users import NOBODY, Contact, User
from watchword.flows import recovery, recovery_end, recovery_proofs
from watchword.flows.kit import Visit

QUESTIONS = ("first_trip", "dream_job", "first_film")


@dataclass
class Walk:
    """One recovery as this test knows it."""

    user: User | None
    collector: str
    attempt: str = ""
    proofs: list[str] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    before: str = "open"
    set: int = 0


class Recoveries(RuleBasedStateMachine):
    """Two people and a name that is nobody's."""

    world: World
    begun: Bundle[Any] = Bundle("begun")

    @initialize()
    def people(self) -> None:
        """With Key, a number, a mailbox and answers."""
        kit, now = self.world.kit, self.world.clock.now()
        self.walks: dict[str, Walk] = {}
        self.users, self.holdings = [], dict[str, Holding]()
        for _ in range(2):
            user = self.world.user()
            with kit.store.write() as tx:
                tx.contacts.add(
                    Contact(kit.entropy.id(), user.id, "mail", f"{user.username}@example.org", 0, True, now)
                )
                tx.answers.replace(
                    user.id, [(one, kit.passwords.hash(one.replace("_", " "))) for one in QUESTIONS], now
                )
            self.users.append(user)
            self.holdings[user.id] = self.world.holding(user, self.world.pocket())

    def stored(self, walk: Walk) -> Recovery:
        """The row."""
        with self.world.kit.store.read() as tx:
            found = tx.recoveries.by_collector(recovery.sha256(walk.collector.encode()))
        assert found is not None
        return found

    @rule(target=begun, who=st.integers(0, 2))
    def begin(self, who: int) -> Any:
        """Somebody types a name."""
        user = self.users[who] if who < 2 else None
        name = user.username if user else "nobody-here"
        made = recovery.begin(self.world.kit, name, Visit(network_key=f"n{len(self.walks)}"))
        if isinstance(made, Refusal):
            return multiple()
        self.walks[made.collector] = Walk(user, made.collector)
        return made.collector

    @rule(collector=begun, method=st.sampled_from([*PROOFS, "sms", "mail", "key", "fax"]))
    def choose(self, collector: str, method: str) -> None:
        """A way is chosen."""
        asked = recovery.choose(self.world.kit, collector, method, Visit(network_key="n"))
        if isinstance(asked, recovery.Asked) and asked.attempt:
            self.walks[collector].attempt = asked.attempt.collector

    def _sent(self, walk: Walk) -> str:
        """The newest code that went out for this recovery."""
        to = walk.user.id if walk.user else NOBODY
        found = [
            one.letter for one in self.world.built.store.recent_letters(60) if one.letter and one.letter.user_id == to
        ]
        return next((letter.data["code"] for letter in found if letter.data.get("code")), "000000")

    @rule(collector=begun, right=st.booleans())
    def code(self, collector: str, right: bool) -> None:
        """A code is typed: the newest that went out to the person, or a wrong one."""
        walk = self.walks[collector]
        method, typed = self.stored(walk).method, self._sent(walk) if right else "999999"
        self._judge(walk, recovery_proofs.code(self.world.kit, collector, typed), method)

    @rule(collector=begun, choice=st.sampled_from(["approve", "approve", "approve", "deny"]), own=st.integers(0, 5))
    def key(self, collector: str, choice: str, own: int) -> None:
        """Key answers and the page goes on, now and then with the attempt of another recovery."""
        walk = self.walks[collector]
        other = next((one.attempt for one in self.walks.values() if one.attempt and one is not walk), "")
        attempt_collector = walk.attempt if own or not other else other
        with self.world.kit.store.write() as tx:
            attempt = (
                tx.attempts.by_collector(recovery.sha256(attempt_collector.encode())) if attempt_collector else None
            )
            if attempt is not None and attempt.user_id != NOBODY and attempt.state == "pending":
                to = "approved" if choice == "approve" else "denied"
                tx.attempts.move(attempt.id, "pending", to, decided=self.world.clock.now())
        refused = recovery_proofs.key(self.world.kit, collector, attempt_collector)
        if refused is None:
            assert attempt_collector == walk.attempt, "another recovery's approval counted"
            walk.attempt = ""
        self._judge(walk, refused, "key")

    @rule(collector=begun, right=st.booleans())
    def answers(self, collector: str, right: bool) -> None:
        """The security questions."""
        walk = self.walks[collector]
        typed = {one: one.replace("_", "  ").upper() if right else "something" for one in QUESTIONS}
        refused = recovery_proofs.answers(self.world.kit, collector, typed)
        if isinstance(refused, Refusal) and refused.reason == "questions.mismatch":
            walk.wrong["questions"] += 1
        self._judge(walk, refused, "questions")

    def _judge(self, walk: Walk, refused: Refusal | None, proof: str) -> None:
        if refused is None:
            assert walk.user is not None, "somebody proved to be nobody"
            assert proof not in walk.proofs, "a proof counted twice"
            walk.proofs.append(proof)

    @rule(collector=begun, password=st.sampled_from(["Nakanoshima-5300!", "Dojima-River-81!", "Umeda-Sky-404?"]))
    def set_password(self, collector: str, password: str) -> None:
        """The last step."""
        walk = self.walks[collector]
        done = recovery_end.set_password(self.world.kit, collector, password, Visit(network_key="n"))
        if isinstance(done, Refusal):
            return
        assert enough(walk.proofs, sent_apart=True), f"a new password after {walk.proofs}"
        walk.set += 1
        assert walk.set == 1
        with self.world.kit.store.read() as tx:
            user = tx.users.get(done.user.id)
        assert user is not None and walk.user is not None and user.id == walk.user.id
        assert user.password_hash == f"plain:{password}"

    @rule(collector=begun, first=st.sampled_from(["sms", "mail"]), second=st.sampled_from(PROOFS))
    def recover(self, collector: str, first: str, second: str) -> None:
        """As people mostly do."""
        for method in (first, second):
            self.choose(collector, method)
            step = {
                "key": lambda: self.key(collector, "approve", 1),
                "questions": lambda: self.answers(collector, True),
            }
            step.get(method, lambda: self.code(collector, True))()
            self.world.clock.advance(61)
        self.set_password(collector, "Sonezaki-Lane-7!")

    @rule(collector=begun)
    def cancel(self, collector: str) -> None:
        """The person stops."""
        recovery.cancel(self.world.kit, collector)

    @rule(seconds=st.sampled_from([1, 30, 61, 301, 600, 899, 900]))
    def wait(self, seconds: int) -> None:
        """Time goes on."""
        self.world.clock.advance(seconds)

    @invariant()
    def recoveries_move_along_the_table(self) -> None:
        """2, 3 and 4."""
        for walk in getattr(self, "walks", {}).values():
            found = self.stored(walk)
            reach = {walk.before}
            for _ in range(3):
                reach |= {to for (state, _), to in RECOVERY.transitions.items() if state in reach}
            assert found.state in reach, f"{walk.before} -> {found.state}"
            assert walk.before in OPEN or found.state == walk.before, "a closed one opened"
            assert list(found.given) == walk.proofs
            assert walk.user is not None or found.state not in ("half", "proven", "done")
            assert walk.wrong["questions"] <= 3
            walk.before = found.state

    def teardown(self) -> None:
        """A day between two walks."""
        self.world.clock.advance(2 * 86_400)


def test_recoveries(world: World) -> None:
    walks(Recoveries, world=world, examples=30, steps=30)
