"""Cards and tokens of one's own: ordered, followed on their way, and put in place on receipt by what only their holder can show (O02, O04).

Until then the device is `issued` and answers nothing; a card that is read in somebody's letter box opens nothing without a session that has
shown another element.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from watchword.core import code_card, floors
from watchword.core.devices import CARD_PLUS, CODE_CARD, IN_USE, ONLINE_CARD, TEMPORARY_CODE, Device, usable
from watchword.core.orders import KINDS, OPEN, ORDER, WITHDRAW, Order
from watchword.core.rates import Window
from watchword.core.refusals import ORDER_GONE, ORDER_OPEN, ORDER_SENT, ORDER_STATE, QUESTIONS_LIMITED, Refusal
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.factors.base import Rejected
from watchword.flows import by_hand, changes, devices, letters, order_ends, sharing_ends, temporary
from watchword.flows.kit import Kit, Visit
from watchword.flows.ports import AuditRow, Tx

RECEIVE = "received"  # the kind of the question that a new card or token answers
TRIES = (Window(10, 60 * 60), Window(30, 24 * 60 * 60))
SHOWN = 20
ID_LENGTH = 26
CALLED: Mapping[str, str] = {CODE_CARD: "devices.called_card", CARD_PLUS: "devices.called_token"}
TAGS: Mapping[str, str] = {CODE_CARD: "card", CARD_PLUS: "token"}


@dataclass(frozen=True, slots=True)
class Review:
    """What an order would be: what, what it costs in US cents, and the names of what ends when it is put in place. `temporary` says that a
    temporary code ends with them."""

    kind: str
    cents: int
    replaces: str = ""
    ends: tuple[str, ...] = ()
    temporary: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """An order as its page shows it. `left` is how many cells a card has, -1 for a token; `asked` is what the new device has to answer, as its
    factor shows it."""

    order: Order
    left: int = -1
    asked: Mapping[str, object] | None = None


def look(kit: Kit, session: Session) -> tuple[Shown, ...]:
    """The orders of a session's user, the newest first."""
    now = kit.clock.now()
    with kit.store.read() as tx:
        found = tuple(reversed(tx.orders.of_user(session.user_id)))[:SHOWN]
        return tuple(_shown(tx, session, order, now) for order in found)


def _shown(tx: Tx, session: Session, order: Order, now: int) -> Shown:
    device = tx.devices.get(order.device_id) if order.device_id else None
    left = -1
    if device is not None and order.kind == CODE_CARD:
        left = code_card.left(code_card.unpack(device.secret))
    return Shown(order, left, by_hand.shown(tx, session.id, RECEIVE, order.device_id, now))


def running_out(kit: Kit, user_id: str) -> bool:
    """Whether a card of this person has few cells left, and none is on its way (O02: a new card is offered before it runs out)."""
    now = kit.clock.now()
    with kit.store.read() as tx:
        if any(order.kind == CODE_CARD and order.state in OPEN for order in tx.orders.of_user(user_id)):
            return False
        cards = [
            one
            for one in tx.devices.of_user(user_id)
            if one.kind == CODE_CARD and usable(one, now) and not one.shared_from
        ]
        return any(code_card.left(code_card.unpack(card.secret)) <= code_card.FEW for card in cards)


def place(kit: Kit, tx: Tx, user: User, kind: str, *, by: str, replaces: str = "") -> Order | Refusal:
    """A new order of a user whose row is locked; one of a kind at a time. `replaces` is the device that it takes the place of."""
    now, refused = kit.clock.now(), _refused(tx, user, kind, replaces)
    if refused is not None:
        return refused
    cents = kit.policy.charges.get(kind, 0)
    charge = "due" if cents else "none"
    order = Order(kit.entropy.id(), user.id, kind, "ordered", charge, cents, "", "", replaces, by, now, now)
    tx.orders.add(order)
    letters.tell_all(kit, tx, user, "order_placed", device=called(kit, user, kind))
    fields = {"kind": kind, "by": by, "replaces": replaces, "charge": cents}
    tx.audit.write(AuditRow("order.device.placed", user.id, order.id, fields), now)
    return order


