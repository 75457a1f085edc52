"""A server of the platform API in the test's memory; every proof is verified by joserfc and good once."""

from __future__ import annotations

import json
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import httpx
from joserfc import jws
from joserfc.jwk import ECKey

from tests.support.fakes import FakeClock

ORIGIN = "https://login.example.com"
Json = dict[str, Any]

KEY = {"id": "themethod", "kind": "key", "name": "Misaki’s phone", "ways": ["push", "qr", "challenge", "code"]}
SHOWN = {
    "qr": "https://key.example.com/l#AAECAwQFBgcICQoLDA0ODw",
    "code_card": "17 203",
    "card_plus": "10096447",
    "sms": "+81 •• •••• 4210",
}
RIGHT = {"challenge": "12345678", "code": "123456", "code_card": "7K2 QX4", "card_plus": "0077 4356", "sms": "730115"}


class FakePlatform:
    """One user, one phone; `state` is moved by the test or by the right answers."""

    def __init__(self, clock: FakeClock, origin: str = ORIGIN) -> None:
        self.clock = clock
        self.origin = origin
        self.state = "pending"
        self.seen: list[tuple[str, Json]] = []
        self.spent: set[str] = set()
        self.key = ""
        self.off = 0
        self.confirmation = ""
        self.methods: list[Json] = [KEY]
        self.before: Callable[[httpx.Request], httpx.Response | None] = lambda _: None
        self.polls: Callable[[], None] = lambda: None

    def http(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self.handle))

    def now(self) -> int:
        return self.clock.now() + self.off

    def handle(self, request: httpx.Request) -> httpx.Response:
        early = self.before(request)
        if early is not None:
            return early
        path, body = request.url.path, json.loads(request.content) if request.content else {}
        self.seen.append((path, body))
        date = {"Date": formatdate(self.now(), usegmt=True)}
        if path == "/api/v1/session":
            return self._session(request)
        if not self._proved(request):
            return httpx.Response(401, json=refusal(6003, "platform.proof"), headers=date)
        name = "begin" if path == "/api/v1/logins" else path.rsplit("/", 1)[1]
        if name != "begin" and (body["collector"] != "c" * 22 or "/thelogin/" not in path):
            return httpx.Response(404, json=refusal(6005, "platform.collector"), headers=date)
        status, answer = getattr(self, f"do_{name}")(body)
        return httpx.Response(status, json=answer, headers=date)

    def _proved(self, request: httpx.Request) -> bool:
        text = request.headers["dpop"]
        header = jws.extract_compact(text.encode()).headers()
        key = ECKey.import_key(header["jwk"])
        content = jws.deserialize_compact(text, key, algorithms=["ES256"])
        claims = json.loads(content.payload)
        assert header["typ"] == "dpop+jwt"
        assert set(header["jwk"]) >= {"kty", "crv", "x", "y"}
        assert "d" not in header["jwk"], "the private key leaves nowhere"
        assert (claims["htm"], claims["htu"]) == (request.method, self.origin + request.url.path)
        assert claims["jti"] not in self.spent, "a proof is good once"
        self.spent.add(claims["jti"])
        thumbprint = key.thumbprint()
        assert self.key in ("", thumbprint), "one key a login"
        if abs(claims["iat"] - self.now()) > 300:
            return False
        self.key = thumbprint
        return True

    def do_begin(self, body: Json) -> tuple[int, Json]:
        if body["password"] != "correct horse":
            return 401, refusal(1101, "login.credentials", "U01")
        push = {"sent": "push" in self.methods[0]["ways"], "sent_to": "Misaki’s phone", "expires": self.now() + 180}
        return 201, {
            "login": "thelogin", "collector": "c" * 22, "expires": self.now() + 900, "state": self.state, "methods": self.methods,
            "method": self.methods[0]["id"], "push": push, "confirmation": self.confirmation, "confirmation_reason": "",
        }  # fmt: skip

    def do_poll(self, body: Json) -> tuple[int, Json]:
        self.polls()
        if self.state == "pending":
            self.clock.advance(body["wait"])
        return 200, {
            "state": self.state,
            "confirmation": self.confirmation,
            "confirmation_reason": "several" if self.confirmation else "",
        }

    def do_show(self, body: Json) -> tuple[int, Json]:
        value = SHOWN.get(body["way"], "1482019375")
        return 200, {"way": body["way"], "value": value, "expires": self.now() + 180}

    def do_push(self, _: Json) -> tuple[int, Json]:
        return 200, {"sent": True, "sent_to": "Misaki’s phone", "expires": self.now() + 180}

    def do_answer(self, body: Json) -> tuple[int, Json]:
        right = RIGHT[body["way"]]
        if body["answer"] != right:
            return 422, refusal(2104, "response.wrong", "U08")
        self.state = "approved"
        return 200, {"state": self.state}

    def do_cancel(self, _: Json) -> tuple[int, Json]:
        self.state = "cancelled"
        return 200, {"state": self.state}

    def do_collect(self, _: Json) -> tuple[int, Json]:
        if self.state != "approved":
            return 409, refusal(1112, "login.not_yet")
        self.state = "collected"
        return 200, {
            "token": "t" * 22, "token_type": "Bearer", "user": "theuser", "username": "mtanaka01", "acr": "aal2", "amr": ["pwd", "swk"],
            "auth_time": self.now(), "idle_seconds": 900, "expires": self.now() + 43200, "device_token": "d" * 22,
        }  # fmt: skip

    def _session(self, request: httpx.Request) -> httpx.Response:
        if request.headers["authorization"] != "Bearer " + "t" * 22:
            return httpx.Response(401, json=refusal(6002, "session.absent"))
        if request.method == "DELETE":
            return httpx.Response(204)
        return httpx.Response(200, json={"active": True, "passive": request.headers.get("watchword-passive", "")})


def refusal(number: int, code: str, reference: str = "") -> Json:
    texts = {"what": "What.", "why": "Why.", "do": "Do."}
    return {"refusal": {"number": number, "code": code, "reference": reference, **texts}}
