"""People, browsers and phones of the load generator: whole logins over raw connections, nothing hashed on the way."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from bench.http1 import Answer, Connection
from bench.people import PASSWORD, Person
from bench.servers import Site
from watchword_client import crypto, oath
from watchword_client.approval import decision_fields

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
CSRF = re.compile(rb'name="csrf" value="([^"]*)"')
_SHOWN = re.compile(rb'<span aria-hidden="true"(?: data-digits)?>((?:\d+(?:<i></i>)?)+)</span>')
_REFUSAL = re.compile(rb'data-refusal="(\d+)"|"number": ?(\d+)')
BUSY, PAUSE, PATIENCE = 503, 0.25, 40
_ES256 = ec.ECDSA(hashes.SHA256())
SESSION, LOGIN, DEVICE = "__Host-ww_s", "__Host-ww_l", "__Host-ww_d"


class Unexpected(Exception):
    """A step was answered otherwise than a login that goes well."""


class Busy(Unexpected):
    """503: the server asks to come back."""


@dataclass
class Clocked:
    """Milliseconds of each step, by name, and how often the server asked to come back."""

    steps: dict[str, list[float]] = field(default_factory=dict)
    busy: int = 0

    def step(self, name: str, work: Callable[[], Answer], status: int) -> Answer:
        """Do one step, note its time, hold it to its status."""
        began = time.perf_counter()
        answer = work()
        self.steps.setdefault(name, []).append((time.perf_counter() - began) * 1000)
        if answer.status != status:
            kind = Busy if answer.status == BUSY else Unexpected
            raise kind(
                f"{name}: {answer.status} instead of {status}, refusals {_REFUSAL.findall(answer.body)}: {answer.body[:100]!r}"
            )
        return answer


@lru_cache(maxsize=8192)
def private_key(number: int) -> ec.EllipticCurvePrivateKey:
    """A phone's key from its number."""
    return ec.derive_private_key(number, ec.SECP256R1())


def signed(person: Person, fields: dict[str, Any]) -> dict[str, Any]:
    """A request of a phone with its signature."""
    return {"signed": fields, "signature": crypto.sign(private_key(person.signing), fields)}


