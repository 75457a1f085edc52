"""Requests by hand: other hosts, forged forwarding, bodies and methods that no program of ours sends. Refusals, never a fault."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest

from tests.support.installation import WRONG, Installation
from tests.support.raw import form, numbers, post
from tests.support.signed import caught, decision, resigned
from tests.support.steps import asked, confirmation, waiting
from watchword_client.activation import prove

ROUTES = (
    "activation/start", "activation/send", "activation/proof/send", "activation/proof", "activation/prove", "activation/scan",
    "activation/session", "activation/complete", "activation/confirm", "nonce", "prove", "pending", "scan", "decide", "push", "events",
)  # fmt: skip


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1",
        "localhost",
        "portal.watchword.localhost",
        "portal.watchword.localhost:1",
        "",
        "a" * 500,
        "portal.watchword.localhost:{port}.evil.example",
        "key.watchword.localhost@evil.example",
    ],
)
def test_an_unknown_host_is_misdirected(here: Installation, host: str) -> None:
    name = host.format(port=here.port)
    response = httpx.get(f"http://127.0.0.1:{here.port}/login", headers={"host": name}, timeout=60)
    assert response.status_code in (400, 421)
    assert name not in response.text or not name


def test_the_host_is_compared_without_case(here: Installation) -> None:
    response = httpx.get(
        f"http://127.0.0.1:{here.port}/login",
        headers={"host": f"PORTAL.Watchword.localhost:{here.port}"},
        timeout=60,
    )
    assert response.status_code == 200


def test_portal_and_key_are_apart(here: Installation) -> None:
    """What belongs to one origin is not on the other."""
    assert post(here.portal, "/v1/config", {}, here).status_code == 404
    assert here.http.get(f"{here.key}/login").status_code == 404
    assert here.http.get(f"{here.key}/api/openapi.json").status_code == 404
    assert here.http.get(f"{here.portal}/openapi.json").status_code == 404
    assert here.http.get(f"{here.portal}/static/key/index.html").status_code == 404


def test_paths_lead_nowhere_else(here: Installation) -> None:
    for origin in (here.portal, here.key):
        for path in (
            "/..%2f..%2fetc/passwd",
            "/static/../../settings.py",
            "/%00",
            "/static/%2e%2e/brand.css",
            "//evil.example",
            "/static/",
            "/." + "a" * 4000,
        ):
            response = here.http.get(origin + path)
            assert response.status_code in (400, 404, 307) or (origin == here.key and response.status_code == 200)
            assert "root:" not in response.text


@pytest.mark.parametrize("length", [101, 255, 256, 300, 4000])
def test_names_longer_than_a_file_system_takes_are_not_there(here: Installation, length: int) -> None:
    """Found missing before a file system is asked, which answers an error for a name over 255 bytes."""
    long, deep = "a" * length, "/".join(["a" * 50] * (length // 50))
    for origin, folder in (
        (here.portal, "/static/"),
        (here.portal, "/static/portal/"),
        (here.key, "/"),
        (here.key, "/assets/"),
    ):
        for name in (long, f"{long}.css", f"{long}/x.js", f"{deep}/x.js", "é" * (length // 2)):
            response = here.http.get(origin + folder + name)
            assert response.status_code == 404, f"{origin}{folder}{name[:20]}… of {len(name)}"


FORWARDED = {
    "x-forwarded-for": "203.0.113.9",
    "forwarded": "for=203.0.113.9",
    "x-real-ip": "203.0.113.9",
    "client-ip": "203.0.113.9",
}


def address_seen(here: Installation, headers: dict[str, str]) -> str:
    """The address that a login counts under."""
    who = here.person()
    browser = here.browser()
    browser.get("/login")
    assert (
        form(here, browser, "/login", {"username": who.username, "password": who.password}, headers=headers).status_code
        == 303
    )
    return str(asked(who.phone, who).details["address"])


def test_forwarded_headers_are_not_believed(here: Installation) -> None:
    assert address_seen(here, FORWARDED) == "127.0.0.1"


@pytest.mark.parametrize(
    ("trusted", "header", "expected"),
    [
        (["127.0.0.0/8"], "x-forwarded-for", "203.0.113.9"),
        (["127.0.0.0/8"], "forwarded", "203.0.113.9"),
        (["10.0.0.0/8"], "x-forwarded-for", "127.0.0.1"),
    ],
)
def test_a_trusted_proxys_one_header_is_believed(
    install: Callable[..., Installation], trusted: list[str], header: str, expected: str
) -> None:
    here = install(trusted_proxies=trusted, proxy_header=header)
    other = {name: value for name, value in FORWARDED.items() if name != header}
    assert address_seen(here, FORWARDED) == expected
    assert address_seen(here, other) == "127.0.0.1", "a header that the proxy does not set is believed"


def test_forged_addresses_escape_no_throttle(here: Installation) -> None:
    here.later(3601)
    claim = here.new_phone().wire.nonce()
    body = {"username": "any", "session_id": "00000000", "platform": {"os": "other"}, "claim": claim}
    found = [
        numbers(post(here.key, "/v1/activation/session", body, here, x_forwarded_for=f"203.0.113.{at}"))
        for at in range(22)
    ]
    assert found == [[3201]] * 20 + [[3203]] * 2
    here.later(3601)


BODIES = (
    b"", b"{", b"[]", b"null", b"5", b'"text"', b"{}", b'{"signed": null}', b'{"signed": [], "signature": ""}', b"\xff\xfe{}", b"\x00",
    b'{"signed": {}, "signature": 5}', b'{"signed": {"v": NaN}, "signature": ""}', b'{"signed": {"v": 1e999}, "signature": ""}',
    b'{"signed": {"v": 1, "v": 2}, "signature": "", "signature": "x"}', b'{"signed": {"v": 1' + b"0" * 5000 + b'}, "signature": ""}',
    b'{"signed": {"a": "\\ud800"}, "signature": ""}', b'{"signed": {"phone": "' + b"p" * 26 + b'"}, "signature": ""}',
    b'{"signed": ' + b'{"a":' * 2000 + b"1" + b"}" * 2000 + b', "signature": ""}', b'{"signed": {"a": ' + b"[" * 4000 + b"]" * 4000 + b'}, "signature": ""}',
    b'{"signed": {"phone": {"$ne": 1}, "time": "now", "v": true}, "signature": ""}', b'{"signed": {"time": -1, "phone": ""}, "signature": "", "more": 1}',
    b'{"username": "\\u0000", "password": "\\u0000", "platform": {"os": "other"}, "claim": "AAAAAAAAAAAAAAAAAAAAAA"}',
    b'{"enrolment": "' + b"e" * 26 + b'", "claim": "AAAAAAAAAAAAAAAAAAAAAA", "code": "\\u0660\\u0661"}',
)  # fmt: skip


@pytest.mark.parametrize("route", ROUTES)
def test_bodies_that_are_none(here: Installation, route: str) -> None:
    for body in BODIES:
        response = post(here.key, f"/v1/{route}", body, here)
        assert 400 <= response.status_code < 500, (route, body[:60], response.status_code)
        assert response.json()["refusal"]["number"], (route, body[:60])


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/logins",
        *(f"/api/v1/logins/{'a' * 26}/{step}" for step in ("poll", "show", "push", "answer", "cancel", "collect")),
    ],
)
def test_bodies_that_are_none_for_a_platform(here: Installation, path: str) -> None:
    prover = here.platform()._prover
    for body in (
        *BODIES,
        b'{"client": "terminal", "username": "\\u0000", "password": ""}',
        b'{"collector": "\\u0000", "way": "qr", "answer": "1", "wait": 1}',
    ):
        for proof in ("", "a.b.c", "é", prover.proof("POST", here.portal + path)):
            response = here.http.post(
                here.portal + path,
                content=body,
                headers=[(b"content-type", b"application/json"), (b"dpop", proof.encode())],
            )
            assert 400 <= response.status_code < 500, (body[:60], response.status_code)
            assert response.json()["refusal"]["number"]


@pytest.mark.parametrize("origin", ["portal", "key"])
def test_too_much(here: Installation, origin: str) -> None:
    """Sixteen KiB (spec 2), on every road that reads a body, with and without a stated length."""
    base = getattr(here, origin)
    paths = {
        "portal": (
            "/login",
            "/login/wait",
            "/enrol",
            "/api/v1/logins",
            f"/api/v1/logins/{'a' * 26}/poll",
            f"/api/v1/logins/{'a' * 26}/collect",
        ),
        "key": tuple(f"/v1/{route}" for route in ROUTES),
    }[origin]
    for path in paths:
        for content in (b"x" * 16_385, iter([b"x" * 9000, b"x" * 9000])):
            response = here.http.post(base + path, content=content, headers={"content-type": "application/json"})
            assert response.status_code == 413, (path, response.status_code)


def test_other_media_types(here: Installation) -> None:
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
        "application/jsonp",
    ):
        response = post(here.key, "/v1/pending", {"signed": {}, "signature": ""}, here, content_type=kind)
        assert numbers(response) == [5004]
    assert numbers(
        post(
            here.key,
            "/v1/pending",
            {"signed": {}, "signature": ""},
            here,
            content_type="Application/JSON; charset=utf-8",
        )
    ) == [4101]
    browser = here.browser()
    browser.get("/login")
    assert form(here, browser, "/login", {}, headers={"content-type": "text/plain"}).status_code == 403


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FOO", "HEAD"])
def test_other_methods(here: Installation, method: str) -> None:
    for url in (
        f"{here.key}/v1/pending", f"{here.key}/v1/events", f"{here.portal}/api/v1/logins", f"{here.portal}/logout",
        f"{here.portal}/api/v1/logins/{'a' * 26}/poll", f"{here.portal}/login/panel",
    ):  # fmt: skip
        response = here.http.request(method, url)
        assert response.status_code in (400, 404, 405), (method, url, response.status_code)


@pytest.mark.parametrize(
    "query",
    [
        "?" + "&".join("abc"[at % 3] for at in range(80)),
        "?" + "a" * 5000,
        "?%ff%fe",
        "?a=%00",
        "?wait=99999999999999999999",
        "?wait=-1",
        "?wait=٣",
        "?do[]=1",
    ],
)
def test_strange_queries(here: Installation, query: str) -> None:
    for path in ("/login", "/enrol/state", "/login/state", "/help", "/static/portal.css", "/api/v1/session"):
        assert here.http.get(here.portal + path + query).status_code < 500


@pytest.mark.parametrize(
    "header",
    [
        "cookie",
        "accept-language",
        "user-agent",
        "authorization",
        "dpop",
        "sec-ch-ua",
        "origin",
        "sec-fetch-site",
        "content-length",
    ],
)
def test_strange_headers(here: Installation, header: str) -> None:
    for value in ("\xff\xfe", "a" * 4000, ";;;===", "ja;q=nan, en;q=inf, *;q=-1e999", '"\\', "-1", ", ,, ,"):
        try:
            response = here.http.get(f"{here.portal}/login", headers=[(header.encode(), value.encode("latin-1"))])
        except httpx.TransportError:
            continue
        assert response.status_code < 500, (header, value)


def test_many_cookies_and_fields(here: Installation) -> None:
    browser = here.browser()
    browser.get("/login")
    for at in range(200):
        browser.cookies[f"c{at}"] = "x"
    assert form(here, browser, "/login", {"username": "nobody", "password": WRONG}).status_code in (401, 429)
    crowded = {f"f{at}": "x" for at in range(60)}
    assert form(here, browser, "/login", crowded).status_code == 400


def test_members_that_nobody_knows_are_refused_outside_and_covered_inside(here: Installation) -> None:
    """Spec 2: unknown members of `signed` are covered by the signature and otherwise ignored."""
    who = here.person()
    with caught(who.phone) as sent:
        who.phone.wire.post(
            "/v1/pending", lambda: who.phone.wire.signed("pending", {"nonce": "A" * 22, "more": {"x": [1, None, "é"]}})
        )
    body = sent[0][1]
    assert post(here.key, "/v1/pending", body, here).status_code == 200
    assert numbers(post(here.key, "/v1/pending", {**body, "more": 1}, here)) == [5002]
    assert numbers(post(here.key, "/v1/pending", {**body, "signed": {**body["signed"], "more": 2}}, here)) == [4101]


def test_numbers_that_are_no_integers_are_refused(here: Installation) -> None:
    """Spec 1: every number is an integer up to 2^53-1, whatever the signature says."""
    who = here.person()
    waiting(here, who)
    body = decision(who.phone, asked(who.phone, who), None, choice="deny")
    for number in ("1.5", "1.0", "1e3", "9007199254740992", "-9007199254740992", "NaN", "-0.0"):
        raw = json.dumps(body).replace('"v": 1', f'"v": 1, "extra": {number}').encode()
        assert post(here.key, "/v1/decide", raw, here).status_code in (400, 401, 422)


def test_signed_requests_of_another_clock_are_told_the_time(here: Installation) -> None:
    """Spec 2: 120 s either way, then refusal 4102 with the server's time."""
    who = here.person()
    for off, number in ((120, []), (-120, []), (121, [4102]), (-121, [4102]), (10**9, [4102])):
        with caught(who.phone) as sent:
            who.phone.wire.transport.offset = off
            who.phone.wire.request("/v1/pending", "pending", lambda: {"nonce": who.phone.wire.nonce()})
        response = post(here.key, "/v1/pending", sent[0][1], here)
        assert numbers(response) == number
        if number:
            assert response.json()["refusal"]["time"] == here.clock.now()
    who.phone.wire.transport.offset = 5000
    assert who.phone.pending().attempts == ()
    assert who.phone.offset == 0, "the phone learns the server's time and repeats"


