"""Putting a passkey or security key in place, inside a session that has shown what it holds (M01-M04).

Two steps of one page: options for the browser, bound to the session and good once; then what the authenticator made of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from watchword.core import floors
from watchword.core.challenges import LIFE_SECONDS, Challenge
from watchword.core.devices import PASSKEY, Device
from watchword.core.encoding import b64u, sha256
from watchword.core.rates import Window
from watchword.core.refusals import (
    BEGINS_LIMITED,
    DEVICES_FULL,
    MODEL_BARRED,
    MODEL_SILENT,
    MODEL_STATEMENT,
    MODEL_UNKNOWN,
    MODEL_WITHDRAWN,
    PASSKEY_KNOWN,
    PASSKEY_UNFIT,
    PASSKEY_UNVERIFIED,
    QUESTION_OVER,
    Refusal,
)
from watchword.core.sessions import Session
from watchword.core.users import User
from watchword.factors import passkey, registry, webauthn
from watchword.factors.webauthn import Credential
from watchword.flows import changes, letters, methods, sms, temporary
from watchword.flows.devices import named
from watchword.flows.kit import Kit, Visit
from watchword.flows.ports import AuditRow, Tx

NEW = "passkey_new"  # the kind of the question that a new passkey answers
MOST = 10
BEGINS = (Window(20, 60 * 60),)
CLAIM_SECONDS = 2 * LIFE_SECONDS
MODELS = {
    "model_silent": MODEL_SILENT, "model_unknown": MODEL_UNKNOWN, "model_statement": MODEL_STATEMENT, "model_withdrawn": MODEL_WITHDRAWN,
    "model_barred": MODEL_BARRED,
}  # fmt: skip
UNFIT = {"verified": PASSKEY_UNVERIFIED, **MODELS}


@dataclass(frozen=True, slots=True)
class Added:
    """The passkey that is in place now."""

    device: Device
    level: int


def begin(kit: Kit, session: Session) -> Mapping[str, object] | Refusal:
    """Options for `navigator.credentials.create`. A new call ends the one before."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        user = _may(kit, tx, session)
        if isinstance(user, Refusal):
            return user
        until = tx.rates.take(f"passkey-new:{user.id}", BEGINS, now)
        if until:
            return Refusal(BEGINS_LIMITED, "passkey.begins", {"until": until}, retry_after=until - now)
        entropy = kit.entropy.bytes(32)
        site = methods.site(kit, session.client, user.id)
        stored = {"stored": dict(passkey.bound(site, entropy)), "shown": {}}
        tx.challenges.put(Challenge(session.id, NEW, kit.entropy.id(), "", now + LIFE_SECONDS, 0, stored))
        known = [webauthn.unpack(device.secret) for device in _mine(tx, user)]
    return passkey.creation_options(
        site, entropy, name=user.username, display_name=user.display_name, site_name=kit.policy.brand_name, known=known,
        vouched=kit.makers is not None,
    )  # fmt: skip


def finish(kit: Kit, session: Session, typed: str, name: str, visit: Visit) -> Added | Refusal:
    """The response of a new passkey. Every channel is told, and a temporary code ends."""
    response = passkey.parsed(typed, passkey.LONGEST_NEW)
    if response is None:
        return Refusal(PASSKEY_UNFIT, "passkey.form")
    now = kit.clock.now()
    with kit.store.write() as tx:
        user = _may(kit, tx, session)
        if isinstance(user, Refusal):
            return user
        made = _judge(kit, tx, session, user, response)
        if isinstance(made, Refusal):
            fields = {"reason": made.reason, **_model(kit, made, response)}
            tx.audit.write(AuditRow("device.passkey.refused", user.id, session.id, fields, visit.personal()), now)
            return made
        device = Device(
            kit.entropy.id(), user.id, "", PASSKEY, "active", named(name) or _called(kit, user, visit, made), made.pack(), 0, 0, now, now,
            added_in=session.id,
        )  # fmt: skip
        if not tx.devices.add(device, handle=sha256(made.id)):
            return Refusal(PASSKEY_KNOWN, "passkey.known")
        letters.tell_all(kit, tx, user, "passkey_active", device=device.name)
        temporary.end(kit, tx, user, "replaced")
        sms.end(kit, tx, user.id, "replaced", chosen=False)
        tx.staff.release(user.id)
        tx.audit.write(_added(kit, user, device, made, visit), now)
        level = registry.level(kit.factors, device)
    return Added(device, level)


