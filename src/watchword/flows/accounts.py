"""Adding users and setting the first password (A04): the welcome carries the username and no link, the one-time code goes apart."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from watchword.core.devices import Device
from watchword.core.lockout import Tries, locked, wrong
from watchword.core.passwords import holds, own_of
from watchword.core.refusals import BUSY, LOCKED, START_CODE, Refusal
from watchword.core.staff_requests import StaffRequest, state_at
from watchword.core.users import NOBODY, Contact, Details, NewUser, User, username_key
from watchword.flows import letters, new_passwords, password_step, sent_codes
from watchword.flows.kit import Kit, Visit
from watchword.flows.ports import AuditRow, BusyError, Tx

LONGEST_KEPT = 48  # characters of the name that went, in front of what tells its account apart
REQUESTS = 100


class TakenError(Exception):
    """A username of an import exists already; `username` names it."""

    def __init__(self, username: str) -> None:
        super().__init__(f"username {username} exists already")
        self.username = username


class PaperError(Exception):
    """A paper account has to belong to a live one on file; `username` names the one that was asked for."""

    def __init__(self, username: str) -> None:
        super().__init__(f"{username} is no live account on file, so no paper account can belong to it")
        self.username = username


def add(kit: Kit, new_users: Sequence[NewUser], *, invite: bool = True, by: str = "operator") -> list[User]:
    """Add users, all or none. Raises TakenError and PaperError. With `invite`, each gets a welcome and, apart, a one-time code for the first password."""
    made = []
    with kit.store.write() as tx:
        for new in new_users:
            made.append(add_one(kit, tx, new, invite=invite, by=by))
    return made


def add_one(kit: Kit, tx: Tx, new: NewUser, *, invite: bool, by: str, state: str = "active") -> User:
    """Add one user in a transaction of the caller. Raises TakenError and PaperError."""
    key = username_key(new.username)
    found = tx.users.by_key(key)
    if found is not None and not _released(kit, tx, found, by):
        raise TakenError(new.username)
    filled = _on_paper(tx, new) if new.paper_of else new
    return _add(kit, tx, filled, key, invite=invite, by=by, state=state)


def _released(kit: Kit, tx: Tx, found: User, by: str) -> bool:
    """Whether a username has become free: its account was opened for an invitation that came to nothing, and nobody ever had a password to it.

    That account keeps its id, which is what the audit names people by, and closes for good under a name that nobody can type as a new one.
    """
    user = tx.users.lock(found.id)
    now = kit.clock.now()
    if user is None or user.state != "invited" or user.password_hash or user.username_key != found.username_key:
        return False
    requests = tx.staff.requests_about(user.id, REQUESTS)
    if any(state_at(one, now) == "open" for one in requests):
        return False
    tx.users.release(user.id, f"{user.username_key[:LONGEST_KEPT]}~{user.id[-8:]}")
    fields = {"by": by, **_came_to_nothing(requests, now)}
    tx.audit.write(AuditRow("user.name.released", user.id, user.id, fields, {"username": user.username}), now)
    return True


def _came_to_nothing(requests: Sequence[StaffRequest], now: int) -> dict[str, object]:
    """Which invitation it was, how it ended, and who rejected it or took it back: nobody where time did."""
    found = next((one for one in requests if one.kind == "invite"), None)
    if found is None:
        return {}
    return {"request": found.id, "ended": state_at(found, now), "ended_by": found.decided_by}


def _on_paper(tx: Tx, new: NewUser) -> NewUser:
    """A paper user with what is on file about the live one, where nothing else was said: details and addresses, never credentials."""
    live = tx.users.by_key(username_key(new.paper_of))
    if live is None or live.kind != "live":
        raise PaperError(new.paper_of)
    contacts = [] if new.mails or new.numbers else [c for c in tx.contacts.of(live.id) if c.on_file]
    own = new.details == Details()
    return replace(
        new,
        details=replace(tx.users.details(live.id) if own else new.details, paper_of=live.id),
        mails=new.mails or tuple(c.value for c in contacts if c.kind == "mail"),
        numbers=new.numbers or tuple(c.value for c in contacts if c.kind == "sms"),
        display_name=live.display_name if own and new.display_name == new.username else new.display_name,
    )


def _add(kit: Kit, tx: Tx, new: NewUser, key: str, *, invite: bool, by: str, state: str) -> User:
    now = kit.clock.now()
    given = new.details.given_names.split()
    user = User(
        id=kit.entropy.id(), username=new.username, username_key=key, display_name=new.display_name,
        given_name=given[0] if given else new.display_name, lang=new.lang, zone=new.zone, state=state, password_hash="",
        quiet_until=0, denied_at=0, created=now, kind="paper" if new.paper_of else "live",
    )  # fmt: skip
    tx.users.add(user, new.details)
    contacts = [
        Contact(kit.entropy.id(), user.id, "sms", number, 0, at == 0, now) for at, number in enumerate(new.numbers)
    ]
    contacts += [Contact(kit.entropy.id(), user.id, "mail", mail, 0, at == 0, now) for at, mail in enumerate(new.mails)]
    for contact in contacts:
        tx.contacts.add(contact)
    tx.audit.write(
        AuditRow("user.account.added", user.id, user.id, {"by": by, "kind": user.kind}, {"username": user.username}),
        now,
    )
    if invite:
        welcome(kit, tx, user, contacts)
    return user


def welcome(kit: Kit, tx: Tx, user: User, contacts: Sequence[Contact]) -> None:
    """The username by one channel, the code by another where there are two."""
    mails = [contact for contact in contacts if contact.kind == "mail"]
    numbers = [contact for contact in contacts if contact.kind == "sms"]
    first, apart = (mails or numbers)[0], (numbers or mails)[-1]
    letters.put(kit, tx, user, first, "welcome")
    sent_codes.send(kit, tx, user, apart, "start", user.id)


def correct(kit: Kit, username: str, changed: Mapping[str, Any], *, by: str = "operator") -> User | None:
    """Put right what identifies somebody on file (P09); None where there is no such user. What it was goes into no record."""
    with kit.store.write() as tx:
        found = tx.users.by_key(username_key(username))
        user = tx.users.lock(found.id) if found is not None else None
        if user is None:
            return None
        tx.users.set_details(user.id, replace(tx.users.details(user.id), **changed))
        fields = {"by": by, "fields": " ".join(sorted(changed))}
        tx.audit.write(AuditRow("user.details.corrected", user.id, user.id, fields), kit.clock.now())
    return user


def first_password(kit: Kit, username: str, code: str, password: str, visit: Visit) -> Refusal | None:
    """The one-time code against a first password of one's own; unknown, wrong, old and used read the same."""
    now = kit.clock.now()
    key = username_key(username)
    subject, counter = kit.vault.mac("start", key), f"start:{visit.network_key}"[:64]
    with kit.store.write() as tx:
        user = tx.users.by_key(key)
        tries = tx.tries.take(subject, counter, now)
        if locked(tries, now):
            return Refusal(LOCKED, "tries.locked", {"until": tries.locked_until}, retry_after=tries.locked_until - now)
        after = wrong(tries, now)
        if after != tries:
            tx.tries.put(subject, counter, after, now)
        earlier = tx.history.of(user.id) if user is not None else ()
    unfit = new_passwords.refused(kit, password, own_of(words=(username, kit.policy.brand_name)))
    if unfit is not None:
        password_step.give_back(kit, subject, counter, tries, locked=after != tries)
        return unfit
    owner = user.id if user is not None and not user.password_hash else NOBODY
    try:
        encoded = kit.passwords.hash(password, like=earlier[0] if earlier else "")
        with kit.store.write() as tx:
            checked = sent_codes.check(kit, tx, owner, "start", owner, code, spend=False)  # the same road for nobody
        if isinstance(checked, Refusal) or user is None:
            return Refusal(START_CODE, checked.reason if isinstance(checked, Refusal) else "user.unknown")
        # Only whoever has the code is compared with: what follows would tell who is on file, and how long it takes does too.
        used = kit.passwords.used(password, encoded, earlier)
    except BusyError as full:
        password_step.give_back(kit, subject, counter, tries, locked=after != tries)
        return Refusal(BUSY, "hash.pool_full", retry_after=full.retry_after)
    with kit.store.write() as tx:
        if used or holds(password, new_passwords.own_on_file(kit, tx, user)):
            return new_passwords.policy_refusal(kit, ("previous" if used else "own",))
        if not tx.codes.spend(checked.id, now):
            return Refusal(START_CODE, "code.spent")
        tx.tries.put(subject, counter, Tries(), now)
        tx.users.set_password(user.id, encoded, now)
        tx.audit.write(AuditRow("user.password.set", user.id, user.id, personal=visit.personal()), now)
    return None


