"""New PINs, transfers and recoveries at random. What must hold whatever phones and thieves do, in whatever order:

1. The person has exactly one working Key at any time: never two from one transfer or recovery, never none.
2. That Key works with its own PIN and with no other; nothing moves without the PIN it had.
3. A renewal moves only along the table of core/renewals.py; a closed one never opens.
4. What a claim was handed stays the same however often it asks, and no secret is ever handed out under two renewals.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from tests.flows.machines import walks
from tests.support.installation import PIN, Installation
from watchword.core.renewals import RENEWAL
from watchword_client import Phone, Refused, renewals
from watchword_client.keylife import Offer, Recovery
from watchword_client.renewals import Renewal

PINS = (PIN, "t7Hk2s", "R4wq!p")
MOSTLY = st.sampled_from([True, True, True, True, True, False])  # the right thing, or a wrong one now and then
REFUSED = {4101, 4304, 4401, 4402, 4403, 4404, 4405, 4406, 4407, 4408, 3120, 3202, 3205, 1101, 1102, 4305}


class Renewals(RuleBasedStateMachine):
    """One person, their phone, and whatever phones come; each step asks the server, and what is refused changes nothing."""

    here: ClassVar[Installation]
    finished: ClassVar[set[bool]] = set()

    @initialize()
    def person(self) -> None:
        """Key on one phone."""
        self.who = self.here.person()
        self.works: tuple[Phone, str] = (self.who.phone, PIN)
        self.offer: Offer | None = None
        self.taken: tuple[Phone, Renewal] | None = None
        self.recovery: tuple[Phone, Recovery] | None = None
        self.issued: tuple[Phone, str] | None = None
        self.states: dict[str, str] = {}
        self.secrets: dict[str, str] = {}

    def attempt(self, work: Any) -> Any:
        """The result, or None where it was refused with a number that can be."""
        try:
            return work()
        except Refused as told:
            assert told.number in REFUSED, told
            return None

    def keep(self, renewal: Renewal, pin: str) -> bool:
        """Fetch and store the new secrets, and stop there: the confirmation is a step of its own."""
        state = renewal.wire.state
        before = state.renewal
        seen: list[Any] = []
        through = Renewal._keep

        def noting(self_: Renewal, answer: dict[str, Any], typed: str) -> None:
            seen.extend((line["secret"], answer["renewal"]) for line in answer["users"])
            through(self_, answer, typed)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(renewals, "finish", lambda *_: ())
            patch.setattr(Renewal, "_keep", noting)
            done = self.attempt(lambda: renewal.complete(pin, check=False) or True)
        for secret, renewal_id in seen:
            assert self.secrets.setdefault(secret, renewal_id) == renewal_id
        if done is None:
            state.renewal = before
        return done is not None

    @precondition(lambda self: self.issued is None)
    @rule(knows=MOSTLY, new=st.sampled_from(PINS))
    def change(self, knows: bool, new: str) -> None:
        """A new PIN is begun; only with the PIN that holds."""
        phone, right = self.works
        pin = right if knows else "z9!wrg"
        renewal = self.attempt(lambda: phone.change_pin(pin))
        assert renewal is None or pin == right
        if renewal is not None and self.keep(renewal, new):
            self.issued = (phone, new)

    @precondition(lambda self: self.issued is None)
    @rule(knows=MOSTLY)
    def show(self, knows: bool) -> None:
        """The old phone offers a transfer; only with the PIN that holds."""
        phone, right = self.works
        pin = right if knows else "z9!wrg"
        offer = self.attempt(lambda: phone.transfer_show(pin))
        assert offer is None or pin == right
        self.offer, self.taken = (offer, None) if offer else (self.offer, self.taken)

    @precondition(lambda self: self.offer is not None)
    @rule()
    def scan(self) -> None:
        """A phone scans what is shown; the first one takes it."""
        offer, phone = self.offer, self.here.new_phone()
        assert offer is not None
        taken = self.attempt(lambda: phone.transfer_scan(offer.link, "New"))
        if taken is not None:
            assert self.taken is None
            self.taken = (phone, taken)

    @precondition(lambda self: self.offer is not None and self.taken is not None)
    @rule(right=MOSTLY)
    def approve(self, right: bool) -> None:
        """The six digits, right or wrong."""
        assert self.offer is not None and self.taken is not None
        offer, code = self.offer, self.taken[1].code
        typed = code if right else f"{(int(code) + 1) % 10**6:06}"
        done = self.attempt(lambda: offer.approve(typed))
        assert done is None or right or self.state(offer.renewal.id) in ("proven", "issued", "done")

    @precondition(lambda self: self.taken is not None and self.issued is None)
    @rule(new=st.sampled_from(PINS))
    def collect(self, new: str) -> None:
        """The new phone asks for the secrets."""
        assert self.taken is not None
        phone, renewal = self.taken
        if self.keep(renewal, new):
            self.issued = (phone, new)

    @rule()
    def lose(self) -> None:
        """A reinstalled phone with password and code."""
        phone = self.here.new_phone()
        recovery = phone.recover()
        self.here.later(3600)

        def run() -> bool:
            recovery.start(self.who.username, self.who.password)
            recovery.send()
            recovery.prove(self.here.code_to(self.who.number))
            return True

        if self.attempt(run):
            self.recovery = (phone, recovery)

    @precondition(lambda self: self.recovery is not None and self.issued is None)
    @rule(knows=MOSTLY)
    def unlock(self, knows: bool) -> None:
        """The recovery PIN, right or wrong."""
        assert self.recovery is not None
        pin = self.works[1] if knows else "z9!wrg"
        phone, recovery = self.recovery
        renewal = self.attempt(lambda: recovery.unlock(pin, "Again"))
        if renewal is None:
            return
        assert pin == self.works[1] or self.state(recovery.id) in ("proven", "issued", "done")
        if pin == self.works[1] and self.keep(renewal, pin):
            self.issued = (phone, pin)

    @precondition(lambda self: self.issued is not None)
    @rule(knows=MOSTLY)
    def confirm(self, knows: bool) -> None:
        """The phone confirms, with the PIN it wrapped under or another."""
        assert self.issued is not None
        phone, right = self.issued
        pin = right if knows else "z9!wrg"
        done = self.attempt(lambda: phone.finish(pin))
        if done:
            assert pin == right
            self.finished.add(phone.id == self.works[0].id)
            self.works, self.issued, self.offer, self.taken = (phone, right), None, None, None
        elif not phone.unfinished:
            self.issued = None

    @precondition(lambda self: self.issued is not None)
    @rule(really=st.sampled_from([True, False, False, False]))
    def give_up(self, really: bool) -> None:
        """The phone gives the new set up."""
        assert self.issued is not None
        if really and self.attempt(self.issued[0].give_up):
            self.issued = None

    @rule(seconds=st.sampled_from([10, 30, 60, 4000]))
    def later(self, seconds: int) -> None:
        """Time passes."""
        self.here.later(seconds)

    def state(self, renewal_id: str) -> str:
        """The state in the row."""
        with self.here.built.kit.store.read() as tx:
            found = tx.renewals.get(renewal_id)
        return found.state if found else ""

    @invariant()
    def one_key_works(self) -> None:
        """Exactly one device is active, on the phone that the steps led to."""
        if not hasattr(self, "works"):
            return
        with self.here.built.kit.store.read() as tx:
            active = [device for device in tx.devices.of_user(self.who.id) if device.state == "active"]
            phone = tx.phones.get(self.works[0].id)
        if phone is not None and phone.state == "ended":
            return  # ten wrong PINs, which end it for everybody
        assert [device.phone_id for device in active] == [self.works[0].id]

    @invariant()
    def only_along_the_table(self) -> None:
        """Every renewal seen moved by a transition of the machine, or by several."""
        if not hasattr(self, "works"):
            return
        with self.here.built.kit.store.read() as tx:
            rows = tx.renewals.open_of(self.works[0].id)
        for row in rows:
            before = self.states.get(row.id, row.state)
            assert before not in RENEWAL.final or before == row.state
            self.states[row.id] = row.state

    def teardown(self) -> None:
        """At the end the right PIN is right, and no other is."""
        if not hasattr(self, "works") or self.works[0].unfinished:
            return
        phone, right = self.works
        with self.here.built.kit.store.read() as tx:
            row = tx.phones.get(phone.id)
        if row is not None and row.state == "active" and row.signed_wrong < 9:
            assert phone.check(right)


@pytest.fixture
def here(migrated_file: Path, tmp_path: Path) -> Iterator[Installation]:
    """One installation on SQLite; the journeys hold both databases."""
    shutil.copy(migrated_file, tmp_path / "store.sqlite")
    made = Installation(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path)
    yield made
    made.stop()


def test_renewals_at_random(here: Installation) -> None:
    walks(Renewals, here=here, examples=12, steps=30, shrink=False)
    assert Renewals.finished == {True, False}, "no change, or no move to another phone, came to its end"
