"""Offering an activation on a page: the QR and the Session ID, and the proof a first enrolment needs before (G, H01, H02).

A page may offer only when its session has proven both elements, or a code to what was on file before this login.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from watchword.core import codes, floors
from watchword.core.devices import RECOVERY_CODE, Platform
from watchword.core.encoding import b64u, sha256
from watchword.core.enrolments import (
    FINISH_SECONDS,
    OFFER_SECONDS,
    WRONG_SESSION_IDS,
    Enrolment,
    normal_session_id,
    session_id_from,
)
from watchword.core.rates import Window
from watchword.core.refusals import ACTIVATION_THROTTLED, INVALID, PROOF_FIRST, SESSION_ABSENT, USED_OR_OLD, Refusal
from watchword.core.sessions import Session
from watchword.core.users import Contact, username_key
from watchword.flows import changes, reach, sent_codes, sms
from watchword.flows.activation_start import new_enrolment, on_file, page_over
from watchword.flows.kit import Kit, Visit
from watchword.flows.phone_opening import claim_hash, platform_refusal
from watchword.flows.ports import AuditRow, Tx
from watchword.flows.ready import Proven, gather

NETWORK_TRIES = (Window(20, 60 * 60),)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a page shows. `state` follows the enrolment; `address` is in the QR, `session_id` below it."""

    enrolment: Enrolment
    address: str
    session_id: str


def may_offer(session: Session) -> bool:
    """Whether this session may see an activation QR."""
    return session.kind == "portal" or (session.kind == "enrolment" and session.proved > 0)


def offer_of(kit: Kit, enrolment: Enrolment) -> Offer:
    """The QR's address and the Session ID of an enrolment; derived, so no row keeps them."""
    secret = b64u(kit.vault.derive("activation", enrolment.id)[:16])
    return Offer(
        enrolment, f"{kit.vault.issuer}/a#{secret}", session_id_from(kit.vault.derive("session-id", enrolment.id))
    )


def current(kit: Kit, session: Session, *, renew: bool = False) -> Offer | Refusal:
    """The session's offer; a new one where there is none, or with `renew`, which ends the one before."""
    if not may_offer(session):
        return Refusal(PROOF_FIRST, "session.unproved")
    now = kit.clock.now()
    with kit.store.read() as tx:
        before = tx.enrolments.of_session(session.id)
    if before is not None and not renew:
        return offer_of(kit, _aged(before, now))
    with kit.store.write() as tx:
        user = tx.users.lock(session.user_id)
        if user is None:
            return Refusal(SESSION_ABSENT, "user.gone")
        devices = reach.answering(kit, tx, user.id)
        held = [one for one in devices if one.kind != RECOVERY_CODE and one.added_in != session.id]
        # Also where nothing is left to show: a session that outlived its last device gives nobody a new one.
        if held or session.kind != "enrolment":
            if session.kind == "enrolment":
                return Refusal(PROOF_FIRST, "device.exists")  # the first enrolment's proof is for the first device only
            refused = changes.refusal(
                kit, tx, session, user, binding=True, floor=floors.ENROL
            )  # nor may a session left open do it
            if refused is not None:
                return refused
        for old in tx.enrolments.offered_to(user.id):
            tx.enrolments.move(old.id, "offered", "void")
        if before is not None and before.state in ("proven", "issued"):
            tx.enrolments.move(
                before.id, before.state, "void"
            )  # whoever scanned it first: a new code ends the old one's claim
        fresh = new_enrolment(kit, user, "page", "offered", OFFER_SECONDS, session_id=session.id)
        secret = kit.vault.derive("activation", fresh.id)[:16]
        code = session_id_from(kit.vault.derive("session-id", fresh.id))
        fresh = replace(fresh, qr_hash=sha256(secret), code_hash=_code_hash(kit, user.username_key, code))
        tx.enrolments.add(fresh)
        tx.audit.write(AuditRow("enrolment.page.offered", user.id, fresh.id), now)
    return offer_of(kit, fresh)


def _aged(enrolment: Enrolment, now: int) -> Enrolment:
    over = enrolment.state in ("offered", "proven", "issued") and now >= enrolment.expires
    return replace(enrolment, state="expired") if over else enrolment


def _code_hash(kit: Kit, user_key: str, code: str) -> bytes:
    return kit.vault.mac("session-id", f"{user_key}\0{code}")


def contacts(kit: Kit, session: Session) -> tuple[tuple[Contact, str], ...]:
    """Where a proof can go: what is on file, masked."""
    with kit.store.read() as tx:
        return tuple(
            (contact, sent_codes.masked(kit, contact)) for contact in tx.contacts.of(session.user_id) if contact.on_file
        )


def send_proof(kit: Kit, session: Session, contact_id: str) -> sent_codes.Sent | Refusal:
    """A six-digit code to what was on file, for the page of a first enrolment."""
    with kit.store.write() as tx:
        user = tx.users.lock(session.user_id)
        contact = on_file(tx, user, contact_id) if user else None
        if user is None or contact is None:
            return Refusal(INVALID, "contact.foreign", {"field": "contact"})
        return sent_codes.send(kit, tx, user, contact, "proof", session.id)


