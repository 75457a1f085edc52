"""One login from the right password to the session (A01, A02, A06, A07, D05; DESIGN "One login").

Portal and platforms enter here alike. All of Key's ways stay open on the one attempt; the first right answer wins by compare-and-swap.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from watchword.core import assurance, confirmation, floors, pushes
from watchword.core.attempts import PUSH_SECONDS, SUSPICION, Attempt, Context, area, guarded, state_at, whose
from watchword.core.caller import ACTION
from watchword.core.devices import RECOVERY_CODE, Device, on_phone
from watchword.core.encoding import b64u, sha256
from watchword.core.policy import Client
from watchword.core.pushes import Ask
from watchword.core.refusals import (
    ATTEMPT_GONE,
    CLIENT_UNKNOWN,
    ENROLMENT_HELD,
    NO_DEVICE,
    NOT_YET,
    PASSWORD_FLAGGED,
    PUSH_LIMITED,
    PUSH_PENDING,
    PUSH_QUIET,
    STAFF_CLOSED,
    WAY_UNAVAILABLE,
    Refusal,
)
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.factors.registry import level
from watchword.flows import (
    device_tokens,
    letters,
    lower_limits,
    networks,
    notices,
    owner_notices,
    password_step,
    reach,
    sessions,
    sms,
    suspicion,
)
from watchword.flows.endings import ENDINGS, settle, tell
from watchword.flows.kit import Kit, Visit
from watchword.flows.password_step import Checked
from watchword.flows.ports import AuditRow, Browser, Tx

RECENT_SECONDS = 60 * 60
OPTED_OUT = "opted_out"  # what decided a login that took no device
OTHER_DEVICE = "other"  # why no phone was asked: what stands first on the page is no Key
SESSION_KINDS = {"portal": "portal", "staff": "staff"}  # every other client is a platform


@dataclass(frozen=True, slots=True)
class Opened:
    """A right password of a user with a device. `collector` is the secret that collects the session; it is shown this once.

    `changed` are the user's other open attempts, whose pages must show a confirmation code from now on.
    """

    attempt: Attempt
    collector: str
    devices: tuple[Device, ...]
    ask: Ask
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EnrolmentOnly:
    """A right password of a user without a device: a session that can enrol the first one and nothing else (H01, H04)."""

    session: Session
    token: str


@dataclass(frozen=True, slots=True)
class Collected:
    """A session, once. `device_token` makes this browser known from now on."""

    session: Session
    token: str
    device_token: str


def begin(
    kit: Kit, username: str, password: str, client_id: str, visit: Visit, *, bound_key: str = "", terminal: bool = False
) -> Opened | EnrolmentOnly | Refusal:
    """Username and password. `bound_key` is the thumbprint of a platform's ephemeral key, "" for a browser; `terminal` says that no
    passkey can be asked for there."""
    client = kit.policy.clients.get(client_id)
    if client is None:
        return Refusal(CLIENT_UNKNOWN, "client.unknown")
    checked = password_step.check(kit, username, password, visit)
    if isinstance(checked, Refusal):
        return checked
    result = _open(kit, checked, client, visit, bound_key, browser=not (terminal or bound_key))
    if isinstance(result, Opened):
        announce(kit, result)
    networks.told(kit, checked.user.id, result)
    return result


def _open(
    kit: Kit, checked: Checked, client: Client, visit: Visit, bound_key: str, *, browser: bool
) -> Opened | EnrolmentOnly | Refusal:
    """What a right password gives."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        user = networks.admit(kit, tx, checked, visit)
        if isinstance(user, Refusal):
            return user
        devices = reach.answering(kit, tx, user.id)
        if user.flagged and client.id != "portal":
            tx.audit.write(AuditRow("login.password.flagged", user.id, personal=visit.personal()), now)
            return Refusal(PASSWORD_FLAGGED, "password.flagged")
        if not devices:
            return _enrolment_only(kit, tx, user, client, visit, now)
        floor = floors.floor(client.id, "login", "", user.floor)
        fit = reach.fitting(kit, devices, floor, action="login", browser=browser and reach.has_page(kit, client.id))
        if isinstance(fit, Refusal):
            row = AuditRow("login.device.weak", user.id, fields={"client": client.id}, personal=visit.personal())
            tx.audit.write(row, now)
            return fit
        suspect = suspicion.reason(kit, tx, user, checked, visit)
        return open_attempt(
            kit,
            tx,
            user,
            client,
            fit,
            checked.browser,
            visit,
            bound_key=bound_key,
            suspect=suspect,
            floor=floor,
            waive=_waives(kit, user, client),
        )


