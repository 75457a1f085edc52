"""The guarded client reaches allow-listed public hosts and explicitly named origins, and nothing else."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.outbound.certificates import Authority
from tests.outbound.peers import Peer, reply
from watchword.outbound.addresses import Address, is_public, read_address
from watchword.outbound.guard import MAX_RESPONSE, PUSH_HOSTS, Allowed, Answer, GuardedClient, NoAnswer, read_url


def client(
    *entries: str, timeout: float = 5.0, resolver: Callable[[str, int], list[str]] | None = None
) -> GuardedClient:
    def nowhere(host: str, port: int) -> list[str]:
        raise AssertionError(f"{host} was looked up")

    allowed = Allowed.from_entries([*PUSH_HOSTS, *entries])
    return GuardedClient(allowed, monotonic=time.monotonic, timeout=timeout, resolver=resolver or nowhere)


@pytest.mark.parametrize(
    "url",
    [
        "https://fcm.googleapis.com/fcm/send/abc:def",
        "https://FCM.googleapis.com:443/wp/x?y=z",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
        "https://web.push.apple.com/QABC",
        "https://wns2-par02p.notify.windows.com/w/?token=BQY",
    ],
)
def test_the_push_services_are_allowed(url: str) -> None:
    assert client().check_url(url) is None


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://fcm.googleapis.com/x", "scheme"),
        ("https://fcm.googleapis.com:8443/x", "port"),
        ("https://fcm.googleapis.com.evil.example/x", "host"),
        ("https://evilfcm.googleapis.com/x", "host"),
        ("https://push.apple.com/x", "host"),
        ("https://evilpush.apple.com/x", "host"),
        ("https://fcm.googleapis.com./x", "host"),
        ("https://fcm.googleapis.com@evil.example/x", "form"),
        ("https://user:secret@fcm.googleapis.com/x", "form"),
        ("https://evil.example\\@fcm.googleapis.com/x", "form"),
        ("https://fcm.googleapis.com\\.evil.example/x", "form"),
        ("https://fcm.googleapis.com/x#fragment", "form"),
        ("https://fcm.googleapis.com/x\r\nHost: evil", "form"),
        ("https://fcm.googleapis.com/x y", "form"),
        (" https://fcm.googleapis.com/x", "form"),
        ("https://fcm.googleapis.com/x\n", "form"),
        ("https://fcm。googleapis。com/x", "form"),
        ("https://ｆcm.googleapis.com/x", "form"),
        ("https:/fcm.googleapis.com/x", "form"),
        ("//fcm.googleapis.com/x", "form"),
        ("file:///etc/passwd", "form"),
        ("gopher://fcm.googleapis.com/x", "form"),
        ("https://fcm.googleapis.com:0/x", "port"),
        ("https://fcm.googleapis.com:65536/x", "port"),
        ("https://fcm.googleapis.com/" + "a" * 2048, "length"),
        ("", "form"),
    ],
)
def test_other_spellings_are_not(url: str, reason: str) -> None:
    assert client().check_url(url) == reason


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.01", "0", "[::1]", "[::]",
        "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[fe80::1]", "[fe80::1%25eth0]",
        "[fd00::1]", "[ff02::1]", "10.0.0.1", "169.254.169.254", "192.168.0.1", "100.64.0.1", "localhost", "8.8.8.8",
    ],
)  # fmt: skip
def test_no_spelling_of_an_address_is_allowed(host: str) -> None:
    for port in ("", ":443", ":8080"):
        assert client().check_url(f"https://{host}{port}/x") is not None
        assert client().check_url(f"http://{host}{port}/x") is not None


@given(st.ip_addresses(), st.integers(1, 65535))
def test_no_address_at_all_is_allowed_by_the_host_list(address: Address, port: int) -> None:
    host = f"[{address}]" if address.version == 6 else str(address)
    number = int(address)
    for spelling in (host, str(number), hex(number), oct(number)):
        assert client().check_url(f"https://{spelling}:{port}/x") is not None


@given(
    st.one_of(
        st.ip_addresses(v=4),
        st.ip_addresses(v=6),
        st.ip_addresses(v=4).map(lambda address: ipaddress.IPv6Address(f"::ffff:{address}")),
    )
)
def test_what_python_calls_not_global_is_never_public(address: Address) -> None:
    read = read_address(str(address))
    assert read is not None
    if is_public(read):
        bad = ("is_private", "is_loopback", "is_link_local", "is_multicast", "is_reserved", "is_unspecified")
        assert not [name for name in bad if getattr(read, name)]


@pytest.mark.parametrize(
    "text", ["64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:1::1", "fd00::1", "::127.0.0.1", "fec0::1"]
)
def test_tunnels_and_translators_are_not_public(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:80b::200a"])
def test_ordinary_addresses_are_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "entry", ["", ".", "http://", "http://host/path", "*.example.org", "a b", "127.0.0.1", "https://u@h", "ftp://h"]
)
def test_a_setting_that_is_neither_host_nor_origin_stops_the_start(entry: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        Allowed.from_entries([entry])


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_and_reading_is_unambiguous(text: str) -> None:
    target = read_url("https://" + text)
    if not isinstance(target, str):
        assert target.host.isascii()
        assert read_url(target.origin + target.path) == target


def test_only_the_very_origin_named_is_reached() -> None:
    with Peer(reply("201 Created", b"ok", "Location: /m/1")) as peer:
        named = client(f"http://127.0.0.1:{peer.port}")
        answer = named.request("POST", f"http://127.0.0.1:{peer.port}/x", {"X-A": "b"}, b"body")
        assert isinstance(answer, Answer)
        assert (answer.status, answer.body, answer.headers["location"]) == (201, b"ok", "/m/1")
        head, _, body = peer.requests[0].partition(b"\r\n\r\n")
        assert body == b"body"
        assert f"Host: 127.0.0.1:{peer.port}".encode() in head
        for other in (f"http://localhost:{peer.port}/", "http://127.0.0.1/", f"https://127.0.0.1:{peer.port}/"):
            answer = named.request("GET", other, {})
            assert isinstance(answer, NoAnswer)
            assert answer.refused
        assert len(peer.requests) == 1


def test_a_connection_is_kept_for_the_next_request() -> None:
    with Peer(reply("200 OK")) as peer:
        named = client(f"http://127.0.0.1:{peer.port}")
        for _ in range(3):
            assert isinstance(named.request("POST", f"http://127.0.0.1:{peer.port}/", {}), Answer)
        assert len(peer.requests) == 3
        assert len(peer._open) == 1
        named.close()


def test_many_threads_share_one_client() -> None:
    with Peer(reply("200 OK", b"x")) as peer:
        named = client(f"http://127.0.0.1:{peer.port}")
        with ThreadPoolExecutor(8) as threads:
            answers = list(
                threads.map(lambda n: named.request("POST", f"http://127.0.0.1:{peer.port}/{n}", {}), range(100))
            )
        assert all(isinstance(answer, Answer) and answer.status == 200 for answer in answers)
        assert len(peer.requests) == 100
        named.close()


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        ["8.8.8.8", "127.0.0.1"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["10.1.2.3"],
        ["fe80::1%lo"],
        ["nonsense"],
    ],
)
def test_an_allowed_name_that_leads_inside_is_refused(answers: list[str]) -> None:
    asked: list[str] = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers

    answer = client(resolver=resolver).request("POST", "https://fcm.googleapis.com/x", {}, b"x")
    assert answer == NoAnswer("address", refused=True)
    assert asked == ["fcm.googleapis.com"]


def test_a_resolver_that_changes_its_answer_is_asked_once_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: public when checked, loopback when used. The address checked is the one connected to."""
    answers = iter([["8.8.8.8"], ["127.0.0.1"], ["127.0.0.1"]])
    connected: list[object] = []

    def create_connection(address: object, *_: object, **__: object) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", create_connection)
    answer = client(resolver=lambda _host, _port: next(answers)).request("GET", "https://fcm.googleapis.com/x", {})
    assert answer == NoAnswer("unreachable")
    assert connected == [("8.8.8.8", 443)]


