"""Signed requests of a phone: signature first, over the bytes received, before any field is looked at (protocol/spec.md 2, 6.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchword.core.devices import Phone
from watchword.core.encoding import unb64u
from watchword.core.refusals import CLOCK, FIELDS, SIGNATURE, VERSION, Refusal
from watchword.flows.kit import Kit
from watchword.flows.ports import Tx

CLOCK_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Signed:
    """A request as received: the members, their canonical bytes, the signature, and the HMAC where there is one."""

    fields: Mapping[str, Any]
    message: bytes
    signature: str
    hmac: bytes = b""


def check_signed(kit: Kit, phone: Phone | None, request: Signed, kind: str, *, fresh: bool = True) -> Refusal | None:
    """The one list of checks for every signed request of a known phone."""
    if phone is None:
        return Refusal(SIGNATURE, "phone.unknown")
    if not kit.vault.verify(phone.key_x, phone.key_y, request.message, request.signature):
        return Refusal(SIGNATURE, "signature.wrong")
    if phone.state != "active":
        return Refusal(SIGNATURE, "phone.inactive")
    return check_header(kit, request, kind, fresh=fresh)


def check_header(kit: Kit, request: Signed, kind: str, *, fresh: bool = True) -> Refusal | None:
    """Version, type, issuer and time of a request whose signature was verified."""
    fields = request.fields
    if fields.get("v") != 1:
        return Refusal(VERSION, "fields.v")
    if fields.get("type") != kind:
        return Refusal(FIELDS, "fields.type")
    if fields.get("iss") != kit.vault.issuer:
        return Refusal(FIELDS, "fields.iss")
    time = fields.get("time")
    if not isinstance(time, int) or isinstance(time, bool):
        return Refusal(FIELDS, "fields.time")
    if fresh and abs(time - kit.clock.now()) > CLOCK_SECONDS:
        return Refusal(CLOCK, "clock.off", extra={"time": kit.clock.now()})
    return None


def text(fields: Mapping[str, Any], name: str, longest: int = 256) -> str:
    """A text member, or "" where it is missing, no text, longer than it can be, or nothing that a database can hold."""
    value = fields.get(name)
    if not isinstance(value, str) or len(value) > longest or "\0" in value:
        return ""
    return "" if any("\ud800" <= character <= "\udfff" for character in value) else value


def key_of(request: Signed) -> tuple[bytes, bytes] | None:
    """The public key that a request brings, or None where it brings none. Whether it is a point shows at the signature."""
    key = request.fields.get("key")
    x, y = (unb64u(key.get("x"), 32), unb64u(key.get("y"), 32)) if isinstance(key, Mapping) else (None, None)
    return None if x is None or y is None else (x, y)


def find_phone(tx: Tx, request: Signed, *, lock: bool = False) -> Phone | None:
    """The phone that a request names."""
    name = text(request.fields, "phone", 26)
    return tx.phones.get(name, lock=lock) if len(name) == 26 else None
