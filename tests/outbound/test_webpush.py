"""Web Push against a push service that checks VAPID and decrypts, and against every status a push service may give."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from tests.outbound.peers import Peer, reply
from tests.outbound.push_server import PushServer
from watchword.outbound.guard import PUSH_HOSTS, Allowed, GuardedClient
from watchword.outbound.messages import Outgoing
from watchword.outbound.webpush import WebPush, check_keys, read_vapid_key, topic

KEY = ec.generate_private_key(ec.SECP256R1())
PEM = KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
PHONE = ec.generate_private_key(ec.SECP256R1()).public_key()
P256DH = base64.urlsafe_b64encode(
    PHONE.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
).decode()
AUTH = base64.urlsafe_b64encode(b"a" * 16).decode()


def sender(*origins: str, key: bytes = PEM, now: int | None = None) -> WebPush:
    client = GuardedClient(Allowed.from_entries([*PUSH_HOSTS, *origins]), monotonic=time.monotonic, timeout=5.0)
    clock = (lambda: now) if now is not None else (lambda: int(time.time()))
    return WebPush(client, vapid_key=key, subject="mailto:ops@example.org", now=clock)


def push(endpoint: str, keys: dict[str, str] | None = None, message_id: str = "attempt-1") -> Outgoing:
    return Outgoing("push", endpoint, "never sent", "never sent", keys or {"p256dh": P256DH, "auth": AUTH}, message_id)


@pytest.fixture(scope="module")
def push_server() -> Iterator[PushServer]:
    server = PushServer()
    yield server
    server.stop()


def test_a_push_is_taken_and_decrypts_to_the_id_and_nothing_else(push_server: PushServer) -> None:
    out = sender(push_server.origin)
    subscription = push_server.subscribe(out.public_key)
    delivery = out.send(push(subscription["endpoint"], subscription["keys"]))
    assert delivery.ok, delivery
    assert [json.loads(text) for text in push_server.received(subscription)] == [{"v": 1, "id": "attempt-1"}]


def test_another_servers_key_is_refused(push_server: PushServer) -> None:
    subscription = push_server.subscribe(sender().public_key)
    other = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    delivery = sender(push_server.origin, key=other).send(push(subscription["endpoint"], subscription["keys"]))
    assert (delivery.ok, delivery.permanent) == (False, False)
    assert not push_server.received(subscription)


def test_an_expired_token_is_refused(push_server: PushServer) -> None:
    subscription = push_server.subscribe(sender().public_key)
    late = sender(push_server.origin, now=1_000_000_000)
    assert not late.send(push(subscription["endpoint"], subscription["keys"])).ok


def test_a_subscription_that_ended_is_gone_for_good(push_server: PushServer) -> None:
    out = sender(push_server.origin)
    subscription = push_server.subscribe(out.public_key)
    push_server.expire(subscription)
    delivery = out.send(push(subscription["endpoint"], subscription["keys"]))
    assert (delivery.ok, delivery.permanent, delivery.detail) == (False, True, "subscription gone (410)")


def test_loopback_is_refused_unless_that_very_origin_is_named(push_server: PushServer) -> None:
    subscription = push_server.subscribe(sender().public_key)
    for out in (sender(), sender("http://localhost:1"), sender("http://127.0.0.1:80")):
        delivery = out.send(push(subscription["endpoint"], subscription["keys"]))
        assert (delivery.ok, delivery.permanent, delivery.detail) == (False, False, "endpoint refused: scheme")
    assert not push_server.received(subscription)


def test_an_endpoint_that_is_no_address_is_given_up() -> None:
    delivery = sender().send(push("https://user@fcm.googleapis.com/x"))
    assert (delivery.ok, delivery.permanent, delivery.detail) == (False, True, "endpoint unusable: form")


@pytest.mark.parametrize(
    ("status", "ok", "permanent"),
    [
        ("201 Created", True, False), ("200 OK", True, False), ("202 Accepted", True, False), ("204 No Content", True, False),
        ("404 Not Found", False, True), ("410 Gone", False, True),
        ("400 Bad Request", False, False), ("401 Unauthorized", False, False), ("403 Forbidden", False, False),
        ("413 Content Too Large", False, False), ("429 Too Many Requests", False, False),
        ("500 Internal Server Error", False, False), ("503 Service Unavailable", False, False),
        ("307 Temporary Redirect", False, False),
    ],
)  # fmt: skip
def test_every_status(status: str, ok: bool, permanent: bool) -> None:
    fields = ("Location: http://127.0.0.1:1/elsewhere", "Retry-After: 30")
    with Peer(reply(status, b"said 123456", *fields)) as peer:
        origin = f"http://127.0.0.1:{peer.port}"
        delivery = sender(origin).send(push(f"{origin}/secret-capability"))
        head = peer.requests[0].partition(b"\r\n\r\n")[0].decode().split("\r\n")
    assert (delivery.ok, delivery.permanent) == (ok, permanent)
    assert "secret-capability" not in delivery.detail
    assert "123456" not in delivery.detail
    if not ok and not permanent:
        assert "again after 30 s" in delivery.detail
    assert {"TTL: 180", "Urgency: high", "Topic: attempt-1", "Content-Encoding: aes128gcm"} <= set(head)


def test_the_token_is_for_the_service_and_short() -> None:
    with Peer(reply("201 Created")) as peer:
        origin = f"http://127.0.0.1:{peer.port}"
        assert sender(origin, now=1_700_000_000).send(push(f"{origin}/x")).ok
        head = peer.requests[0].partition(b"\r\n\r\n")[0].decode()
    token = head.partition("vapid t=")[2].partition(",")[0].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(token + "=="))
    assert claims == {"aud": origin, "exp": 1_700_007_200, "sub": "mailto:ops@example.org"}


def test_nothing_of_the_message_but_its_id_reaches_the_wire_and_sizes_are_the_same() -> None:
    sizes = set()
    with Peer(reply("201 Created")) as peer:
        origin = f"http://127.0.0.1:{peer.port}"
        for number in range(3):
            assert sender(origin).send(push(f"{origin}/x", message_id=f"attempt-{number}")).ok
        for request in peer.requests:
            assert b"never sent" not in request
            sizes.add(len(request.partition(b"\r\n\r\n")[2]))
    assert len(sizes) == 1


@pytest.mark.parametrize(
    ("p256dh", "auth", "fault"),
    [
        (P256DH, AUTH, None),
        (P256DH.rstrip("="), AUTH.rstrip("="), None),
        ("", AUTH, "p256dh"),
        (P256DH[:-8], AUTH, "p256dh"),
        (base64.urlsafe_b64encode(b"\x04" + b"\x01" * 64).decode(), AUTH, "p256dh"),  # not on the curve
        (base64.urlsafe_b64encode(b"\x00").decode(), AUTH, "p256dh"),
        ("é" * 87, AUTH, "p256dh"),
        (P256DH, "", "auth"),
        (P256DH, base64.urlsafe_b64encode(b"a" * 17).decode(), "auth"),
        (P256DH, "!" * 22, "auth"),
    ],
    ids=["padded", "unpadded", "none", "short", "off-curve", "nought", "not-ascii", "no-auth", "long-auth", "odd-auth"],
)
def test_keys_are_checked_before_they_are_kept_or_used(p256dh: str, auth: str, fault: str | None) -> None:
    assert check_keys(p256dh, auth) == fault
    if fault:
        delivery = sender("http://127.0.0.1:9").send(push("http://127.0.0.1:9/x", {"p256dh": p256dh, "auth": auth}))
        assert (delivery.ok, delivery.permanent) == (False, True)


@given(st.text(max_size=50), st.text(max_size=30))
def test_any_keys_are_refused_or_fit(p256dh: str, auth: str) -> None:
    assert check_keys(p256dh, auth) in {None, "p256dh", "auth"}


def test_a_vapid_key_in_each_form_is_the_same_key() -> None:
    raw = KEY.private_numbers().private_value.to_bytes(32, "big")
    sec1 = KEY.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    der = KEY.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    assert len({sender(key=key).public_key for key in (PEM, raw, sec1, der)}) == 1
    assert len(base64.urlsafe_b64decode(sender().public_key + "=")) == 65


def test_another_kind_of_key_or_subject_stops_the_start() -> None:
    p384: Any = ec.generate_private_key(ec.SECP384R1())
    wrong = p384.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for key in (wrong, b"", b"-----BEGIN NONSENSE-----", b"x" * 31):
        with pytest.raises(ValueError):  # noqa: PT011 (the words are the library's)
            read_vapid_key(key)
    client = GuardedClient(Allowed.from_entries([]), monotonic=time.monotonic)
    with pytest.raises(ValueError, match="subject"):
        WebPush(client, vapid_key=PEM, subject="ops@example.org", now=lambda: 0)


@pytest.mark.parametrize("message_id", ["abc", "0f8fad5b-d9cb-469f-a165-70867728950e", "with space", "長い", "a" * 64])
def test_a_topic_is_always_one_that_push_services_take(message_id: str) -> None:
    name = topic(message_id)
    assert 1 <= len(name) <= 32
    assert name.isascii()
    assert set(name) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
