"""What a person sees and types on the login page: QR, challenge and response, six-digit code (C, D, E, U02, U08).

Every answer is counted before it is compared. Five wrong ones end the attempt, three a challenge; ten on a phone, over all its users,
pause the offline ways of that phone until one right signed proof, while push and QR go on. What a paused phone is not asked any more counts in
the attempt and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from watchword.core.attempts import (
    CHALLENGE_SECONDS,
    WRONG_FOR_ATTEMPT,
    WRONG_FOR_CHALLENGE,
    Attempt,
    challenge_at,
    guarded,
    qr_only,
    takes_plain_codes,
)
from watchword.core.devices import OFFLINE_WRONG_LIMIT, Device
from watchword.core.encoding import b64u, sha256
from watchword.core.otp import PURPOSES, challenge_digits, plain_digits
from watchword.core.recovery import FIRST
from watchword.core.refusals import (
    ANSWER_FORM,
    ATTEMPT_GONE,
    CHALLENGE_OVER,
    CHALLENGE_SPENT,
    CODE_SILENT,
    CODE_USED,
    OFFLINE_PAUSED,
    WAY_UNAVAILABLE,
    Refusal,
)
from watchword.factors.base import Holder, Rejected, Verdict
from watchword.factors.registry import FACTORS
from watchword.flows import reach
from watchword.flows.endings import not_right, tell
from watchword.flows.holders import holder
from watchword.flows.kit import Kit
from watchword.flows.login import pending
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.withdrawal_signing import fits, link, signed

CLAIM_SECONDS = 3600
NO_DEVICE = Device("", "", "", "key", "inactive", "", b"", 0, 0, 0, 0)  # of a name that may be nobody's
LENGTHS = {"code": 6, "challenge": 8}
KINDS = {"code": "key_code", "challenge": "key_challenge"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What to draw or print. `value` is the QR's address or ten digits, `expires` when it ends."""

    way: str
    value: str
    expires: int


def qr_address(kit: Kit, attempt: Attempt) -> str:
    """The address in the QR that an attempt shows now."""
    return f"{kit.vault.issuer}/l#{b64u(kit.vault.derive('qr', attempt.id, attempt.qr_turn)[:16])}"


def challenge_of(kit: Kit, attempt: Attempt, linked: str = "") -> str:
    """The ten digits that an attempt shows now. `linked` is the hash of what a signature of money is bound to, "" for anything else."""
    parts = (attempt.id, attempt.challenge_turn, *((linked,) if linked else ()))
    entropy = kit.vault.derive("challenge", *parts)
    return challenge_digits(entropy, purpose=PURPOSES[attempt.action])


def confirmation_of(kit: Kit, attempt: Attempt) -> str:
    """The six-digit confirmation code of an attempt that asks for one, else ""."""
    if not attempt.confirm or guarded(attempt):
        return ""  # a guarded one takes the scanned QR or the challenge, and no digits that could be read out
    return str(int.from_bytes(kit.vault.derive("confirmation", attempt.id)[:8], "big") % 10**6).zfill(6)


