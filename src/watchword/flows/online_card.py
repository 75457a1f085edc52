"""The Online Security Code Card (O03): a code card on the screen for three weeks, for whoever has nothing but a temporary code.

It is shown once, in a session that the temporary code confirmed, and one is had for each temporary code: it cannot renew itself, so two
members of staff stand behind every three weeks of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from watchword.core import code_card, floors
from watchword.core.devices import ONLINE_CARD, TEMPORARY_CODE, Device, lasting, usable
from watchword.core.refusals import CARD_NEEDLESS, CARD_SHOWN, Refusal
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.flows import changes, letters
from watchword.flows.kit import Kit, Visit
from watchword.flows.ports import AuditRow, Tx


@dataclass(frozen=True, slots=True)
class Issued:
    """A new card with its cells, which are shown this once."""

    device: Device
    cells: tuple[str, ...]


def offered(kit: Kit, session: Session) -> bool:
    """Whether this person is offered one."""
    with kit.store.read() as tx:
        return not _needless(kit, tx, session.user_id)


def issue(kit: Kit, session: Session, visit: Visit) -> Issued | Refusal:
    """A new one. Every channel is told."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        user = changes.person(tx, session)
        if isinstance(user, Refusal):
            return user
        refused = changes.refusal(kit, tx, session, user, binding=True, floor=floors.ENROL)
        if refused is not None:
            return refused
        why = _needless(kit, tx, user.id)
        if why:
            return Refusal(CARD_SHOWN if why == "card.had" else CARD_NEEDLESS, why)
        card = code_card.Card(kit.entropy.bytes(code_card.SEED))
        device = _added(kit, tx, session, user, card)
        until = kit.texts.moment(user.lang, device.ends, user.zone)
        letters.tell_all(kit, tx, user, "online_card", until=until)
        tx.audit.write(AuditRow("device.card.shown", user.id, device.id, {"until": device.ends}, visit.personal()), now)
    return Issued(device, code_card.cells(card))


def _added(kit: Kit, tx: Tx, session: Session, user: User, card: code_card.Card) -> Device:
    now = kit.clock.now()
    name = kit.texts.plain(user.lang, "devices.called_online_card")
    device = Device(
        kit.entropy.id(), user.id, "", ONLINE_CARD, "active", name, card.pack(), 0, 0, now, 0,
        ends=now + code_card.ONLINE_SECONDS, added_in=session.id,
    )  # fmt: skip
    tx.devices.add(device)
    return device


def _needless(kit: Kit, tx: Tx, user_id: str) -> str:
    """Why there is none to be had now, or ""."""
    now = kit.clock.now()
    known = tx.devices.of_user(user_id)
    if any(usable(device, now) and lasting(device) for device in known):
        return "card.lasting"
    code = next((one for one in known if one.kind == TEMPORARY_CODE and usable(one, now)), None)
    if code is None:
        return "card.no_code"
    had = any(one.kind == ONLINE_CARD and one.created >= code.created for one in known)
    return "card.had" if had else ""