def announce(kit: Kit, opened: Opened) -> None:
    """To the phones, and to the pages of other attempts that changed. After the transaction."""
    for other_id in opened.changed:
        kit.events.publish(f"attempt:{other_id}", {"state": "changed"})
    if opened.attempt.asked or opened.attempt.confirm_reason == SUSPICION:
        for phone in sorted({device.phone_id for device in opened.devices if on_phone(device)}):
            kit.events.publish(f"phone:{phone}", {"pending": "1"})


def _waives(kit: Kit, user: User, client: Client) -> bool:
    """Whether a password may do alone (Q01). Never one that somebody else may know: whoever has it would set the next one."""
    return bool(user.opted_out) and not (user.floor or user.flagged) and kit.policy.opting_out and client.id != "staff"


def _enrolment_only(kit: Kit, tx: Tx, user: User, client: Client, visit: Visit, now: int) -> EnrolmentOnly | Refusal:
    if client.id != "portal":
        tx.audit.write(AuditRow("login.device.missing", user.id, personal=visit.personal()), now)
        return Refusal(NO_DEVICE, "device.none")
    if tx.staff.held(user.id):
        tx.audit.write(AuditRow("login.enrolment.held", user.id, personal=visit.personal()), now)
        return Refusal(ENROLMENT_HELD, "enrolment.held")
    if waits := lower_limits.first_key(kit, tx, user, visit):
        return waits
    session, token = sessions.issue(
        kit, tx, user, kind="enrolment", client=client.id, attempt_id="", acr="", amr=(assurance.PASSWORD,),
        idle=client.idle_seconds, life=sessions.ENROLMENT_LIFE_SECONDS,
    )  # fmt: skip
    tx.audit.write(AuditRow("login.enrolment.opened", user.id, session.id, personal=visit.personal()), now)
    return EnrolmentOnly(session, token)


