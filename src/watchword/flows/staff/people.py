"""What one member of staff may do alone: look people up, restore what they had, and whatever only strengthens an account (S02, L03).

Nothing here ever shows a secret, a birth date or a whole contact, and every look and every act is written down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from watchword.core import attempts, lockout
from watchword.core.attempts import Attempt
from watchword.core.cases import Case
from watchword.core.devices import Device, on_phone
from watchword.core.lockout import Tries
from watchword.core.refusals import DEVICE_CHOICE, SEARCH_LENGTH, STAFF_NOBODY, STAFF_ROLE, STAFF_STATE, Refusal
from watchword.core.sessions import Session
from watchword.core.staff import may
from watchword.core.staff_requests import StaffRequest
from watchword.core.users import User, username_key
from watchword.flows import devices, letters, password_step, sent_codes, sharing_ends, sms
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow, Event, Tx
from watchword.flows.staff import access, caller, ends, requests
from watchword.flows.staff.access import Member, Subject
from watchword.flows.staff.caller import Seen
from watchword.flows.staff.requests import Shown

SHORTEST, LONGEST, MOST = 3, 120, 20
ID_LENGTH = 26
SHOWN_LOGINS, SHOWN_EVENTS, SHOWN_REQUESTS, SHOWN_CASES = 10, 100, 10, 5
_END_OF_TIME = 1 << 62


@dataclass(frozen=True, slots=True)
class Card:
    """One person as staff see them. `contacts` are pairs of id and masked form with its kind; `locks` the wrong-password counters by
    client; `attempts` have time taken into account; `events` carry the private reasons, which are shown nowhere else, `names` the
    usernames of the staff in them; `waiting` are the requests that wait for a decision, as the one who looks may decide them, and
    `closed` the others; `cases` are there for those who may read cases."""

    user: User
    roles: frozenset[str]
    held: int
    locks: Mapping[str, Tries]
    devices: tuple[Device, ...]
    contacts: tuple[tuple[str, str, str, bool], ...]
    sessions: tuple[Session, ...]
    attempts: tuple[tuple[Attempt, str], ...]
    events: tuple[Event, ...]
    requests: tuple[StaffRequest, ...]
    callers: tuple[Seen, ...]
    now: int
    names: Mapping[str, str] = field(default_factory=dict)
    waiting: tuple[Shown, ...] = ()
    closed: tuple[Shown, ...] = ()
    cases: tuple[Case, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """An act that was done. `count` is how many things ended, `name` what ended, `others` how many other people have Key on that phone,
    `held` whether a new activation now waits for approval."""

    username: str
    count: int = 0
    name: str = ""
    others: int = 0
    held: bool = False


def find(kit: Kit, session: Session, text: str) -> tuple[User, ...] | Refusal:
    """People by the beginning of a username or name, or by a whole number or mail address; at most MOST."""
    wanted = " ".join(text.split())
    with kit.store.write() as tx:
        who = access.member(kit, tx, session)
        if isinstance(who, Refusal):
            return who
        if not may("find", who.roles):
            return access.refused(kit, tx, who, "find", Refusal(STAFF_ROLE, "staff.role"))
        if not SHORTEST <= len(wanted) <= LONGEST:
            refusal = Refusal(SEARCH_LENGTH, "find.length", {"least": SHORTEST, "most": LONGEST})
            return access.refused(kit, tx, who, "find", refusal)
        limited = access.looked(kit, tx, who)
        if limited is not None:
            return limited
        found = tuple(tx.staff.find(username_key(wanted), wanted, _macs(kit, wanted), MOST))
        row = AuditRow("staff.people.searched", who.user.id, "", {"found": len(found)}, {"text": wanted})
        access.note(kit, tx, row)
    return found


def _macs(kit: Kit, text: str) -> list[bytes]:
    """The keyed hashes under which this text would stand as a contact."""
    if "@" in text:
        return [kit.vault.mac("contact.mail", form) for form in dict.fromkeys((text, text.lower()))]
    digits = "".join(c for c in text if c.isdecimal())
    return [kit.vault.mac("contact.sms", f"+{digits}")] if text.startswith("+") and len(digits) >= 7 else []


def show(kit: Kit, session: Session, username: str) -> Card | Refusal:
    """One person: state, locks, devices, masked contacts, sessions, last logins and events, requests."""
    with kit.store.write() as tx:
        found = access.acting(kit, tx, session, "show", username)
        if isinstance(found, Refusal):
            return found
        who, subject = found
        limited = access.looked(kit, tx, who)
        if limited is not None:
            return limited
        user = subject.user
        access.note(kit, tx, AuditRow("staff.person.shown", user.id, user.id, {"by": who.user.id}))
        return _card(kit, tx, who, subject)


def _card(kit: Kit, tx: Tx, who: Member, subject: Subject) -> Card:
    user, now = subject.user, kit.clock.now()
    asked = tuple(tx.staff.requests_about(user.id, SHOWN_REQUESTS))
    written = tuple(tx.audit.lines(user.id, 0, SHOWN_EVENTS))
    read = [requests.shown_to(kit, tx, who, one) for one in asked]
    return Card(
        user=user,
        roles=subject.roles,
        held=tx.staff.held(user.id),
        locks=dict(tx.tries.of(password_step.subject_of(kit, user.username_key))),
        devices=tx.devices.of_user(user.id),
        contacts=tuple(
            (contact.id, contact.kind, sent_codes.masked(kit, contact), contact.is_default)
            for contact in tx.contacts.of(user.id)
        ),
        sessions=tuple(tx.sessions.of_user(user.id, now)),
        attempts=tuple((one, attempts.state_at(one, now)) for one in tx.attempts.lines(user.id, SHOWN_LOGINS)),
        events=written,
        requests=asked,
        callers=caller.about(kit, tx, user),
        now=now,
        names=_names(tx, written),
        waiting=tuple(one for one in read if one.state == "open"),
        closed=tuple(one for one in read if one.state != "open"),
        cases=tx.cases.of(user.id, _END_OF_TIME, "", SHOWN_CASES) if may("cases", who.roles) else (),
    )


def events(
    kit: Kit, session: Session, username: str, before: int
) -> tuple[User, tuple[Event, ...], Mapping[str, str]] | Refusal:
    """What was written down about a person, with private reasons, SHOWN_EVENTS at a time, and the usernames of the staff in it;
    `before` is an event's id, 0 for the newest."""
    with kit.store.write() as tx:
        found = access.acting(kit, tx, session, "show", username)
        if isinstance(found, Refusal):
            return found
        who, subject = found
        limited = access.looked(kit, tx, who)
        if limited is not None:
            return limited
        user = subject.user
        access.note(kit, tx, AuditRow("staff.person.shown", user.id, user.id, {"by": who.user.id, "events": before}))
        rows = tuple(tx.audit.lines(user.id, before, SHOWN_EVENTS))
        return user, rows, _names(tx, rows)


