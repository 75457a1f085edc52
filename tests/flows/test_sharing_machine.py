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
from watchword.core.devices import CODE_CARD, Device, Level
from watchword.core.refusals import Refusal
from watchword.core.sessions import Session
from watchword.core.users import Details, User
from watchword.flows import devices, login, methods, sessions, sharing, sharing_done, sharing_ends
from watchword.flows.kit import Visit

PEOPLE = 5
WHO = st.integers(0, PEOPLE - 1)
MOSTLY = st.sampled_from([True, True, True, True, True, False])
SAME = Details(
    birth_date="1987-04-23", document_type="passport", document_number="TK4418203", citizenship="JP", residence="JP"
)
HOUR = 3600


class Lives(RuleBasedStateMachine):
    """Five users; the fourth has something missing on file, the fifth is somebody else."""

    world: ClassVar[World]

    @initialize()
    def people(self) -> None:
        """Who they are."""
        self.kit = self.world.kit
        self.users = [self.world.user() for _ in range(PEOPLE)]
        on_file = (SAME, SAME, SAME, replace(SAME, residence=""), replace(SAME, document_number="XX1"))
        with self.kit.store.write() as tx:
            for user, details in zip(self.users, on_file, strict=True):
                tx.users.set_details(user.id, details)
        for user in self.users:
            self.world.holding(user, self.world.pocket())
        self.sessions: list[Session] = []
        self.world.clock.advance(2 * HOUR)
        self._log_in()
        for who in range(PEOPLE):
            self._put(who)
        self._ask(0, 1, right=True, send=True)

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

    def _live(self, state: str) -> list[rules.Sharing]:
        with self.kit.store.read() as tx:
            found = [one for user in self.users for one in tx.sharings.of_user(user.id)]
        return [one for one in found if rules.state_at(one, self.world.clock.now()) == state]

    @rule(hours=st.integers(1, 30))
    def later(self, hours: int) -> None:
        """Time goes on; everybody logs in again."""
        self.world.clock.advance(hours * HOUR)
        self._log_in()

    @rule(who=WHO)
    def put(self, who: int) -> None:
        """A card of one's own is in place; there is one."""
        self._put(who)

    def _put(self, who: int) -> None:
        user, now = self.users[who], self.world.clock.now()
        if any(one.kind == CODE_CARD and one.state in ("active", "kept") for one in self._held(user)):
            return
        card = code_card.Card(self.kit.entropy.bytes(code_card.SEED))
        with self.kit.store.write() as tx:
            made = Device(self.kit.entropy.id(), user.id, "", CODE_CARD, "active", "card", card.pack(), 0, 0, now, now)
            tx.devices.add(made)

    @rule(who=WHO, by=st.integers(1, PEOPLE - 1), right=MOSTLY, send=MOSTLY)
    def ask(self, who: int, by: int, right: bool, send: bool) -> None:
        """The steps, perhaps not to the end."""
        self._ask(who, (who + by) % PEOPLE, right=right, send=send)

    def _ask(self, who: int, owner: int, *, right: bool, send: bool) -> None:
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
            assert sent.state == ("pending" if 3 in (who, owner) else "active")
            assert user.id == sent.user_id

    @rule(which=WHO, yes=MOSTLY)
    def decide(self, which: int, yes: bool) -> None:
        """Compliance approves or refuses what waits."""
        waiting = self._live("pending")
        if not waiting:
            return
        found = waiting[which % len(waiting)]
        with self.kit.store.write() as tx:
            for user_id in sorted((found.user_id, found.owner_id)):
                tx.users.lock(user_id)
            user, request = tx.users.get(found.user_id), tx.staff.request(found.request_id, lock=True)
            assert user is not None and request is not None
            if yes:
                sharing_done.approve(self.kit, tx, user, request)
            else:
                sharing_done.refuse(self.kit, tx, user, request, "reject")
            after = tx.sharings.get(found.id)
        assert after is not None and (yes or after.state == "refused")

    @rule(which=WHO, by_owner=st.booleans(), lost=st.sampled_from([False, False, True]))
    def end(self, which: int, by_owner: bool, lost: bool) -> None:
        """Either cancels, or reports the loss."""
        live = self._live("active")
        if not live:
            return
        found = live[which % len(live)]
        wanted = found.owner_id if by_owner else found.user_id
        session = next(one for one in self.sessions if one.user_id == wanted)
        refused = (
            sharing_done.lost(self.kit, session, found.id, Visit())
            if lost
            else sharing_done.cancel(self.kit, session, found.id)
        )
        assert not isinstance(refused, Refusal) and found.id not in {one.id for one in self._live("active")}

    @rule(which=WHO, how=st.sampled_from(["off", "disabled", "used_up", "replaced"]))
    def gone(self, which: int, how: str) -> None:
        """Something becomes of a card that is shared, or else of anybody's."""
        live = self._live("active")
        owner_id = live[which % len(live)].owner_id if live else self.users[which].id
        user = next(one for one in self.users if one.id == owner_id)
        device = self._own(user)
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
        if how == "replaced":
            assert {one.id for one in live} == {one.id for one in self._live("active")}, "the next card takes it along"

    @precondition(lambda self: hasattr(self, "users"))
    @rule(one=WHO, by=st.integers(1, PEOPLE - 1))
    def log_in_at_once(self, one: int, by: int) -> None:
        """Two who have the same card in hand answer with the same cells: the first counts."""
        live = self._live("active")
        pair = (live[one % len(live)].user_id, live[one % len(live)].owner_id) if live and by > 1 else None
        pair = pair or (self.users[one].id, self.users[(one + by) % PEOPLE].id)
        opened = [self._at_card(next(user for user in self.users if user.id == wanted)) for wanted in pair]
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
            assert self.users[4].id not in (one.user_id, one.owner_id), "somebody else's"
        sharers = [one.user_id for one in active]
        assert len(set(sharers)) == len(sharers) and not set(sharers) & {one.owner_id for one in active}
        kept = {one.user_id for one in everything.values() if one.state == "kept"}
        assert kept <= set(sharers)


def test_shared_devices_live_and_end_as_they_should(world: World) -> None:
    walks(Lives, world=world, examples=30, steps=40)
