"""The PIN opened once: A of spec.md 3, from which every user's keys of this phone follow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from watchword_client import crypto, typed
from watchword_client.state import PhoneState, User


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A in memory, so that a program that answers often hashes the PIN once. It does not print its content."""

    a: bytes = field(repr=False)

    def pad(self, iss: str, user: str, device: str) -> bytes:
        return crypto.pad(self.a, iss, user, device)

    def user_key(self, state: PhoneState, user: User, label: str) -> bytes:
        """K(label) of one user; with a wrong PIN it is a wrong key, which only the server can tell."""
        pad = crypto.pad(self.a, state.iss, user.user, user.device)
        secret = crypto.camouflage(crypto.unb64u(user.blob, 32), pad)
        return crypto.user_key(secret, label, state.iss, user.user, state.phone)


Pin: TypeAlias = str | Unlocked


def unlock(state: PhoneState, pin: Pin) -> Unlocked:
    """Hashes a typed PIN (about 20 ms); Mistyped when it cannot be one. What is unlocked already stays as it is."""
    if isinstance(pin, Unlocked):
        return pin
    return Unlocked(crypto.argon2(typed.pin(pin), state.salt))