def _may(kit: Kit, tx: Tx, session: Session) -> User | Refusal:
    """The session's user, locked, if a device may be added now: whose right it is, the delay after a recovery, the held element."""
    user = changes.person(tx, session)
    if isinstance(user, Refusal):
        return user
    refused = changes.refusal(kit, tx, session, user, binding=True, floor=floors.ENROL)
    if refused is not None:
        return refused
    if len(_mine(tx, user)) >= MOST:
        return Refusal(DEVICES_FULL, "passkeys.limit", {"most": MOST})
    return user


def accepted(kit: Kit, session: Session) -> Mapping[str, object]:
    """Which passkeys of this person count here, so that the browser hides the others (WebAuthn Level 3, section 5.1.10): rp id, user handle, and
    the ids of credentials, all as the browser takes them.

    The browser is never told that a credential is unknown: on a shared computer it may be somebody else's.
    """
    with kit.store.read() as tx:
        user = tx.users.get(session.user_id)
        mine = _mine(tx, user) if user is not None else []
    site = methods.site(kit, session.client, session.user_id)
    ids = [b64u(webauthn.unpack(device.secret).id) for device in mine]
    return {"rpId": site.rp_id, "userId": b64u(site.user), "allAcceptedCredentialIds": ids}


def _mine(tx: Tx, user: User) -> list[Device]:
    return [device for device in tx.devices.of_user(user.id) if device.kind == PASSKEY and device.state == "active"]


def _judge(kit: Kit, tx: Tx, session: Session, user: User, response: Mapping[str, object]) -> Credential | Refusal:
    """Right or wrong, the question is spent."""
    question = tx.challenges.get(session.id, NEW)
    if question is None or kit.clock.now() >= question.until or not tx.challenges.end(session.id, NEW):
        return Refusal(QUESTION_OVER, "question.over")
    stored = question.stored["stored"]
    if not isinstance(stored, Mapping):
        raise TypeError("a question of a new passkey is kept as an object")
    found = webauthn.registered(passkey.expected(stored), response, _vouch(kit))
    if isinstance(found, Credential):
        return found
    return Refusal(UNFIT.get(found, PASSKEY_UNFIT), f"passkey.{found}")


def _vouch(kit: Kit) -> webauthn.Vouch | None:
    """What judges the statement of a maker, where the operator asks for it."""
    makers, now = kit.makers, kit.clock.now()
    return None if makers is None else lambda statement, client_hash: makers.judge(statement, client_hash, now)


def _model(kit: Kit, refusal: Refusal, response: Mapping[str, object]) -> Mapping[str, object]:
    """Which model was turned away, as it calls itself: that is what an operator is asked about."""
    if refusal.kind not in MODELS.values() or kit.makers is None:
        return {}
    claimed = webauthn.claimed_model(response)
    return {"model": claimed.hex(), "model_name": kit.makers.name(claimed, "en") if claimed else ""}


def _added(kit: Kit, user: User, device: Device, made: Credential, visit: Visit) -> AuditRow:
    fields = {
        "synced": made.eligible, "transports": " ".join(made.transports), "model": made.aaguid.hex(),
        "model_name": kit.makers.name(made.aaguid, "en") if kit.makers else "",
    }  # fmt: skip
    return AuditRow("device.passkey.added", user.id, device.id, fields, {**visit.personal(), "phone": device.name})


def _called(kit: Kit, user: User, visit: Visit, made: Credential) -> str:
    """A name to begin with: what its maker calls it, what it is, or where it was made."""
    model = named(kit.makers.name(made.aaguid, user.lang)) if kit.makers else ""
    if model:
        return model
    if made.transports and not set(made.transports) & {"internal", "hybrid"}:
        return kit.texts.plain(user.lang, "devices.called_key")
    if "internal" in made.transports and visit.system:
        return kit.texts.plain(user.lang, "devices.called_system", system=visit.system)
    return kit.texts.plain(user.lang, "devices.called_passkey")
