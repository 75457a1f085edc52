"""What staff do with cards and tokens (O04): order, make, send, take back, charge. Nothing here puts a device in place: only its owner does.

Who makes a card sees its cells, so he is never the one who ordered it, and the card is made once: there is no second print of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from watchword.core import card_plus, code_card, crockford
from watchword.core import orders as rules
from watchword.core.devices import CARD_PLUS, CODE_CARD, IN_USE, Device
from watchword.core.orders import OF_CHARGE, ORDER, Order
from watchword.core.refusals import ORDER_GONE, ORDER_OWN, ORDER_STATE, STAFF_ROLE, TOKEN_UNKNOWN, Refusal
from watchword.core.sessions import Session
from watchword.core.staff import may
from watchword.core.users import User
from watchword.flows import devices, letters, order_ends, orders
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.staff import access

MOST = 200
SERIAL = 8
LISTED = ("ordered", "made", "sent")


@dataclass(frozen=True, slots=True)
class Line:
    """An order with whose it is, and what may be done with it now."""

    order: Order
    username: str
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """A device that was made. `cells` are a card's, handed over this once and kept nowhere in the clear; () for a token."""

    order: Order
    user: User
    cells: tuple[str, ...]


def listed(kit: Kit, session: Session, state: str = "") -> tuple[Line, ...] | Refusal:
    """Everybody's orders that are on their way, or in one state; the oldest first, MOST of each."""
    with kit.store.write() as tx:
        who = access.member(kit, tx, session)
        if isinstance(who, Refusal):
            return who
        if not may("orders", who.roles):
            return access.refused(kit, tx, who, "orders", Refusal(STAFF_ROLE, "staff.role"))
        states = (state,) if state else LISTED
        found = [one for each in states for one in tx.orders.in_state(each, MOST)]
        access.note(kit, tx, AuditRow("staff.orders.listed", who.user.id, "", {"found": len(found)}))
        users = {user_id: tx.users.get(user_id) for user_id in {one.user_id for one in found}}
    return tuple(Line(one, _named(users.get(one.user_id)), rules.events(one)) for one in found)


def _named(user: User | None) -> str:
    return user.username if user else ""


def of_person(kit: Kit, user_id: str) -> tuple[Line, ...]:
    """One person's orders, for the page that shows him; who may see the page may see them."""
    with kit.store.read() as tx:
        return tuple(Line(one, "", rules.events(one)) for one in reversed(tx.orders.of_user(user_id)))


def place(kit: Kit, session: Session, username: str, kind: str, replaces: str = "") -> Order | Refusal:
    """Order a card or token for a person."""
    with kit.store.write() as tx:
        found = access.acting(kit, tx, session, "order", username)
        if isinstance(found, Refusal):
            return found
        who, subject = found
        user = tx.users.lock(subject.user.id)
        if user is None:
            return Refusal(ORDER_GONE, "user.gone")
        placed = orders.place(kit, tx, user, kind, by=who.user.id, replaces=replaces)
        if isinstance(placed, Refusal):
            return access.refused(kit, tx, who, "order", placed, user.id)
        access.note(kit, tx, AuditRow("staff.order.placed", user.id, placed.id, {"by": who.user.id, "kind": kind}))
    return placed