# `collector` of an attempt is a fresh secret, unless the flow that opens it derives one.
def open_attempt(
    kit: Kit, tx: Tx, user: User, client: Client, devices: tuple[Device, ...], browser: Browser | None, visit: Visit,
    *, bound_key: str = "", action: str = "login", operation: str = "", session_id: str = "", suspect: str = "", floor: int = 0,
    life: int = 0, waive: bool = False, collector: str = "",
) -> Opened:  # fmt: skip
    """A new attempt of a user whose row is locked, with its push where the first of `devices` is Key. These are the ones that may answer
    (flows/reach.py), the one used last first; `floor` is what they were held against.

    `suspect` is why no phone may be asked for it (S02): only what cannot be read out answers it then. With `waive` it is approved from the
    start where nothing about it is out of the ordinary (Q01): what would ask for the confirmation code asks for the device too.
    """
    now = kit.clock.now()
    recent = tx.attempts.recent(user.id, now - RECENT_SECONDS)
    context = seen_from(visit, browser, user.lang)
    reason = SUSPICION if suspect else _confirmation(kit, user, context, recent, action, now)
    waived = waive and not reason
    ask = _ask(user, recent, now, suspect) if on_phone(devices[0]) and not waived else Ask(False, OTHER_DEVICE)
    open_beside = [other for other in recent if state_at(other, now) == "pending"]
    pushed = ask.allowed and all(now >= other.push_until for other in open_beside)  # one at a time; the app lists both
    collector = collector or b64u(kit.entropy.bytes(16))
    attempt = Attempt(
        id=kit.entropy.id(), user_id=user.id, username=user.username, client=client.id, state="approved" if waived else "pending",
        collector_hash=sha256(collector.encode()), bound_key=bound_key, nonce=b64u(kit.entropy.bytes(16)),
        started=now, expires=now + (life or kit.policy.attempt_seconds), context=context, browser_id=browser.id if browser else "",
        confirm=bool(reason), confirm_reason=reason, device_id=devices[0].id,
        asked=(now,) if ask.allowed else (), push_until=now + PUSH_SECONDS if pushed else 0,
        qr_turn=0, qr_until=0, challenge_state="none", challenge_turn=0, challenge_until=0,
        wrong=0, wrong_challenge=0, wrong_confirmation=0, decided=now if waived else 0, decided_by=OPTED_OUT if waived else "", amr="",
        session_id=session_id, lang=user.lang,
        action=action, operation=operation, floor=floor,
    )  # fmt: skip
    tx.attempts.add(attempt)
    changed = _several(tx, open_beside)
    fields = {"client": client.id, "action": action, "asked": ask.allowed, "suspicion": suspect}
    tx.audit.write(AuditRow(f"{area(action)}.attempt.opened", user.id, attempt.id, fields, visit.personal()), now)
    if suspect:
        owner_notices.put(kit, tx, user.id, "suspicion", now + owner_notices.SHORT_SECONDS, visit=visit, reason=suspect)
    _ask_device(kit, tx, user, attempt, devices[0], pushed=pushed)
    return Opened(attempt, collector, devices, ask, changed)


def _ask_device(kit: Kit, tx: Tx, user: User, attempt: Attempt, device: Device, *, pushed: bool) -> None:
    """What leaves the house for a new attempt: a notification, or a code by SMS."""
    if pushed:
        letters.wake_phone(kit, tx, user, device.phone_id, attempt.id)
    sms.begin(kit, tx, attempt, user, device)


def _ask(user: User, recent: tuple[Attempt, ...], now: int, suspect: str) -> Ask:
    return Ask(False, SUSPICION) if suspect else may_ask_now(user, recent, now)


def _several(tx: Tx, others: list[Attempt]) -> tuple[str, ...]:
    """Have those that are open beside a new one ask for the code too; the ids of those that did not yet."""
    changed = tuple(other.id for other in others if not other.confirm)
    for other_id in changed:
        tx.attempts.set(other_id, confirm=True, confirm_reason="several")
    return changed


def _confirmation(kit: Kit, user: User, context: Context, recent: tuple[Attempt, ...], action: str, now: int) -> str:
    """Why this attempt asks for the confirmation code, or "". On the telephone it always does: it is what is read out."""
    after_denial = bool(user.denied_at) and not any(
        a.state in ("approved", "collected") and a.action != ACTION and a.decided > user.denied_at for a in recent
    )
    return confirmation.reason(
        context, recent, now=now, always=kit.policy.always_confirm or action == ACTION, after_denial=after_denial
    )


def may_ask_now(user: User, recent: tuple[Attempt, ...], now: int) -> Ask:
    stamps = [at for attempt in recent for at in attempt.asked]
    return pushes.may_ask(stamps, quiet_until=user.quiet_until, now=now)


def seen_from(visit: Visit, browser: Browser | None, lang: str) -> Context:
    """Where an attempt comes from, as the phone shows it."""
    return Context(
        address=visit.address,
        place=visit.places.get(lang, visit.place_key),
        network=visit.network,
        network_key=visit.network_key,
        browser=visit.browser,
        system=visit.system,
        place_new=browser is None or not visit.place_key or visit.place_key not in browser.places,
        network_new=browser is None or visit.network_key not in browser.networks,
        browser_new=browser is None,
    )


