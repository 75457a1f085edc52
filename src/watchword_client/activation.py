"""Activating Key for one user: by activation code, QR or Session ID, up to the server's confirmation (spec.md 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchword_client import crypto, guidelines, typed
from watchword_client.crypto import Json
from watchword_client.guidelines import Forbidden
from watchword_client.pins import Pin, Unlocked, unlock
from watchword_client.state import User
from watchword_client.trust import Unrecognised
from watchword_client.wire import Wire

_READY = ("enrolment", "user", "username", "display_name", "nonce")
TERMINAL: Json = {"os": "other", "version": "", "model": "terminal", "lock": None, "rooted": None}


class PinForbidden(Exception):
    """The PIN holds what the guidelines forbid for this person; `found` names the pieces (K02, K03)."""

    def __init__(self, found: list[Forbidden]) -> None:
        super().__init__(", ".join(f"{piece.piece} ({piece.name})" for piece in found))
        self.found = found


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything is proved but the PIN. `guidelines` go with this object and are stored nowhere."""

    enrolment: str
    user: str
    username: str
    display_name: str
    nonce: str
    expires: int
    guidelines: Mapping[str, Any]


class Activation:
    """The steps of one activation. Its claim binds every step to this phone and lets each be repeated."""

    def __init__(self, wire: Wire, platform: Json) -> None:
        self._wire = wire
        self._platform = platform
        self._claim = wire.nonce()
        self._enrolment = ""
        self.ready: Ready | None = None

    def start(self, username: str, password: str) -> Json:
        """By activation code: `{"enrolment", "contacts", "expires"}`."""
        body = {"username": username, "password": password, "platform": self._platform, "claim": self._claim}
        answer = self._wire.post("/v1/activation/start", lambda: body)
        self._enrolment = str(answer.get("enrolment", ""))
        return answer

    def send(self, contact: str = "", *, country: str = "", national: str = "") -> Json:
        """The code is sent to a contact of the list, or to a number: `{"to", "digits", "expires", "again"}`."""
        where: Json = {"contact": contact} if contact else {"number": {"country": country, "national": national}}
        return self._step("/v1/activation/send", where)

    def proof_send(self, contact: str) -> Json:
        """A code to something that was on file, which a new number needs first (refusal 3110)."""
        return self._step("/v1/activation/proof/send", {"contact": contact})

    def proof(self, code: str) -> Json:
        """The code of `proof_send`: `{"proved": true}`."""
        return self._step("/v1/activation/proof", {"code": typed.digits("code", code, 6)})

    def prove(self, code: str) -> Ready:
        """The eight digits of `send`."""
        return self._ready(self._step("/v1/activation/prove", {"code": typed.digits("code", code, 8)}))

    def scan(self, secret: str) -> Ready:
        """By the secret of an activation QR code."""
        body = {"secret": secret, "platform": self._platform, "claim": self._claim}
        return self._ready(self._wire.post("/v1/activation/scan", lambda: body))

    def session(self, username: str, session_id: str) -> Ready:
        """By Session ID, as typed."""
        body: Json = {"username": username, "session_id": typed.session_id(session_id)}
        body |= {"platform": self._platform, "claim": self._claim}
        return self._ready(self._wire.post("/v1/activation/session", lambda: body))

    def resume(self, claim: str, answer: Json) -> Ready:
        """Goes on from a recovery whose PIN is forgotten: *Ready* under the recovery's claim (spec.md 5.11)."""
        self._claim = claim
        return self._ready(answer)

    def forbidden(self, pin: str) -> list[Forbidden]:
        """What the guidelines forbid in `pin`; the PIN stays here."""
        return guidelines.forbidden(typed.pin(pin), self.known().guidelines)

    def complete(self, pin: Pin, name: str, *, uv: str = "pin", check: bool = True) -> User:
        """Fetches S, wraps it under the PIN, stores it and has the server confirm (spec.md 5.5, 5.6).

        On a phone without users the PIN is new and PinForbidden is raised when the guidelines forbid it (`check`);
        otherwise it must be the PIN of the phone, which the server finds out (Refused 4304).
        """
        ready, state = self.known(), self._wire.state
        proving = next((user for user in state.users if user.confirmed and user.user != ready.user), None)
        if proving is None and isinstance(pin, str):
            least = self._wire.config().get("pin", {}).get("min", typed.PIN_MIN)
            if isinstance(least, int) and len(typed.pin(pin)) < least:
                raise typed.Mistyped("pin", "length")
        if check and proving is None and isinstance(pin, str):
            found = self.forbidden(pin)
            if found:
                raise PinForbidden(found)
        unlocked = unlock(state, pin)
        answer = self._wire.post("/v1/activation/complete", lambda: self._request(ready, name, proving, unlocked, uv))
        user = self._take(ready, self._wire.answer("activated", answer), unlocked)
        confirm(self._wire, user, unlocked, uv)
        return user

    def _step(self, path: str, body: Json) -> Json:
        whole = {"enrolment": self._enrolment, "claim": self._claim, **body}
        return self._wire.post(path, lambda: whole)

    def _ready(self, answer: Json) -> Ready:
        if not all(isinstance(answer.get(name), str) for name in _READY):
            raise Unrecognised("form")
        texts = {name: answer[name] for name in _READY}
        self.ready = Ready(**texts, expires=int(answer["expires"]), guidelines=answer["guidelines"])
        return self.ready

    def known(self) -> Ready:
        """What the server said when everything but the PIN was proved."""
        if self.ready is None:
            raise RuntimeError("the activation is not proved yet")
        return self.ready

    def _request(self, ready: Ready, name: str, proving: User | None, unlocked: Unlocked, uv: str) -> Json:
        state = self._wire.state
        fields = {
            "enrolment": ready.enrolment,
            "nonce": ready.nonce,
            "user": ready.user,
            "key": crypto.public_of(state.key),
            "phone": state.phone,
            "name": name,
            "platform": self._platform,
        }
        body = {**self._wire.signed("activate", fields), "claim": self._claim}
        if proving is not None:
            body["prove"] = prove(self._wire, proving, unlocked, "add_user", ready.nonce, uv)
        return body

    def _take(self, ready: Ready, answer: Json, unlocked: Unlocked) -> User:
        """Stores the new user, camouflaged; from here on a crash loses nothing."""
        state = self._wire.state
        same = answer.get("enrolment") == ready.enrolment and answer.get("user") == ready.user
        phone, device = str(answer.get("phone", "")), str(answer.get("device", ""))
        if not same or not phone or not device or (state.phone and phone != state.phone):
            raise Unrecognised("fields")
        secret = crypto.unb64u(str(answer.get("secret", "")), 32)
        blob = crypto.b64u(crypto.camouflage(secret, unlocked.pad(state.iss, ready.user, device)))
        names = (str(answer.get("username", "")), str(answer.get("display_name", "")))
        user = User(ready.user, *names, device, blob, enrolment=ready.enrolment)
        state.phone = phone
        state.users = [other for other in state.users if other.user != user.user] + [user]
        self._wire.save()
        return user


