"""Reading files of tokens: PSKC (RFC 6030), plain or encrypted with a key agreed on beforehand, and CSV; all or nothing, the bad row named.

PSKC is read by python-pskc, after defusedxml has refused whatever brings a DTD or entities with it. The library checks a MAC that is there; that
one is there where RFC 6030 section 6.1.2 wants it, is checked here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pskc
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from pskc.exceptions import PSKCError
from pskc.key import EncryptedValue, Key

from watchword.app.imports import ImportFault, rows
from watchword.core import card_plus
from watchword.core.card_plus import Token

MOST = 50_000
MOST_BYTES = 64 * 1024 * 1024
FIELDS = ("serial", "key", "suite", "model")
_ALGORITHM = "urn:ietf:params:xml:ns:keyprov:pskc:ocra"
_WRAPS = ("kw-aes128", "kw-aes192", "kw-aes256")  # these show by themselves that nothing was changed
_CIPHERS = ("aes128-cbc", "aes192-cbc", "aes256-cbc", *_WRAPS)


@dataclass(frozen=True, slots=True)
class Supplied:
    """A token of a supplier's file."""

    serial: str
    model: str
    token: Token


def tokens(path: Path, key: bytes | None) -> list[Supplied]:
    """Every token of a file. Raises ImportFault naming each bad row; nothing secret stands in it."""
    if path.stat().st_size > MOST_BYTES:
        raise ImportFault(f"{path}: is larger than {MOST_BYTES} bytes; split it")
    good: list[Supplied] = []
    bad: list[str] = []
    seen: dict[str, str] = {}
    found = _csv(path) if path.suffix.lower() == ".csv" else _pskc(path, key)
    for place, serial, result in found:
        if len(seen) >= MOST:
            raise ImportFault(f"{path}: holds more than {MOST} tokens; split it")
        if isinstance(result, str):
            bad.append(f"{place}: {result}")
        elif serial in seen:
            bad.append(f"{place}: serial number {serial} stands at {seen[serial]} already")
        else:
            good.append(result)
        seen.setdefault(serial, place)
    if bad or not good:
        raise ImportFault("\n".join(bad) or f"{path}: holds no token")
    return good


def checked(serial: str, model: str, suite: str, key: bytes) -> Supplied | str:
    """A token, or what is wrong with it."""
    if not card_plus.serial_fits(serial):
        return "serial number is not 1 to 64 letters, digits, dots, hyphens and underscores"
    if not card_plus.suite_fits(suite):
        return f"suite {suite[:80]!r} takes more than a challenge of 8 to 16 digits, or is none"
    if not card_plus.LEAST_KEY <= len(key) <= card_plus.MOST_KEY:
        return f"key has {len(key)} bytes, not {card_plus.LEAST_KEY} to {card_plus.MOST_KEY}"
    return Supplied(serial, model[: card_plus.LONGEST_MODEL], Token(suite, key))


Found = Iterator[tuple[str, str, Supplied | str]]
"""Where it stands, its serial number, and the token or what is wrong with it."""


def _csv(path: Path) -> Found:
    for number, row in rows(path):
        strange = row.keys() - set(FIELDS)
        if strange or "serial" not in row or "key" not in row:
            raise ImportFault(
                f"{path}: the first line names serial and key, and may name suite and model, nothing else"
            )
        place, serial = f"{path}:{number}", str(row["serial"]).strip()
        try:
            key = bytes.fromhex(str(row["key"]))
        except ValueError:
            yield place, serial, "key is not hexadecimal"
            continue
        yield place, serial, checked(serial, str(row.get("model", "")), str(row.get("suite") or card_plus.SUITE), key)


def _pskc(path: Path, key: bytes | None) -> Found:
    data = path.read_bytes()
    try:
        fromstring(data, forbid_dtd=True)
        document = pskc.PSKC(io.BytesIO(data))
    except (ParseError, DefusedXmlException, PSKCError, ValueError) as fault:
        raise ImportFault(f"{path}: is no PSKC: {type(fault).__name__}") from fault
    if document.encryption.is_encrypted:
        if key is None:
            raise ImportFault(f"{path}: is encrypted: name --key-file")
        if document.encryption.derivation.algorithm:
            raise ImportFault(f"{path}: is encrypted by a password; ask for a key agreed on beforehand")
        document.encryption.key = key
    for number, one in enumerate(document.keys, 1):
        serial = (one.serial or "").strip()
        yield f"{path}: key {number}", serial, _key(document, one, serial)


def _key(document: pskc.PSKC, one: Key, serial: str) -> Supplied | str:
    if (one.algorithm or "").lower() not in (_ALGORITHM, "ocra"):
        return "algorithm is not OCRA"
    held = getattr(
        one, "_secret", None
    )  # what the library holds before it opens it: the one place that tells whether a MAC is there
    if isinstance(held, EncryptedValue):
        cipher = (held.algorithm or document.encryption.algorithm or "").rpartition("#")[2]
        if cipher not in _CIPHERS:
            return f"cipher {cipher[:40]!r} is none of {', '.join(_CIPHERS)}"
        if cipher not in _WRAPS and not held.mac_value:
            return "is encrypted without a MAC"
    try:
        one.check()
        key = one.secret
    except (PSKCError, ValueError) as fault:
        return f"does not open: {fault}"
    if not key:
        return "has no key"
    return checked(serial, one.model or "", one.algorithm_suite or card_plus.SUITE, bytes(key))
