"""HTTP to one server: names under `.localhost`, repeats on a lost connection, the clock's offset, refusals as exceptions."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import httpx

from watchword_client.crypto import FormError, Json, read_json
from watchword_client.refusal import CLOCK, NoConnection, Refusal, Refused
from watchword_client.system import System

REPEATS = 4
BUDGET = 30.0
PAUSES = (1.0, 2.0, 4.0, 8.0)
TIMEOUT = 10.0
SILENCE = 60.0  # an event stream says something every 20 s
_BUSY = 503


class Localhost(httpx.BaseTransport):
    """Connects names under `localhost` to 127.0.0.1, whatever the resolver says (RFC 6761 6.3); the Host header stays."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        name = request.url.host
        request.extensions = {**request.extensions, "sni_hostname": name}
        request.url = request.url.copy_with(host="127.0.0.1")
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


def http_client(verify: ssl.SSLContext | bool = True) -> httpx.Client:
    """A client to hand to any number of phones and logins; it keeps connections open."""
    trusted = _trusted() if verify is True else verify
    local = Localhost(httpx.HTTPTransport(verify=trusted))
    mounts = {"all://localhost": local, "all://*.localhost": local}
    return httpx.Client(mounts=mounts, timeout=TIMEOUT, verify=trusted)


@cache
def _trusted() -> ssl.SSLContext:
    """Every authority of the list, read once: that takes longer than a login."""
    return httpx.create_ssl_context()


class Transport:
    """Requests to one origin. `offset` is the server's clock minus ours in seconds, as far as a refusal told it."""

    def __init__(
        self, origin: str, *, http: httpx.Client, system: System, language: str = "en", offset: int = 0
    ) -> None:
        self.origin = origin.rstrip("/")
        self.http = http
        self.system = system
        self.language = language
        self.offset = offset

    def time(self) -> int:
        """Now by the server's clock, whole seconds."""
        return int(self.system.now()) + self.offset

    def get(self, path: str) -> Json:
        """A JSON object; Refused or NoConnection."""
        return answer(self._repeating(lambda: self._request("GET", path)))

    def post(self, path: str, body: Callable[[], Mapping[str, Any]]) -> Json:
        """Posts what `body` makes, made anew for each try (spec.md 8), and once more after refusal 4102 (spec.md 2)."""
        try:
            return answer(self._repeating(lambda: self._request("POST", path, body())))
        except Refused as refused:
            if refused.number != CLOCK or refused.refusal.time is None:
                raise
            self.offset = refused.refusal.time - int(self.system.now())
        return answer(self._repeating(lambda: self._request("POST", path, body())))

    def stream(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        """An open event stream, to be closed by the caller; never repeated here."""
        request = self._request("POST", path, body)
        request.headers["Accept"] = "text/event-stream"
        request.extensions = {**request.extensions, "timeout": httpx.Timeout(TIMEOUT, read=SILENCE).as_dict()}
        try:
            response = self.http.send(request, stream=True)
        except httpx.TransportError as lost:
            raise NoConnection(str(lost)) from lost
        if response.status_code != 200:
            try:
                response.read()
                answer(response)
            finally:
                response.close()
        return response

    def _request(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> httpx.Request:
        headers = {"Accept-Language": self.language}
        return self.http.build_request(method, self.origin + path, json=body, headers=headers, timeout=TIMEOUT)

    def _repeating(self, make: Callable[[], httpx.Request]) -> httpx.Response:
        """Sends what `make` makes; a lost connection or 503 is tried again, at most four times within 30 s."""
        end = self.system.ticks() + BUDGET
        for pause in (*PAUSES, None):
            try:
                response = self.http.send(make())
            except httpx.TransportError as lost:
                if pause is None or self.system.ticks() + pause > end:
                    raise NoConnection(str(lost) or type(lost).__name__) from lost
                self.system.sleep(pause)
                continue
            if response.status_code != _BUSY:
                return response
            wait = max(pause or 0.0, _retry_after(response))
            if pause is None or self.system.ticks() + wait > end:
                return response
            self.system.sleep(wait)
        raise AssertionError("unreachable: the last turn returns or raises")


def answer(response: httpx.Response) -> Json:
    """The JSON object of a success; Refused for a refusal, NoConnection for anything that is no answer of the server."""
    if response.is_success:
        try:
            body = read_json(response.content or b"{}")
        except FormError as fault:
            raise NoConnection("the answer is not JSON") from fault
        if not isinstance(body, dict):
            raise NoConnection("the answer is not an object")
        return body
    refusal = Refusal.parse(response.status_code, response.content)
    if refusal is None:
        raise NoConnection(f"status {response.status_code} without a reason")
    raise Refused(refusal)


def _retry_after(response: httpx.Response) -> float:
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else 0.0
