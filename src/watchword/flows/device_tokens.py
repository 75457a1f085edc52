"""Device cookies: random, and marked as ours, so that nobody can plant a value he knows in another's browser (session fixation)."""

from __future__ import annotations

import hmac

from watchword.core.encoding import b64u
from watchword.flows.kit import Kit


def make(kit: Kit) -> str:
    """A new token for a browser or a platform installation."""
    name = b64u(kit.entropy.bytes(24))
    return f"{name}.{_mark(kit, name)}"


def genuine(kit: Kit, token: str) -> str:
    """The token if we made it, else ""."""
    name, _, mark = token.partition(".")
    return token if len(token) < 100 and hmac.compare_digest(mark.encode(), _mark(kit, name).encode()) else ""


def _mark(kit: Kit, name: str) -> str:
    return b64u(kit.vault.mac("device-token", name)[:12])