def check_proof(kit: Kit, session: Session, code: str) -> Refusal | None:
    """The six digits; from now on this session may offer, and what they went to is verified (N03)."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        user = tx.users.lock(session.user_id)
        if user is None:
            return Refusal(SESSION_ABSENT, "user.gone")
        checked = sent_codes.check(kit, tx, session.user_id, "proof", session.id, code)
        if isinstance(checked, Refusal):
            return checked
        tx.sessions.set_proved(session.id, now)
        tx.contacts.verified(checked.contact_id, now)
        tx.audit.write(AuditRow("enrolment.contact.proved", session.user_id, session.id), now)
        sms.after_verifying(kit, tx, user, checked.contact_id, session.id)
    return None


def proof_sent(kit: Kit, session: Session) -> sent_codes.Sent | None:
    """The proof that is on its way for this session, if one still can be typed."""
    with kit.store.read() as tx:
        code = tx.codes.current("proof", session.id)
        known = {contact.id: contact for contact in tx.contacts.of(session.user_id)} if code else {}
    if code is None or kit.clock.now() >= code.expires or code.contact_id not in known:
        return None
    return sent_codes.Sent(
        sent_codes.masked(kit, known[code.contact_id]),
        codes.DIGITS["proof"],
        code.expires,
        code.sent + codes.SENDS[0].seconds,
    )


def device_name(kit: Kit, enrolment: Enrolment) -> str:
    """The name of the phone that an enrolment led to."""
    with kit.store.read() as tx:
        device = tx.devices.get(enrolment.device_id) if enrolment.device_id else None
    return device.name if device else ""


def scan(kit: Kit, secret: bytes, platform: Platform, claim: str) -> Proven | Refusal:
    """A phone scanned the QR: the first claim takes it, the same claim may ask again, anybody else is told "used or too old" (G06)."""
    with kit.store.write() as tx:
        taken = _take(kit, tx, tx.enrolments.by_qr(sha256(secret)), platform, claim)
    return _told(kit, taken)


def by_session_id(
    kit: Kit, username: str, typed: str, platform: Platform, claim: str, visit: Visit
) -> Proven | Refusal:
    """A person typed the Session ID: valid only with the username it was made for, void after five wrong tries, 20 an hour a network."""
    now = kit.clock.now()
    key, code = username_key(username), normal_session_id(typed[:32])
    with kit.store.write() as tx:
        until = tx.rates.take(f"session-id:{visit.network_key}", NETWORK_TRIES, now)
        if until:
            return Refusal(ACTIVATION_THROTTLED, "network.tries", {"until": until}, retry_after=until - now)
        enrolment = tx.enrolments.by_code(_code_hash(kit, key, code))
        if enrolment is None:
            user = tx.users.by_key(key)
            _miss(tx, user.id if user else "", now)
            return Refusal(USED_OR_OLD, "session_id.unknown")
        taken = _take(kit, tx, enrolment, platform, claim)
    return _told(kit, taken)


def _told(kit: Kit, taken: Proven | Refusal) -> Proven | Refusal:
    """The page that shows the code hears that a phone has it."""
    if isinstance(taken, Proven):
        kit.events.publish(f"enrolment:{taken.enrolment.session_id}", {"state": "scanned"})
    return taken


def _miss(tx: Tx, user_id: str, now: int) -> None:
    for offered in tx.enrolments.offered_to(user_id):
        wrong = tx.enrolments.miss(offered.id, WRONG_SESSION_IDS)
        if wrong is None or wrong >= WRONG_SESSION_IDS:
            tx.enrolments.move(offered.id, "offered", "void")
            tx.audit.write(AuditRow("enrolment.page.void", user_id, offered.id, {"reason": "tries"}), now)


def _take(kit: Kit, tx: Tx, enrolment: Enrolment | None, platform: Platform, claim: str) -> Proven | Refusal:
    now = kit.clock.now()
    hashed = claim_hash(claim)
    if hashed is None:
        return Refusal(INVALID, "claim.form", {"field": "claim"})
    user = tx.users.get(enrolment.user_id) if enrolment else None
    if enrolment is None or user is None or now >= enrolment.expires or page_over(tx, enrolment):
        return Refusal(USED_OR_OLD, "offer.unknown_or_expired")
    if enrolment.state in ("proven", "issued") and enrolment.claim_hash == hashed:
        return gather(tx, enrolment, user)
    if enrolment.state != "offered":
        return Refusal(USED_OR_OLD, f"offer.{enrolment.state}")
    refused = platform_refusal(platform)
    if refused is not None:
        return refused
    expires = now + FINISH_SECONDS
    if not tx.enrolments.move(enrolment.id, "offered", "proven", claim_hash=hashed, expires=expires):
        return Refusal(USED_OR_OLD, "offer.moved")
    tx.audit.write(AuditRow("enrolment.page.claimed", user.id, enrolment.id), now)
    return gather(tx, replace(enrolment, state="proven", claim_hash=hashed, expires=expires), user)
