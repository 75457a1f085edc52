"""Logins at random. What must hold whatever people, phones and thieves do, in whatever order:

1. No session without both elements: its attempt was opened by the right password and approved by a right answer of that person's Key;
   or, begun with the phone, approved by a scan first and ended by the right password.
2. Nothing is spent twice: one session for an attempt, one login for a code, a response, an approval.
3. A closed attempt never opens, and moves only along the table of core/attempts.py.
4. The first right answer wins; only *not me* may come after it, and ends what it gave.
5. No more wrong answers are compared than allowed: 5 for an attempt, 3 for a challenge and a confirmation, 10 offline and 10 signed for a phone.
6. A phone's sums are the sums of its people's parts.
7. A person is asked at most 3 times in 10 minutes and 5 in an hour, and never in the quiet time after a denial.
8. Nothing of one person's moves another's: attempts, sessions and devices keep their owner.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from tests.flows.machines import walks
from tests.support.world import Holding, World
from watchword.core.attempts import ATTEMPT, Attempt
from watchword.core.devices import OFFLINE_WRONG_LIMIT
from watchword.core.otp import SUITE, OcraInput, ocra, totp
from watchword.core.refusals import (
    CODE_CLOCK,
    CODE_USED,
    CODE_WRONG,
    CONFIRMATION_WRONG,
    OFFLINE_PAUSED,
    PIN_WRONG,
    PINS_SPENT,
    RESPONSE_WRONG,
    Refusal,
)
from watchword.flows import answers, approve, login, sessions
from watchword.flows.details import details
from watchword.flows.kit import Visit
from watchword.flows.password_step import active_devices
from watchword_client.approval import decision_fields

WRONG_OFFLINE = {CODE_WRONG, CODE_USED, CODE_CLOCK, RESPONSE_WRONG}
OPEN = ("pending", "approved", "collected")


MOSTLY = st.sampled_from([True, True, True, False])


class Logins(RuleBasedStateMachine):
    """Two people and a third on the phone of the first; every step asks the flows and remembers what was right about it."""

    world: ClassVar[World]
    opened = Bundle("opened")

    @initialize()
    def people(self) -> None:
        """Three people, two phones."""
        first, second = self.world.pocket(), self.world.pocket()
        users = [self.world.user() for _ in range(3)]
        self.holdings = [
            self.world.holding(user, pocket) for user, pocket in zip(users, (first, second, first), strict=True)
        ]
        self.collectors: dict[str, str] = {}
        self.states: dict[str, str] = {}
        self.deciders: dict[str, str] = {}
        self.proofs: set[str] = set()
        self.given: dict[str, list[str]] = defaultdict(list)
        self.accepted: Counter[str] = Counter()
        self.wrong: Counter[tuple[str, str]] = Counter()
        self.passwords: set[str] = set()

    def attempt(self, attempt_id: str) -> Attempt:
        """The row as it is."""
        with self.world.kit.store.read() as tx:
            found = tx.attempts.get(attempt_id)
        assert found is not None
        return found

    def holder(self, attempt: Attempt) -> Holding:
        """The one device of the attempt's person."""
        return next(holding for holding in self.holdings if holding.user == attempt.user_id)

    @rule(
        target=opened,
        who=st.integers(0, 2),
        known=st.booleans(),
        password=st.sampled_from(["right", "right", "right", "wrong"]),
    )
    def begin(self, who: int, known: bool, password: str) -> Any:
        """Username and password."""
        token = (self.given[f"device:{who}"] or [""])[-1] if known else ""
        result = login.begin(
            self.world.kit,
            self.holdings[who].username,
            password,
            "portal",
            Visit("192.0.2.1", network_key="n", device_token=token),
        )
        if password == "wrong" or isinstance(result, Refusal):
            assert isinstance(result, Refusal), "a wrong password opened an attempt"
            return multiple()
        if isinstance(result, login.EnrolmentOnly):  # ten wrong PINs ended the phone
            with self.world.kit.store.read() as tx:
                assert not active_devices(tx, self.holdings[who].user), "a session without the element that is there"
            assert result.session.kind == "enrolment"
            return multiple()
        self.collectors[result.attempt.id] = result.collector
        self.passwords.add(result.attempt.id)
        return result.attempt.id

    @rule(
        attempt_id=opened,
        choice=st.sampled_from(["approve", "approve", "approve", "deny", "not_me"]),
        pin=MOSTLY,
        code=MOSTLY,
        stranger=st.integers(0, 8),
    )
    def decide(self, attempt_id: str, choice: str, pin: bool, code: bool, stranger: int) -> None:
        """The phone answers, now and then with a wrong PIN or code, or as somebody else's phone."""
        attempt = self.attempt(attempt_id)
        holding = (
            self.holder(attempt) if stranger else next(one for one in self.holdings if one.user != attempt.user_id)
        )
        shown = details(self.world.kit, attempt, holding.device, "live")
        right = answers.confirmation_of(self.world.kit, attempt)
        typed = right if code else ("000000" if right != "000000" else "111111")
        fields = decision_fields(
            shown, phone=holding.pocket.id, decision=choice, confirmation=typed, uv="pin", time=self.world.clock.now()
        )
        mac = self.world.key_of(holding, "hmac", right=pin) if choice == "approve" else b""
        request = self.world.signed(
            holding.pocket,
            {name: value for name, value in fields.items() if name not in ("v", "iss", "phone", "time")},
            mac,
        )
        result = approve.decide(self.world.kit, request)
        self._judge_decision(attempt, holding, choice, result, pin=pin, code=code or not attempt.confirm)

    def _judge_decision(
        self, attempt: Attempt, holding: Holding, choice: str, result: object, *, pin: bool, code: bool
    ) -> None:
        if isinstance(result, Refusal):
            if result.kind in (PIN_WRONG, PINS_SPENT) and result.reason != "pins.spent":
                self.wrong["signed", holding.pocket.id] += 1
            if result.kind is CONFIRMATION_WRONG or result.reason == "confirmation.spent":
                self.wrong["confirmation", attempt.id] += 1
            return
        assert isinstance(result, approve.Decided)
        assert holding.user == attempt.user_id, "another person's phone decided"
        if choice != "approve":
            return
        repeated = attempt.state != "pending"
        assert repeated or (pin and code), "approved with a wrong PIN or code"
        if not repeated:
            self.proofs.add(attempt.id)
            self.accepted[f"approval:{attempt.id}"] += 1
            self._reset(holding)

    def _reset(self, holding: Holding) -> None:
        """A right signed answer forgives the pause and this person's own wrong PINs."""
        with self.world.kit.store.read() as tx:
            phone = tx.phones.get(holding.pocket.id)
        assert phone is not None and phone.offline_wrong == 0
        self.wrong["signed", holding.pocket.id] = phone.signed_wrong
        self.wrong["offline", holding.pocket.id] = 0

    @rule(
        attempt_id=opened,
        way=st.sampled_from(["code", "challenge"]),
        right=st.booleans(),
        shift=st.sampled_from([0, 0, 0, -1, 3, -30]),
    )
    def answer(self, attempt_id: str, way: str, right: bool, shift: int) -> None:
        """Something typed into the page; a right one, one of another moment, or a wrong one."""
        attempt = self.attempt(attempt_id)
        holding = self.holder(attempt)
        step = self.world.clock.now() // 30 + shift
        if way == "code":
            typed = totp(self.world.key_of(holding, "totp", right=right), step)
            claim = f"{holding.device}:{step}"
        else:
            digits = answers.challenge_of(self.world.kit, attempt)
            typed = ocra(SUITE, self.world.key_of(holding, "ocra", right=right), OcraInput(digits))
            claim = f"{attempt.id}:{attempt.challenge_turn}"
        with self.world.kit.store.read() as tx:
            before = tx.phones.get(holding.pocket.id)
        paused = before is not None and before.offline_wrong >= OFFLINE_WRONG_LIMIT
        result = answers.answer(self.world.kit, self.collectors[attempt_id], way, typed)
        if isinstance(result, Refusal):
            counted = result.kind in WRONG_OFFLINE or (attempt.state, result.reason) == ("pending", "attempt.failed")
            if paused and (counted or result.kind is OFFLINE_PAUSED):
                self.wrong["attempt", attempt.id] += 1  # not compared: it counts here and nowhere else
            elif counted:
                self.wrong["attempt", attempt.id] += 1
                self.wrong["offline", holding.pocket.id] += 1
                if way == "challenge":
                    self.wrong["challenge", f"{attempt.id}:{attempt.challenge_turn}"] += 1
            return
        assert attempt.state == "pending"
        if right:
            assert way == "challenge" or shift in (0, -1), "a code of another time was accepted"
            self.accepted[f"{way}:{claim}"] += 1
        self.proofs.add(attempt.id)
        with self.world.kit.store.read() as tx:
            phone = tx.phones.get(holding.pocket.id)
        assert phone is not None
        self.wrong["offline", holding.pocket.id] = phone.offline_wrong

    @rule(attempt_id=opened, way=st.sampled_from(["qr", "challenge"]))
    def show(self, attempt_id: str, way: str) -> None:
        """A new QR or challenge."""
        answers.show(self.world.kit, self.collectors[attempt_id], way)

    @rule(attempt_id=opened)
    def ask_again(self, attempt_id: str) -> None:
        """Send again."""
        login.ask_again(self.world.kit, self.collectors[attempt_id])

    @rule(
        attempt_id=opened,
        collector=st.sampled_from(["its own", "its own", "its own", "another's", "its id", "empty"]),
        key=st.sampled_from(["", "", "", "thumbprint"]),
    )
    def collect(self, attempt_id: str, collector: str, key: str) -> None:
        """The page collects, or somebody tries with what they know."""
        others = [secret for owner, secret in self.collectors.items() if owner != attempt_id]
        given = {
            "its own": self.collectors[attempt_id],
            "its id": attempt_id,
            "empty": "",
            "another's": (others or [""])[0],
        }[collector]
        owner = next((one for one, secret in self.collectors.items() if secret == given), "")
        before = self.attempt(owner) if owner else None
        result = login.collect(self.world.kit, given, Visit(network_key="n"), bound_key=key)
        if isinstance(result, login.Collected):
            assert before is not None and before.state == "approved" and not key
            assert self.world.clock.now() <= before.decided + 60
            self.given[owner].append(result.session.id)
            who = next(at for at, holding in enumerate(self.holdings) if holding.user == before.user_id)
            self.given[f"device:{who}"].append(result.device_token)
            assert isinstance(sessions.find(self.world.kit, result.token), sessions.Session)

    @rule(attempt_id=consumes(opened))
    def cancel(self, attempt_id: str) -> None:
        """The person stops; nobody comes back to this one."""
        login.cancel(self.world.kit, self.collectors[attempt_id])

    @rule(attempt_id=opened, way=st.sampled_from(["code", "challenge"]), count=st.integers(2, 7))
    def mistype(self, attempt_id: str, way: str, count: int) -> None:
        """Somebody who knows the password types one wrong answer after the other."""
        if way == "challenge":
            answers.show(self.world.kit, self.collectors[attempt_id], "challenge")
        for _ in range(count):
            self.answer(attempt_id, way, right=False, shift=0)

    @rule(attempt_id=opened, count=st.integers(2, 6), pin=st.booleans())
    def guess(self, attempt_id: str, count: int, pin: bool) -> None:
        """Somebody who has the phone guesses the PIN, or the code beside it."""
        for _ in range(count):
            self.decide(attempt_id, "approve", pin=pin, code=not pin, stranger=1)

    @rule(attempt_id=opened, times=st.integers(1, 2))
    def log_in(self, attempt_id: str, times: int) -> None:
        """As people mostly do: the phone approves, the page goes on; perhaps twice."""
        self.decide(attempt_id, "approve", pin=True, code=True, stranger=1)
        for _ in range(times):
            self.collect(attempt_id, "its own", "")

    @rule(seconds=st.sampled_from([1, 5, 29, 30, 30, 59, 61, 61, 179, 300, 601, 900, 3600]))
    def wait(self, seconds: int) -> None:
        """Time goes on."""
        self.world.clock.advance(seconds)

    @invariant()
    def attempts_move_along_the_table(self) -> None:
        """3 and 4."""
        for attempt_id in getattr(self, "collectors", {}):
            attempt = self.attempt(attempt_id)
            before, now = self.states.get(attempt_id, "pending"), attempt.state
            steps = {before} | {to for (state, _), to in ATTEMPT.transitions.items() if state == before}
            steps |= {
                to
                for middle in set(steps)
                for (state, _), to in ATTEMPT.transitions.items()
                if state == middle and middle in OPEN
            }
            assert now in steps, f"{before} -> {now}"
            assert before in OPEN or now == before, f"closed as {before}, and now {now}"
            decider = self.deciders.get(attempt_id, "")
            if decider and now != "not_me":
                assert attempt.decided_by == decider, "a second answer took the place of the first"
            self.states[attempt_id], self.deciders[attempt_id] = now, attempt.decided_by

    @invariant()
    def sessions_stand_on_two_elements(self) -> None:
        """1, 2 and 8."""
        for attempt_id, made in getattr(self, "given", {}).items():
            if attempt_id.startswith("device:") or not made:
                continue
            assert len(made) == 1, "one attempt gave two sessions"
            assert attempt_id in self.proofs, "a session without a right answer of Key"
            assert attempt_id in self.passwords, "a session without the right password"
            attempt = self.attempt(attempt_id)
            assert attempt.session_id == made[0]
            with self.world.built.store.engine.connect() as connection:
                row = connection.exec_driver_sql(f"SELECT user_id, ended FROM sessions WHERE id = '{made[0]}'").one()
            assert row[0] == attempt.user_id
            assert attempt.state != "not_me" or row[1], "not me left the session alive"
        assert all(count == 1 for count in getattr(self, "accepted", {}).values()), "something was spent twice"

    @invariant()
    def no_more_wrong_answers_than_allowed(self) -> None:
        """5 and 6."""
        limits = {"password": 5, "attempt": 5, "challenge": 3, "confirmation": 3, "offline": 10, "signed": 10}
        for (kind, _), count in getattr(self, "wrong", {}).items():
            assert count <= limits[kind], kind
        for pocket in {holding.pocket.id for holding in getattr(self, "holdings", [])}:
            with self.world.kit.store.read() as tx:
                phone, parts = tx.phones.get(pocket), [device for device, _ in tx.devices.of_phone(pocket)]
            assert phone is not None
            assert phone.offline_wrong == sum(device.wrong_offline for device in parts)
            assert phone.signed_wrong == sum(device.wrong_signed for device in parts)

    @invariant()
    def nobody_is_worn_down(self) -> None:
        """7."""
        now = self.world.clock.now()
        for user in {holding.user for holding in getattr(self, "holdings", [])}:
            with self.world.kit.store.read() as tx:
                found, person = tx.attempts.recent(user, now - 7200), tx.users.get(user)
            stamps = sorted(at for attempt in found for at in attempt.asked)
            assert person is not None
            for at in stamps:
                assert sum(at <= other < at + 600 for other in stamps) <= 3
                assert sum(at <= other < at + 3600 for other in stamps) <= 5
                assert not person.quiet_until - 900 < at < person.quiet_until, "asked in the quiet time"

    def teardown(self) -> None:
        """A day between two walks."""
        self.world.clock.advance(86_400)


def test_logins(world: World) -> None:
    walks(Logins, world=world, examples=40, steps=35)
