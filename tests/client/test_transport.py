"""Lost connections, a busy server, a clock that is off, and names under `.localhost` (spec.md 2 and 8)."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import httpx
import pytest

from tests.client.conftest import PIN, activate, new_phone
from tests.client.fake_server import ISS, FakeServer, Machine
from tests.support.fakes import FakeClock
from watchword_client import MemoryStore, NoConnection, Phone, Refused, User, crypto, http_client, oath
from watchword_client.transport import Localhost


class Losing:
    """Loses the connection `times` times, before or after the server has done its work."""

    def __init__(self, server: FakeServer, times: int, *, after: bool = False) -> None:
        self.left = times
        self.tries = 0
        self._server = server
        self._after = after

    def __call__(self, request: httpx.Request) -> httpx.Response | None:
        self.tries += 1
        if self.left == 0:
            return None
        self.left -= 1
        if self._after:
            self._server.before = lambda _: None
            self._server.handle(request)
            self._server.before = self
        raise httpx.ConnectError("cut")


def test_a_lost_connection_is_tried_again_with_a_new_nonce_time_and_signature(
    phone: Phone, user: User, server: FakeServer
) -> None:
    server.before = losing = Losing(server, 2, after=True)
    phone.pending()
    bodies = [body for path, body in server.seen if path == "/v1/pending"]
    assert losing.tries == 3
    assert len({body["signed"]["nonce"] for body in bodies}) == 3
    assert len({body["signed"]["time"] for body in bodies}) == 3
    assert len({body["signature"] for body in bodies}) == 3


def test_at_most_four_repeats_within_thirty_seconds(
    phone: Phone, user: User, server: FakeServer, machine: Machine, clock: FakeClock
) -> None:
    server.before = losing = Losing(server, 100)
    began = clock.now()
    with pytest.raises(NoConnection):
        phone.pending()
    assert losing.tries == 5
    assert clock.now() - began <= 30


def test_slow_losses_use_up_the_thirty_seconds(phone: Phone, user: User, server: FakeServer, clock: FakeClock) -> None:
    tries = []

    def slow(request: httpx.Request) -> httpx.Response | None:
        tries.append(clock.advance(10))
        raise httpx.ReadTimeout("slow")

    server.before = slow
    with pytest.raises(NoConnection):
        phone.pending()
    assert len(tries) == 3


def test_a_decision_is_repeated_unchanged_but_for_its_time(phone: Phone, user: User, server: FakeServer) -> None:
    server.begin_login(user.user)
    [attempt] = phone.pending().attempts
    bodies = []

    def note(request: httpx.Request) -> httpx.Response | None:
        bodies.append(request.content)
        if len(bodies) < 3:
            raise httpx.ConnectError("cut")
        return None

    server.before = note
    assert phone.approve(attempt, PIN).result == "approved"
    signed = [dict(crypto.read_json(body)["signed"]) for body in bodies]
    times = [one.pop("time") for one in signed]
    assert len(set(times)) == 3
    assert signed[0] == signed[1] == signed[2]


def test_a_busy_server_is_asked_again_when_it_says(
    phone: Phone, user: User, server: FakeServer, machine: Machine
) -> None:
    answers = iter([httpx.Response(503, headers={"Retry-After": "7"}), None])
    server.before = lambda _: next(answers)
    phone.pending()
    assert machine.slept == [7.0]


def test_a_server_that_stays_busy_is_left_alone(phone: Phone, user: User, server: FakeServer, machine: Machine) -> None:
    refusal = {
        "number": 1103,
        "code": "login.busy",
        "reference": "",
        "what": "",
        "why": "",
        "do": "",
        "retry_after": 60,
    }
    server.before = lambda _: httpx.Response(503, json={"refusal": refusal}, headers={"Retry-After": "60"})
    with pytest.raises(Refused) as refused:
        phone.pending()
    assert refused.value.refusal.retry_after == 60
    assert machine.slept == []


def test_a_refusal_is_never_repeated(phone: Phone, server: FakeServer) -> None:
    phone.activate_start("mtanaka01", "correct horse")
    before = len(server.seen)
    with pytest.raises(Refused):
        phone.activate_prove("87654321")
    assert len(server.seen) == before + 1


@pytest.mark.parametrize("off", [-3600, -121, 121, 3600])
def test_a_clock_that_is_off_is_learnt_once_and_kept(server: FakeServer, machine: Machine, off: int) -> None:
    store = MemoryStore()
    phone = new_phone(server, machine, store)
    activate(phone)
    machine.off = off
    server.seen.clear()
    phone.pending()
    assert server.paths() == ["/v1/pending", "/v1/pending"]
    assert phone.offset == -off
    again = new_phone(server, machine, store)
    again.pending()
    assert server.paths()[2:] == ["/v1/pending"]


def test_a_clock_that_stays_off_is_not_asked_forever(phone: Phone, user: User, server: FakeServer) -> None:
    refusal = {"number": 4102, "code": "key.clock", "reference": "", "what": "", "why": "", "do": "", "time": 5}
    tries = []

    def clock(_: httpx.Request) -> httpx.Response:
        tries.append(1)
        return httpx.Response(401, json={"refusal": refusal})

    server.before = clock
    with pytest.raises(Refused):
        phone.pending()
    assert len(tries) == 2


def test_codes_use_the_phones_own_clock(
    phone: Phone, user: User, server: FakeServer, machine: Machine, clock: FakeClock
) -> None:
    machine.off = 600
    phone.pending()
    assert phone.offset == -600
    assert phone.code(PIN) == oath.totp(server.key(user.user, "totp"), clock.now() + 600)


def test_a_gateways_page_is_no_answer(phone: Phone, user: User, server: FakeServer) -> None:
    server.before = lambda _: httpx.Response(502, text="<html>Bad Gateway</html>")
    with pytest.raises(NoConnection):
        phone.pending()
    server.before = lambda _: httpx.Response(200, text="<html>Login to the Wi-Fi</html>")
    with pytest.raises(NoConnection):
        phone.pending()


def test_every_request_says_the_language(server: FakeServer, machine: Machine) -> None:
    said = []

    def note(request: httpx.Request) -> None:
        said.append(request.headers["accept-language"])

    server.before = note
    phone = Phone(ISS, http=server.http(), system=machine.system, language="ja")
    phone.activate_start("mtanaka01", "correct horse")
    with pytest.raises(Refused):
        phone.activate_prove("87654321")
    assert said == ["ja", "ja", "ja"]


class Echo(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f'{{"host": "{self.headers["Host"]}", "from": "{self.client_address[0]}"}}'.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Echo)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("host", ["key.localhost", "portal.localhost", "localhost"])
def test_names_under_localhost_need_no_resolver_and_keep_their_host(port: int, host: str) -> None:
    with http_client() as http:
        assert http.get(f"http://{host}:{port}/").json() == {"host": f"{host}:{port}", "from": "127.0.0.1"}


def test_names_that_only_look_like_localhost_go_to_the_resolver() -> None:
    with http_client() as http:
        for host in ("key.localhost.example.com", "notlocalhost", "example.com"):
            assert not isinstance(http._transport_for_url(httpx.URL(f"https://{host}/")), Localhost)
        assert isinstance(http._transport_for_url(httpx.URL("https://key.localhost/")), Localhost)


def test_tls_checks_the_name_that_was_meant() -> None:
    seen = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.host, request.extensions["sni_hostname"], request.headers["host"]))
        return httpx.Response(200)

    with httpx.Client(transport=Localhost(httpx.MockTransport(note))) as http:
        http.get("https://key.localhost:8443/")
    assert seen == [("127.0.0.1", "key.localhost", "key.localhost:8443")]