def test_name_and_certificate_stay_those_of_the_host(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with Peer(reply("200 OK", b"here"), authority.issue("push.test")) as peer:
        allowed = Allowed.from_entries([f"https://push.test:{peer.port}", f"https://other.test:{peer.port}"])
        named = GuardedClient(
            allowed, monotonic=time.monotonic, resolver=lambda _h, _p: ["127.0.0.1"], ca_file=str(authority.file)
        )
        answer = named.request("GET", f"https://push.test:{peer.port}/x", {})
        assert isinstance(answer, Answer)
        assert peer.names == ["push.test"]
        assert f"Host: push.test:{peer.port}".encode() in peer.requests[0]
        assert named.request("GET", f"https://other.test:{peer.port}/x", {}) == NoAnswer("tls")
        stranger = GuardedClient(allowed, monotonic=time.monotonic, resolver=lambda _h, _p: ["127.0.0.1"])
        assert stranger.request("GET", f"https://push.test:{peer.port}/x", {}) == NoAnswer("tls")


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with Peer(reply("200 OK")) as inside:
        with Peer(reply("307 Temporary Redirect", b"", f"Location: http://127.0.0.1:{inside.port}/")) as peer:
            answer = client(f"http://127.0.0.1:{peer.port}").request("POST", f"http://127.0.0.1:{peer.port}/", {}, b"x")
        assert isinstance(answer, Answer)
        assert answer.status == 307
        assert not inside.requests


def test_a_huge_body_is_cut_off() -> None:
    def flood(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(1000):
            connection.sendall(b"x" * 65536)

    with Peer(flood) as peer:
        assert client(f"http://127.0.0.1:{peer.port}").request("GET", f"http://127.0.0.1:{peer.port}/", {}) == NoAnswer(
            "too_large"
        )
    with Peer(reply("200 OK", b"x" * MAX_RESPONSE)) as peer:
        answer = client(f"http://127.0.0.1:{peer.port}").request("GET", f"http://127.0.0.1:{peer.port}/", {})
        assert isinstance(answer, Answer)
        assert len(answer.body) == MAX_RESPONSE


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nX: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n",
    ],
)
def test_a_peer_that_drips_is_left_at_the_deadline(head: bytes) -> None:
    """Each byte comes well within a time-out per read; the sum of them must not."""
    ended = threading.Event()

    def drip(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(head)
        while not ended.wait(0.05):
            connection.sendall(head if b"103" in head else b"x")

    with Peer(drip) as peer:
        started = time.monotonic()
        answer = client(f"http://127.0.0.1:{peer.port}", timeout=0.5).request(
            "GET", f"http://127.0.0.1:{peer.port}/", {}
        )
        assert answer == NoAnswer("timeout")
        assert time.monotonic() - started < 30, "it would drip for minutes"
        ended.set()


def test_a_resolver_that_hangs_is_left_at_the_deadline() -> None:
    ended = threading.Event()

    def hang(_host: str, _port: int) -> list[str]:
        ended.wait(60)
        return ["8.8.8.8"]

    assert client(timeout=0.3, resolver=hang).request("GET", "https://fcm.googleapis.com/x", {}) == NoAnswer("timeout")
    ended.set()


def test_faults_of_the_other_side_are_told_apart() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror

    assert client(resolver=unknown).request("GET", "https://fcm.googleapis.com/x", {}) == NoAnswer("unresolved")
    with Peer(lambda connection, _request: connection.sendall(b"SSH-2.0-OpenSSH\r\n\r\n")) as peer:
        url = f"http://127.0.0.1:{peer.port}/"
        assert client(url.rstrip("/")).request("GET", url, {}) == NoAnswer("protocol")
    assert client(url.rstrip("/")).request("GET", url, {}) == NoAnswer("unreachable")