def _refused(tx: Tx, user: User, kind: str, replaces: str) -> Refusal | None:
    if kind not in KINDS:
        return Refusal(ORDER_GONE, "order.kind")
    if any(order.kind == kind and order.state in OPEN for order in tx.orders.of_user(user.id)):
        return Refusal(ORDER_OPEN, "order.open")
    known = {
        one.id
        for one in tx.devices.of_user(user.id)
        if one.kind == kind and one.state in IN_USE and not one.shared_from
    }
    return Refusal(ORDER_GONE, "order.replaces") if replaces and replaces not in known else None


def review(kit: Kit, session: Session, kind: str, replaces: str = "") -> Review | Refusal:
    """What the order would be, before it is given; refused as the order itself would be."""
    now = kit.clock.now()
    with kit.store.read() as tx:
        user = changes.ahead(tx, session)
        if isinstance(user, Refusal):
            return user
        refused = changes.refusal(kit, tx, session, user, binding=True, floor=floors.ENROL)
        refused = refused or _refused(tx, user, kind, replaces)
        if refused is not None:
            return refused
        held = [one for one in tx.devices.of_user(user.id) if one.state in IN_USE]
        ends = tuple(one.name for one in held if _makes_way(one, kind, replaces))
        temporary_too = any(one.kind in (TEMPORARY_CODE, ONLINE_CARD) and usable(one, now) for one in held)
    return Review(kind, kit.policy.charges.get(kind, 0), replaces, ends, temporary_too)


def _makes_way(device: Device, kind: str, replaces: str) -> bool:
    """Whether a device ends when one of this kind is put in place: only one card counts; of tokens a person may keep another beside (O04)."""
    return device.id == replaces or (kind == CODE_CARD and device.kind == CODE_CARD)


def order(kit: Kit, session: Session, kind: str, replaces: str = "") -> Order | Refusal:
    """The person orders a card or a token; it goes to the address on file, which no page changes."""
    with kit.store.write() as tx:
        user = changes.person(tx, session)
        if isinstance(user, Refusal):
            return user
        refused = changes.refusal(kit, tx, session, user, binding=True, floor=floors.ENROL)
        return refused or place(kit, tx, user, kind, by="", replaces=replaces)


def withdraw(kit: Kit, session: Session, order_id: str, visit: Visit) -> Order | Refusal:
    """The person takes back an order that was not sent yet, whoever gave it. It only ever protects, so no held element is asked; every channel
    is told. Its charge stays as it is, for staff to waive or to pay back, as where they cancel."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        found = changes.owned(kit, tx, session, _mine(tx, order_id), ask="right")
        if isinstance(found, Refusal):
            return found
        user, order = found
        to = ORDER.step(order.state, WITHDRAW)
        if to is None:
            return Refusal(ORDER_SENT if order.state == "sent" else ORDER_STATE, f"order.{order.state}")
        if not tx.orders.move(order.id, order.state, to, moved=now):
            raise RuntimeError("an order moved under its lock")
        order_ends.never_sent(tx, order, now)
        letters.tell_all(kit, tx, user, "order_withdrawn", device=called(kit, user, order.kind))
        fields = {"kind": order.kind, "was": order.state, "charge": order.charge}
        tx.audit.write(AuditRow("order.device.withdrawn", user.id, order.id, fields, visit.personal()), now)
    return replace(order, state=to, moved=now)


def _mine(tx: Tx, order_id: str) -> Callable[[User], Order | Refusal]:
    """Finds an order of the user it is given, and locks it."""

    def find(user: User) -> Order | Refusal:
        order = tx.orders.get(order_id, lock=True) if len(order_id) == ID_LENGTH else None
        return order if order is not None and order.user_id == user.id else Refusal(ORDER_GONE, "order.foreign")

    return find


def ask(kit: Kit, session: Session, order_id: str) -> Refusal | None:
    """It has arrived: what the new device has to answer. A new question ends the one before, and forgets no wrong answer of the hour."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        found = _arriving(kit, tx, session, order_id)
        if isinstance(found, Refusal):
            return found
        user, _, device = found
        until = tx.rates.take(f"card-receive:{user.id}", TRIES, now)
        if until:
            return Refusal(QUESTIONS_LIMITED, "receive.limited", {"until": until}, retry_after=until - now)
        by_hand.put(kit, tx, session.id, RECEIVE, device)
    return None


