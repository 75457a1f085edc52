"""A login that begins with the phone: while passwords from this browser are not read, the held element comes first (S01, S02; DESIGN).

Username → QR, approved by any phone of this person, or a passkey → password, counted as for a known browser: five wrong ones end it. An
approval alone gives nothing. For a name that is nobody's, or has no Key, everything looks and costs the same; its QR leads no phone
anywhere, and the passkey is asked for without naming one, so the browser offers what it has for this site.

A login that was begun with a passkey ends with it (M05): the passkey verified the person, so it is two elements, and no page in between can
have it. Only a password that has to be changed is still asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from watchword.core import floors
from watchword.core.attempts import Attempt, collect_until, state_at
from watchword.core.encoding import b64u, sha256
from watchword.core.lockout import IN_A_ROW
from watchword.core.rates import Window
from watchword.core.refusals import (
    ATTEMPT_GONE,
    BUSY,
    CREDENTIALS,
    FAILED,
    HELD_PASSWORD,
    LOCKED,
    NETWORK_WAITS,
    PASSWORD_FLAGGED,
    PAUSED,
    WAY_UNAVAILABLE,
    Refusal,
)
from watchword.core.users import NOBODY, username_key
from watchword.flows import login, methods, password_step, reach
from watchword.flows.endings import tell
from watchword.flows.kit import Kit, Visit
from watchword.flows.login import Collected
from watchword.flows.ports import AuditRow, Tx

ALONE = "passkey"  # the operation of an attempt that was begun with a passkey
WINDOWS = (Window(20, 10 * 60), Window(60, 60 * 60))
NAME_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt that waits for a phone. `collector` is shown this once."""

    attempt: Attempt
    collector: str


def begin(
    kit: Kit, username: str, visit: Visit, *, client: str = "portal", bound_key: str = "", alone: bool = False
) -> Begun | Refusal:
    """A username, and nothing else yet. `bound_key` is the thumbprint of a platform's ephemeral key, "" for a browser; with `alone` a passkey
    is to do without the password."""
    now = kit.clock.now()
    if alone and not may_alone(kit):
        return Refusal(WAY_UNAVAILABLE, "passkey.with_password")
    collector = b64u(kit.entropy.bytes(16))
    with kit.store.write() as tx:
        until = tx.rates.take(f"held|{visit.address}", WINDOWS, now)
        if until:
            return Refusal(NETWORK_WAITS, "held.limited", {"until": until}, retry_after=until - now)
        user = tx.users.by_key(username_key(username))
        owner = user.id if user is not None and user.state == "active" else NOBODY
        devices = password_step.active_devices(tx, owner, now)
        key = reach.key_of(devices, "")
        lang = user.lang if user is not None else visit.lang
        context = login.seen_from(visit, None, lang)
        # The name stays as it was typed: the spelling on file would tell that there is somebody.
        attempt = Attempt(
            id=kit.entropy.id(), user_id=owner, username=username.strip()[:NAME_LENGTH],
            client=client, state="pending", collector_hash=sha256(collector.encode()), bound_key=bound_key,
            nonce=b64u(kit.entropy.bytes(16)), started=now, expires=now + kit.policy.attempt_seconds, context=context, browser_id="",
            confirm=True, confirm_reason="browser", device_id=key.id if key else "",
            asked=(), push_until=0, qr_turn=0, qr_until=0, challenge_state="none", challenge_turn=0, challenge_until=0,
            wrong=0, wrong_challenge=0, wrong_confirmation=0, decided=0, decided_by="", amr="", session_id="",
            lang=lang, action="held", operation=ALONE if alone else "", floor=floors.floor(client, "held", "", user.floor if user is not None else 0),
        )  # fmt: skip
        tx.attempts.add(attempt)
        known = owner if owner != NOBODY else ""
        tx.audit.write(AuditRow("login.held.opened", known, attempt.id, personal=visit.personal()), now)
    return Begun(attempt, collector)