def _names(tx: Tx, rows: Sequence[Event]) -> Mapping[str, str]:
    """Usernames of the staff who stand in these events, by id."""
    ids = {str(row.fields.get(name, "")) for row in rows for name in ("by", "staff")}
    found = [tx.users.get(user_id) for user_id in ids if len(user_id) == ID_LENGTH]
    return {user.id: user.username for user in found if user is not None}


def named(kit: Kit, user_id: str) -> str:
    """The username of an id, "" for none: how a page's address becomes what the flows are asked with, which decide."""
    with kit.store.read() as tx:
        user = tx.users.get(user_id) if len(user_id) == ID_LENGTH and user_id.isalnum() and user_id.isascii() else None
    return user.username if user else ""


def unlock(kit: Kit, session: Session, username: str) -> Done | Refusal:
    """Clear the locks on wrong passwords, after the caller's identity was verified (S02)."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        found = access.acting(kit, tx, session, "unlock", username, proof=True)
        if isinstance(found, Refusal):
            return found
        who, subject = found
        tx.users.lock(subject.user.id)
        tries = tx.tries.of(password_step.subject_of(kit, subject.user.username_key)).values()
        locked = sum(lockout.locked(one, now) for one in tries)
        password_step.clear_all(kit, tx, subject.user)
        letters.tell_all(kit, tx, subject.user, "staff_unlocked")
        access.note(kit, tx, AuditRow("staff.lock.cleared", subject.user.id, "", {"by": who.user.id, "locked": locked}))
    return Done(subject.user.username, locked)


def end_sessions(kit: Kit, session: Session, username: str) -> Done | Refusal:
    """End every session of a person and every login under way."""
    with kit.store.write() as tx:
        found = access.acting(kit, tx, session, "end_sessions", username)
        if isinstance(found, Refusal):
            return found
        who, subject = found
        tx.users.lock(subject.user.id)
        ended = ends.end_sessions(kit, tx, subject.user)
        letters.tell_all(kit, tx, subject.user, "staff_sessions_ended")
        row = AuditRow("staff.sessions.ended", subject.user.id, "", {"by": who.user.id, "count": len(ended)})
        access.note(kit, tx, row)
    ends.tell(kit, subject.user, ended)
    return Done(subject.user.username, len(ended))


def end_session(kit: Kit, session: Session, username: str, session_id: str) -> Done | Refusal:
    """End one session of a person."""
    with kit.store.write() as tx:
        found = access.acting(kit, tx, session, "end_sessions", username)
        if isinstance(found, Refusal):
            return found
        who, subject = found
        tx.users.lock(subject.user.id)
        now = kit.clock.now()
        own = {one.id for one in tx.sessions.of_user(subject.user.id, now)}
        if session_id not in own or not tx.sessions.end(session_id, now):
            refusal = Refusal(STAFF_STATE, "session.foreign_or_ended")
            return access.refused(kit, tx, who, "end_sessions", refusal, subject.user.id)
        letters.tell_all(kit, tx, subject.user, "staff_sessions_ended")
        row = AuditRow("staff.sessions.ended", subject.user.id, session_id, {"by": who.user.id, "count": 1})
        access.note(kit, tx, row)
    ends.tell(kit, subject.user, [session_id])
    return Done(subject.user.username, 1)


def lost_phone(kit: Kit, session: Session, username: str, device_id: str = "") -> Done | Refusal:
    """Key ends on a phone that is lost, with every session (L03). After the last one, a new Key waits for a request: the finder may
    hold the SIM that receives codes, so this never weakens the account."""
    with kit.store.write() as tx:
        found = access.acting(kit, tx, session, "lost_phone", username)
        if isinstance(found, Refusal):
            return found
        who, subject = found
        user = subject.user
        owner = _lender(tx, device_id)
        for user_id in sorted({user.id, *([owner.user_id] if owner else ())}):
            tx.users.lock(user_id)
        device = _chosen(kit, tx, user, device_id)
        if isinstance(device, Refusal):
            return access.refused(kit, tx, who, "lost_phone", device, user.id)
        tx.phones.get(device.phone_id, lock=True)
        ended = ends.end_sessions(kit, tx, user)
        ended += _end_lender(kit, tx, owner, by=who.user.id)
        ends.end_key(kit, tx, user, [device], reason="lost")
        sms.end(kit, tx, user.id, "lost")  # its number is in the phone that somebody may have found
        tx.browsers.forget_all(user.id)
        held = not password_step.lasting_devices(tx, user.id, kit.clock.now())
        if held:
            tx.staff.hold(user.id, who.user.id, kit.clock.now())
        others = {owner.id for other, owner in tx.devices.of_phone(device.phone_id) if other.state == "active"}
        letters.tell_all(kit, tx, user, "staff_phone_ended", device=device.name)
        row = AuditRow("staff.phone.lost", user.id, device.id, {"by": who.user.id, "held": held})
        access.note(kit, tx, row)
    ends.tell(kit, user, ended)
    return Done(user.username, len(ended), device.name, len(others), held)


def _lender(tx: Tx, device_id: str) -> Device | None:
    """The owner's device where this one is shared from it: the same thing in the same hand, and lost with it."""
    device = tx.devices.get(device_id) if len(device_id) == ID_LENGTH else None
    return tx.devices.get(device.shared_from) if device is not None and device.shared_from else None


