"""New secrets for the users of a phone: after a new PIN, a transfer or a recovery, up to the server's confirmation (spec.md 5.8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from watchword_client import crypto, guidelines, typed
from watchword_client.activation import PinForbidden
from watchword_client.crypto import Json
from watchword_client.guidelines import Forbidden
from watchword_client.pins import Unlocked
from watchword_client.refusal import RENEWAL_DONE, RENEWAL_OVER, Refused
from watchword_client.state import PhoneState, User
from watchword_client.trust import Unrecognised
from watchword_client.wire import Wire


class Unfinished(Exception):
    """New secrets are on this phone and not confirmed yet: `Phone.finish` or `Phone.give_up` comes first."""


class NothingUnfinished(LookupError):
    """There is nothing to finish."""


@dataclass(slots=True)
class Renewal:
    """One under way. `guidelines` come once it is proven, and are stored nowhere; `code` is what a new phone shows at a transfer."""

    wire: Wire
    kind: str
    id: str
    claim: str
    state: str = "proven"
    code: str = ""
    name: str = ""
    guidelines: Mapping[str, Any] = field(default_factory=dict)
    usernames: tuple[str, ...] = ()

    def look(self) -> str:
        """Asks the server how far it is: `offered`, `scanned`, `proven`, `issued`, `done`, `void`, `expired`."""
        answer = self.wire.request("/v1/renewal", "renewal", lambda: {"renewal": self.id})
        self.state, self.name = str(answer.get("state", "")), str(answer.get("name", ""))
        if "guidelines" in answer:
            self.guidelines = answer["guidelines"]
            self.usernames = tuple(str(user["username"]) for user in answer.get("users", []))
        return self.state

    def forbidden(self, pin: str) -> list[Forbidden]:
        """What the guidelines of any user concerned forbid in `pin`."""
        return guidelines.forbidden(typed.pin(pin), self.guidelines) if self.guidelines else []

    def complete(self, pin: str, *, check: bool = True) -> tuple[User, ...]:
        """Fetches the new secrets, keeps them beside the old ones under `pin`, and has the server confirm.

        PinForbidden or Mistyped for a PIN that is not to be used. What a lost connection leaves undone, `Phone.finish` does.
        """
        least = self.wire.config().get("pin", {}).get("min", typed.PIN_MIN)
        if self.kind != "recovery" and isinstance(least, int) and len(typed.pin(pin)) < least:
            raise typed.Mistyped("pin", "length")
        found = self.forbidden(pin) if check and self.kind != "recovery" else []
        if found:
            raise PinForbidden(found)
        state = self.wire.state
        fields = {"renewal": self.id, "key": crypto.public_of(state.key)}
        answer = self.wire.post(
            "/v1/renewal/complete", lambda: {**self.wire.signed("renew", fields), "claim": self.claim}
        )
        self._keep(self.wire.answer("renewed", answer), pin)
        return finish(self.wire, pin)

    def _keep(self, answer: Json, pin: str) -> None:
        """Stores the new set beside the one in use; from here on a crash loses neither."""
        state = self.wire.state
        phone = str(answer.get("phone", ""))
        if answer.get("renewal") != self.id or not phone or (state.phone and phone != state.phone):
            raise Unrecognised("fields")
        beside = self.kind == "recovery" and any(user.confirmed for user in state.users)
        salt = state.salt if beside else self.wire.transport.system.entropy(16)
        unlocked = Unlocked(crypto.argon2(typed.pin(pin), salt))
        users = []
        for line in answer.get("users", []):
            texts = {name: str(line[name]) for name in ("user", "username", "display_name", "device")}
            secret = crypto.unb64u(str(line["secret"]), 32)
            blob = crypto.camouflage(secret, unlocked.pad(state.iss, texts["user"], texts["device"]))
            users.append({**texts, "blob": crypto.b64u(blob)})
        state.renewal = {
            "kind": self.kind, "renewal": self.id, "phone": phone, "salt": crypto.b64u(salt), "users": users,
        }  # fmt: skip
        self.wire.save()


def kept_fields(renewal: str, phone: PhoneState, users: Sequence[User]) -> Json:
    """What a confirmation signs beside the header: the salt, and each user's blob (spec.md 5.8)."""
    named = [{"device": user.device, "blob": user.blob} for user in users]
    return {"renewal": renewal, "phone": phone.phone, "salt": crypto.b64u(phone.salt), "users": named, "uv": "pin"}


def kept_codes(signed: Json, phone: PhoneState, users: Sequence[User], unlocked: Unlocked) -> list[str]:
    """One HMAC under each user's new secret, in the order of the users."""
    return [crypto.mac(unlocked.user_key(phone, user, "hmac"), signed) for user in users]


def finish(wire: Wire, pin: str) -> tuple[User, ...]:
    """Tells the server that the new secrets are kept, then lets them take the place of the old ones (spec.md 5.8).

    `pin` is the new one. Refused 4304 when it is not what they were wrapped under; 4402 when it was too late, and the old ones stay.
    """
    waiting = wire.state.renewal
    if waiting is None:
        raise NothingUnfinished
    salt = crypto.unb64u(waiting["salt"], 16)
    unlocked = Unlocked(crypto.argon2(typed.pin(pin), salt))
    state, users = wire.state, [User(**user) for user in waiting["users"]]
    then = PhoneState(iss=state.iss, key=state.key, salt=salt, phone=waiting["phone"])

    def body() -> Json:
        made = wire.signed("kept", kept_fields(waiting["renewal"], then, users))
        return {**made, "hmacs": kept_codes(made["signed"], then, users, unlocked)}

    try:
        answer = wire.post("/v1/renewal/confirm", body)
    except Refused as refused:
        if refused.number == RENEWAL_OVER:
            _drop(wire)
        raise
    if answer.get("active") is not True:
        raise Unrecognised("form")
    return _swap(wire, salt, then.phone, users)


def _swap(wire: Wire, salt: bytes, phone: str, users: list[User]) -> tuple[User, ...]:
    state = wire.state
    for user in users:
        user.confirmed = True
    renewed = {user.user for user in users}
    others = [user for user in state.users if user.user not in renewed] if salt == state.salt else []
    state.salt, state.phone, state.users, state.renewal = salt, phone, others + users, None
    wire.save()
    return tuple(users)


def give_up(wire: Wire) -> bool:
    """Ends what is unfinished; the old secrets stay. False when the server says that the new ones hold already: `finish` is the way."""
    waiting = wire.state.renewal
    if waiting is None:
        raise NothingUnfinished
    try:
        wire.request("/v1/renewal/cancel", "cancel", lambda: {"renewal": waiting["renewal"]})
    except Refused as refused:
        if refused.number == RENEWAL_DONE:
            return False
        if refused.number != RENEWAL_OVER:
            raise
    _drop(wire)
    return True


def _drop(wire: Wire) -> None:
    wire.state.renewal = None
    wire.save()
