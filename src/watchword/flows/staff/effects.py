"""What an approved request does, by kind: how its parameters are read when it is asked for, and the change itself.

A change runs in the transaction of the approval, with the user's row locked. What it refuses leaves the request open and nothing done.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from watchword.core import networks as ranges
from watchword.core import staff
from watchword.core.refusals import NO_CONTACT, NUMBER_COUNTRY, STAFF_FORM, STAFF_STATE, Refusal
from watchword.core.staff_requests import StaffRequest
from watchword.core.users import Contact, User
from watchword.flows import (
    accounts,
    letters,
    networks,
    new_passwords,
    own_floor,
    password_step,
    sent_codes,
    sharing_done,
    sms,
    temporary,
)
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.staff import access, ends

RESET_CODE_SECONDS = 24 * 60 * 60
EVERYWHERE = "everywhere"
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")

Params = Mapping[str, str]


@dataclass(slots=True)
class Effect:
    """What a change did. `told` is shown to the one who approved; `sessions` have ended, to be told after the transaction."""

    told: dict[str, str] = field(default_factory=dict)
    sessions: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Change:
    """One kind of change. `names` are the parameters it takes, `read` checks them, `do` carries the change out; `closed` is
    told of another end (`reject`, `withdraw`)."""

    names: tuple[str, ...]
    read: Callable[[Kit, Tx, User, Params], Params | Refusal]
    do: Callable[[Kit, Tx, User, StaffRequest, str], Effect | Refusal]
    closed: Callable[[Kit, Tx, User, StaffRequest, str], None] | None = None


def _nothing(kit: Kit, tx: Tx, user: User, params: Params) -> Params:
    return {}


def _form(name: str) -> Refusal:
    return Refusal(STAFF_FORM, f"params.{name}", {"field": name})


def restart_enrolment(kit: Kit, tx: Tx, user: User, request: StaffRequest, by: str) -> Effect | Refusal:
    """Key ends wherever it is, and may be activated anew with the password and a proof to what is on file (S05)."""
    effect = Effect(sessions=ends.end_sessions(kit, tx, user))
    ended = ends.end_key(kit, tx, user, tx.devices.of_user(user.id), reason="restart")
    tx.browsers.forget_all(user.id)
    tx.staff.release(user.id)
    tx.users.set_floor(user.id, 0)
    letters.tell_all(kit, tx, user, "staff_enrolment")
    access.note(kit, tx, AuditRow("staff.enrolment.restarted", user.id, request.id, {"by": by, "devices": len(ended)}))
    return effect


def _read_contact(kit: Kit, tx: Tx, user: User, params: Params) -> Params | Refusal:
    named = params.get("contact", "")
    return _form("contact") if _contact(tx, user, named) is None else {"contact": named}


def _contact(tx: Tx, user: User, contact_id: str) -> Contact | None:
    """The contact named, or the first mail address, since the phone may be the one that is lost, or the default number."""
    known = [contact for contact in tx.contacts.of(user.id) if contact.on_file]
    if contact_id:
        return next((contact for contact in known if contact.id == contact_id), None)
    return next((contact for contact in known if contact.kind == "mail"), known[0] if known else None)


def reset_password(kit: Kit, tx: Tx, user: User, request: StaffRequest, by: str) -> Effect | Refusal:
    """The password is taken back, everything that stood on it ends, and a one-time code goes to a channel on file (S05)."""
    now = kit.clock.now()
    contact = _contact(tx, user, request.params.get("contact", ""))
    if contact is None:
        return Refusal(NO_CONTACT, "contact.none")
    effect = Effect(sessions=ends.end_sessions(kit, tx, user))
    tx.browsers.forget_all(user.id)
    new_passwords.take_back(tx, user, now)
    tx.users.set_recovered(user.id, now)
    password_step.clear_all(kit, tx, user)
    letters.tell_all(kit, tx, user, "staff_password")
    sent = sent_codes.send(kit, tx, user, contact, "start", user.id, life=RESET_CODE_SECONDS, letter="start_again")
    if isinstance(sent, Refusal):
        return sent
    effect.told = {"to": sent.to}
    access.note(kit, tx, AuditRow("staff.password.reset", user.id, request.id, {"by": by, "kind": contact.kind}))
    return effect


def temporary_code(kit: Kit, tx: Tx, user: User, request: StaffRequest, by: str) -> Effect | Refusal:
    """A code that logs in for two days in the place of a device that is lost, sent to a channel on file (O03). His own floor would keep it
    out, so that goes."""
    contact = _contact(tx, user, request.params.get("contact", ""))
    if contact is None:
        return Refusal(NO_CONTACT, "contact.none")
    if user.state != "active":
        return Refusal(STAFF_STATE, "user.not_active")
    if user.floor:
        own_floor.set_floor(kit, tx, user, 0)
    device = temporary.issue(kit, tx, user, contact)
    until = kit.texts.moment(user.lang, device.ends, user.zone)
    letters.tell_all(kit, tx, user, "staff_temporary", until=until)
    fields = {"by": by, "kind": contact.kind, "device": device.id}
    access.note(kit, tx, AuditRow("staff.temporary.issued", user.id, request.id, fields))
    return Effect({"to": sent_codes.masked(kit, contact)})


def _read_number(kit: Kit, tx: Tx, user: User, params: Params) -> Params | Refusal:
    number = "".join(params.get("number", "").split())
    if not _NUMBER.fullmatch(number) or not kit.numbers.region(number):
        return _form("number")
    if kit.policy.countries and kit.numbers.region(number) not in kit.policy.countries:
        return Refusal(NUMBER_COUNTRY, "country.not_allowed")
    replaced = params.get("replaces", "")
    known = [contact for contact in tx.contacts.of(user.id) if contact.kind == "sms"]
    if any(contact.value == number for contact in known):
        return Refusal(STAFF_STATE, "number.on_file")
    if replaced and not any(contact.id == replaced for contact in known):
        return _form("replaces")
    return {"number": number, "replaces": replaced}


def change_number(kit: Kit, tx: Tx, user: User, request: StaffRequest, by: str) -> Effect | Refusal:
    """A number comes on file in place of one, the default unless another was named; the old one is told before it goes."""
    now = kit.clock.now()
    params = _read_number(kit, tx, user, request.params)
    if isinstance(params, Refusal):
        return params
    known = [contact for contact in tx.contacts.of(user.id) if contact.kind == "sms"]
    old = next((c for c in known if c.id == params["replaces"]), None) if params["replaces"] else None
    old = old or next((c for c in known if c.is_default), None)
    letters.tell_all(kit, tx, user, "staff_number", number=kit.numbers.mask(params["number"]))
    if old is not None:
        tx.contacts.remove(old.id)
        sms.end(kit, tx, user.id, "number", contact_id=old.id)
    default = old.is_default if old else not known
    added = Contact(kit.entropy.id(), user.id, "sms", params["number"], 0, default, now)
    tx.contacts.add(added)
    letters.put(kit, tx, user, added, "staff_number", number=kit.numbers.mask(added.value))
    access.note(kit, tx, AuditRow("staff.number.changed", user.id, request.id, {"by": by}))
    return Effect({"to": kit.numbers.mask(added.value)})


def reinstate(kit: Kit, tx: Tx, user: User, request: StaffRequest, by: str) -> Effect | Refusal:
    """A suspended account is open again."""
    if user.state != "suspended":
        return Refusal(STAFF_STATE, "user.not_suspended")
    tx.users.set_state(user.id, "active")
    letters.tell_all(kit, tx, user, "staff_reinstated")
    access.note(kit, tx, AuditRow("staff.account.reinstated", user.id, request.id, {"by": by}))
    return Effect()


def _read_suspended(kit: Kit, tx: Tx, user: User, params: Params) -> Params | Refusal:
    return {} if user.state == "suspended" else Refusal(STAFF_STATE, "user.not_suspended")


def _read_networks(kit: Kit, tx: Tx, user: User, params: Params) -> Params | Refusal:
    words = params.get("networks", "").replace(",", " ").split()
    found = ranges.canonical([] if words == [EVERYWHERE] else words)
    if not words or isinstance(found, str):
        return _form("networks")
    same = found == tuple(one.cidr for one in tx.protection.networks(user.id))
    return Refusal(STAFF_STATE, "networks.same") if same else {"networks": " ".join(found) or EVERYWHERE}


def change_networks(kit: Kit, tx: Tx, user: User, request: StaffRequest, by: str) -> Effect | Refusal:
    """The account may log in from these ranges alone, or from everywhere again; sessions outside of them end (T02)."""
    words = request.params.get("networks", "").split()
    ended = networks.change(kit, tx, user, [] if words == [EVERYWHERE] else words, by, note=request.id)
    if isinstance(ended, Refusal):
        return ended
    letters.tell_all(kit, tx, user, "staff_networks")
    return Effect(sessions=list(ended))


def _read_roles(kit: Kit, tx: Tx, user: User, params: Params) -> Params | Refusal:
    names = params.get("roles", "").replace(",", " ").split()
    roles = staff.known(names)
    if roles is None:
        return _form("roles")
    if roles and user.kind != "live":
        return Refusal(STAFF_STATE, "user.paper")
    return (
        Refusal(STAFF_STATE, "roles.same") if roles == tx.staff.roles(user.id) else {"roles": " ".join(sorted(roles))}
    )


def change_roles(kit: Kit, tx: Tx, user: User, request: StaffRequest, by: str) -> Effect | Refusal:
    """The person has these roles and no others from now on; open staff sessions are held against them at their next step."""
    roles = staff.known(request.params.get("roles", "").split())
    if roles is None or (roles and user.state != "active"):
        return Refusal(STAFF_STATE, "user.not_active")
    tx.staff.put(user.id, roles, request.asked_by, kit.clock.now())
    effect = Effect()
    if not roles:
        now = kit.clock.now()
        own = [session.id for session in tx.sessions.of_user(user.id, now) if session.kind == staff.SESSION_KIND]
        effect.sessions = [session_id for session_id in own if tx.sessions.end(session_id, now)]
    letters.tell_all(kit, tx, user, "staff_roles")
    fields = {"by": by, "roles": " ".join(sorted(roles))}
    access.note(kit, tx, AuditRow("staff.roles.changed", user.id, request.id, fields))
    return effect


def _read_invite(kit: Kit, tx: Tx, user: User, params: Params) -> Params | Refusal:
    if user.state != "invited":
        return Refusal(STAFF_STATE, "user.not_invited")
    roles = staff.known(params.get("roles", "").replace(",", " ").split())
    return {"roles": " ".join(sorted(roles))} if roles else _form("roles")


def invite(kit: Kit, tx: Tx, user: User, request: StaffRequest, by: str) -> Effect | Refusal:
    """Somebody new is staff: the account opens with these roles, and a welcome and a one-time code go out apart. Key follows at the portal."""
    params = _read_invite(kit, tx, user, request.params)
    if isinstance(params, Refusal):
        return params
    roles = frozenset(params["roles"].split())
    tx.users.set_state(user.id, "active")
    tx.staff.put(user.id, roles, request.asked_by, kit.clock.now())
    contacts = tx.contacts.of(user.id)
    accounts.welcome(kit, tx, replace(user, state="active"), contacts)
    fields = {"by": by, "roles": params["roles"]}
    access.note(kit, tx, AuditRow("staff.member.invited", user.id, request.id, fields))
    return Effect({"to": sent_codes.masked(kit, contacts[-1])})


def _read_sharing(kit: Kit, tx: Tx, user: User, params: Params) -> Params | Refusal:
    return _form("kind")  # only the person asks for it


def share_device(kit: Kit, tx: Tx, user: User, request: StaffRequest, by: str) -> Effect | Refusal:
    """A physical device is shared, if the conditions still hold (P07)."""
    shared = sharing_done.approve(kit, tx, user, request)
    return shared if isinstance(shared, Refusal) else Effect()


# A kind of core/staff.py that has no change here cannot be asked for.
CHANGES: Mapping[str, Change] = MappingProxyType(
    {
        "restart_enrolment": Change((), _nothing, restart_enrolment),
        "reset_password": Change(("contact",), _read_contact, reset_password),
        "temporary_code": Change(("contact",), _read_contact, temporary_code),
        "change_number": Change(("number", "replaces"), _read_number, change_number),
        "networks": Change(("networks",), _read_networks, change_networks),
        "share_device": Change((), _read_sharing, share_device, sharing_done.refuse),
        "reinstate": Change((), _read_suspended, reinstate),
        "invite": Change(("roles",), _read_invite, invite),
        "roles": Change(("roles",), _read_roles, change_roles),
    }
)