def receive(kit: Kit, session: Session, order_id: str, typed: str, visit: Visit) -> Device | Refusal:
    """The answer of the new device: it is in place from now on, what it replaces ends, and every channel is told."""
    with kit.store.write() as tx:
        found = _arriving(kit, tx, session, order_id)
        if isinstance(found, Refusal):
            return found
        user, order, device = found
        # Counted on no device: what is guessed here is bounded by the questions of an hour, and a card in the post is nobody's to disable.
        verdict = by_hand.judge(kit, tx, session.id, RECEIVE, device, typed, lambda: device)
        if isinstance(verdict, Refusal | Rejected):
            row = AuditRow(
                f"device.{TAGS[device.kind]}.refused", user.id, device.id, {"reason": verdict.reason}, visit.personal()
            )
            tx.audit.write(row, kit.clock.now())
            return verdict if isinstance(verdict, Refusal) else verdict.refusal
        _put_in_place(kit, tx, session, user, order, device, visit)
    return device


def _arriving(kit: Kit, tx: Tx, session: Session, order_id: str) -> tuple[User, Order, Device] | Refusal:
    """The user, locked, an order of his that was sent, and its device; if he may put one in place now."""
    user = changes.person(tx, session)
    if isinstance(user, Refusal):
        return user
    order = _mine(tx, order_id)(user)
    if isinstance(order, Refusal):
        return order
    if order.state != "sent":
        return Refusal(ORDER_STATE, f"order.{order.state}")
    refused = changes.refusal(kit, tx, session, user, binding=True, floor=floors.ENROL)
    if refused is not None:
        return refused
    device = tx.devices.get(order.device_id)
    if device is None or device.state != "issued":
        return Refusal(ORDER_GONE, "order.no_device")
    return user, order, device


def _put_in_place(kit: Kit, tx: Tx, session: Session, user: User, order: Order, device: Device, visit: Visit) -> None:
    now = kit.clock.now()
    if not tx.devices.receive(device.id, session.id) or not tx.orders.move(order.id, "sent", "active", moved=now):
        raise RuntimeError("a device was received twice under its lock")
    _shared_before(kit, tx, session, user, device)
    for old in tx.devices.of_user(user.id):
        replaced = _makes_way(old, device.kind, order.replaces)
        if replaced and old.id != device.id and old.state in IN_USE:
            sharing_ends.hand_on(kit, tx, old, device)
            devices.switch_off(kit, tx, user, old, by="replaced", but=session.id, visit=visit, order="replace")
    temporary.end(kit, tx, user, "replaced")
    tx.staff.release(user.id)
    letters.tell_all(kit, tx, user, "order_active", device=device.name)
    personal = {**visit.personal(), "phone": device.name}
    tx.audit.write(
        AuditRow(f"device.{TAGS[device.kind]}.added", user.id, device.id, {"order": order.id}, personal), now
    )


def _shared_before(kit: Kit, tx: Tx, session: Session, user: User, device: Device) -> None:
    """A card of one's own ends the sharing of another's: only one counts."""
    mine = [one for one in tx.devices.of_user(user.id) if one.shared_from and one.kind == device.kind == CODE_CARD]
    for one in mine:
        sharing_ends.left(kit, tx, one, "replaced", but=session.id)


def called(kit: Kit, user: User, kind: str) -> str:
    """What a kind of device is called in letters to this person."""
    return kit.texts.plain(user.lang, CALLED[kind])


def issued(kit: Kit, tx: Tx, user: User, kind: str, secret: bytes, serial: str) -> Device:
    """A device that is on its way to this person and answers nothing yet."""
    now = kit.clock.now()
    name = f"{called(kit, user, kind)} {serial}"
    device = Device(kit.entropy.id(), user.id, "", kind, "issued", name, secret, 0, 0, now, 0)
    tx.devices.add(device)
    return device
