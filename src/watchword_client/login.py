"""A platform's login through the platform API: what a trading program does, and what `watchword login` does (A03)."""

from __future__ import annotations

import email.utils
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Self

import httpx
from cryptography.hazmat.primitives import serialization
from joserfc import jwt
from joserfc.jwk import ECKey

from watchword_client import crypto
from watchword_client.crypto import Json
from watchword_client.refusal import PROOF_OF_KEY, NoConnection, Refused
from watchword_client.system import System
from watchword_client.transport import TIMEOUT, answer, http_client

LONGEST_WAIT = 25
CLOCK_SLACK = 60
OPEN, DONE = "pending", "approved"


@dataclass(frozen=True, slots=True)
class Method:
    """One way to prove the second element; `ways` are those of Key."""

    id: str
    kind: str
    name: str
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Login:
    """A login that waits for its second element. `collector` is the secret that collects the session."""

    id: str
    collector: str = field(repr=False)
    expires: int
    state: str
    methods: tuple[Method, ...]
    method: str
    push: Json
    confirmation: str
    confirmation_reason: str

    @classmethod
    def of(cls, found: Json) -> Login:
        """NoConnection when the answer lacks a member."""
        try:
            methods = tuple(Method(m["id"], m["kind"], m["name"], tuple(m["ways"])) for m in found["methods"])
            return cls(
                id=found["login"],
                collector=found["collector"],
                expires=int(found["expires"]),
                state=found["state"],
                methods=methods,
                method=found["method"],
                push=found["push"] or {},
                confirmation=found["confirmation"],
                confirmation_reason=found["confirmation_reason"],
            )
        except (KeyError, TypeError, ValueError) as fault:
            raise NoConnection("the answer is no login") from fault


@dataclass(frozen=True, slots=True)
class Session:
    """What a login gives. `token` is sent as `Authorization: Bearer`; `device_token` makes this computer known."""

    token: str = field(repr=False)
    user: str
    username: str
    acr: str
    amr: tuple[str, ...]
    auth_time: int
    idle_seconds: int
    expires: int
    device_token: str = field(repr=False, default="")

    @classmethod
    def of(cls, found: Json) -> Session:
        """NoConnection when the answer lacks a member."""
        try:
            return cls(
                token=found["token"],
                user=found["user"],
                username=found["username"],
                acr=found["acr"],
                amr=tuple(found["amr"]),
                auth_time=int(found["auth_time"]),
                idle_seconds=int(found["idle_seconds"]),
                expires=int(found["expires"]),
                device_token=found.get("device_token") or "",
            )
        except (KeyError, TypeError, ValueError) as fault:
            raise NoConnection("the answer is no session") from fault


class Prover:
    """DPoP proofs (RFC 9449 4.2) under one fresh key."""

    def __init__(self, system: System) -> None:
        self._system = system
        key = crypto.new_key(system.entropy(48))
        form, encoding = serialization.PrivateFormat.PKCS8, serialization.Encoding.PEM
        self._key = ECKey.import_key(key.private_bytes(encoding, form, serialization.NoEncryption()))
        self._header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self._key.as_dict(private=False)}
        self.offset = 0

    def proof(self, method: str, url: str) -> str:
        """One proof for one request; `url` has neither query nor fragment."""
        claims = {
            "htm": method,
            "htu": url,
            "iat": int(self._system.now()) + self.offset,
            "jti": crypto.b64u(self._system.entropy(16)),
        }
        return jwt.encode(self._header, claims, self._key, algorithms=["ES256"])