def make(kit: Kit, session: Session, order_id: str, serial: str = "") -> Made | Refusal:
    """Make what was ordered: a new card, or the token with this serial number out of stock."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        found = _acting(kit, tx, session, order_id, "make")
        if isinstance(found, Refusal):
            return found
        who, user, order = found
        if order.by == who.user.id:
            return access.refused(kit, tx, who, "make", Refusal(ORDER_OWN, "order.own"), user.id)
        if ORDER.step(order.state, "make") is None:
            return access.refused(kit, tx, who, "make", Refusal(ORDER_STATE, f"order.{order.state}"), user.id)
        made = _card(kit, tx, user) if order.kind == CODE_CARD else _token(kit, tx, user, serial)
        if isinstance(made, Refusal):
            return access.refused(kit, tx, who, "make", made, user.id)
        device, number, cells = made
        if not tx.orders.move(order.id, order.state, "made", device_id=device.id, serial=number, moved=now):
            raise RuntimeError("an order was made twice under its lock")
        fields = {"by": who.user.id, "kind": order.kind, "serial": number}
        access.note(kit, tx, AuditRow("staff.order.made", user.id, order.id, fields))
    return Made(replace(order, state="made", device_id=device.id, serial=number, moved=now), user, cells)


def _card(kit: Kit, tx: Tx, user: User) -> tuple[Device, str, tuple[str, ...]]:
    card = code_card.Card(kit.entropy.bytes(code_card.SEED))
    number = crockford.spelled(kit.entropy.bytes(SERIAL), SERIAL)
    return orders.issued(kit, tx, user, CODE_CARD, card.pack(), number), number, code_card.cells(card)


def _token(kit: Kit, tx: Tx, user: User, serial: str) -> tuple[Device, str, tuple[str, ...]] | Refusal:
    token = tx.tokens.by_serial(serial.strip()) if serial.strip() else None
    if token is None or card_plus.TOKEN.step(token.state, "assign") is None:
        return Refusal(TOKEN_UNKNOWN, "token.not_in_stock")
    if not tx.tokens.move(token, "assigned", b"", kit.clock.now()):
        return Refusal(TOKEN_UNKNOWN, "token.taken")
    return orders.issued(kit, tx, user, CARD_PLUS, token.secret, token.serial), token.serial, ()


def act(kit: Kit, session: Session, order_id: str, event: str) -> Order | Refusal:
    """One of `core/orders.STAFF_EVENTS`: sent, lost, cancelled, returned; charged, paid, waived, paid back."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        found = _acting(kit, tx, session, order_id, "order")
        if isinstance(found, Refusal):
            return found
        who, user, order = found
        if event not in rules.events(order):
            return access.refused(kit, tx, who, "order", Refusal(ORDER_STATE, f"order.{order.state}"), user.id)
        if event in OF_CHARGE:
            after = replace(order, charge=str(rules.CHARGE.step(order.charge, event)), moved=now)
            tx.orders.charge(order.id, order.charge, after.charge, now)
        else:
            _device_of(kit, tx, user, order, event)
            after = replace(order, state=str(ORDER.step(order.state, event)), moved=now)
            tx.orders.move(order.id, order.state, after.state, moved=now)
        if event == "send":
            letters.tell_all(kit, tx, user, "order_sent", device=orders.called(kit, user, order.kind))
        fields = {"by": who.user.id, "event": event, "kind": order.kind}
        access.note(kit, tx, AuditRow("staff.order.moved", user.id, order.id, fields))
    return after


def _device_of(kit: Kit, tx: Tx, user: User, order: Order, event: str) -> None:
    """What an event does to the device and, for a token, to the stock."""
    now = kit.clock.now()
    device = tx.devices.get(order.device_id) if order.device_id else None
    if device is None or event == "send":
        return
    if event == "cancel":
        order_ends.never_sent(tx, order, now)
        return
    if event == "lose":
        tx.devices.move(device.id, "issued", "dropped", now)
    elif device.state in IN_USE:
        devices.switch_off(kit, tx, user, device, by="staff", order="")
    token = tx.tokens.by_serial(order.serial) if device.kind == CARD_PLUS else None
    to = card_plus.TOKEN.step(token.state, event) if token is not None else None
    if token is not None and to is not None:
        tx.tokens.move(token, to, b"", now)  # once out of the house, its key is nobody's any more


def _acting(
    kit: Kit, tx: Tx, session: Session, order_id: str, action: str
) -> tuple[access.Member, User, Order] | Refusal:
    """Who acts, the person, locked, and the order, locked. The order is looked up first, without a lock, to know whose it is."""
    seen = tx.orders.get(order_id) if len(order_id) == 26 else None
    owner = tx.users.get(seen.user_id) if seen else None
    if seen is None or owner is None:
        who = access.member(kit, tx, session)
        return (
            who
            if isinstance(who, Refusal)
            else access.refused(kit, tx, who, action, Refusal(ORDER_GONE, "order.unknown"))
        )
    found = access.acting(kit, tx, session, action, owner.username, proof=action == "make")
    if isinstance(found, Refusal):
        return found
    user = tx.users.lock(owner.id)
    order = tx.orders.get(order_id, lock=True)
    if user is None or order is None:
        return Refusal(ORDER_GONE, "order.gone")
    return found[0], user, order