class PhoneLine:
    """The phone's connection."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.connection = Connection(site.port, site.key)

    def pending(self, person: Person, clocked: Clocked) -> list[dict[str, Any]]:
        """The details of what waits."""
        fields = {
            "v": 1, "type": "pending", "iss": self.site.iss, "phone": person.phone, "nonce": crypto.b64u(os.urandom(16)), "time": int(time.time()),
        }  # fmt: skip
        answer = clocked.step("phone asks", lambda: self.post("/v1/pending", signed(person, fields)), 200)
        return [attempt["signed"] for attempt in json.loads(answer.body)["attempts"]]

    def approve(self, person: Person, details: dict[str, Any], confirmation: str, clocked: Clocked) -> None:
        """The signed approval."""
        body = approval(person, details, confirmation)
        clocked.step("phone approves", lambda: self.post("/v1/decide", body), 200)

    def post(self, path: str, body: dict[str, Any]) -> Answer:
        """A JSON request."""
        return self.connection.ask(
            "POST", path, "Content-Type: application/json\r\nAccept-Language: en\r\n", json.dumps(body).encode()
        )


def approval(person: Person, details: dict[str, Any], confirmation: str = "") -> dict[str, Any]:
    """The body of a decision that approves."""
    fields = decision_fields(
        details, phone=person.phone, decision="approve", confirmation=confirmation, uv="pin", time=int(time.time())
    )
    return {**signed(person, fields), "hmac": crypto.mac(person.hmac, fields)}


class PortalClient:
    """A browser at the portal and a phone beside it; one login after the other over the same two connections."""

    def __init__(self, site: Site, clocked: Clocked) -> None:
        self.site, self.clocked = site, clocked
        self.browser = Connection(site.port, site.portal)
        self.phone = PhoneLine(site)
        self.cookies: dict[str, str] = {}

    def login(self, person: Person) -> None:
        """A complete login of a person whose browser is known. Raises Unexpected."""
        self.begin(person)
        page = self.get("waiting page", "/login/wait", 200)
        waiting = self.phone.pending(person, self.clocked)
        if len(waiting) != 1:
            raise Unexpected(f"{len(waiting)} logins wait for {person.username}")
        self.phone.approve(
            person, waiting[0], confirmation_on(page.body) if waiting[0]["confirm"] else "", self.clocked
        )
        self.post("collect", "/login/wait", page, {"do": "continue"})
        self.get("first page", "/", 200)

    def begin(self, person: Person) -> None:
        """As far as the waiting page: form and password. Comes back, a bounded number of times, where it is asked to."""
        self.cookies = {DEVICE: person.cookie}
        form = self.get("form", "/login", 200)
        for _ in range(PATIENCE):
            try:
                self.post("password", "/login", form, {"username": person.username, "password": PASSWORD})
                return
            except Busy:
                self.clocked.busy += 1
                time.sleep(PAUSE)
        raise Unexpected(f"the server was busy {PATIENCE} times in a row")

    def get(self, name: str, path: str, status: int) -> Answer:
        """Open a page."""
        return self._keep(self.clocked.step(name, lambda: self.browser.ask("GET", path, self._headers()), status))

    def post(self, name: str, path: str, page: Answer, fields: dict[str, str]) -> Answer:
        """Send a form of `page`; a right one is answered by going on (303)."""
        found = CSRF.search(page.body)
        if found is None:
            raise Unexpected(f"{name}: no form")
        body = urlencode({"csrf": found[1].decode(), **fields}).encode()
        headers = f"{self._headers()}Origin: {self.site.origin}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        return self._keep(self.clocked.step(name, lambda: self.browser.ask("POST", path, headers, body), 303))

    def _headers(self) -> str:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return f"User-Agent: {AGENT}\r\nAccept-Language: en\r\nCookie: {cookies}\r\n"

    def _keep(self, answer: Answer) -> Answer:
        for name, value in answer.cookies().items():
            self.cookies[name] = value
        self.cookies = {name: value for name, value in self.cookies.items() if value}
        return answer


def confirmation_on(page: bytes) -> str:
    """The six digits that the waiting page shows."""
    for found in _SHOWN.findall(page):
        digits = re.sub(rb"\D", b"", found)
        if len(digits) == 6:
            return digits.decode()
    raise Unexpected("no confirmation code on the page")


class PlatformClient:
    """A platform: DPoP proofs under a key of its own, one login after the other."""

    def __init__(self, site: Site, clocked: Clocked, key: int = 0) -> None:
        """`key` is the number of the platform's key; 0 makes one."""
        self.site, self.clocked = site, clocked
        self.connection = Connection(site.port, site.portal)
        self._key = private_key(key) if key else ec.generate_private_key(ec.SECP256R1())
        header = {
            "typ": "dpop+jwt",
            "alg": "ES256",
            "jwk": {"kty": "EC", "crv": "P-256", **crypto.public_of(self._key)},
        }
        self._header = crypto.b64u(json.dumps(header).encode())

    @property
    def key(self) -> int:
        """The number of the key."""
        return self._key.private_numbers().private_value

    def proof(self, path: str) -> str:
        """A DPoP proof for a POST there (RFC 9449)."""
        claims = {
            "htm": "POST",
            "htu": self.site.origin + path,
            "iat": int(time.time()),
            "jti": crypto.b64u(os.urandom(16)),
        }
        message = f"{self._header}.{crypto.b64u(json.dumps(claims).encode())}"
        r, s = decode_dss_signature(self._key.sign(message.encode(), _ES256))
        return f"{message}.{crypto.b64u(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def post(self, name: str, path: str, body: dict[str, Any], status: int) -> dict[str, Any]:
        """A proved request."""
        headers = f"DPoP: {self.proof(path)}\r\nContent-Type: application/json\r\nAccept-Language: en\r\n"
        answer = self.clocked.step(
            name, lambda: self.connection.ask("POST", path, headers, json.dumps(body).encode()), status
        )
        return json.loads(answer.body)  # type: ignore[no-any-return]

    def begin(self, person: Person) -> dict[str, Any]:
        """Username and password."""
        body = {
            "client": "terminal",
            "username": person.username,
            "password": PASSWORD,
            "device_token": person.cookie,
            "system": "Linux",
        }
        return self.post("password", "/api/v1/logins", body, 201)

    def login(self, person: Person) -> None:
        """A complete login with the six-digit code. Raises Unexpected."""
        made = self.begin(person)
        code = oath.key_code(person.totp, int(time.time()))
        self.post(
            "code",
            f"/api/v1/logins/{made['login']}/answer",
            {"collector": made["collector"], "way": "code", "answer": code},
            200,
        )
        self.post("collect", f"/api/v1/logins/{made['login']}/collect", {"collector": made["collector"]}, 200)
