"""Web Push (RFC 8030, 8291, 8292): wakes a phone with an opaque id and nothing else."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from watchword.outbound.guard import Answer, GuardedClient, read_url
from watchword.outbound.messages import Delivery, Outgoing, delivered, excerpt, postponed, undeliverable

TTL = 180
"""Seconds a push service keeps the message: as long as a push lives."""

_VAPID_LIFE = 2 * 3600  # RFC 8292 section 2 allows a day; two hours forgive a clock that is off
_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")
_DONE = frozenset({200, 201, 202, 204})
_GONE = frozenset({404, 410})


def read_vapid_key(key: bytes) -> ec.EllipticCurvePrivateKey:
    """A P-256 private key from PEM, DER or the 32 raw bytes. Raises ValueError for any other."""
    if len(key) == 32:
        return ec.derive_private_key(int.from_bytes(key, "big"), ec.SECP256R1())
    is_pem = key.lstrip().startswith(b"-----BEGIN")
    load = serialization.load_pem_private_key if is_pem else serialization.load_der_private_key
    loaded = load(key, password=None)
    if not isinstance(loaded, ec.EllipticCurvePrivateKey) or not isinstance(loaded.curve, ec.SECP256R1):
        raise ValueError("a VAPID key is a P-256 private key")
    return loaded


def check_keys(p256dh: str, auth: str) -> str | None:
    """Why a subscription's keys cannot be used (`p256dh`, `auth`), or None. For registering (RFC 8291 section 2)."""
    point, secret = _base64url(p256dh), _base64url(auth)
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return "p256dh"
    if len(point) != 65:
        return "p256dh"
    return None if len(secret) == 16 else "auth"


class WebPush:
    """Sends pushes. `subject` is where a push service reaches the operator: mailto: or https: (RFC 8292 2.1)."""

    def __init__(self, client: GuardedClient, *, vapid_key: bytes, subject: str, now: Callable[[], int]) -> None:
        """`now` gives seconds since 1970. Raises ValueError for an unusable key or subject."""
        if not subject.startswith(("mailto:", "https://")):
            raise ValueError("the VAPID subject begins with mailto: or https://")
        self._client = client
        self._key = read_vapid_key(vapid_key)
        self._subject = subject
        self._now = now

    @property
    def public_key(self) -> str:
        """What a page passes as applicationServerKey: the uncompressed point, base64url without padding."""
        form = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(self._key.public_key().public_bytes(*form)).rstrip(b"=").decode()

    def send(self, message: Outgoing) -> Delivery:
        """To the endpoint `message.to`, the id in `data` if there is one, else the message's own.

        Permanent only if the subscription is gone or can never be sent to.
        """
        target = read_url(message.to)
        if isinstance(target, str):
            return undeliverable(f"endpoint unusable: {target}")
        if reason := self._client.check_url(message.to):
            # The settings refuse it, and settings can be wrong for a day: that must not make every phone forgotten.
            return postponed(f"endpoint refused: {reason}")
        p256dh, auth = message.data.get("p256dh", ""), message.data.get("auth", "")
        opaque = message.data.get("id") or message.id
        if fault := check_keys(p256dh, auth):
            return undeliverable(f"subscription unusable: {fault}")
        headers = {
            "TTL": str(TTL),
            "Urgency": "high",
            "Topic": topic(opaque),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "Authorization": self._authorization(target.origin),
        }
        answer = self._client.request("POST", message.to, headers, self._encrypt(opaque, p256dh, auth))
        if isinstance(answer, Answer):
            return _delivery(answer)
        words = f"push service not asked: {answer.reason}" if answer.refused else f"push service: {answer.reason}"
        # A name that leads to a private address today may be a fault of our own resolver: never a reason to forget
        # a phone.
        return postponed(words)

    def _authorization(self, origin: str) -> str:
        from py_vapid import Vapid02  # noqa: PLC0415 (loaded with the first push)

        claims = {"aud": origin, "exp": self._now() + _VAPID_LIFE, "sub": self._subject}
        header: str = Vapid02(self._key, conf={"no-strict": True}).sign(claims)["Authorization"]
        return header

    def _encrypt(self, message_id: str, p256dh: str, auth: str) -> bytes:
        # The import alone takes 0.2 s and 27 MB (it brings two HTTP clients that we do not use): not at the
        # server's start.
        from pywebpush import WebPusher  # noqa: PLC0415

        payload = json.dumps({"v": 1, "id": message_id}, separators=(",", ":")).encode()
        pusher = WebPusher({"endpoint": "", "keys": {"p256dh": p256dh, "auth": auth}})
        return bytes(pusher.encode(payload, "aes128gcm")["body"])


def topic(message_id: str) -> str:
    """RFC 8030 section 5.4: at most 32 characters of the base64url alphabet; other ids are hashed to that."""
    if _TOPIC.fullmatch(message_id):
        return message_id
    return base64.urlsafe_b64encode(hashlib.sha256(message_id.encode()).digest()).decode()[:32]


def _delivery(answer: Answer) -> Delivery:
    if answer.status in _DONE:
        return delivered(f"push service took it ({answer.status})", excerpt(answer.headers.get("location", "")[-64:]))
    said = excerpt(answer.body)
    if answer.status in _GONE:
        return undeliverable(f"subscription gone ({answer.status})")
    wait = answer.headers.get("retry-after", "")
    pause = f", again after {wait} s" if wait.isascii() and wait.isdigit() and len(wait) < 7 else ""
    # 400, 401 and 403 are most often our own key or clock: forgetting every phone for that would be the worse harm.
    return postponed(
        f"push service answered {answer.status}{pause}: {said}"
        if said
        else f"push service answered {answer.status}{pause}"
    )


def _base64url(text: str) -> bytes:
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