def _end_lender(kit: Kit, tx: Tx, device: Device | None, *, by: str) -> list[str]:
    owner = tx.users.get(device.user_id) if device is not None else None
    if device is None or owner is None or device.state != "active":
        return []
    affected = sharing_ends.people_of(tx, device)
    ended = devices.switch_off(kit, tx, owner, device, by="lost")
    sms.end(kit, tx, owner.id, "lost")
    sharing_ends.hold(kit, tx, affected, by=by)
    return ended


def _chosen(kit: Kit, tx: Tx, user: User, device_id: str) -> Device | Refusal:
    """The device named, or the only phone with Key."""
    active = password_step.active_devices(tx, user.id, kit.clock.now())
    if device_id:
        named = next((device for device in active if device.id == device_id), None)
        return named or Refusal(STAFF_NOBODY, "device.foreign")
    active = tuple(filter(on_phone, active))
    if not active:
        return Refusal(STAFF_STATE, "device.none")
    return active[0] if len(active) == 1 else Refusal(DEVICE_CHOICE, "device.several")


def suspend(kit: Kit, session: Session, username: str) -> Done | Refusal:
    """Nobody logs in as this person until a request to reinstate is approved; what is open ends."""
    with kit.store.write() as tx:
        found = access.acting(kit, tx, session, "suspend", username, proof=True)
        if isinstance(found, Refusal):
            return found
        who, subject = found
        user = tx.users.lock(subject.user.id)
        if user is None or user.state != "active":
            refusal = Refusal(STAFF_STATE, "user.not_active")
            return access.refused(kit, tx, who, "suspend", refusal, subject.user.id)
        tx.users.set_state(user.id, "suspended")
        ended = ends.end_sessions(kit, tx, user)
        letters.tell_all(kit, tx, user, "staff_suspended")
        access.note(kit, tx, AuditRow("staff.account.suspended", user.id, user.id, {"by": who.user.id}))
    ends.tell(kit, user, ended)
    return Done(user.username, len(ended))