@pytest.mark.parametrize("off", [-3600, 3600, -(10**9)])
def test_the_time_of_a_decision_and_of_a_proof_is_information(here: Installation, off: int) -> None:
    """Spec 2: their nonces make them fresh. A phone whose clock is wrong can always say no, and never waits for a second try to."""
    who = here.person()
    browser = waiting(here, who)
    attempt, code = asked(who.phone, who), confirmation(browser.page)
    body = decision(who.phone, attempt, here.pin(), confirmation=code)
    told = resigned(who.phone, body, here.pin(), time=here.clock.now() + off)
    response = post(here.key, "/v1/decide", told, here)
    assert (response.status_code, response.json()["result"]) == (200, "approved")
    nonce = who.phone.wire.request("/v1/nonce", "nonce")["nonce"]
    proof = prove(who.phone.wire, who.phone.users[0], here.pin(), "check", nonce, "pin")
    late = resigned(who.phone, proof, here.pin(), "proof", time=here.clock.now() + off)
    assert post(here.key, "/v1/prove", late, here).json() == {"right": True}


@pytest.mark.parametrize("time", ["now", None, 1.5, True])
def test_a_decision_still_says_a_time(here: Installation, time: object) -> None:
    who = here.person()
    browser = waiting(here, who)
    body = decision(who.phone, asked(who.phone, who), here.pin(), confirmation=confirmation(browser.page))
    signed = {**body["signed"], "time": time}
    if time == 1.5:
        raw = json.dumps({**body, "signed": signed}).encode()
        assert post(here.key, "/v1/decide", raw, here).status_code == 422
        return
    assert numbers(post(here.key, "/v1/decide", resigned(who.phone, body, here.pin(), time=time), here)) == [4301]
