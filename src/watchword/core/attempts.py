"""An attempt: one password (or one session) accepted, waiting for one held element, giving at most one thing.

`action` says what that is: `login` a session, `held` the same begun with the phone, `confirm` a session that may change what matters
for a while, `recover` one of the two proofs of a recovery, `caller` nothing but evidence of who is on the telephone (core/caller.py).
`operation` names the change for the person who is asked to approve it, or who called whom.

Rules this file stands for (DESIGN "One login"):
1. A closed attempt never opens again; the first right answer closes it (compare-and-swap on `state`).
2. `approved` is collected once, within COLLECT_SECONDS, by whoever holds the collector secret. A `held` one waits HELD_SECONDS for the
   password that is still to come: approved alone it gives nothing.
3. An approved attempt may still `fail`: its network is not allowed, or the passwords of a `held` one were wrong.
4. *Not me* may come after the fact: it ends an attempt that was approved or collected, and the session it gave.
"""

from __future__ import annotations

from dataclasses import dataclass

from watchword.core.machine import Machine
from watchword.core.recovery import FIRST

ATTEMPT = Machine(
    "attempt",
    ("pending",),
    {
        ("pending", "approve"): "approved",
        ("pending", "deny"): "denied",
        ("pending", "not_me"): "not_me",
        ("pending", "cancel"): "cancelled",
        ("pending", "expire"): "expired",
        ("pending", "fail"): "failed",
        ("approved", "collect"): "collected",
        ("approved", "lapse"): "lapsed",
        ("approved", "fail"): "failed",
        ("approved", "not_me"): "not_me",
        ("collected", "not_me"): "not_me",
    },
)

CHALLENGE = Machine(
    "challenge",
    ("none",),
    {
        ("none", "show"): "open",
        ("open", "show"): "open",
        ("open", "answer"): "answered",
        ("open", "spend"): "spent",
        ("open", "expire"): "ended",
        ("spent", "show"): "open",
        ("ended", "show"): "open",
    },
)

LIFE_SECONDS = 15 * 60
STRICT_LIFE_SECONDS = 10 * 60  # SP 800-63B-4 section 3.1.3.2
COLLECT_SECONDS = 60
HELD_SECONDS = 5 * 60
OPEN_SECONDS = LIFE_SECONDS + HELD_SECONDS  # the longest from the start to the last second of an approval
UNANSWERED = ("pending", "expired", "cancelled")  # states in which no device has decided
SUSPICION = "suspicion"
PUSH_SECONDS = 3 * 60
QR_SECONDS = 3 * 60
CHALLENGE_SECONDS = 5 * 60
WRONG_FOR_ATTEMPT = 5
WRONG_FOR_CHALLENGE = 3
WRONG_CONFIRMATIONS = 3


@dataclass(frozen=True, slots=True)
class Context:
    """Where a login came from, as the phone shows it. Empty strings are what is not known, and count as new."""

    address: str = ""
    place: str = ""
    network: str = ""
    network_key: str = ""
    browser: str = ""
    system: str = ""
    place_new: bool = True
    network_new: bool = True
    browser_new: bool = True


@dataclass(frozen=True, slots=True)
class Attempt:
    """One row of `attempts`. Times are seconds since the epoch; 0 stands for never.

    `session_id` is the session that a login gave or, from the start, the one that a confirmation was asked in: *not me* ends it.
    `lang` is the language that the phone's details are in. `device_id` is the device chosen to answer; `floor` the least level that may
    (core/floors.py), fixed when the attempt is opened; `level` that of what answered, 0 before.
    """

    id: str
    user_id: str
    username: str
    client: str
    state: str
    collector_hash: bytes
    bound_key: str
    nonce: str
    started: int
    expires: int
    context: Context
    browser_id: str
    confirm: bool
    confirm_reason: str
    device_id: str
    asked: tuple[int, ...]
    push_until: int
    qr_turn: int
    qr_until: int
    challenge_state: str
    challenge_turn: int
    challenge_until: int
    wrong: int
    wrong_challenge: int
    wrong_confirmation: int
    decided: int
    decided_by: str
    amr: str
    session_id: str
    lang: str
    action: str = "login"
    operation: str = ""
    floor: int = 0
    level: int = 0


def due(attempt: Attempt, now: int) -> str | None:
    """The event that time alone has brought for this attempt, or None: `expire` or `lapse`."""
    if attempt.state == "pending" and now >= attempt.expires:
        return "expire"
    if attempt.state == "approved" and now > collect_until(attempt):
        return "lapse"
    return None


def collect_until(attempt: Attempt) -> int:
    """The last second in which an approved attempt can be collected."""
    return attempt.decided + (HELD_SECONDS if attempt.action == "held" else COLLECT_SECONDS)


def guarded(attempt: Attempt) -> bool:
    """Whether only the QR and the challenge answer this attempt: whoever typed the name has proven nothing yet, or is suspicious (S02)."""
    return qr_only(attempt) or attempt.confirm_reason == SUSPICION


def qr_only(attempt: Attempt) -> bool:
    """Whether nothing was proven before it, so that it may be nobody's: a login or a recovery that begins with the phone."""
    return attempt.action == "held" or attempt.operation == FIRST


def takes_plain_codes(attempt: Attempt) -> bool:
    """Whether the six digits of Key answer this attempt. They say nothing of what is approved, so they approve no change: whoever talks
    a person out of them for a login must not get the settings with them (ASVS 6.3.3, 7.5.3)."""
    return attempt.action != "confirm" and not guarded(attempt)


def whose(attempt: Attempt, *, device: str = "") -> str:
    """In whose audit stands what becomes of an attempt, by the user's id, "" for nobody's. `device` is the id of the device of his that the
    row tells of, "" for none.

    Whoever types a name begins a `held` one: until a device of the person named has answered, it is a stranger's as far as anybody knows,
    and its end says nothing about that person.
    """
    unanswered = attempt.action == "held" and attempt.state in UNANSWERED and not device
    return "" if unanswered else attempt.user_id


def state_at(attempt: Attempt, now: int) -> str:
    """The state with time taken into account, whether or not a row says so already."""
    event = due(attempt, now)
    return attempt.state if event is None else str(ATTEMPT.step(attempt.state, event))


def challenge_at(attempt: Attempt, now: int) -> str:
    """The state of the offline challenge with time taken into account."""
    if attempt.challenge_state == "open" and now >= attempt.challenge_until:
        return "ended"
    return attempt.challenge_state


def area(action: str) -> str:
    """Under which name an attempt of this action is written down: a proof on the telephone is no login."""
    return "caller" if action == "caller" else "login"
