"""Putting a code app of somebody else's in place, inside a session that has shown what it holds.

Two steps of one page: a key, shown as QR and as text, bound to the session and kept nowhere until it is confirmed; then a code made with it.
"""

from __future__ import annotations

from dataclasses import dataclass

from watchword.core import floors
from watchword.core.challenges import Challenge
from watchword.core.devices import CODE_APP, Device
from watchword.core.rates import Window
from watchword.core.refusals import APP_CODE_FORM, APP_ENDED, BEGINS_LIMITED, CODE_USED, DEVICES_FULL, Refusal
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.factors import code_app
from watchword.factors.base import Accepted
from watchword.factors.code_app import CodeApp
from watchword.flows import changes, letters, sms, temporary
from watchword.flows.by_hand import CLAIM_SECONDS
from watchword.flows.devices import named
from watchword.flows.kit import Kit, Visit
from watchword.flows.ports import AuditRow, Tx

NEW = "code_app_new"  # the kind of the question that a new app answers
MOST = 5
LIFE_SECONDS = 10 * 60
TRIES = 5
BEGINS = (Window(20, 60 * 60),)


@dataclass(frozen=True, slots=True)
class Offered:
    """A key that waits to be confirmed: what the QR holds, what is typed by hand, and until when."""

    address: str
    key: str
    until: int


def begin(kit: Kit, session: Session) -> Offered | Refusal:
    """A new key; it ends the one before."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        user = _may(kit, tx, session)
        if isinstance(user, Refusal):
            return user
        until = tx.rates.take(f"app-new:{user.id}", BEGINS, now)
        if until:
            return Refusal(BEGINS_LIMITED, "app.begins", {"until": until}, retry_after=until - now)
        made = Challenge(session.id, NEW, kit.entropy.id(), "", now + LIFE_SECONDS, 0, {"stored": {}, "shown": {}})
        tx.challenges.put(made)
    return _offered(kit, made, user)


def offered(kit: Kit, session: Session) -> Offered | None:
    """The key that waits for this session, None where there is none."""
    with kit.store.read() as tx:
        found, user = tx.challenges.get(session.id, NEW), tx.users.get(session.user_id)
    waits = found is not None and kit.clock.now() < found.until and found.wrong < TRIES
    return _offered(kit, found, user) if found is not None and user is not None and waits else None


def _offered(kit: Kit, made: Challenge, user: User) -> Offered:
    key = _key(kit, made)
    return Offered(code_app.address(key, kit.policy.brand_name, user.username), code_app.spelled(key), made.until)


def _key(kit: Kit, made: Challenge) -> bytes:
    """Derived, so that no row holds it before it is a device."""
    return kit.vault.derive("code-app", made.subject, made.id)[: code_app.KEY_BYTES]


def finish(kit: Kit, session: Session, typed: str, name: str, visit: Visit) -> Device | Refusal:
    """A code that the app made with the key. Every channel is told, and what was there for want of a device ends."""
    read = CodeApp().read({"answer": typed})
    if read is None:
        return Refusal(APP_CODE_FORM, "app.form")
    now = kit.clock.now()
    with kit.store.write() as tx:
        user = _may(kit, tx, session)
        if isinstance(user, Refusal):
            return user
        made = tx.challenges.get(session.id, NEW)
        if made is None or now >= made.until or tx.challenges.count(session.id, NEW, TRIES) is None:
            return Refusal(APP_ENDED, "app.over")
        refused = _refused(kit, tx, made, str(read["code"]))
        if refused is not None:
            row = AuditRow("device.app.refused", user.id, session.id, {"reason": refused.reason}, visit.personal())
            tx.audit.write(row, now)
            return refused
        if not tx.challenges.end(session.id, NEW):
            return Refusal(APP_ENDED, "app.over")
        return _put(kit, tx, session, user, made, named(name), visit)


def _refused(kit: Kit, tx: Tx, made: Challenge, typed: str) -> Refusal | None:
    now = kit.clock.now()
    verdict = code_app.judged(_key(kit, made), made.id, typed, now)
    spent = [tx.claims.spend(claim, now + CLAIM_SECONDS) for claim in verdict.claims]
    if isinstance(verdict, Accepted):
        return None if all(spent) else Refusal(CODE_USED, "app.spent")
    return Refusal(verdict.kind, verdict.reason, verdict.params)


def _put(kit: Kit, tx: Tx, session: Session, user: User, made: Challenge, name: str, visit: Visit) -> Device:
    now = kit.clock.now()
    name = name or kit.texts.plain(user.lang, "devices.called_code_app")
    device = Device(
        made.id, user.id, "", CODE_APP, "active", name, _key(kit, made), 0, 0, now, now, added_in=session.id
    )
    tx.devices.add(device)
    letters.tell_all(kit, tx, user, "code_app_active", device=device.name)
    temporary.end(kit, tx, user, "replaced")
    sms.end(kit, tx, user.id, "replaced", chosen=False)
    tx.staff.release(user.id)
    tx.audit.write(
        AuditRow("device.app.added", user.id, device.id, personal={**visit.personal(), "phone": device.name}), now
    )
    return device


def _may(kit: Kit, tx: Tx, session: Session) -> User | Refusal:
    """The session's user, locked, if a device may be added now."""
    user = changes.person(tx, session)
    if isinstance(user, Refusal):
        return user
    refused = changes.refusal(kit, tx, session, user, binding=True, floor=floors.ENROL)
    if refused is not None:
        return refused
    mine = [one for one in tx.devices.of_user(user.id) if one.kind == CODE_APP and one.state == "active"]
    return Refusal(DEVICES_FULL, "apps.limit", {"most": MOST}) if len(mine) >= MOST else user