def invite_again(kit: Kit, username: str) -> str | Refusal:
    """A new one-time code for somebody who has no password yet. Returns where it goes, masked."""
    with kit.store.write() as tx:
        user = tx.users.by_key(username_key(username))
        if user is None:
            return Refusal(START_CODE, "user.unknown")
        if user.password_hash:
            return Refusal(START_CODE, "user.started")
        contacts = tx.contacts.of(user.id)
        apart = next((contact for contact in contacts if contact.kind == "sms"), contacts[-1])
        sent = sent_codes.send(kit, tx, user, apart, "start", user.id)
        return sent if isinstance(sent, Refusal) else sent.to


def described(user: User, details: Details, contacts: Sequence[Contact], devices: Sequence[Device]) -> str:
    """A user as `watchword user show` prints it; no secrets, contacts whole because the operator keeps them."""
    plain = {name: value for name, value in asdict(user).items() if name != "password_hash"}
    plain["has_password"] = bool(user.password_hash)
    plain["details"] = asdict(details)
    plain["contacts"] = [
        {"kind": c.kind, "value": c.value, "verified": bool(c.verified), "default": c.is_default} for c in contacts
    ]
    plain["devices"] = [{"id": d.id, "name": d.name, "state": d.state, "last_used": d.last_used} for d in devices]
    return json.dumps(plain, ensure_ascii=False, indent=2)