class PlatformLogin:
    """One login of a platform. Refused, NoConnection as for the phone; a new object for each login, so a new key."""

    def __init__(
        self,
        origin: str,
        client: str,
        *,
        http: httpx.Client | None = None,
        system: System | None = None,
        language: str = "en",
    ) -> None:
        self.origin = origin.rstrip("/")
        self.client = client
        self._system = system or System()
        self._http = http or http_client()
        self._opened = http is None
        self._language = language
        self._prover = Prover(self._system)
        self._login: Login | None = None

    def close(self) -> None:
        """Ends the connections that this object opened itself."""
        if self._opened:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def login(self) -> Login:
        """The login under way."""
        if self._login is None:
            raise RuntimeError("no login has begun")
        return self._login

    def start(self, username: str, password: str, *, device_token: str = "", system: str = "") -> Login:
        """Username and password; what comes back tells which second elements this user has."""
        body: Json = {"client": self.client, "username": username, "password": password}
        body |= {"device_token": device_token} if device_token else {}
        body |= {"system": system} if system else {}
        self._login = Login.of(self._post("/api/v1/logins", body))
        return self._login

    def start_with_phone(self, username: str, *, system: str = "") -> Login:
        """A username alone, where the server reads no password (1102, 1113): show the QR, wait for the phone, then `password`."""
        body: Json = {"client": self.client, "username": username}
        body |= {"system": system} if system else {}
        self._login = Login.of(self._post("/api/v1/phone-first", body))
        return self._login

    def password(self, password: str) -> Session:
        """The session of a login begun with the phone, once that has approved. Five wrong ones end it."""
        return Session.of(self._step("password", {"password": password}))

    def poll(self, wait: int = LONGEST_WAIT) -> str:
        """The state, at once when it is over or the code to show is another one, else after `wait` seconds at most.

        `login.confirmation` is the code to show from then on: another login of this person may have switched it on.
        """
        known = self.login
        body = {"wait": wait, "confirmation": known.confirmation}
        found = self._step("poll", body, timeout=wait + TIMEOUT, repeat=True)
        confirmation, reason = found.get("confirmation"), found.get("confirmation_reason")
        if isinstance(confirmation, str) and isinstance(reason, str):
            self._login = replace(known, confirmation=confirmation, confirmation_reason=reason)
        return str(found["state"])

    def wait(self, seconds: float, tell: Callable[[Login], None] | None = None) -> str:
        """Polls until the login is no longer pending, or `seconds` have passed. `tell` hears when the code to show is another one."""
        end = self._system.ticks() + seconds
        while True:
            began, shown = self._system.ticks(), self.login.confirmation
            left = max(0, int(end - began))
            state = self.poll(min(LONGEST_WAIT, left))
            if state != OPEN or not left:
                return state
            if tell and self.login.confirmation != shown:
                tell(self.login)
            if self._system.ticks() - began < 1:  # a server that does not hold the question open is not to be flooded
                self._system.sleep(1)

    def show(self, way: str) -> Json:
        """`qr` or `challenge`: `{"way", "value", "expires"}`; renews what was there before."""
        return self._step("show", {"way": way}, repeat=True)

    def push(self, method: str = "") -> Json:
        """Asks a phone again, or another one: `{"sent", "sent_to", "expires"}`."""
        return self._step("push", {"method": method} if method else {})

    def answer(self, way: str, answer: str) -> str:
        """A typed response (`challenge`) or code (`code`); the state. Refused when it is wrong."""
        return str(self._step("answer", {"way": way, "answer": answer})["state"])

    def cancel(self) -> str:
        """Gives the login up."""
        return str(self._step("cancel", {})["state"])

    def collect(self) -> Session:
        """The session of an approved login, once, within 60 s."""
        return Session.of(self._step("collect", {}))

    def check(self, token: str, *, passive: bool = False) -> Json:
        """What `GET /api/v1/session` says of a token; `passive` when no person caused the question."""
        headers = {"Authorization": f"Bearer {token}"} | ({"Watchword-Passive": "1"} if passive else {})
        return answer(self._send(lambda: self._build("GET", "/api/v1/session", None, headers), repeat=True))

    def end(self, token: str) -> None:
        """Logs out."""
        headers = {"Authorization": f"Bearer {token}"}
        answer(self._send(lambda: self._build("DELETE", "/api/v1/session", None, headers), repeat=True))

    def _step(self, name: str, body: Json, *, timeout: float = TIMEOUT, repeat: bool = False) -> Json:
        whole = {"collector": self.login.collector, **body}
        return self._post(f"/api/v1/logins/{self.login.id}/{name}", whole, timeout=timeout, repeat=repeat)

    def _post(self, path: str, body: Json, *, timeout: float = TIMEOUT, repeat: bool = False) -> Json:
        """A proved request; once more when the proof's clock was off and the server's `Date` says by how much."""

        def build() -> httpx.Request:
            proof = self._prover.proof("POST", self.origin + path)
            return self._build("POST", path, body, {"DPoP": proof}, timeout)

        response = self._send(build, repeat=repeat)
        try:
            return answer(response)
        except Refused as refused:
            if refused.number != PROOF_OF_KEY or not self._learn_clock(response):
                raise
        return answer(self._send(build, repeat=repeat))

    def _learn_clock(self, response: httpx.Response) -> bool:
        """Whether the server's clock differs from the one used, by more than a slow network explains."""
        try:
            theirs = int(email.utils.parsedate_to_datetime(response.headers["Date"]).timestamp())
        except (KeyError, ValueError, TypeError):
            return False
        offset = theirs - int(self._system.now())
        differs = abs(offset - self._prover.offset) > CLOCK_SLACK
        self._prover.offset = offset
        return differs

    def _build(
        self, method: str, path: str, body: Any, headers: dict[str, str], timeout: float = TIMEOUT
    ) -> httpx.Request:
        headers = {"Accept-Language": self._language, **headers}
        limits = httpx.Timeout(TIMEOUT, read=timeout)
        return self._http.build_request(method, self.origin + path, json=body, headers=headers, timeout=limits)

    def _send(self, build: Callable[[], httpx.Request], *, repeat: bool) -> httpx.Response:
        """Sends; tries twice more where nothing was sent, or where asking twice changes nothing (`repeat`)."""
        for pause in (1.0, 3.0, None):
            try:
                return self._http.send(build())
            except httpx.TransportError as lost:
                again = repeat or isinstance(lost, httpx.ConnectError | httpx.ConnectTimeout)
                if pause is None or not again:
                    raise NoConnection(str(lost) or type(lost).__name__) from lost
                self._system.sleep(pause)
        raise AssertionError("unreachable: the last turn returns or raises")