def prove(wire: Wire, user: User, unlocked: Unlocked, purpose: str, nonce: str, uv: str) -> Json:
    """`{"signed", "signature", "hmac"}` of a proof that the PIN is right (spec.md 5.7)."""
    fields = {"user": user.user, "device": user.device, "purpose": purpose, "nonce": nonce, "uv": uv}
    body = wire.signed("prove", fields)
    return {**body, "hmac": crypto.mac(unlocked.user_key(wire.state, user, "proof"), body["signed"])}


def confirm(wire: Wire, user: User, unlocked: Unlocked, uv: str = "pin") -> None:
    """Tells the server that S is wrapped; only then can the device be used (spec.md 5.6)."""
    state = wire.state
    fields = {
        "enrolment": user.enrolment,
        "user": user.user,
        "device": user.device,
        "recovery": {"salt": crypto.b64u(state.salt), "blob": user.blob},
        "uv": uv,
    }

    def body() -> Json:
        made = wire.signed("confirm", fields)
        return {**made, "hmac": crypto.mac(unlocked.user_key(state, user, "hmac"), made["signed"])}

    answer = wire.post("/v1/activation/confirm", body)
    if answer.get("active") is not True:
        raise Unrecognised("form")
    user.confirmed, user.enrolment = True, ""
    wire.save()
