"""Username and password, counted before they are compared, one hash whoever asks (A01, A02, A05, S01, U01, U03).

Known or unknown name, right or wrong: the same statements in the same order, and one hash unless the name is locked. Locks of
unknown names are kept alike, under a keyed hash, so a lock tells nothing either.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from watchword.core import lockout
from watchword.core.devices import RECOVERY_CODE, Device, lasting, usable
from watchword.core.encoding import sha256
from watchword.core.lockout import UNKNOWN, Tries
from watchword.core.refusals import BUSY, CREDENTIALS, LOCKED, NETWORK_WAITS, PAUSED, Refusal
from watchword.core.users import NOBODY, User, username_key
from watchword.flows import device_tokens, owner_notices, throttle
from watchword.flows.kit import Kit, Visit
from watchword.flows.ports import AuditRow, Browser, BusyError, Tx
from watchword.flows.throttle import Counted

BROWSER_DIES_AT = 5
BUSY_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Checked:
    """A right password. `accept` must run in the transaction that uses it, or `uncount` where it must not count at all."""

    user: User
    browser: Browser | None
    subject: bytes
    counter: str
    tries: Tries
    renewed: str
    after: Tries
    network: Counted


@dataclass(frozen=True, slots=True)
class _Taken:
    """A try that was counted and may be compared."""

    user: User | None
    browser: Browser | None
    subject: bytes
    counter: str
    tries: Tries
    after: Tries
    network: Counted


def check(kit: Kit, username: str, password: str, visit: Visit, *, held: str = "") -> Checked | Refusal:
    """Judge a username and password. Takes no lock while it hashes. `held` is the attempt that a phone approved before (flows/held.py)."""
    if not visit.device_token and not held and kit.passwords.full():
        return Refusal(BUSY, "hash.pool_full", retry_after=BUSY_SECONDS)  # of a flood of strangers nothing is written
    taken = _take(kit, username_key(username), visit, held)
    if isinstance(taken, Refusal):
        return taken
    user = taken.user
    usable = user is not None and user.state == "active"
    try:
        encoded = user.password_hash if user is not None and usable else ""
        fits = kit.passwords.verify(encoded, password, known=taken.counter != UNKNOWN)
        renewed = _renewed(kit, user, password) if fits and user else ""
    except BusyError as full:
        with kit.store.write() as tx:
            _uncount(tx, taken, kit.clock.now())
        return Refusal(BUSY, "hash.pool_full", retry_after=full.retry_after)
    if user is None or not fits:
        return _wrong(kit, taken, visit)
    return Checked(user, taken.browser, taken.subject, taken.counter, taken.tries, renewed, taken.after, taken.network)


def _take(kit: Kit, key: str, visit: Visit, held: str) -> _Taken | Refusal:
    now = kit.clock.now()
    with kit.store.write() as tx:
        subject = subject_of(kit, key)
        user = tx.users.by_key(key)
        browser = _known_browser(kit, tx, user, subject, visit)
        counter = f"held:{held}" if held else _counter(browser)
        network = throttle.take(kit, tx, visit) if counter == UNKNOWN else throttle.EXEMPT
        if network.until:
            wait = {"until": network.until}
            return Refusal(NETWORK_WAITS, "network.throttled", wait, retry_after=network.until - now)
        tries = tx.tries.take(subject, counter, now)
        if lockout.locked(tries, now):
            tx.audit.write(AuditRow("login.password.locked", user.id if user else "", personal=visit.personal()), now)
            return _locked(tries, now)
        after = lockout.wrong(tries, now)
        if after != tries:  # the lock stands before the last try is compared: parallel guesses and a crash gain nothing
            tx.tries.put(subject, counter, after, now)
    return _Taken(user, browser, subject, counter, tries, after, network)


def subject_of(kit: Kit, key: str) -> bytes:
    """Under what the wrong passwords of a username, in its compared form, are counted."""
    return kit.vault.mac("tries", key)


def clear_all(kit: Kit, tx: Tx, user: User) -> None:
    """Forget every wrong password, one-time code and current password that was counted for this user, every lock, and what his phones were told of them."""
    for subject in (
        subject_of(kit, user.username_key),
        kit.vault.mac("start", user.username_key),
        kit.vault.mac("change", user.id),
    ):
        tx.tries.clear(subject)
    tx.protection.clear(user.id)


def accept(tx: Tx, checked: Checked, now: int) -> User | None:
    """Lock the user's row and clear the counters; None when the user was removed or suspended since.

    The order of locks, here and wherever a try is counted: user, network, name.
    """
    user = tx.users.lock(checked.user.id)
    throttle.refund(tx, checked.network)
    tx.tries.right(checked.subject, checked.counter)
    if checked.renewed:
        tx.users.rehash(checked.user.id, checked.renewed)
    return user if user is not None and user.state == "active" else None


def uncount(tx: Tx, checked: Checked, now: int) -> None:
    """A right password that may not be used from there: neither a wrong try nor a right one."""
    _uncount(tx, checked, now)


def end_row(kit: Kit, tx: Tx, user: User) -> None:
    """A complete login: strangers' wrong passwords are no longer in a row."""
    if tx.tries.end_row(subject_of(kit, user.username_key)):
        tx.protection.clear(user.id, "closed")


