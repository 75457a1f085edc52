"""Sessions: what a login gives, how long it lasts, and what counts as activity."""

from __future__ import annotations

from dataclasses import dataclass

from watchword.core import floors

TOUCH_SECONDS = 20
CONFIRMED_SECONDS = 5 * 60


@dataclass(frozen=True, slots=True)
class Session:
    """`kind` is `portal`, `platform`, `staff` or `enrolment` (a password alone: it can enrol the first device and nothing else).

    `account` is `live` or `paper` (A08), the kind of its user when it was issued; nothing changes it afterwards. `level` is that of what was
    held at its login, `confirmed_level` of what was shown last since (core/devices.py, Level); 0 where nothing was.
    """

    id: str
    user_id: str
    username: str
    kind: str
    client: str
    token_hash: bytes
    attempt_id: str
    acr: str
    amr: str
    created: int
    touched: int
    idle_seconds: int
    expires: int
    ended: int
    proved: int
    confirmed: int = 0
    account: str = "live"
    level: int = 0
    confirmed_level: int = 0


def alive(session: Session, now: int) -> bool:
    """Whether it can be used: not ended, not idle too long, not past its absolute end."""
    return not session.ended and now < session.expires and now < session.touched + session.idle_seconds


def should_touch(session: Session, now: int) -> bool:
    """Whether activity is worth a write: at most one every TOUCH_SECONDS, so that a page view costs no write."""
    return now - session.touched >= TOUCH_SECONDS


def confirmed(session: Session, now: int, floor: int = floors.CHANGES) -> bool:
    """Whether a held element of at least this level was shown in this session lately: at its login, or again since. Asked before what
    matters changes."""
    if session.kind == "enrolment":
        return False
    return session.confirmed_level >= floor and now < session.confirmed + CONFIRMED_SECONDS