def ask_again(kit: Kit, collector: str, *, bound_key: str = "", device_id: str = "") -> Attempt | Refusal:
    """Send again, or to another of the user's devices (A07, B04). The limits are those of every push."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        seen = tx.attempts.by_collector(sha256(collector.encode()))
        user = tx.users.lock(seen.user_id) if seen else None  # the order of locks: user before attempt
        attempt = pending(kit, tx, collector, bound_key)
        if isinstance(attempt, Refusal):
            return attempt
        if guarded(attempt):
            return Refusal(WAY_UNAVAILABLE, "push.guarded")
        devices = reach.admitted(kit, tx, attempt)
        chosen = next((device for device in devices if device.id == device_id), None)
        chosen = chosen if device_id else reach.key_of(devices, attempt.device_id)
        if user is None or chosen is None or not on_phone(chosen):
            return Refusal(WAY_UNAVAILABLE, "device.unknown")
        if chosen.id == attempt.device_id and now < attempt.push_until - PUSH_SECONDS + 10:
            return Refusal(PUSH_PENDING, "push.just_sent", {"until": attempt.push_until})
        recent = tx.attempts.recent(user.id, now - RECENT_SECONDS)
        beside = [other.push_until for other in recent if other.id != attempt.id and state_at(other, now) == "pending"]
        if any(now < until for until in beside):
            return Refusal(PUSH_PENDING, "push.other_login", {"until": max(beside)})
        ask = may_ask_now(user, recent, now)
        if not ask.allowed:
            tx.attempts.set(attempt.id, device_id=chosen.id)
            kind = PUSH_QUIET if ask.why == "quiet" else PUSH_LIMITED
            return Refusal(kind, f"push.{ask.why}", {"until": ask.until}, retry_after=max(1, ask.until - now))
        asked = (*attempt.asked, now)
        tx.attempts.set(attempt.id, device_id=chosen.id, asked=asked, push_until=now + PUSH_SECONDS)
        letters.wake_phone(kit, tx, user, chosen.phone_id, attempt.id)
        tx.audit.write(AuditRow("login.push.repeated", user.id, attempt.id), now)
    kit.events.publish(f"phone:{chosen.phone_id}", {"pending": "1"})
    return replace(attempt, device_id=chosen.id, asked=asked, push_until=now + PUSH_SECONDS)


def cancel(kit: Kit, collector: str, *, bound_key: str = "") -> Refusal | None:
    """The person stops this login."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        attempt = pending(kit, tx, collector, bound_key)
        if isinstance(attempt, Refusal):
            return attempt
        tx.attempts.move(attempt.id, "pending", "cancelled", decided=now, decided_by="browser")
        tx.audit.write(AuditRow("login.attempt.cancelled", whose(attempt), attempt.id), now)
    tell(kit, attempt, "cancelled")
    return None


def pending(kit: Kit, tx: Tx, collector: str, bound_key: str) -> Attempt | Refusal:
    """The attempt of a collector secret, locked, if it is still open and bound to this key; else why not.

    One on the telephone has no page: no code, response or QR answers it, even for somebody who came by its collector.
    """
    attempt = tx.attempts.by_collector(sha256(collector.encode()), lock=True)
    if attempt is None or attempt.bound_key != bound_key or attempt.action == ACTION:
        return Refusal(ATTEMPT_GONE, "collector.unknown")
    attempt = settle(kit, tx, attempt)
    if attempt.state == "approved":
        return Refusal(ATTEMPT_GONE, "attempt.approved")
    return attempt if attempt.state == "pending" else Refusal(ENDINGS[attempt.state], f"attempt.{attempt.state}")


