"""Attacks that the demonstration runs on itself, over its own public HTTP interface, from a network that nobody logs in from.

Each returns what happened as pairs of a text key and what fills it; web/demo shows them.
"""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from watchword_client.portal import Browser
from watchword_client.transport import Localhost

Line = tuple[str, Mapping[str, object]]
GUESSES, NAMES, LOGINS = 8, 40, 8
PAUSED, NETWORK = (1102, 1113), 1114
_SENT = 'data-while="sent"'


@dataclass(frozen=True, slots=True)
class Target:
    """Where the demonstration is, and whom it is about."""

    portal: str
    username: str
    password: str


@contextmanager
def stranger(address: str) -> Iterator[httpx.Client]:
    """A client at another address of this machine; where the system has but one, at that."""
    local = Localhost(httpx.HTTPTransport(local_address=address if _ours(address) else None))
    with httpx.Client(mounts={"all://*.localhost": local}, timeout=20) as client:
        yield client


def _ours(address: str) -> bool:
    """Whether this machine has that address: Linux has all of 127/8, others may have one of it."""
    with socket.socket() as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def guess(target: Target) -> list[Line]:
    """Passwords, one after the other, for one person."""
    passwords = [f"Guess-{number}-2026!" for number in range(GUESSES)]
    found = _tried(target, "127.66.0.9", [(target.username, password) for password in passwords])
    read = found[1101] + (1 if found[1101] == 4 else 0)  # the fifth was read too, and paused the name
    lines: list[Line] = [("demo.attack_guess", {"tries": GUESSES, "name": target.username, "read": read})]
    if any(found[number] for number in PAUSED):
        lines.append(("demo.attack_guess_paused", {}))
    return [*lines, ("demo.attack_owner_known", {}), ("demo.attack_owner_held", {}), ("demo.attack_owner_notice", {})]


def spray(target: Target) -> list[Line]:
    """One password over many names."""
    names = [f"client{number:03d}" for number in range(NAMES)]
    found = _tried(target, "127.67.0.9", [(name, "Summer-2026!") for name in names])
    read = NAMES - found[NETWORK]
    lines: list[Line] = [("demo.attack_spray", {"tries": NAMES, "read": read})]
    if found[NETWORK]:
        lines.append(("demo.attack_spray_waits", {}))
    return [*lines, ("demo.attack_owner_elsewhere", {})]


def bomb(target: Target) -> list[Line]:
    """The right password again and again, so that the phone rings until somebody taps Approve."""
    asked = 0
    with stranger("127.68.0.9") as http:
        for _ in range(LOGINS):
            page = Browser(target.portal, http=http).login(target.username, target.password)
            if page.path == "/enrol":
                return [("demo.attack_no_key", {"name": target.username})]
            if page.refusals:
                return [("demo.attack_bomb_paused", {})]
            asked += _SENT in page.html
    return [
        ("demo.attack_bomb", {"tries": LOGINS, "asked": asked}),
        ("demo.attack_bomb_code", {}),
        ("demo.attack_owner_deny", {}),
    ]


ATTACKS: Mapping[str, Callable[[Target], list[Line]]] = {"guess": guess, "spray": spray, "bomb": bomb}


def _tried(target: Target, address: str, pairs: list[tuple[str, str]]) -> Counter[int]:
    """How each of these pairs was refused."""
    found: Counter[int] = Counter()
    with stranger(address) as http:
        for username, password in pairs:
            found.update(Browser(target.portal, http=http).login(username, password).refusals)
    return found
