"""What the waiting page, a platform and a person's home page may know; nothing here changes anything but time's own work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from watchword.core.attempts import Attempt, state_at
from watchword.core.devices import SMS, Device
from watchword.core.encoding import sha256
from watchword.core.recovery import FIRST
from watchword.core.refusals import ATTEMPT_GONE, Refusal
from watchword.core.sessions import Session
from watchword.core.users import Contact, User, nobody
from watchword.flows import methods, reach, sent_codes, sms
from watchword.flows.kit import Kit
from watchword.flows.login import RECENT_SECONDS, may_ask_now
from watchword.flows.methods import Question
from watchword.flows.password_step import active_devices

SHOWN_LOGINS = 5
HELD = "attempt.held"  # it has a page of its own


@dataclass(frozen=True, slots=True)
class Waiting:
    """An attempt with everything its page shows. `state` has time taken into account; `devices` may answer it, the one used last first;
    `ask_why`, `ask_until` tell why no push went out, `notified` whether the chosen phone gets notifications at all; `questions` are those
    that wait for a device other than Key, `text` is the code that was sent by SMS."""

    attempt: Attempt
    state: str
    user: User
    devices: tuple[Device, ...]
    ask_why: str
    ask_until: int
    notified: bool
    questions: tuple[Question, ...] = ()
    text: sms.OnTheWay | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """What the first page after a login shows."""

    user: User
    login: Attempt | None
    logins: Sequence[Attempt]
    devices: tuple[Device, ...]
    contacts: tuple[tuple[Contact, str], ...]


def look(kit: Kit, collector: str, *, bound_key: str = "") -> Waiting | Refusal:
    """The attempt of a collector secret, whatever its state."""
    now = kit.clock.now()
    with kit.store.read() as tx:
        attempt = tx.attempts.by_collector(sha256(collector.encode())) if collector else None
        if attempt is None or attempt.bound_key != bound_key:
            return Refusal(ATTEMPT_GONE, "collector.unknown")
        if attempt.action == "held":
            return Refusal(ATTEMPT_GONE, HELD)
        if attempt.operation == FIRST:  # nothing was proven: the page knows nothing of whoever this may be
            return Waiting(attempt, state_at(attempt, now), nobody(attempt.username, attempt.lang), (), "", 0, False)
        user = tx.users.get(attempt.user_id)
        if user is None:
            return Refusal(ATTEMPT_GONE, "user.gone")
        devices = reach.admitted(kit, tx, attempt)
        key = reach.key_of(devices, attempt.device_id)
        notified = key is not None and tx.phones.push_target(key.phone_id) is not None
        questions = tuple(found for kind in _kinds(kit, devices) if (found := methods.asked(tx, attempt, kind, now)))
        text = sms.on_the_way(tx, attempt, now) if any(device.kind == SMS for device in devices) else None
        asked_now = now < attempt.push_until
        ask = None if asked_now else may_ask_now(user, tx.attempts.recent(user.id, now - RECENT_SECONDS), now)
    return Waiting(
        attempt,
        state_at(attempt, now),
        user,
        devices,
        ask.why if ask else "",
        ask.until if ask else 0,
        notified,
        questions,
        text,
    )


def _kinds(kit: Kit, devices: Sequence[Device]) -> Sequence[str]:
    """The ways that ask something, of devices that are not Key."""
    return [method.kind for method in methods.listed(kit, devices) if method.kind in kit.factors]


def state(kit: Kit, collector: str, *, bound_key: str = "") -> tuple[str, str] | Refusal:
    """`(attempt id, state)` of a collector secret, for polls and streams."""
    found = told(kit, collector, bound_key=bound_key)
    return found if isinstance(found, Refusal) else (found[0].id, found[1])


def told(kit: Kit, collector: str, *, bound_key: str = "") -> tuple[Attempt, str] | Refusal:
    """The attempt of a collector secret and its state, for a platform that waits: another login may ask it for a code meanwhile."""
    with kit.store.read() as tx:
        attempt = tx.attempts.by_collector(sha256(collector.encode())) if collector else None
    if attempt is None or attempt.bound_key != bound_key:
        return Refusal(ATTEMPT_GONE, "collector.unknown")
    return attempt, state_at(attempt, kit.clock.now())


def flagged(kit: Kit, session: Session) -> bool:
    """Whether this person has to choose a new password before anything else."""
    with kit.store.read() as tx:
        user = tx.users.get(session.user_id)
    return user is not None and bool(user.flagged)


def home(kit: Kit, session: Session) -> Home | Refusal:
    """A person's own page."""
    with kit.store.read() as tx:
        user = tx.users.get(session.user_id)
        if user is None:
            return Refusal(ATTEMPT_GONE, "user.gone")
        logins = tx.attempts.lines(user.id, SHOWN_LOGINS)
        devices = active_devices(tx, user.id, kit.clock.now())
        contacts = tuple(
            (contact, sent_codes.masked(kit, contact)) for contact in tx.contacts.of(user.id) if contact.on_file
        )
    own = next((attempt for attempt in logins if attempt.id == session.attempt_id), None)
    return Home(user, own, logins, devices, contacts)
