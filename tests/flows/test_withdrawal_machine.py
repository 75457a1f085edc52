"""Withdrawals at random, over days, holidays, zones and cancels. What must hold whatever happens, in whatever order:

1. In no window of a zone in which something is held is more held than the limit: neither on a day nor in five business days.
2. What fits is taken: a refusal for the limit names less than what was asked for, and that much is taken at once.
3. Only the right PIN and digits authorise, and only one that is reserved; states move along the table of core/withdrawals.py.
4. What was cancelled or ran out holds nothing.

The days are counted here anew, with holidays written down by hand.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from tests.flows.machines import walks
from tests.support.world import World
from watchword.core.entitlements import Limits
from watchword.core.refusals import WITHDRAWAL_DAY, WITHDRAWAL_FIVE_DAYS, WITHDRAWAL_LIMITED, WITHDRAWAL_OVER, Refusal
from watchword.core.sessions import Session
from watchword.core.withdrawals import WITHDRAWAL, Payee, Wanted
from watchword.flows import approve, sessions, withdrawals
from watchword.flows.answers import confirmation_of
from watchword.flows.details import details
from watchword.flows.kit import Visit
from watchword_client.approval import decision_fields

MOSTLY = st.sampled_from([True, True, True, False])
DAY_LIMIT, FIVE_LIMIT = 1000, 2500
HOLIDAYS = {
    date(2026, 11, 26), date(2026, 12, 25), date(2027, 1, 1), date(2027, 1, 18), date(2027, 2, 15), date(2027, 3, 26), date(2027, 5, 31),
    date(2027, 6, 18), date(2027, 7, 5), date(2027, 9, 6), date(2027, 11, 25), date(2027, 12, 24), date(2028, 1, 17),
    date(2028, 2, 21), date(2028, 4, 14), date(2028, 5, 29), date(2028, 6, 19), date(2028, 7, 4),
}  # fmt: skip
ZONES = ("UTC", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago")
HOUR = 3600
NOTHING = ""  # nothing was left: a name all the same, so that what is drawn next depends on nothing but what was drawn


def window(day: date) -> date:
    """The first day of the five business days of a day."""
    found = 0
    while True:
        if day.weekday() < 5 and day not in HOLIDAYS:
            found += 1
        if found == 5:
            return day
        day -= timedelta(days=1)


class Money(RuleBasedStateMachine):
    """One account; the model is a list of what was taken, with its time, zone and state."""

    world: ClassVar[World]
    taken = Bundle("taken")

    @initialize()
    def account(self) -> None:
        """Who it is."""
        self.user = self.world.user()
        self.holding = self.world.holding(self.user, self.world.pocket())
        self.zone = "UTC"
        self.kept: dict[str, dict[str, Any]] = {}
        with self.world.kit.store.write() as tx:
            tx.own_limits.put(self.user.id, Limits(DAY_LIMIT, FIVE_LIMIT), self.world.clock.now())

    def _session(self) -> Session:
        with self.world.kit.store.write() as tx:
            made, _ = sessions.issue(
                self.world.kit, tx, self.user, kind="platform", client="terminal", attempt_id="", acr="", amr=("pwd", "hwk"), idle=900, life=3600
            )  # fmt: skip
        return made

    def _ask(self, amount: int) -> withdrawals.Seen | Refusal:
        wanted = Wanted(amount, Payee("Kita", "JP1"), f"r{len(self.kept)}:{self.world.kit.entropy.id()}")
        found = withdrawals.ask(self.world.kit, self._session(), wanted, Visit())
        if isinstance(found, withdrawals.Seen):
            now = self.world.clock.now()
            self.kept[found.row.id] = {
                "amount": amount,
                "at": now,
                "zone": self.zone,
                "state": "reserved",
                "until": now + 600,
            }
        return found

    @rule(target=taken, amount=st.one_of(st.integers(1, 1100), st.sampled_from([1, 500, 999, 1000, 1001])))
    def ask(self, amount: int) -> Any:
        """A platform asks."""
        found = self._ask(amount)
        if isinstance(found, Refusal):
            if found.kind is WITHDRAWAL_LIMITED:
                return NOTHING
            assert found.kind in (WITHDRAWAL_DAY, WITHDRAWAL_FIVE_DAYS), found
            left = found.extra["left"]
            assert isinstance(left, int) and 0 <= left < amount
            if not left:
                return NOTHING
            found = self._ask(left)
            assert isinstance(found, withdrawals.Seen), "what was said to be left was refused"
        return found.row.id

    @rule(amount=st.sampled_from([1000, 1000, 999, 500]))
    def take(self, amount: int) -> None:
        """As much of it as is left, asked for and signed at once: what fills the windows."""
        found = self._ask(amount)
        if isinstance(found, Refusal) and found.extra.get("left"):
            found = self._ask(int(str(found.extra["left"])))
        if isinstance(found, withdrawals.Seen):
            self.decide(found.row.id, "approve", pin=True, digits=True)
            assert self.kept[found.row.id]["state"] == "authorised"

    def _pending(self, one: dict[str, Any]) -> bool:
        return bool(one["state"] == "reserved" and self.world.clock.now() < one["until"])

    @rule(one=taken, choice=st.sampled_from(["approve", "approve", "deny"]), pin=MOSTLY, digits=MOSTLY)
    def answer(self, one: str, choice: str, pin: bool, digits: bool) -> None:
        """The phone answers, now and then with a wrong PIN or other digits."""
        if one == NOTHING:
            return
        self.decide(one, choice, pin=pin, digits=digits)

    def decide(self, one: str, choice: str, *, pin: bool, digits: bool) -> None:
        """One answer of the phone, held to the model."""
        kit, kept = self.world.kit, self.kept[one]
        with kit.store.read() as tx:
            attempt, row = tx.attempts.get(one), tx.withdrawals.get(one)
        assert attempt is not None and row is not None
        shown = details(kit, attempt, self.holding.device, "live", moves=row.linked())
        right = confirmation_of(kit, attempt)
        typed = right if digits or not right else str((int(right) + 1) % 10**6).zfill(6)
        fields = decision_fields(
            shown,
            phone=self.holding.pocket.id,
            decision=choice,
            confirmation=typed,
            uv="pin",
            time=self.world.clock.now(),
        )
        plain = {name: value for name, value in fields.items() if name not in ("v", "iss", "phone", "time")}
        mac = self.world.key_of(self.holding, "hmac", right=pin) if choice == "approve" else b""
        before = self._pending(kept)
        result = approve.decide(kit, self.world.signed(self.holding.pocket, plain, mac))
        if isinstance(result, Refusal):
            with kit.store.read() as tx:
                after = tx.attempts.get(one)
            if after is not None and after.state == "failed" and kept["state"] == "reserved":
                kept["state"] = "cancelled"
            return
        if choice == "approve" and kept["state"] != "authorised":
            assert before and pin and (digits or not right), "authorised without PIN or digits, or when it was over"
            kept["state"] = "authorised"
        elif choice == "deny" and before:
            kept["state"] = "cancelled"

    @rule(one=taken)
    def cancel(self, one: str) -> None:
        """The platform takes it back."""
        if one == NOTHING:
            return
        found = withdrawals.cancel(self.world.kit, self._session(), one)
        kept = self.kept[one]
        if isinstance(found, Refusal):
            assert found.kind is WITHDRAWAL_OVER and not self._holds(kept)
            return
        assert found.row.state == "cancelled"
        kept["state"] = "cancelled"

    @rule(zone=st.sampled_from(ZONES))
    def travel(self, zone: str) -> None:
        """The person says to be elsewhere."""
        with self.world.kit.store.write() as tx:
            tx.users.set_place(self.user.id, self.user.lang, zone)
        self.zone = zone

    @rule(hours=st.sampled_from([0, 1, 3, 9, 15, 24, 24, 24, 48, 96]), seconds=st.sampled_from([0, 1, 599, 600]))
    def wait(self, hours: int, seconds: int) -> None:
        """Time goes on."""
        self.world.clock.advance(hours * HOUR + seconds)

    def _holds(self, one: dict[str, Any]) -> bool:
        return one["state"] == "authorised" or self._pending(one)

    @invariant()
    def no_window_is_over(self) -> None:
        """1 and 4."""
        held = [one for one in getattr(self, "kept", {}).values() if self._holds(one)]
        for zone in {one["zone"] for one in held}:
            days = [(datetime.fromtimestamp(one["at"], ZoneInfo(zone)).date(), one) for one in held]
            for day in {day for day, one in days if one["zone"] == zone}:
                assert sum(one["amount"] for other, one in days if other == day) <= DAY_LIMIT, (zone, day)
            for day in {day for day, _ in days}:
                inside = [one for other, one in days if window(day) <= other <= day]
                if any(one["zone"] == zone for one in inside):
                    assert sum(one["amount"] for one in inside) <= FIVE_LIMIT, (zone, day)

    @invariant()
    def states_are_those_of_the_model(self) -> None:
        """3."""
        for one, kept in list(getattr(self, "kept", {}).items())[-3:]:
            found = withdrawals.look(self.world.kit, self._session(), one)
            assert isinstance(found, withdrawals.Seen)
            expired = kept["state"] == "reserved" and not self._pending(kept)
            assert found.row.state == ("expired" if expired else kept["state"])
            assert found.row.state in WITHDRAWAL.states

    def teardown(self) -> None:
        """A day between two walks."""
        self.world.clock.advance(24 * HOUR)


def test_withdrawals(world: World) -> None:
    walks(Money, world=world, examples=30, steps=40)
