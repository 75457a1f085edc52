"""Signed requests of a phone, caught before they leave it, so that a test can send them twice, late, altered or from elsewhere."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from watchword_client import crypto
from watchword_client.approval import Attempt
from watchword_client.phone import Phone
from watchword_client.pins import Pin

Body = dict[str, Any]


@contextmanager
def caught(phone: Phone) -> Iterator[list[tuple[str, Body]]]:
    """What the phone would send in this block, as (path, body); it gets an empty answer to each."""
    sent: list[tuple[str, Body]] = []
    original = phone.wire.post

    def keep(path: str, make: Callable[[], Body]) -> Body:
        sent.append((path, copy.deepcopy(make())))
        return {}

    phone.wire.post = keep  # type: ignore[method-assign]
    try:
        yield sent
    finally:
        phone.wire.post = original  # type: ignore[method-assign]


def decision(
    phone: Phone, attempt: Attempt, pin: Pin | None, *, confirmation: str = "", choice: str = "approve"
) -> Body:
    """The body of `/v1/decide`."""
    with caught(phone) as sent:
        phone.decide(attempt, choice, confirmation=confirmation, pin=pin, uv="pin" if pin else "none")
    return sent[0][1]


def resigned(
    phone: Phone, body: Mapping[str, Any], pin: Pin | None = None, label: str = "hmac", **changes: Any
) -> Body:
    """The body with members of `signed` changed (None takes one away), signed anew by the phone, its HMAC made anew with `pin`."""
    signed = {**body["signed"], **changes}
    signed = {name: value for name, value in signed.items() if value is not None}
    made: Body = {**body, "signed": signed, "signature": crypto.sign(phone.wire.state.key, signed)}
    if pin is not None:
        unlocked = phone.unlock(pin) if isinstance(pin, str) else pin
        user = phone.user(str(body["signed"]["user"]))
        made["hmac"] = crypto.mac(unlocked.user_key(phone.wire.state, user, label), signed)
    return made
