"""A renewal: every user concerned gets a new secret on a phone in one step, after a new PIN, a transfer or a recovery (L01, L02, L05).

Rules this file stands for (DESIGN "What that leaves", "Recovery"):
1. Nothing is handed out before the old PIN was proven: `proven` comes from that, or from a right code of six digits on top of it.
2. The old secrets hold until the phone has confirmed the new ones; then they end in the same transaction. Never both, never neither.
3. A claim (and a signing key) of the receiving phone binds every step from its first one on, so each can be repeated and none stolen.
"""

from __future__ import annotations

from dataclasses import dataclass

from watchword.core.machine import Machine
from watchword.core.rates import Window

RENEWAL = Machine(
    "renewal",
    ("offered", "started", "proven"),
    {
        ("offered", "scan"): "scanned",
        ("scanned", "approve"): "proven",
        ("started", "open"): "opened",
        ("opened", "unlock"): "proven",
        ("opened", "decline"): "declined",
        ("proven", "issue"): "issued",
        ("issued", "issue"): "issued",
        ("issued", "confirm"): "done",
        ("offered", "void"): "void",
        ("scanned", "void"): "void",
        ("started", "void"): "void",
        ("opened", "void"): "void",
        ("proven", "void"): "void",
        ("issued", "void"): "void",
        ("offered", "expire"): "expired",
        ("scanned", "expire"): "expired",
        ("started", "expire"): "expired",
        ("opened", "expire"): "expired",
        ("proven", "expire"): "expired",
        ("issued", "expire"): "expired",
    },
)

OPEN = RENEWAL.states - RENEWAL.final
OFFER_SECONDS = 5 * 60
START_SECONDS = 30 * 60
FINISH_SECONDS = 15 * 60
WRONG_CODES = 3
MOST_ASKED = 10
MOST_USERS = 100  # of one phone: a confirmation names each of them in one request of at most 16 KiB
BEGINS = (Window(5, 60 * 60), Window(10, 24 * 60 * 60))


@dataclass(frozen=True, slots=True)
class Renewal:
    """One row of `renewals`.

    `kind` is `pin`, `transfer` or `recovery`. `user_id` and `device_id` proved the PIN, or are recovered; `phone_id` is the phone that holds
    the old secrets, `to_phone_id` the one that gets the new ("" until it has an id). `key_x`, `key_y`, `name` and `platform` are those of the
    receiving phone. `devices` are pairs of an old device and its successor (the same one where only the PIN changes).
    """

    id: str
    kind: str
    state: str
    user_id: str
    phone_id: str
    device_id: str
    to_phone_id: str
    claim_hash: bytes
    secret_hash: bytes
    key_x: bytes
    key_y: bytes
    name: str
    platform: str
    devices: tuple[tuple[str, str], ...]
    contact_id: str
    turn: int
    wrong: int
    created: int
    expires: int


def state_at(renewal: Renewal, now: int) -> str:
    """The state with time taken into account, whether or not a row says so already."""
    return "expired" if renewal.state in OPEN and now >= renewal.expires else renewal.state


def moved_with(pairs: tuple[tuple[str, str], ...], active: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """The pairs whose old device still is active: who was deactivated in between is left behind."""
    return tuple(pair for pair in pairs if pair[0] in active)