def active_devices(tx: Tx, user_id: str, now: int) -> tuple[Device, ...]:
    """The devices a user can use now, the one used last first; codes on paper last, each of which is gone once it was used."""
    found = [device for device in tx.devices.of_user(user_id) if usable(device, now)]
    return tuple(sorted(found, key=lambda device: (device.kind == RECOVERY_CODE, -device.last_used, -device.created)))


def lasting_devices(tx: Tx, user_id: str, now: int) -> int:
    """How many devices a user can count on: a temporary code is none."""
    return sum(1 for device in active_devices(tx, user_id, now) if lasting(device))


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
    return f"browser:{browser.id}" if browser else UNKNOWN


def _locked(tries: Tries, now: int) -> Refusal:
    if not lockout.timed(tries, now):
        return Refusal(PAUSED, "tries.closed", retry_after=lockout.LOCKS_SECONDS[-1])
    return Refusal(LOCKED, "tries.locked", {"until": tries.locked_until}, retry_after=tries.locked_until - now)


def _uncount(tx: Tx, taken: _Taken | Checked, now: int) -> None:
    """The password was never compared, or may not count: the try did not happen."""
    throttle.refund(tx, taken.network)
    give_back_in(tx, taken.subject, taken.counter, taken.tries, now, locked=taken.after != taken.tries)


def give_back_in(tx: Tx, subject: bytes, counter: str, tries: Tries, now: int, *, locked: bool) -> None:
    """Take one try back, and the lock it had brought."""
    if locked:
        tx.tries.put(subject, counter, replace(tries, wrong=tries.wrong - 1, total=max(0, tries.total - 1)), now)
    else:
        tx.tries.refund(subject, counter)


def give_back(kit: Kit, subject: bytes, counter: str, tries: Tries, *, locked: bool) -> None:
    """The password was never compared, because the server was busy: the try does not count."""
    with kit.store.write() as tx:
        give_back_in(tx, subject, counter, tries, kit.clock.now(), locked=locked)


def _wrong(kit: Kit, taken: _Taken, visit: Visit) -> Refusal:
    now, user, after = kit.clock.now(), taken.user, taken.after
    reason = "name.unknown" if user is None else "password.wrong"
    owner = user.id if user else NOBODY
    row = AuditRow(
        "login.password.refused", user.id if user else "", fields={"reason": reason}, personal=visit.personal()
    )
    stopped = lockout.locked(after, now) and taken.counter == UNKNOWN
    with kit.store.write() as tx:
        if taken.browser is not None:
            tx.browsers.miss(taken.browser.id)
        throttle.failed(tx, taken.network, taken.subject, now)
        tx.audit.write(row, now)
        if lockout.closes(after):
            owner_notices.put(
                kit, tx, owner, "closed", now + owner_notices.LONG_SECONDS, visit=visit, reason="passwords"
            )
        elif stopped:
            owner_notices.put(kit, tx, owner, "locked", after.locked_until, visit=visit, reason="passwords")
    if stopped:
        owner_notices.tell(kit, owner)
    return _locked(after, now) if lockout.locked(after, now) else Refusal(CREDENTIALS, reason)