def approved(kit: Kit, tx: Tx, collector: str, action: str, *, bound_key: str = "") -> Attempt | Refusal:
    """The attempt of a collector secret, locked, if it was approved and is for this action; else why not. The caller collects it."""
    attempt = tx.attempts.by_collector(sha256(collector.encode()), lock=True)
    if attempt is None or attempt.bound_key != bound_key or attempt.action != action:
        return Refusal(ATTEMPT_GONE, "collector.unknown")
    attempt = settle(kit, tx, attempt)
    if attempt.state == "pending":
        return Refusal(NOT_YET, "attempt.pending")
    return attempt if attempt.state == "approved" else Refusal(ENDINGS[attempt.state], f"attempt.{attempt.state}")


def collect(kit: Kit, collector: str, visit: Visit, *, bound_key: str = "") -> Collected | Refusal:
    """Turn an approved attempt into its one session: within 60 s, by the holder of the collector secret."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        attempt = approved(kit, tx, collector, "login", bound_key=bound_key)
        if isinstance(attempt, Refusal):
            return attempt
        user = tx.users.get(attempt.user_id)
        if user is None or user.state != "active":
            return Refusal(ATTEMPT_GONE, "user.gone")
        if attempt.client == "staff" and not tx.staff.roles(user.id):
            tx.audit.write(AuditRow("staff.login.refused", user.id, attempt.id, personal=visit.personal()), now)
            return Refusal(STAFF_CLOSED, "staff.no_role")
        result = give(kit, tx, attempt, user, visit, now)
    told(kit, attempt, result)
    return result


def give(
    kit: Kit, tx: Tx, attempt: Attempt, user: User, visit: Visit, now: int, *, password: bool = True
) -> Collected | Refusal:
    """The one session of an approved attempt whose row is locked, both elements of which were shown: the `password` too, but for a passkey that
    is two by itself. Call `told` after the transaction."""
    if not networks.inside(tx, user.id, visit):
        tx.attempts.move(attempt.id, "approved", "failed", decided=now, decided_by="network")
        return networks.refuse(kit, tx, user.id, visit)
    client = kit.policy.clients[attempt.client]
    held = tuple(attempt.amr.split())
    session, token = sessions.issue(
        kit, tx, user, kind=SESSION_KINDS.get(client.id, "platform"), client=client.id, attempt_id=attempt.id,
        acr=assurance.acr(held, attempt.level), amr=assurance.amr(held, password=password), idle=client.idle_seconds, life=client.life_seconds,
        level=attempt.level, confirms=_confirms(kit, tx, attempt, now),
    )  # fmt: skip
    if not tx.attempts.move(attempt.id, "approved", "collected", session_id=session.id):
        raise RuntimeError("an attempt was collected twice under its lock")
    device_token = device_tokens.remember(kit, tx, attempt, visit, now)
    password_step.end_row(kit, tx, user)
    notices.of_login(kit, tx, user, attempt)
    fields = {"client": client.id, "amr": session.amr, "at_hand": visit.at_hand}
    tx.audit.write(AuditRow("login.session.issued", user.id, session.id, fields, visit.personal()), now)
    return Collected(session, token, device_token)


def _confirms(kit: Kit, tx: Tx, attempt: Attempt, now: int) -> bool:
    """Whether a login counts for a change right after it too: not by six digits, which name no purpose (ADR 0022), and not by a device that is
    weaker than another of the same person."""
    if attempt.decided_by.rpartition(":")[2] == "key_code":
        return False
    if attempt.level >= floors.STRONG or attempt.decided_by.rpartition(":")[2] == RECOVERY_CODE:
        return True  # a recovery code reaches no floor but that of a new device, in the place of what is still there and lost
    devices = password_step.active_devices(tx, attempt.user_id, now)
    return attempt.level >= max(1, floors.beside(level(kit.factors, device) for device in devices))


def told(kit: Kit, attempt: Attempt, result: Collected | Refusal) -> None:
    """To the page that waits, or to the owner's phones where the network was not allowed. After the transaction."""
    if isinstance(result, Collected):
        kit.events.publish(f"attempt:{attempt.id}", {"state": "collected"})
    else:
        owner_notices.tell(kit, attempt.user_id)
