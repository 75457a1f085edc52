"""A server of the phone protocol in the test's memory: one user's secret, its own keys, and every message held to its schema."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs

from tests.support.fakes import FakeClock, FakeEntropy
from watchword_client import crypto
from watchword_client.refusal import CLOCK, CONFIRMATION_WRONG, NOT_FOR_YOU, PIN_WRONG, PROOF_FIRST, SENT_CODE_WRONG
from watchword_client.system import System

ISS = "https://key.example.com"
SCHEMAS = Path(__file__).parents[2] / "protocol" / "schemas"
Json = dict[str, Any]
CODE, PROOF = "12345678", "654321"

_DOCUMENTS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in SCHEMAS.glob("*.json")}
_REGISTRY = jsonschema_rs.Registry([(document["$id"], document) for document in _DOCUMENTS.values()])
_VALIDATORS = {name: jsonschema_rs.Draft202012Validator(doc, registry=_REGISTRY) for name, doc in _DOCUMENTS.items()}
_ANSWERS = {
    "activation-prove": "ready",
    "activation-scan": "ready",
    "activation-session": "ready",
    "scan": "details",
}


def validate(name: str, body: Json) -> None:
    """AssertionError unless `body` is what the schema `name` says."""
    faults = [f"{name}: {fault.message}" for fault in _VALIDATORS[name].iter_errors(body)]
    assert not faults, faults


def schema_names() -> set[str]:
    return set(_DOCUMENTS)


class Machine:
    """A machine whose sleep moves its clock, and whose clock may be off."""

    def __init__(self, clock: FakeClock, entropy: FakeEntropy) -> None:
        self.clock = clock
        self.off = 0
        self.slept: list[float] = []
        self.system = System(
            now=lambda: float(clock.now() + self.off),
            ticks=lambda: float(clock.now()),
            sleep=self._sleep,
            entropy=entropy.bytes,
        )

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.advance(int(seconds))


class Refuse(Exception):
    """A refusal on its way out."""

    def __init__(self, status: int, number: int, **extra: int) -> None:
        self.status = status
        texts = {"code": "test.refusal", "reference": "", "what": "What.", "why": "Why.", "do": "Do."}
        self.body = {"refusal": {"number": number, **texts, **extra}}


class FakeServer:
    """Handles requests as httpx gives them. `seen` keeps every path and body; `before` may answer or break first."""

    def __init__(self, clock: FakeClock, entropy: FakeEntropy, iss: str = ISS) -> None:
        self.clock = clock
        self.entropy = entropy
        self.iss = iss
        self.keys = [crypto.new_key(entropy.bytes(48)) for _ in range(5)]
        self.current = 0
        self.chain: list[Json] = []
        self.seen: list[tuple[str, Json]] = []
        self.before: Callable[[httpx.Request], httpx.Response | None] = lambda _: None
        self.phone = ""
        self.phone_key: Json = {}
        self.devices: dict[str, Json] = {}
        self.attempts: list[Json] = []
        self.paused = False
        self.needs_proof = False
        self.forbidden = {"1984": 1}
        self.scannable: dict[str, Json] = {}

    def http(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self.handle))

    def handle(self, request: httpx.Request) -> httpx.Response:
        early = self.before(request)
        if early is not None:
            return early
        path = request.url.path
        body = json.loads(request.content) if request.content else {}
        self.seen.append((path, body))
        name = path.removeprefix("/v1/").replace("/", "-")
        if body:
            validate(f"{name}.request", body)
        try:
            answer = getattr(self, f"do_{name.replace('-', '_')}")(body)
        except Refuse as refused:
            validate("refusal", refused.body)
            return httpx.Response(refused.status, json=refused.body)
        validate(_ANSWERS.get(name, f"{name}.answer"), answer)
        return httpx.Response(200, json=answer)

    def paths(self) -> list[str]:
        return [path for path, _ in self.seen]

    # What the server does by itself

    def entry(self, number: int) -> Json:
        return {"kid": f"s{number}", "key": crypto.public_of(self.keys[number])}

    def rotate(self) -> None:
        """The next key becomes the current one and names its own successor."""
        signer, new = self.current + 1, self.current + 2
        signed = {"v": 1, "type": "successor", "iss": self.iss, **self.entry(new), "from": f"s{signer}", "time": 1}
        self.chain.append(self.answer(signed, signer))
        self.current += 1

    def answer(self, signed: Json, by: int | None = None) -> Json:
        number = self.current if by is None else by
        return {"signed": signed, "signature": crypto.sign(self.keys[number], signed), "kid": f"s{number}"}

    def begin_login(self, user: str, **changes: object) -> Json:
        """A login of `user` that waits for this phone."""
        device = self.devices[user]
        now = self.clock.now()
        details = {
            "v": 1, "type": "login", "iss": self.iss, "attempt": self.entropy.id(), "nonce": crypto.b64u(self.entropy.bytes(16)),
            "user": user, "username": device["username"], "device": device["device"], "action": "login", "operation": "", "client": "portal",
            "client_name": "Client Portal", "portal": "login.example.com", "place": "Osaka, Japan", "place_new": False,
            "network": "Kita Fiber", "network_new": False, "address": "203.0.113.7", "browser": "Firefox", "system": "Linux",
            "browser_new": False, "started": now, "expires": now + 180, "confirm": False, "confirm_reason": "", **changes,
        }  # fmt: skip
        self.attempts.append(details)
        return details

    def key(self, user: str, label: str) -> bytes:
        """K(label) as the server has it."""
        return crypto.user_key(self.devices[user]["secret"], label, self.iss, user, self.phone)

    # Checks

    def check(self, body: Json, *, key: Json | None = None, fresh: bool = True) -> Json:
        signed = body["signed"]
        crypto.verify(key or self.phone_key, signed, body["signature"])
        assert signed["iss"] == self.iss
        if fresh and abs(signed["time"] - self.clock.now()) > 120:
            raise Refuse(401, CLOCK, time=self.clock.now())
        return dict(signed)

    def check_hmac(self, body: Json, label: str) -> None:
        right = crypto.mac(self.key(body["signed"]["user"], label), body["signed"])
        if not hmac.compare_digest(right, body["hmac"]):
            raise Refuse(401, PIN_WRONG, left=9)

    # Requests

    def do_config(self, _: Json) -> Json:
        return {
            "protocol": 1, "iss": self.iss, "brand": {"name": "Kita", "support_phone": ""}, "portal": "login.example.com",
            "time": self.clock.now(), "keys": [self.entry(self.current), self.entry(self.current + 1)], "chain": self.chain,
            "vapid": "", "countries": [{"region": "JP", "code": "81"}], "pin": {"min": 4, "max": 6},
            "argon2": {"m": 19456, "t": 2, "p": 1},
        }  # fmt: skip

    def do_activation_start(self, body: Json) -> Json:
        self.username = body["username"]
        self.enrolment = self.entropy.id()
        mail = {"id": self.entropy.id(), "kind": "mail", "masked": "m•••@example.jp", "default": True}
        self.number = {"id": self.entropy.id(), "kind": "sms", "masked": "+81 •• •••• 4210", "default": True}
        return {
            "enrolment": self.enrolment,
            "contacts": [mail, self.number],
            "expires": self.clock.now() + 900,
        }

    def do_activation_send(self, body: Json) -> Json:
        if self.needs_proof and "number" in body:
            raise Refuse(403, PROOF_FIRST)
        if "contact" in body and body["contact"] != self.number["id"]:
            raise Refuse(422, 5002)
        return self._sent(8)

    def do_activation_proof_send(self, _: Json) -> Json:
        return self._sent(6)

    def do_activation_proof(self, body: Json) -> Json:
        if body["code"] != PROOF:
            raise Refuse(422, SENT_CODE_WRONG)
        self.needs_proof = False
        return {"proved": True}

    def _sent(self, digits: int) -> Json:
        now = self.clock.now()
        return {"to": "+81 •• •••• 4210", "digits": digits, "expires": now + 600, "again": now + 60}

    def do_activation_prove(self, body: Json) -> Json:
        if body["code"] != CODE:
            raise Refuse(422, SENT_CODE_WRONG)
        return self._ready()

    def do_activation_scan(self, _: Json) -> Json:
        self.username, self.enrolment = "mtanaka01", self.entropy.id()
        return self._ready()

    def do_activation_session(self, body: Json) -> Json:
        self.username, self.enrolment = body["username"], self.entropy.id()
        return self._ready()

    def _ready(self) -> Json:
        self.user, self.nonce = self.entropy.id(), crypto.b64u(self.entropy.bytes(16))
        salt = self.entropy.bytes(16)
        hashes = [_entry(piece, kind, salt) for piece, kind in self.forbidden.items()]
        hashes += [crypto.b64u(self.entropy.bytes(9)) for _ in range(192 - len(hashes))]
        return {
            "enrolment": self.enrolment, "user": self.user, "username": self.username, "display_name": "Tanaka Misaki",
            "nonce": self.nonce, "expires": self.clock.now() + 900,
            "guidelines": {"salt": crypto.b64u(salt), "iterations": 20000, "hashes": hashes},
        }  # fmt: skip

    def do_activation_complete(self, body: Json) -> Json:
        signed = self.check(body, key=self.phone_key or body["signed"]["key"], fresh=False)
        assert (signed["enrolment"], signed["user"], signed["nonce"]) == (self.enrolment, self.user, self.nonce)
        assert signed["phone"] == self.phone
        if any(device["active"] for device in self.devices.values()):
            self.check(body["prove"])
            assert body["prove"]["signed"]["nonce"] == self.nonce
            self.check_hmac(body["prove"], "proof")
        self.phone, self.phone_key = self.phone or self.entropy.id(), signed["key"]
        secret, device = self.entropy.bytes(32), self.entropy.id()
        self.devices[self.user] = {"username": self.username, "device": device, "secret": secret, "active": False}
        content = {
            "v": 1, "type": "activated", "iss": self.iss, "enrolment": self.enrolment, "user": self.user,
            "username": self.username, "display_name": "Tanaka Misaki", "device": device, "phone": self.phone,
            "secret": crypto.b64u(secret), "time": self.clock.now(),
        }  # fmt: skip
        return self.answer(content)

    def do_activation_confirm(self, body: Json) -> Json:
        signed = self.check(body, fresh=False)
        self.check_hmac(body, "hmac")
        self.devices[signed["user"]] |= {"active": True, "recovery": signed["recovery"]}
        return {"active": True, "username": self.devices[signed["user"]]["username"]}

    def do_nonce(self, body: Json) -> Json:
        self.check(body)
        self.nonce = crypto.b64u(self.entropy.bytes(16))
        return {"nonce": self.nonce, "expires": self.clock.now() + 300}

    def do_prove(self, body: Json) -> Json:
        assert self.check(body)["nonce"] == self.nonce
        self.check_hmac(body, "proof")
        self.paused = False
        return {"right": True}

    def do_pending(self, body: Json) -> Json:
        self.check(body)
        users = [
            {"user": user, "device": d["device"], "username": d["username"], "display_name": "", "state": "active"}
            for user, d in self.devices.items()
        ]
        attempts = [self.answer(details) for details in self.attempts]
        return {"time": self.clock.now(), "attempts": attempts, "users": users, "offline_paused": self.paused}

    def do_scan(self, body: Json) -> Json:
        found = self.scannable.get(self.check(body)["secret_hash"])
        if found is None:
            raise Refuse(404, NOT_FOR_YOU)
        return self.answer(found)

    def do_decide(self, body: Json) -> Json:
        signed = self.check(body)
        details = next(details for details in self.attempts if details["attempt"] == signed["attempt"])
        assert signed["context"] == crypto.digest(crypto.canonical(details))
        assert all(signed[name] == details[name] for name in ("nonce", "user", "device", "action", "client"))
        if signed["decision"] == "approve":
            wanted = {"482915", *self.scannable} if details["confirm"] else {"", *self.scannable}
            if signed["confirmation"] not in wanted:
                raise Refuse(422, CONFIRMATION_WRONG, left=2)
            self.check_hmac(body, "hmac")
        self.attempts.remove(details)
        result = {"approve": "approved", "deny": "denied", "not_me": "not_me"}[signed["decision"]]
        return {"result": result, "quiet_until": 0 if result == "approved" else self.clock.now() + 900}

    def do_push(self, body: Json) -> Json:
        self.check(body)
        return {"registered": True}


def _entry(piece: str, kind: int, salt: bytes) -> str:
    slow = hashlib.pbkdf2_hmac("sha256", piece.encode(), salt, 20000, 9)
    return crypto.b64u(slow[:8] + bytes([slow[8] ^ kind]))