def may_alone(kit: Kit) -> bool:
    """Whether the portal offers to log in with a passkey and no password."""
    return kit.policy.passkeys.alone and reach.has_page(kit, "portal")


def look(kit: Kit, collector: str) -> tuple[Attempt, str] | Refusal:
    """The attempt of a collector secret and its state, with time taken into account."""
    with kit.store.read() as tx:
        attempt = tx.attempts.by_collector(sha256(collector.encode())) if collector else None
    if attempt is None or attempt.action != "held" or attempt.bound_key:  # a platform's has no page here
        return Refusal(ATTEMPT_GONE, "collector.unknown")
    return attempt, state_at(attempt, kit.clock.now())


def until(attempt: Attempt) -> int:
    """The last second in which the password can be typed."""
    return collect_until(attempt)


def finish(kit: Kit, collector: str, password: str, visit: Visit, *, bound_key: str = "") -> Collected | Refusal:
    """The password of an attempt that a phone has approved: with both elements shown, the session."""
    with kit.store.write() as tx:
        attempt = login.approved(kit, tx, collector, "held", bound_key=bound_key)
    if isinstance(attempt, Refusal):
        return attempt
    checked = password_step.check(kit, attempt.username, password, visit, held=attempt.id)
    if isinstance(checked, Refusal):
        return _refused(kit, attempt, checked)
    now = kit.clock.now()
    with kit.store.write() as tx:
        user = password_step.accept(tx, checked, now)
        attempt = login.approved(kit, tx, collector, "held", bound_key=bound_key)
        if isinstance(attempt, Refusal):
            return attempt
        if user is None or user.id != attempt.user_id:
            return Refusal(CREDENTIALS, "user.gone")
        if user.flagged and attempt.client != "portal":
            return Refusal(PASSWORD_FLAGGED, "password.flagged")  # it is changed at the portal, and nowhere before
        result = login.give(kit, tx, attempt, user, visit, now)
    login.told(kit, attempt, result)
    return result


def by_passkey(kit: Kit, collector: str, given: Mapping[str, str], visit: Visit) -> Collected | Refusal | None:
    """The passkey of an attempt: the session where it was begun with one, None where the password follows."""
    answered = methods.answer(kit, collector, "passkey", given)
    if isinstance(answered, Refusal):
        return answered
    if answered.operation != ALONE:
        return None
    now = kit.clock.now()
    with kit.store.write() as tx:
        user = tx.users.lock(answered.user_id)
        attempt = login.approved(kit, tx, collector, "held")
        if isinstance(attempt, Refusal):
            return attempt
        if user is None or user.state != "active":
            return Refusal(ATTEMPT_GONE, "user.gone")
        if user.flagged:
            return None  # somebody may know it: it is typed once more and changed before anything else
        result = login.give(kit, tx, attempt, user, visit, now, password=False)
    login.told(kit, attempt, result)
    return result


def _refused(kit: Kit, attempt: Attempt, refusal: Refusal) -> Refusal:
    """A password that did not fit: how many tries are left, or the end of this attempt."""
    if refusal.kind is BUSY:
        return refusal
    if refusal.kind in (LOCKED, PAUSED):
        with kit.store.write() as tx:
            _end(kit, tx, attempt)
        tell(kit, attempt, "failed")
        return Refusal(FAILED, "held.passwords")
    with kit.store.read() as tx:
        left = IN_A_ROW - tx.tries.wrong(
            password_step.subject_of(kit, username_key(attempt.username)), f"held:{attempt.id}"
        )
    return Refusal(HELD_PASSWORD, refusal.reason, {"left": max(1, left)})


def _end(kit: Kit, tx: Tx, attempt: Attempt) -> None:
    now = kit.clock.now()
    if tx.attempts.move(attempt.id, "approved", "failed", decided=now, decided_by="passwords"):
        tx.audit.write(AuditRow("login.attempt.failed", attempt.user_id, attempt.id, {"reason": "passwords"}), now)