def show(kit: Kit, collector: str, way: str, *, bound_key: str = "") -> Shown | Refusal:
    """Start or renew the QR or the challenge of an attempt; what was shown before ends."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        attempt = pending(kit, tx, collector, bound_key)
        if isinstance(attempt, Refusal):
            return attempt
        if way == "qr":
            return _show_qr(kit, tx, attempt, now)
        if way == "challenge" and not qr_only(attempt):
            if reach.key_of(reach.admitted(kit, tx, attempt), attempt.device_id) is None:
                return Refusal(WAY_UNAVAILABLE, "device.unknown")
            low = reach.reaches(attempt, FACTORS["key_challenge"].level)
            return low or fits(kit, tx, attempt, way=way) or _show_challenge(kit, tx, attempt, now)
    return Refusal(WAY_UNAVAILABLE, "way.unknown")


def _show_qr(kit: Kit, tx: Tx, attempt: Attempt, now: int) -> Shown | Refusal:
    turn = attempt.qr_turn + 1
    device = reach.key_of(reach.admitted(kit, tx, attempt), attempt.device_id)
    if device is None and not qr_only(attempt):
        return Refusal(WAY_UNAVAILABLE, "device.unknown")
    started = FACTORS["key_qr"].start(
        Holder(device or NO_DEVICE), challenge_id=attempt.id, now=now, entropy=kit.vault.derive("qr", attempt.id, turn)
    )
    until = min(int(str(started.stored["qr_until"])), attempt.expires)
    tx.attempts.set(attempt.id, qr_turn=turn, qr_until=until, qr_hash=started.stored["qr_hash"])
    tx.audit.write(AuditRow("login.qr.shown", attempt.user_id, attempt.id), now)
    return Shown("qr", f"{kit.vault.issuer}/l#{started.shown['secret']}", until)


def _show_challenge(kit: Kit, tx: Tx, attempt: Attempt, now: int) -> Shown:
    turn, until = attempt.challenge_turn + 1, min(now + CHALLENGE_SECONDS, attempt.expires)
    tx.attempts.set(attempt.id, challenge_state="open", challenge_turn=turn, challenge_until=until, wrong_challenge=0)
    tx.audit.write(AuditRow("login.challenge.shown", attempt.user_id, attempt.id), now)
    shown = challenge_of(kit, replace(attempt, challenge_turn=turn), link(kit, tx, attempt))
    return Shown("challenge", shown, until)


def answer(kit: Kit, collector: str, way: str, typed: str, *, bound_key: str = "") -> Attempt | Refusal:
    """A code or a response typed into the login page. Returns the approved attempt."""
    if way not in LENGTHS:
        return Refusal(WAY_UNAVAILABLE, "way.unknown")
    digits = plain_digits(typed[:64])
    if digits is None or len(digits) != LENGTHS[way]:
        return Refusal(ANSWER_FORM, "answer.form", {"digits": LENGTHS[way]})
    with kit.store.write() as tx:
        seen = tx.attempts.by_collector(sha256(collector.encode()))
        if seen is not None and seen.operation == FIRST:
            return Refusal(
                WAY_UNAVAILABLE, "recovery.qr_only"
            )  # digits could be guessed at, and pause a stranger's phone
        device = reach.key_of(reach.admitted(kit, tx, seen), seen.device_id) if seen else None
        if device is not None:
            tx.phones.get(device.phone_id, lock=True)  # the order of locks everywhere: user, phone, attempt, device
        attempt = pending(kit, tx, collector, bound_key)
        if isinstance(attempt, Refusal):
            return attempt
        result = _judge(kit, tx, attempt, device, way, digits)
    if isinstance(result, Refusal):
        if result.reason == "attempt.failed":
            tell(kit, attempt, "failed")
        return result
    tell(kit, attempt, "approved")
    return result


def _judge(kit: Kit, tx: Tx, attempt: Attempt, device: Device | None, way: str, digits: str) -> Attempt | Refusal:
    now = kit.clock.now()
    device = tx.devices.get(device.id) if device else None  # as it is now that its phone is locked
    if device is None or device.state != "active":
        return Refusal(WAY_UNAVAILABLE, "device.inactive")
    low = reach.reaches(attempt, FACTORS[KINDS[way]].level) or fits(kit, tx, attempt, way=way)
    if low is not None:
        return low
    refused = _barred(attempt, way) or _closed(attempt, way, now)
    if refused is not None:
        return refused
    wrong = tx.attempts.count(attempt.id, "wrong", WRONG_FOR_ATTEMPT)
    if wrong is None:
        return Refusal(ATTEMPT_GONE, "attempt.moved")
    if tx.phones.count(device.phone_id, "offline_wrong", OFFLINE_WRONG_LIMIT) is None:
        tx.audit.write(AuditRow("login.offline.paused", attempt.user_id, attempt.id), now)
        return not_right(kit, tx, attempt, Refusal(OFFLINE_PAUSED, "phone.offline_paused"), wrong, device=device.id)
    tx.devices.wrong(device.id, "wrong_offline")
    if way == "challenge":
        tx.attempts.count(attempt.id, "wrong_challenge", WRONG_FOR_CHALLENGE)
    verdict = _verify(kit, attempt, device, way, digits, now, link(kit, tx, attempt))
    if isinstance(verdict, Rejected):
        return _rejected(kit, tx, attempt, device, way, verdict, wrong)
    spent = [tx.claims.spend(claim, now + CLAIM_SECONDS) for claim in verdict.claims]
    if not all(spent):
        return _rejected(kit, tx, attempt, device, way, Rejected(CODE_USED, "claim.spent"), wrong)
    return _accepted(kit, tx, attempt, device, way, now)


def _barred(attempt: Attempt, way: str) -> Refusal | None:
    """Why this way is not open for what is asked, whatever is typed; nothing is counted for it."""
    if way == "code" and attempt.action == "confirm":
        return Refusal(CODE_SILENT, "code.names_nothing")
    closed = qr_only(attempt) or (way == "code" and not takes_plain_codes(attempt))
    return Refusal(WAY_UNAVAILABLE, "way.guarded") if closed else None


def _closed(attempt: Attempt, way: str, now: int) -> Refusal | None:
    if way != "challenge":
        return None
    state = challenge_at(attempt, now)
    if state == "spent" or attempt.wrong_challenge >= WRONG_FOR_CHALLENGE:
        return Refusal(CHALLENGE_SPENT, "challenge.spent")
    return None if state == "open" else Refusal(CHALLENGE_OVER, f"challenge.{state}")


def _verify(kit: Kit, attempt: Attempt, device: Device, way: str, digits: str, now: int, linked: str) -> Verdict:
    factor = FACTORS[KINDS[way]]
    if way == "code":
        return factor.verify(holder(kit, device, "totp"), {}, {"code": digits}, now=now)
    challenge = {"digits": challenge_of(kit, attempt, linked), "id": f"{attempt.id}:{attempt.challenge_turn}"}
    return factor.verify(holder(kit, device, "ocra"), challenge, {"response": digits}, now=now)


def _accepted(kit: Kit, tx: Tx, attempt: Attempt, device: Device, way: str, now: int) -> Attempt | Refusal:
    factor = FACTORS[KINDS[way]]
    moved = tx.attempts.move(
        attempt.id, "pending", "approved", decided=now, decided_by=f"{device.id}:{factor.kind}", amr=" ".join(factor.amr), level=int(factor.level),
        wrong=attempt.wrong, challenge_state="answered" if way == "challenge" else attempt.challenge_state,
    )  # fmt: skip
    if not moved:
        return Refusal(ATTEMPT_GONE, "attempt.moved")
    tx.devices.used(device.id, now, clear="wrong_offline")
    tx.audit.write(AuditRow(f"login.{way}.accepted", attempt.user_id, attempt.id), now)
    signed(kit, tx, attempt, way=way, device=device.id)
    return attempt


def _rejected(kit: Kit, tx: Tx, attempt: Attempt, device: Device, way: str, verdict: Rejected, wrong: int) -> Refusal:
    now = kit.clock.now()
    for claim in verdict.claims:
        tx.claims.spend(claim, now + CLAIM_SECONDS)
    tx.audit.write(AuditRow(f"login.{way}.refused", attempt.user_id, attempt.id, {"reason": verdict.reason}), now)
    if way == "challenge" and wrong < WRONG_FOR_ATTEMPT and attempt.wrong_challenge + 1 >= WRONG_FOR_CHALLENGE:
        tx.attempts.set(attempt.id, challenge_state="spent")
    return not_right(kit, tx, attempt, verdict.refusal, wrong, device=device.id)
