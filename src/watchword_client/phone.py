"""Watchword Key in Python: a reference phone, a test instrument and an SDK (protocol/spec.md)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import httpx

from watchword_client import activation, calls, crypto, keylife, oath, renewals, typed
from watchword_client.activation import TERMINAL, Activation, Ready
from watchword_client.approval import Attempt, Decision, Pending, asked, decision_fields
from watchword_client.crypto import Json
from watchword_client.guidelines import Forbidden
from watchword_client.pins import Pin, Unlocked, unlock
from watchword_client.renewals import Renewal, Unfinished
from watchword_client.state import PhoneState, User
from watchword_client.store import MemoryStore, Store
from watchword_client.system import System
from watchword_client.transport import Transport, http_client
from watchword_client.trust import Unrecognised
from watchword_client.wire import Wire

__all__ = ["ConfirmationNeeded", "NoSuchUser", "Phone"]


class NoSuchUser(LookupError):
    """This phone has no such user, or several and none was named. `nobody` where it has none at all."""

    def __init__(self, username: str, *, nobody: bool = False) -> None:
        super().__init__(username)
        self.nobody = nobody


class ConfirmationNeeded(Exception):
    """The login asks for the six digits shown beside it."""


class Phone:
    """One phone on one server.

    `iss` is the origin of the Key application. Without `store` the phone lives in memory; without `http` it opens its
    own connections, which `close` ends. A request that the server refuses raises Refused; one that does not get through
    NoConnection; an answer that the server's keys did not sign Unrecognised.
    """

    def __init__(
        self,
        iss: str = "",
        *,
        store: Store | None = None,
        http: httpx.Client | None = None,
        system: System | None = None,
        language: str = "en",
        platform: Json | None = None,
    ) -> None:
        self._system = system or System()
        self._http = http or http_client()
        self._opened = http is None
        store = store or MemoryStore()
        stored = store.load()
        state = PhoneState.read(stored) if stored else PhoneState.new(iss.rstrip("/"), self._system)
        if not state.iss or (iss and iss.rstrip("/") != state.iss):
            raise ValueError("a phone belongs to one server, which is named once")
        transport = Transport(
            state.iss,
            http=self._http,
            system=self._system,
            language=language,
            offset=state.offset,
        )
        self.wire = Wire(state, store, transport)
        self._platform = platform or TERMINAL
        self._activation: Activation | None = None

    def close(self) -> None:
        """Ends the connections that this phone opened itself."""
        if self._opened:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def iss(self) -> str:
        return self.wire.state.iss

    @property
    def id(self) -> str:
        """The server's public id of this phone, empty before the first activation."""
        return self.wire.state.phone

    @property
    def users(self) -> tuple[User, ...]:
        return tuple(self.wire.state.users)

    @property
    def offset(self) -> int:
        """The server's clock minus this phone's, in seconds, as far as the server told it (refusal 4102)."""
        return self.wire.transport.offset

    def config(self) -> Json:
        """The server's configuration, at most five minutes old; its keys are checked on the way."""
        return self.wire.config()

    def unlock(self, pin: str) -> Unlocked:
        """The PIN hashed once, to be given in place of the PIN to any method here."""
        return unlock(self.wire.state, pin)

    def user(self, username: str = "") -> User:
        """The user of that name (or id), or the only one; NoSuchUser otherwise."""
        users = [user for user in self.users if not username or username in (user.username, user.user)]
        if len(users) != 1:
            raise NoSuchUser(username, nobody=not self.users)
        return users[0]

    # Activation (spec.md 5)

    def _begin(self) -> Activation:
        self.wire.config()
        self._activation = Activation(self.wire, self._platform)
        return self._activation

    @property
    def activation(self) -> Activation:
        """The activation under way."""
        if self._activation is None:
            raise RuntimeError("no activation has begun")
        return self._activation

    def activate_start(self, username: str, password: str) -> Json:
        """Begins by activation code: `{"enrolment", "contacts", "expires"}`."""
        return self._begin().start(username, password)

    def activate_send(self, contact: str = "", *, country: str = "", national: str = "") -> Json:
        """Sends the eight digits to a contact's id or a number: `{"to", "digits", "expires", "again"}`."""
        return self.activation.send(contact, country=country, national=national)

    def activate_proof_send(self, contact: str) -> Json:
        """Sends the six digits that a new number needs first."""
        return self.activation.proof_send(contact)

    def activate_proof(self, code: str) -> Json:
        """The six digits of `activate_proof_send`."""
        return self.activation.proof(code)

    def activate_prove(self, code: str) -> Ready:
        """The eight digits of `activate_send`."""
        return self.activation.prove(code)

    def activate_scan(self, scanned: str) -> Ready:
        """Begins by an activation QR code, given as the text it holds."""
        link = typed.link(self.iss, scanned)
        if link.kind != "activation":
            raise typed.Mistyped("link", "kind")
        return self._begin().scan(link.secret)

    def activate_session(self, username: str, session_id: str) -> Ready:
        """Begins by Session ID."""
        return self._begin().session(username, session_id)

    def pin_faults(self, pin: str) -> list[Forbidden]:
        """What the guidelines forbid in a PIN for the activation under way."""
        return self.activation.forbidden(pin)

    def complete(self, pin: Pin, name: str, *, uv: str = "pin", check: bool = True) -> User:
        """Ends the activation: see Activation.complete."""
        if self.unfinished:
            raise Unfinished(self.unfinished)
        user = self.activation.complete(pin, name, uv=uv, check=check)
        self._activation = None
        return user

    def confirm(self, pin: Pin, username: str = "") -> User:
        """Repeats the last step for a user whose confirmation was lost on the way."""
        user = self.user(username)
        if not user.confirmed:
            activation.confirm(self.wire, user, unlock(self.wire.state, pin))
        return user

    def check(self, pin: Pin, username: str = "", *, uv: str = "pin") -> bool:
        """Has the server judge the PIN, which lifts a pause of the offline ways; Refused 4304 when it is wrong."""
        user, unlocked = self.user(username), self._unlocked(pin)
        nonce = str(self.wire.request("/v1/nonce", "nonce").get("nonce", ""))

        def body() -> Json:
            return activation.prove(self.wire, user, unlocked, "check", nonce, uv)

        return self.wire.post("/v1/prove", body).get("right") is True

    # Key's life (spec.md 5.8 to 5.11)

    def change_pin(self, pin: Pin, username: str = "") -> Renewal:
        """Proves the old PIN. `complete` of the result takes the new one, for every user of this phone."""
        return keylife.change_pin(self.wire, self.user(username), self._unlocked(pin))

    def transfer_show(self, pin: Pin, username: str = "") -> keylife.Offer:
        """Begins a transfer on this phone, for all its users: the QR's link, and `approve` for the new phone's six digits."""
        return keylife.offer(self.wire, self.user(username), self._unlocked(pin))

    def transfer_scan(self, scanned: str, name: str) -> Renewal:
        """Begins a transfer to this phone, which has nobody yet: `code` is to be typed into the old one."""
        return keylife.take(self.wire, scanned, name, self._platform)

    def recover(self) -> keylife.Recovery:
        """A recovery of one user, to this phone."""
        return keylife.Recovery(self.wire, self._platform, self.wire.nonce())

    def recover_declined(self, recovery: keylife.Recovery) -> Ready:
        """The PIN is forgotten: goes on as an activation, which `complete` ends."""
        self._activation = recovery.decline()
        return self.activation.known()

    def finish(self, pin: str) -> tuple[User, ...]:
        """Has the server confirm what a lost connection left unconfirmed; `pin` is the new one."""
        return renewals.finish(self.wire, pin)

    def give_up(self) -> bool:
        """Ends what is unconfirmed, or False when it holds already."""
        return renewals.give_up(self.wire)

    @property
    def unfinished(self) -> str:
        """`pin`, `transfer` or `recovery` while new secrets wait to be confirmed, else empty."""
        return str((self.wire.state.renewal or {}).get("kind", ""))

    def _unlocked(self, pin: Pin) -> Unlocked:
        """A of the PIN; Unfinished while new secrets are unconfirmed, since it is not known which set holds."""
        if self.unfinished:
            raise Unfinished(self.unfinished)
        return unlock(self.wire.state, pin)

    # Approval (spec.md 6)

    def pending(self) -> Pending:
        """What is waiting, but for what this program does not know. Unrecognised when any is not the server's: then nothing is shown."""
        answer = self.wire.request("/v1/pending", "pending", lambda: {"nonce": self.wire.nonce()})
        found = [Attempt.of(self.wire.answer("login", item)) for item in answer.get("attempts", [])]
        ours = tuple(attempt for attempt in found if self._is_ours(attempt) and _is_known(attempt))
        notices = tuple(self._notices(answer.get("notices", [])))
        return Pending(ours, tuple(answer.get("users", [])), answer.get("offline_paused") is True, notices)

    def _notices(self, items: object) -> Iterator[Json]:
        """Notices for users of this phone that have not ended; one that does not verify is passed over (spec.md 6.8)."""
        for item in items if isinstance(items, list) else []:
            try:
                notice = self.wire.answer("notice", item)
            except Unrecognised:
                continue
            until = notice.get("until")
            whole = isinstance(notice.get("kind"), str) and isinstance(notice.get("params"), dict)
            if whole and isinstance(until, int) and until > self.wire.transport.time():
                if any(notice.get("user") == user.user for user in self.users):
                    yield notice

    def scan(self, scanned: str) -> Attempt:
        """The login whose QR code was scanned, given as the text it holds."""
        link = typed.link(self.iss, scanned)
        if link.kind != "login":
            raise typed.Mistyped("link", "kind")
        answer = self.wire.request(
            "/v1/scan", "scan", lambda: {"secret_hash": link.secret_hash, "nonce": self.wire.nonce()}
        )
        attempt = Attempt.of(self.wire.answer("login", answer), link.secret_hash)
        if not self._is_ours(attempt):
            raise Unrecognised("fields")
        asked(str(attempt.details["action"]), "")
        return attempt

    def _is_ours(self, attempt: Attempt) -> bool:
        whose = (attempt.details["user"], attempt.details["device"])
        return any(whose == (user.user, user.device) for user in self.users)

    def approve(self, attempt: Attempt, pin: Pin, confirmation: str = "", *, uv: str = "pin") -> Decision:
        """Approves. `confirmation` is the six digits as typed; ConfirmationNeeded when they are missing."""
        if attempt.needs_confirmation and not confirmation:
            raise ConfirmationNeeded(attempt.id)
        digits = typed.confirmation(confirmation) if confirmation else attempt.secret_hash
        return self.decide(attempt, "approve", confirmation=digits, pin=pin, uv=uv)

    def deny(self, attempt: Attempt) -> Decision:
        """Not now: ends this login."""
        return self.decide(attempt, "deny")

    def not_me(self, attempt: Attempt) -> Decision:
        """Someone else began it: ends this login, and what it gave."""
        return self.decide(attempt, "not_me")

    def caller_words(self, attempt: Attempt) -> tuple[str, ...]:
        """What the member of staff on the telephone must say (spec.md 6.9). Never to be read out."""
        return calls.words(self.wire, attempt)

    def caller_checked(self, attempt: Attempt, match: bool) -> Decision:
        """Whether he said it. `False` ends the attempt like `not_me`."""
        return calls.checked(self.wire, attempt, match)

    def decide(
        self, attempt: Attempt, decision: str, *, confirmation: str = "", pin: Pin | None = None, uv: str = "none"
    ) -> Decision:
        """Signs and sends one decision; with a PIN an HMAC goes with it. `approve`, `deny` and `not_me` rest on it."""
        state = self.wire.state
        unlocked = None if pin is None else self._unlocked(pin)

        def body() -> Json:
            time = self.wire.transport.time()
            signed = decision_fields(
                attempt.details, phone=state.phone, decision=decision, confirmation=confirmation, uv=uv, time=time
            )
            made: dict[str, Any] = {"signed": signed, "signature": crypto.sign(state.key, signed)}
            if unlocked is not None:
                user = self.user(str(attempt.details["user"]))
                made["hmac"] = crypto.mac(unlocked.user_key(state, user, "hmac"), signed)
            return made

        answer = self.wire.post("/v1/decide", body)
        return Decision(str(answer.get("result", "")), int(answer.get("quiet_until", 0)))

    def events(self) -> Iterator[str]:
        """The names of events as they come (`pending`), until the stream ends (spec.md 6.5)."""
        body = self.wire.signed("events", {"nonce": self.wire.nonce()})
        response = self.wire.transport.stream("/v1/events", body)
        try:
            for line in response.iter_lines():
                if line.startswith("event:"):
                    yield line.removeprefix("event:").strip()
        finally:
            response.close()

    def register_push(self, endpoint: str, p256dh: str = "", auth: str = "") -> bool:
        """Where pushes go; an empty endpoint ends them (spec.md 6.6)."""
        where = {"endpoint": endpoint, "p256dh": p256dh, "auth": auth}
        answer = self.wire.request("/v1/push", "push", lambda: {**where, "nonce": self.wire.nonce()})
        return answer.get("registered") is True

    def test_push(self) -> str:
        """Has a test notification sent; the id it will carry (spec.md 6.8)."""
        answer = self.wire.request("/v1/push/test", "push_test", lambda: {"nonce": self.wire.nonce()})
        return str(answer.get("id", ""))

    def clock(self) -> int:
        """The server's clock minus this phone's, in seconds, asked for now."""
        answer = self.wire.config(fresh=True)
        self.wire.transport.offset = int(answer.get("time", 0)) - int(self._system.now())
        self.wire.save()
        return self.offset

    # Offline (spec.md 7)

    def code(self, pin: Pin, username: str = "", at: int | None = None) -> str:
        """The six-digit code at second `at`, by this phone's own clock when not given; the offset plays no part."""
        user, state = self.user(username), self.wire.state
        key = self._unlocked(pin).user_key(state, user, "totp")
        return oath.key_code(key, int(self._system.now()) if at is None else at)

    def respond(self, challenge: str, pin: Pin, username: str = "") -> str:
        """The eight-digit response to a challenge as typed; Mistyped when it was copied wrongly or asks something else."""
        question, user, state = typed.challenge(challenge), self.user(username), self.wire.state
        return oath.key_response(self._unlocked(pin).user_key(state, user, "ocra"), question.digits)


def _is_known(attempt: Attempt) -> bool:
    try:
        return bool(attempt.asked)
    except Unrecognised:
        return False
