"""A new password, wherever it is chosen: judged, compared with all earlier ones, put in place, and everything else of the account ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from watchword.core import passwords
from watchword.core.attempts import OPEN_SECONDS
from watchword.core.passwords import Own
from watchword.core.refusals import BUSY, PASSWORD_POLICY, Refusal
from watchword.core.users import Contact, Details, User
from watchword.flows import given, renewals
from watchword.flows.endings import tell
from watchword.flows.kit import Kit
from watchword.flows.ports import BusyError, Tx


@dataclass(frozen=True, slots=True)
class Ended:
    """What a new password ended: sessions by id, and attempts that were open."""

    sessions: tuple[str, ...]
    attempts: tuple[str, ...]


def own(kit: Kit, user: User, details: Details, contacts: Sequence[Contact]) -> Own:
    """What of a person a password must not hold: name, username, birth date, mail, telephone, and the institution's name."""
    mails = [contact.value.partition("@")[0] for contact in contacts if contact.kind == "mail"]
    names = (user.username, user.display_name, user.given_name, details.given_names, details.family_names)
    return passwords.own_of(
        words=[*names, *mails, kit.policy.brand_name, details.document_number, details.tax_number],
        dates=[details.birth_date],
        numbers=[contact.value for contact in contacts if contact.kind == "sms"],
    )


def own_on_file(kit: Kit, tx: Tx, user: User) -> Own:
    """The same, looked up."""
    return own(kit, user, tx.users.details(user.id), tx.contacts.of(user.id))


def refused(kit: Kit, password: str, known: Own) -> Refusal | None:
    """What is wrong with a new password by the rules and the blocklists, or None."""
    faults = passwords.faults(
        password,
        rules=kit.policy.passwords,
        own=known,
        common=kit.blocklist.common,
        breached=kit.blocklist.breached,
    )
    return policy_refusal(kit, faults) if faults else None


def policy_refusal(kit: Kit, faults: Sequence[str]) -> Refusal:
    """The refusal that names these faults."""
    return Refusal(
        PASSWORD_POLICY, "password.policy", {"faults": tuple(faults), "minimum": kit.policy.passwords.minimum}
    )


def hashed(kit: Kit, user: User, earlier: Sequence[str], password: str) -> str | Refusal:
    """The hash of a new password, unless it is the present one or, where the profile keeps a history, an earlier one (S03).

    Called without a transaction. One hash answers all of it while the parameters stay the same.
    """
    try:
        encoded = kit.passwords.hash(password, like=user.password_hash)
        present = bool(user.password_hash) and kit.passwords.used(password, encoded, (user.password_hash,))
        before = kit.policy.passwords.history and kit.passwords.used(password, encoded, earlier)
    except BusyError as full:
        return Refusal(BUSY, "hash.pool_full", retry_after=full.retry_after)
    if present or before:
        return policy_refusal(kit, ("same" if present else "previous",))
    return encoded


def put(kit: Kit, tx: Tx, user: User, encoded: str, now: int) -> None:
    """Put it in place, in the transaction that holds the user's row; the one it replaces goes into the history."""
    if user.password_hash and kit.policy.passwords.history:
        tx.history.add(user.id, user.password_hash, now)
    tx.users.set_password(user.id, encoded, now)
    tx.users.set_flagged(user.id, 0)


def take_back(tx: Tx, user: User, now: int) -> None:
    """Leave no password, until one is set with a one-time code. The one taken back is never one again, in any profile: it may be known."""
    if user.password_hash:
        tx.history.add(user.id, user.password_hash, now)
    tx.users.set_password(user.id, "", now)
    tx.users.set_flagged(user.id, 0)


def end_others(kit: Kit, tx: Tx, user: User, now: int, *, session: str = "", browser: str = "") -> Ended:
    """End every session and remembered browser but these, every open attempt, and every enrolment and recovery of Key under way (S06)."""
    renewals.void_recoveries(tx, user.id, now)
    ended = tx.sessions.end_all(user.id, now, but=session)
    tx.browsers.forget_all(user.id, but=browser)
    tx.enrolments.void_all(user.id)
    closed = []
    for attempt in tx.attempts.recent(user.id, now - OPEN_SECONDS):
        to = {"pending": "cancelled", "approved": "lapsed"}.get(attempt.state)
        if to and tx.attempts.move(attempt.id, attempt.state, to, decided_by="password"):
            closed.append(attempt.id)
    return Ended(ended, tuple(closed))


def publish(kit: Kit, ended: Ended) -> None:
    """Tell the pages that are open. After the transaction."""
    given.tell(kit, ended.sessions)
    with kit.store.read() as tx:
        attempts = [attempt for attempt in map(tx.attempts.get, ended.attempts) if attempt is not None]
    for attempt in attempts:
        tell(kit, attempt, attempt.state)
