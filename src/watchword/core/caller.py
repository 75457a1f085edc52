"""Two-way proof on the telephone: Key confirms who is on the line, and the member of staff says words that only Key and the console know (S05).

The attempt behind it has the action `caller`. Rules this file stands for:
1. It gives nothing: its collector secret is thrown away, so it can become no session, no confirmation and no recovery.
2. The person types six digits that he hears; so the approval is for this very call, and for nobody else's.
3. Who is called by us approves nothing before the words were compared: a caller proves himself first.
4. A proof is evidence for GOOD_SECONDS, for the one member of staff who asked, and only until the person says *this isn't me*.
5. Whoever says so closes the requests about the account that wait, and none is taken for GUARD_SECONDS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from watchword.core.attempts import Attempt, state_at
from watchword.core.machine import Machine
from watchword.core.rates import Window

ACTION = "caller"
CALLED_US, WE_CALLED = "called_us", "we_called"
DIRECTIONS = (CALLED_US, WE_CALLED)

# Whether the words were looked at and compared on the phone. A second look changes nothing; what was compared may still turn out wrong.
WORDS = Machine(
    "caller_words",
    ("unseen",),
    {
        ("unseen", "show"): "shown",
        ("shown", "match"): "matched",
        ("shown", "differ"): "differed",
        ("matched", "differ"): "differed",
    },
)

LIFE_SECONDS = 5 * 60
GOOD_SECONDS = 15 * 60
GUARD_SECONDS = 60 * 60
GUARD = Window(1, GUARD_SECONDS)
ALARM_SECONDS = 24 * 60 * 60
ABOUT_ONE = (Window(6, 60 * 60), Window(12, 24 * 60 * 60))
BY_ONE = (Window(30, 60 * 60), Window(150, 24 * 60 * 60))
SAID = 3
LISTED = 64

# What the console is told of an attempt's state. `approved` has still to be collected, and counts for nothing until then.
OUTCOMES = {
    "pending": "asked",
    "approved": "asked",
    "collected": "confirmed",
    "denied": "denied",
    "not_me": "alarm",
}
OVER = "over"


@dataclass(frozen=True, slots=True)
class CallerProof:
    """What is kept beside the attempt of the same id. `state` is that of the words; `agent` the name that the phone showed;
    `alarmed` when the person said that this was not him, 0 for never."""

    id: str
    user_id: str
    staff_id: str
    state: str
    agent: str
    opened: int
    words_at: int
    alarmed: int


def said(entropy: bytes, words: Sequence[str]) -> tuple[str, ...]:
    """The words to be said, by SAID bytes of entropy. `words` are LISTED different ones."""
    return tuple(words[byte % LISTED] for byte in entropy[:SAID])


def outcome(attempt: Attempt, now: int) -> str:
    """What became of it: `asked`, `confirmed`, `denied`, `alarm` or `over`. One that ended because a login was reported is over."""
    if attempt.state == "not_me" and attempt.decided_by == "not_me":
        return OVER
    return OUTCOMES.get(state_at(attempt, now), OVER)


def good(attempt: Attempt, now: int) -> bool:
    """Whether this proof is still evidence of who is on the line."""
    return attempt.action == ACTION and attempt.state == "collected" and now < attempt.decided + GOOD_SECONDS


def words_first(operation: str, state: str) -> bool:
    """Whether the words have to be compared before this may be approved: whoever is called by us lets the caller prove himself."""
    return operation != CALLED_US and state != "matched"
