"""SMS through a real Kannel, and through gateways that answer in every other way."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.outbound.kannel import PASSWORD, USERNAME, Kannel
from tests.outbound.peers import Peer, reply
from tests.support.process import free_port
from watchword.outbound.gsm import fits_gsm
from watchword.outbound.messages import Outgoing, excerpt
from watchword.outbound.sms import GatewayAuth, HttpGateway, Report, ReportSettings, SmsSettings

ENGLISH = "Example: your code is 730115. It is for logging in and lasts until 14:35.\n\n@portal.example #730115"
JAPANESE = "Example: 確認コードは730115です。ログインに使います（14:35まで）。\n\n@portal.example #730115"
KANNEL = SmsSettings(
    url="http://127.0.0.1:1/cgi-bin/sendsms",
    method="GET",
    encoding="query",
    params={
        "username": "{username}", "password": "{password}", "from": "{from}", "to": "{to}", "text": "{text}", "charset": "UTF-8",
    },
    unicode_params={"coding": "2"},
    auth=GatewayAuth(username=USERNAME, password=PASSWORD),
    sender="Example",
    success_status=frozenset({202}),
    success_pattern=r"^[03]: ",
    permanent_pattern=r"Number\(s\) has/have been denied|Empty receiver number",
    report=ReportSettings(
        key=b"k" * 32, states={"1": "delivered", "2": "failed", "4": "waiting", "8": "waiting", "16": "failed"}
    ),
)  # fmt: skip


def sms(to: str, body: str, message_id: str = "m1") -> Outgoing:
    return Outgoing(kind="sms", to=to, subject="", body=body, id=message_id)


def gateway(settings: SmsSettings) -> HttpGateway:
    return HttpGateway(settings, monotonic=time.monotonic)


@pytest.fixture(scope="module")
def kannel() -> Iterator[Kannel]:
    server = Kannel()
    yield server
    server.stop()


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("+819012345601", ENGLISH),
        ("+819012345602", JAPANESE),
        ("+819012345603", "Grüße: £5, €5, {x} [y] ~ & = + % ? # \\\n\n@portal.example #730115"),
        ("+819012345604", "A long account message. " * 20 + "\n\n@portal.example #730115"),
        ("+819012345605", "口座からの出金を受け付けました。" * 15 + "\n\n@portal.example #730115"),
        ("+819012345606", "絵文字😀と改行\n二行目\n\n@portal.example #730115"),
        ("+819012345607", "Curly “quotes” leave the GSM alphabet.\n@portal.example #730115"),
    ],
)
def test_what_is_sent_arrives_intact(kannel: Kannel, number: str, text: str) -> None:
    delivery = gateway(replace(KANNEL, url=kannel.url)).send(sms(number, text))
    assert delivery.ok, delivery
    assert kannel.arrived(number) == text


def test_line_breaks_of_any_kind_arrive_as_one(kannel: Kannel) -> None:
    assert (
        gateway(replace(KANNEL, url=kannel.url)).send(sms("+819012345610", "one\r\ntwo\n\n@portal.example #123456")).ok
    )
    assert kannel.arrived("+819012345610") == "one\ntwo\n\n@portal.example #123456"


def test_a_wrong_password_is_told_and_is_not_held_against_the_number(kannel: Kannel) -> None:
    wrong = replace(KANNEL, url=kannel.url, auth=GatewayAuth(username=USERNAME, password="secret-and-wrong"))
    delivery = gateway(wrong).send(sms("+819012345611", ENGLISH))
    assert (delivery.ok, delivery.permanent) == (False, False)
    assert delivery.detail == "gateway refused the credentials (403): Authorization failed for sendsms"


def test_a_gateway_that_is_slow_or_down_is_left_in_time(kannel: Kannel) -> None:
    kannel.freeze()
    try:
        started = time.monotonic()
        delivery = gateway(replace(KANNEL, url=kannel.url, timeout=0.5)).send(sms("+819012345612", ENGLISH))
        assert (delivery.ok, delivery.permanent, delivery.detail) == (False, False, "gateway: timeout")
        assert time.monotonic() - started < 30
    finally:
        kannel.thaw()
    down = gateway(replace(KANNEL, url=f"http://127.0.0.1:{free_port()}/")).send(sms("+819012345612", ENGLISH))
    assert (down.ok, down.permanent, down.detail) == (False, False, "gateway: unreachable")


def test_delivery_reports_come_back_with_a_proof(kannel: Kannel) -> None:
    calls: list[dict[str, str]] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append({name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()})
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/sms-report?id={{id}}&proof={{proof}}&state=%d"
        params = {**KANNEL.params, "dlr-mask": "31", "dlr-url": "{report}"}
        told = gateway(replace(KANNEL, url=kannel.url, params=params, report=replace(KANNEL.report, url=address)))
        assert told.send(sms("+819012345613", JAPANESE, "id/with &=odd% characters")).ok
        until = time.monotonic() + 60
        while len(calls) < 2 and time.monotonic() < until:
            time.sleep(0.02)
        server.shutdown()
    assert [told.read_report(call) for call in calls] == [
        Report("id/with &=odd% characters", "waiting"),
        Report("id/with &=odd% characters", "delivered"),
    ]
    assert told.read_report({**calls[1], "id": "another"}) is None
    assert told.read_report({**calls[1], "proof": "é"}) is None
    assert told.read_report({**calls[1], "proof": "\udcff"}) is None
    assert told.read_report({**calls[1], "id": "\udcff"}) is None
    assert told.read_report({**calls[1], "state": "99"}) is None
    assert told.read_report({}) is None


def test_a_number_that_is_none_is_not_sent_to() -> None:
    for number in (
        "",
        "0901234",
        "+0123456789",
        "+81 90 1234 5678",
        "+8190123456789012",
        "+81901234567\n",
        "tel:+819012345678",
    ):
        delivery = gateway(KANNEL).send(sms(number, ENGLISH))
        assert (delivery.ok, delivery.permanent) == (False, True)


@pytest.mark.parametrize(
    ("status", "body", "ok", "permanent"),
    [
        ("202 Accepted", b"0: Accepted for delivery", True, False),
        ("202 Accepted", b"3: Queued for later delivery", True, False),
        ("202 Accepted", b"4: Something else", False, False),
        ("200 OK", b"0: Accepted for delivery", False, False),
        ("400 Bad Request", b"Number(s) has/have been denied by white- and/or black-lists.", False, True),
        ("400 Bad Request", b"Missing something", False, False),
        ("429 Too Many Requests", b"", False, False),
        ("503 Service Unavailable", b"Sms temporarily not available", False, False),
        ("302 Found", b"", False, False),
    ],
)
def test_the_success_rule(status: str, body: bytes, ok: bool, permanent: bool) -> None:
    with Peer(reply(status, body)) as peer:
        delivery = gateway(replace(KANNEL, url=f"http://127.0.0.1:{peer.port}/send")).send(
            sms("+819012345678", ENGLISH)
        )
    assert (delivery.ok, delivery.permanent) == (ok, permanent)


def test_json_bearer_and_the_gateways_own_id() -> None:
    settings = SmsSettings(
        url="http://127.0.0.1:1/v1/messages",
        encoding="json",
        params={"messages": [{"to": ["{digits}"], "from": "{from}", "content": {"text": "{text}"}, "ref": "{id}"}]},
        unicode_params={"unicode": "yes"},
        auth=GatewayAuth(kind="bearer", password="t0ken"),
        sender="Example",
        success_pattern=r'"id": ?"(?P<id>[^"]+)"',
    )
    with Peer(reply("201 Created", b'{"id": "abc-1"}')) as peer:
        delivery = gateway(replace(settings, url=f"http://127.0.0.1:{peer.port}/v1/messages")).send(
            sms("+819012345678", JAPANESE, "{to}")
        )
        head, _, body = peer.requests[0].partition(b"\r\n\r\n")
    assert (delivery.ok, delivery.provider_id) == (True, "abc-1")
    assert b"POST /v1/messages HTTP/1.1" in head
    assert b"Authorization: Bearer t0ken" in head
    # An id that looks like a placeholder stays what it is: values are never filled twice.
    expected = [{"to": ["819012345678"], "from": "Example", "content": {"text": JAPANESE}, "ref": "{to}"}]
    assert json.loads(body) == {"messages": expected, "unicode": "yes"}


def test_form_and_basic_and_header() -> None:
    form = SmsSettings(url="http://127.0.0.1:1/", params={"To": "{to}", "Body": "{text}"})
    kinds = {
        b"Authorization: Basic dTpw": GatewayAuth(kind="basic", username="u", password="p"),
        b"X-Key: p": GatewayAuth(kind="header", header="X-Key", password="p"),
    }
    for field, auth in kinds.items():
        with Peer(reply("200 OK")) as peer:
            url = f"http://127.0.0.1:{peer.port}/?account=7"
            assert gateway(replace(form, url=url, auth=auth)).send(sms("+819012345678", ENGLISH)).ok
            head, _, body = peer.requests[0].partition(b"\r\n\r\n")
        assert field in head
        assert b"POST /?account=7 " in head
        assert parse_qs(body.decode()) == {"To": ["+819012345678"], "Body": [ENGLISH]}


@pytest.mark.parametrize(
    "broken",
    [
        {"url": "ftp://gateway.example/"},
        {"url": "http://gateway.example/#x"},
        {"params": {"to": "{number}"}},
        {"method": "GET", "encoding": "json"},
        {"report": ReportSettings(url="https://portal.example/r?id={id}", key=b"short")},
    ],
)
def test_settings_that_cannot_work_stop_the_start(broken: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"sms\."):
        gateway(replace(KANNEL, **broken))  # type: ignore[arg-type]


def test_details_hold_neither_the_code_nor_the_number_nor_the_password() -> None:
    echo = f"error for +819012345678: {ENGLISH} (password {PASSWORD})\r\n<b>".encode()
    with Peer(reply("500 Internal Server Error", echo)) as peer:
        delivery = gateway(replace(KANNEL, url=f"http://127.0.0.1:{peer.port}/")).send(sms("+819012345678", ENGLISH))
    assert not delivery.ok
    for secret in ("730115", "819012345678", PASSWORD, "\n"):
        assert secret not in delivery.detail
    assert PASSWORD not in repr(KANNEL)


@given(st.text(), st.from_regex(r"[0-9]{4,8}", fullmatch=True))
def test_an_excerpt_is_one_short_line_without_codes(text: str, code: str) -> None:
    words = excerpt(f"{text}{code}{text}")
    assert code not in words
    assert len(words) <= 120
    assert words.isprintable()


def test_the_gsm_alphabet() -> None:
    assert fits_gsm(ENGLISH + "£€{}[]~^|\\ äöüñ Δ §")
    for text in (JAPANESE, "“", "—", "`", "ç", "😀", "\t"):
        assert not fits_gsm(text)
