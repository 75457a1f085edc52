"""The lives of shared devices at random: asked for, approved, refused, cancelled, lost, used up, replaced. What must hold in whatever order:

1. A device that is shared is held by its owner himself and in use; whoever shares it has exactly one row by exactly one sharing.
2. What was put aside belongs to somebody who shares another's device, and to nobody else.
3. Every sharing in use fulfils the conditions that it was approved under: two people of one identification, nobody better equipped.
4. An answer counts once, whoever of those that share a device gives it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.flows.machines import walks
from tests.support.world import World
from watchword.core import code_card
from watchword.core import sharing as rules
from watchword.core.devices import CARD_PLUS, CODE_CARD, Device, Level
from watchword.core.refusals import Refusal
from watchword.core.sessions import Session
from watchword.core.users import Details, User
from watchword.flows import devices, login, methods, sessions, sharing, sharing_done, sharing_ends
from watchword.flows.kit import Visit

PEOPLE = 4
WHO = st.integers(0, PEOPLE - 1)
SAME = Details(
    birth_date="1987-04-23", document_type="passport", document_number="TK4418203", citizenship="JP", residence="JP"
)
HOUR = 3600


class Lives(RuleBasedStateMachine):
    """Four users; the third has something missing on file, the fourth is somebody else."""

    world: ClassVar[World]

    @initialize()
    def people(self) -> None:
        """Who they are."""
        self.kit = self.world.kit
        self.users = [self.world.user() for _ in range(PEOPLE)]
        on_file = (SAME, SAME, replace(SAME, residence=""), replace(SAME, document_number="XX1"))
        with self.kit.store.write() as tx:
            for user, details in zip(self.users, on_file, strict=True):
                tx.users.set_details(user.id, details)
        for user in self.users:
            self.world.holding(user, self.world.pocket())
        self.sessions: list[Session] = []
        self.world.clock.advance(2 * HOUR)
        self._log_in()

    def _log_in(self) -> None:
        self.sessions = []
        with self.kit.store.write() as tx:
            for user in self.users:
                made, _ = sessions.issue(
                    self.kit, tx, user, kind="portal", client="portal", attempt_id="", acr="", amr=("pwd", "hwk"), idle=900, life=12 * HOUR,
                    level=int(Level.KEY_ONLINE), confirms=True,
                )  # fmt: skip
                self.sessions.append(made)

    def _held(self, user: User) -> tuple[Device, ...]:
        with self.kit.store.read() as tx:
            return tx.devices.of_user(user.id)

    def _own(self, user: User) -> Device | None:
        return rules.offered(self._held(user), self.world.clock.now())

    def _newest(self, user: User) -> rules.Sharing | None:
        with self.kit.store.read() as tx:
            found = tx.sharings.of_user(user.id)
        return next((one for one in found if one.state != "dropped"), None)

    @rule(hours=st.integers(1, 30))
    def later(self, hours: int) -> None:
        """Time goes on; everybody logs in again."""
        self.world.clock.advance(hours * HOUR)
        self._log_in()

    @rule(who=WHO, kind=st.sampled_from([CODE_CARD, CODE_CARD, CARD_PLUS]))
    def put(self, who: int, kind: str) -> None:
        """A card of one's own is in place; there is one of a kind."""
        user, now = self.users[who], self.world.clock.now()
        if kind == CARD_PLUS or any(one.kind == kind and one.state in ("active", "kept") for one in self._held(user)):
            return
        card = code_card.Card(self.kit.entropy.bytes(code_card.SEED))
        with self.kit.store.write() as tx:
            made = Device(self.kit.entropy.id(), user.id, "", kind, "active", kind, card.pack(), 0, 0, now, now)
            tx.devices.add(made)

    @rule(
        who=WHO, owner=WHO, right=st.sampled_from([True, True, True, False]), send=st.sampled_from([True, True, False])
    )
    def ask(self, who: int, owner: int, right: bool, send: bool) -> None:
        """The steps, perhaps not to the end."""
        user, session = self.users[who], self.sessions[who]
        begun = sharing.begin(self.kit, session, self.users[owner].username, "right", Visit())
        if isinstance(begun, Refusal):
            return
        device = self._own(self.users[owner])
        assert device is not None and begun.owner_device == device.id
        numbers = code_card.pair(code_card.unpack(device.secret), self.world.clock.now())
        typed = code_card.answer(code_card.unpack(device.secret), numbers)
        answered = sharing.answer(self.kit, session, begun.id, typed if right else "000000", Visit())
        if isinstance(answered, Refusal):
            assert sharing.send(self.kit, session, begun.id, Visit()) is not None
            assert not right or answered.kind.number in (7305, 7306, 7307, 7309), answered
            return
        assert right, "a wrong answer was taken"
        again = sharing.answer(self.kit, session, begun.id, typed, Visit())
        assert isinstance(again, Refusal), "one answer twice"
        if send:
            sent = sharing.send(self.kit, session, begun.id, Visit())
            assert not isinstance(sent, Refusal), sent
            assert sent.state == ("pending" if 2 in (who, owner) else "active")
            assert user.id == sent.user_id

    @rule(who=WHO, yes=st.booleans())
    def decide(self, who: int, yes: bool) -> None:
        """Compliance approves or refuses what waits."""
        found = self._newest(self.users[who])
        if found is None or rules.state_at(found, self.world.clock.now()) != "pending":
            return
        with self.kit.store.write() as tx:
            for user_id in sorted((found.user_id, found.owner_id)):
                tx.users.lock(user_id)
            user, request = tx.users.get(found.user_id), tx.staff.request(found.request_id, lock=True)
            assert user is not None and request is not None
            if yes:
                sharing_done.approve(self.kit, tx, user, request)
            else:
                sharing_done.refuse(self.kit, tx, user, request, "reject")
        after = self._newest(self.users[who])
        assert after is not None and (yes or after.state == "refused")

    @rule(who=WHO, by_owner=st.booleans(), lost=st.sampled_from([False, False, True]))
    def end(self, who: int, by_owner: bool, lost: bool) -> None:
        """Either cancels, or reports the loss."""
        found = self._newest(self.users[who])
        if found is None:
            return
        index = next(
            at for at, user in enumerate(self.users) if user.id == (found.owner_id if by_owner else found.user_id)
        )
        act = sharing_done.lost if lost else sharing_done.cancel
        act(self.kit, self.sessions[index], found.id, Visit())

    @rule(who=WHO, how=st.sampled_from(["off", "disabled", "used_up", "replaced"]))
    def gone(self, who: int, how: str) -> None:
        """Something becomes of a card of one's own."""
        user, device = self.users[who], self._own(self.users[who])
        if device is None:
            return
        with self.kit.store.write() as tx:
            tx.users.lock(user.id)
            if how == "off":
                devices.switch_off(self.kit, tx, user, device, by="settings")
            elif how == "disabled":
                methods.disable(self.kit, tx, device, "answers")
            elif how == "used_up":
                methods.used_up(self.kit, tx, device)
            else:
                card = code_card.Card(self.kit.entropy.bytes(code_card.SEED))
                new = replace(device, id=self.kit.entropy.id(), secret=card.pack())
                tx.devices.add(new)
                sharing_ends.hand_on(self.kit, tx, device, new)
                devices.switch_off(self.kit, tx, user, device, by="replaced")

    @precondition(lambda self: hasattr(self, "users"))
    @rule(one=WHO, two=WHO)
    def log_in_at_once(self, one: int, two: int) -> None:
        """Two who have the same card in hand answer with the same cells: the first counts."""
        if one == two:
            return
        opened = [self._at_card(self.users[index]) for index in (one, two)]
        if None in opened:
            return
        (first, thing, mine), (second, other, _) = opened  # type: ignore[misc]
        if thing.id != other.id:
            return
        card = code_card.unpack(thing.secret)
        answer = {"answer": code_card.answer(card, code_card.pair(card, self.world.clock.now()))}
        right = methods.answer(self.kit, first, CODE_CARD, answer)
        assert not isinstance(right, Refusal), right
        assert isinstance(methods.answer(self.kit, second, CODE_CARD, answer), Refusal), "the same cells twice"
        with self.kit.store.read() as tx:
            kept = tx.devices.get(mine.id)
        assert kept is not None and (not kept.shared_from or kept.secret == b""), "the secret stands in one place"

    def _at_card(self, user: User) -> tuple[str, Device, Device] | None:
        found = next((one for one in self._held(user) if one.kind == CODE_CARD and one.state == "active"), None)
        with self.kit.store.read() as tx:
            thing = sharing_ends.thing(tx, found) if found is not None else None
        if thing is None or found is None:
            return None
        opened = login.begin(self.kit, user.username, "right", "portal", Visit())
        if not isinstance(opened, login.Opened):
            return None
        asked = methods.ask(self.kit, opened.collector, CODE_CARD)
        assert not isinstance(asked, Refusal), asked
        return opened.collector, thing, found

    @invariant()
    def holds(self) -> None:
        """The first three of the rules at the head of this file."""
        if not hasattr(self, "users"):
            return
        with self.kit.store.read() as tx:
            everything = {one.id: one for user in self.users for one in tx.devices.of_user(user.id)}
            active = [one for user in self.users for one in tx.sharings.of_user(user.id) if one.state == "active"]
        shared = {one.id for one in everything.values() if one.shared_from and one.state == "active"}
        assert shared == {one.device_id for one in active} and len(shared) == len(active)
        for one in active:
            mine, thing = everything[one.device_id], everything[one.owner_device]
            assert mine.shared_from == thing.id and mine.user_id == one.user_id and mine.secret == b""
            assert thing.user_id == one.owner_id and thing.state == "active" and not thing.shared_from
            assert self.users[3].id not in (one.user_id, one.owner_id), "somebody else's"
        sharers = [one.user_id for one in active]
        assert len(set(sharers)) == len(sharers) and not set(sharers) & {one.owner_id for one in active}
        kept = {one.user_id for one in everything.values() if one.state == "kept"}
        assert kept <= set(sharers)


def test_shared_devices_live_and_end_as_they_should(world: World) -> None:
    walks(Lives, world=world, examples=25, steps=30)
