"""What begins a renewal: a new PIN, a transfer from either end, a recovery (spec.md 5.9 to 5.11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from watchword_client import activation, crypto, typed
from watchword_client.activation import Activation
from watchword_client.crypto import Json
from watchword_client.pins import Unlocked
from watchword_client.renewals import Renewal
from watchword_client.state import PhoneState, User
from watchword_client.trust import Unrecognised
from watchword_client.wire import Wire


def change_pin(wire: Wire, user: User, unlocked: Unlocked) -> Renewal:
    """Proves the old PIN (spec.md 5.9); Refused 4304 when it is wrong."""
    claim = wire.nonce()
    body = _proving(wire, user, unlocked, "change_pin")
    answer = wire.post("/v1/pin/change", lambda: {**body(), "claim": claim})
    renewal = Renewal(wire, "pin", str(answer.get("renewal", "")), claim)
    renewal.look()
    return renewal


def _proving(wire: Wire, user: User, unlocked: Unlocked, purpose: str, **more: str) -> Any:
    nonce = str(wire.request("/v1/nonce", "nonce").get("nonce", ""))

    def body() -> Json:
        fields = {"user": user.user, "device": user.device, "purpose": purpose, "nonce": nonce, "uv": "pin", **more}
        made = wire.signed("prove", fields)
        return {**made, "hmac": crypto.mac(unlocked.user_key(wire.state, user, "proof"), made["signed"])}

    return body


@dataclass(slots=True)
class Offer:
    """The old phone's end of a transfer. `link` is what the QR holds; it is stored nowhere."""

    renewal: Renewal
    link: str
    user: User
    unlocked: Unlocked

    def approve(self, code: str) -> bool:
        """The six digits that the new phone shows; Refused 4407 when they do not match."""
        wire = self.renewal.wire
        digits = typed.digits("code", code, 6)

        def body() -> Json:
            fields = {"renewal": self.renewal.id, "user": self.user.user, "device": self.user.device, "code": digits}
            made = wire.signed("transfer_approve", {**fields, "uv": "pin"})
            return {**made, "hmac": crypto.mac(self.unlocked.user_key(wire.state, self.user, "proof"), made["signed"])}

        return wire.post("/v1/transfer/approve", body).get("approved") is True


def offer(wire: Wire, user: User, unlocked: Unlocked) -> Offer:
    """Begins a transfer on the phone that has Key (spec.md 5.10)."""
    claim, secret = wire.nonce(), wire.transport.system.entropy(16)
    body = _proving(wire, user, unlocked, "transfer", secret_hash=crypto.digest(secret))
    answer = wire.post("/v1/transfer/offer", lambda: {**body(), "claim": claim})
    renewal = Renewal(wire, "transfer", str(answer.get("renewal", "")), claim, "offered")
    return Offer(renewal, f"{wire.state.iss}/t#{crypto.b64u(secret)}", user, unlocked)


def take(wire: Wire, scanned: str, name: str, platform: Json) -> Renewal:
    """Begins a transfer on the new phone, which has nobody yet; `code` of the result is to be typed into the old one."""
    link = typed.link(wire.state.iss, scanned)
    if link.kind != "transfer":
        raise typed.Mistyped("link", "kind")
    wire.config()
    claim = wire.nonce()
    fields = {"secret": link.secret, "key": crypto.public_of(wire.state.key), "name": name, "platform": platform}
    answer = wire.post("/v1/transfer/scan", lambda: {**wire.signed("transfer", fields), "claim": claim})
    code = str(answer.get("code", ""))
    return Renewal(wire, "transfer", str(answer.get("renewal", "")), claim, "scanned", code)


@dataclass(slots=True)
class Recovery:
    """A recovery under way, step by step (spec.md 5.11). `phones` are those that can be recovered."""

    wire: Wire
    platform: Json
    claim: str
    id: str = ""
    phones: tuple[Json, ...] = ()
    opened: Json | None = None

    def start(self, username: str, password: str) -> tuple[Json, ...]:
        """Username and password; the phones as `{"device", "name", "to"}`."""
        self.wire.config()
        body = {"username": username, "password": password, "platform": self.platform, "claim": self.claim}
        answer = self.wire.post("/v1/recovery/start", lambda: body)
        self.id, self.phones = str(answer.get("renewal", "")), tuple(answer.get("phones", ()))
        return self.phones

    def send(self, device: str = "") -> Json:
        """Sends the eight digits to the number of that phone's first activation."""
        chosen = device or str(self.phones[0]["device"])
        return self._step("/v1/recovery/send", {"device": chosen})

    def prove(self, code: str) -> Json:
        """The eight digits: salt and blob of the lost phone."""
        self.opened = self._step("/v1/recovery/prove", {"code": typed.digits("code", code, 8)})
        return self.opened

    def unlock(self, pin: str, name: str) -> Renewal:
        """The recovery PIN, judged by the server: Refused 4304 when it is wrong."""
        opened, state = self._opened(), self.wire.state
        lost = User(opened["user"], opened["username"], opened["display_name"], opened["device"], opened["blob"])
        place = PhoneState(state.iss, state.key, crypto.unb64u(opened["salt"], 16), opened["phone"])
        proof = Unlocked(crypto.argon2(typed.pin(pin), place.salt)).user_key(place, lost, "proof")
        proving = next((user for user in state.users if user.confirmed), None)
        here = Unlocked(crypto.argon2(typed.pin(pin), state.salt)) if proving else None
        fields = {
            "renewal": self.id, "nonce": opened["nonce"], "user": lost.user, "device": lost.device, "phone": state.phone,
            "key": crypto.public_of(state.key), "name": name, "platform": self.platform, "uv": "pin",
        }  # fmt: skip

        def body() -> Json:
            made = self.wire.signed("recover", fields)
            whole = {**made, "hmac": crypto.mac(proof, made["signed"]), "claim": self.claim}
            if proving is not None and here is not None:
                whole["prove"] = activation.prove(self.wire, proving, here, "add_user", opened["nonce"], "pin")
            return whole

        answer = self.wire.post("/v1/recovery/unlock", body)
        return Renewal(self.wire, "recovery", str(answer.get("renewal", "")), self.claim)

    def decline(self) -> Activation:
        """The PIN is forgotten: an activation that ends with a new one."""
        made = Activation(self.wire, self.platform)
        made.resume(self.claim, self._step("/v1/recovery/decline", {}))
        return made

    def _opened(self) -> Json:
        if self.opened is None:
            raise RuntimeError("the recovery code was not typed yet")
        names = ("user", "username", "display_name", "device", "phone", "salt", "blob", "nonce")
        if not all(isinstance(self.opened.get(name), str) for name in names):
            raise Unrecognised("form")
        return self.opened

    def _step(self, path: str, body: Json) -> Json:
        whole = {"renewal": self.id, "claim": self.claim, **body}
        return self.wire.post(path, lambda: whole)
