"""Username and password, counted before they are compared, one hash whoever asks (A01, A02, A05, U01, U03).

Known or unknown name, right or wrong: the same statements in the same order, and one hash unless the name is locked. Locks of
unknown names are kept alike, under a keyed hash, so a lock tells nothing either.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from watchword.core import lockout
from watchword.core.devices import Device
from watchword.core.encoding import sha256
from watchword.core.lockout import Tries
from watchword.core.refusals import BUSY, CREDENTIALS, LOCKED, Refusal
from watchword.core.users import NOBODY, User, username_key
from watchword.flows import device_tokens
from watchword.flows.kit import Kit, Visit
from watchword.flows.ports import AuditRow, Browser, BusyError, Tx

BROWSER_DIES_AT = 5


@dataclass(frozen=True, slots=True)
class Checked:
    """A right password. `accept` must run in the transaction that uses it."""

    user: User
    browser: Browser | None
    subject: bytes
    counter: str
    tries: Tries
    renewed: str


def check(kit: Kit, username: str, password: str, visit: Visit) -> Checked | Refusal:
    """Judge a username and password. Takes no lock while it hashes."""
    now = kit.clock.now()
    key = username_key(username)
    subject = subject_of(kit, key)
    with kit.store.write() as tx:
        user = tx.users.by_key(key)
        browser = _known_browser(kit, tx, user, subject, visit)
        counter = _counter(browser)
        tries = tx.tries.take(subject, counter, now)
        if lockout.locked(tries, now):
            tx.audit.write(AuditRow("login.password.locked", user.id if user else "", personal=visit.personal()), now)
            return _locked(tries, now)
        after = lockout.wrong(tries, now)
        if after != tries:  # the lock stands before the last try is compared: parallel guesses and a crash gain nothing
            tx.tries.put(subject, counter, after, now)
    usable = user is not None and user.state == "active"
    try:
        fits = kit.passwords.verify(user.password_hash if user is not None and usable else "", password)
        renewed = _renewed(kit, user, password) if fits and user else ""
    except BusyError as full:
        give_back(kit, subject, counter, tries, locked=after != tries)
        return Refusal(BUSY, "hash.pool_full", retry_after=full.retry_after)
    if user is None or not fits:
        return _wrong(kit, user, browser, after, visit)
    return Checked(user, browser, subject, counter, tries, renewed)


def subject_of(kit: Kit, key: str) -> bytes:
    """Under what the wrong passwords of a username, in its compared form, are counted."""
    return kit.vault.mac("tries", key)


def clear_all(kit: Kit, tx: Tx, user: User) -> None:
    """Forget every wrong password, one-time code and current password that was counted for this user."""
    for subject in (
        subject_of(kit, user.username_key),
        kit.vault.mac("start", user.username_key),
        kit.vault.mac("change", user.id),
    ):
        tx.tries.clear(subject)


def accept(tx: Tx, checked: Checked, now: int) -> User | None:
    """Clear the counter and lock the user's row; None when the user was removed or suspended since."""
    tx.tries.put(checked.subject, checked.counter, Tries(total=checked.tries.total), now)
    if checked.renewed:
        tx.users.rehash(checked.user.id, checked.renewed)
    user = tx.users.lock(checked.user.id)
    return user if user is not None and user.state == "active" else None


def active_devices(tx: Tx, user_id: str) -> tuple[Device, ...]:
    """The devices a user can use now, the one used last first."""
    return tuple(device for device in tx.devices.of_user(user_id) if device.state == "active")


def _renewed(kit: Kit, user: User, password: str) -> str:
    """The hash with today's parameters where the stored one has others, else ""; the salt stays, as all earlier ones have it."""
    return kit.passwords.hash(password, like=user.password_hash) if kit.passwords.stale(user.password_hash) else ""


def _known_browser(kit: Kit, tx: Tx, user: User | None, subject: bytes, visit: Visit) -> Browser | None:
    """The browser whose own counter is asked. At five wrong passwords it dies, but not before the lock it was told of has passed."""
    owner = user.id if user else NOBODY
    token = device_tokens.pick(kit, visit.device_token, owner) if visit.device_token else ""
    browser = tx.browsers.by_token(owner, sha256(token.encode())) if token else None
    if browser is None or browser.wrong < BROWSER_DIES_AT:
        return browser
    return browser if kit.clock.now() < tx.tries.locked_until(subject, _counter(browser)) else None


def _counter(browser: Browser | None) -> str:
    return f"browser:{browser.id}" if browser else "unknown"


def _locked(tries: Tries, now: int) -> Refusal:
    return Refusal(LOCKED, "tries.locked", {"until": tries.locked_until}, retry_after=tries.locked_until - now)


def give_back(kit: Kit, subject: bytes, counter: str, tries: Tries, *, locked: bool) -> None:
    """The password was never compared, because the server was busy: the try does not count."""
    with kit.store.write() as tx:
        if locked:
            tx.tries.put(
                subject, counter, replace(tries, wrong=tries.wrong - 1, total=tries.total - 1), kit.clock.now()
            )
        else:
            tx.tries.refund(subject, counter)


def _wrong(kit: Kit, user: User | None, browser: Browser | None, after: Tries, visit: Visit) -> Refusal:
    now = kit.clock.now()
    reason = "name.unknown" if user is None else "password.wrong"
    row = AuditRow(
        "login.password.refused", user.id if user else "", fields={"reason": reason}, personal=visit.personal()
    )
    with kit.store.write() as tx:
        if browser is not None:
            tx.browsers.miss(browser.id)
        tx.audit.write(row, now)
    return _locked(after, now) if lockout.locked(after, now) else Refusal(CREDENTIALS, reason)
