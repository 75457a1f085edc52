"""Which server keys the phone accepts, and the check of what they signed (spec.md 2 and 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from watchword_client import crypto
from watchword_client.crypto import FormError, Json

VERSION = 1


class Unrecognised(FormError):
    """The server, or something it is said to have signed, could not be recognised."""


def accept(iss: str, kept: Sequence[Json], config: Mapping[str, Any]) -> list[Json]:
    """The two keys the phone keeps after this answer of `/v1/config`.

    `kept` is empty at the first contact. Unrecognised `form`, `conflict` or `unrecognised` when the answer is refused
    whole; the caller then keeps what it had.
    """
    offered = _entries(config.get("keys"))
    if not kept:
        return offered
    known = {entry["kid"]: entry["key"] for entry in kept}
    chain = config.get("chain", [])
    for statement in chain if isinstance(chain, list) else []:
        _apply(iss, known, statement)
    if any(known.get(entry["kid"]) != entry["key"] for entry in offered):
        raise Unrecognised("unrecognised")
    return offered


def _entries(keys: object) -> list[Json]:
    """Two different well-formed entries, or Unrecognised `form`."""
    if not isinstance(keys, list) or len(keys) != 2:
        raise Unrecognised("form")
    result = []
    for entry in keys:
        try:
            crypto.load_public(entry["key"])
            result.append({"kid": entry["kid"], "key": {"x": entry["key"]["x"], "y": entry["key"]["y"]}})
        except (FormError, KeyError, TypeError) as fault:
            raise Unrecognised("form") from fault
    first, second = result
    if not isinstance(first["kid"], str) or first["kid"] == second["kid"] or first["key"] == second["key"]:
        raise Unrecognised("form")
    return result


def _apply(iss: str, known: dict[str, Json], statement: object) -> None:
    """Adds the successor that one statement names, passes over a statement that says nothing to this phone."""
    if not isinstance(statement, dict):
        return
    signed, signer = statement.get("signed"), statement.get("kid")
    if not isinstance(signed, dict) or not isinstance(signer, str) or signer not in known:
        return
    fields = (signed.get("v"), signed.get("type"), signed.get("iss"), signed.get("from"))
    if fields != (VERSION, "successor", iss, signer):
        return
    try:
        crypto.verify(known[signer], signed, str(statement.get("signature")))
        crypto.load_public(signed["key"])
        kid, key = str(signed["kid"]), {"x": signed["key"]["x"], "y": signed["key"]["y"]}
    except (FormError, KeyError, TypeError):
        return
    if known.setdefault(kid, key) != key:
        raise Unrecognised("conflict")


def verify_answer(iss: str, expected: str, kept: Sequence[Json], answer: object) -> Json:
    """The `signed` part of a signed answer of type `expected`.

    Unrecognised `form`, `kid` (a key not kept: the caller may ask for the chain), `signature` or `fields`.
    """
    if not isinstance(answer, dict):
        raise Unrecognised("form")
    signed, signature, kid = answer.get("signed"), answer.get("signature"), answer.get("kid")
    if not isinstance(signed, dict) or not isinstance(signature, str) or not isinstance(kid, str):
        raise Unrecognised("form")
    key = next((entry["key"] for entry in kept if entry["kid"] == kid), None)
    if key is None:
        raise Unrecognised("kid")
    try:
        crypto.verify(key, signed, signature)
    except FormError as fault:
        raise Unrecognised("signature") from fault
    if (signed.get("v"), signed.get("type"), signed.get("iss")) != (VERSION, expected, iss):
        raise Unrecognised("fields")
    return signed
