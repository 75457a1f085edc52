"""Device cookies: one token for each user of a browser, marked as ours and as that user's.

The mark keeps anybody from planting a value he knows in another's browser (session fixation), and a token of one user from making
the same browser known for the next who logs in there: on a shared computer, what a thief keeps stays his own.
"""

from __future__ import annotations

import hmac

from watchword.core.encoding import b64u
from watchword.flows.kit import Kit

KEPT = 5
LONGEST = 100
PART = "~"


def make(kit: Kit, user_id: str) -> str:
    """A new token for a user's browser or platform installation."""
    name = b64u(kit.entropy.bytes(24))
    return f"{name}.{_mark(kit, name, user_id)}"


def pick(kit: Kit, cookie: str, user_id: str) -> str:
    """The token of this user among those of a cookie, or ""."""
    for token in cookie.split(PART)[:KEPT]:
        name, _, mark = token.partition(".")
        if len(token) < LONGEST and hmac.compare_digest(mark.encode(), _mark(kit, name, user_id).encode()):
            return token
    return ""


def joined(cookie: str, token: str) -> str:
    """The cookie with this token in it, newest first; the longest unused of more than KEPT goes."""
    others = [other for other in cookie.split(PART)[:KEPT] if other and other != token and len(other) < LONGEST]
    return PART.join([token, *others][:KEPT])


def _mark(kit: Kit, name: str, user_id: str) -> str:
    return b64u(kit.vault.mac("device-token", f"{name}|{user_id}")[:12])
