"""Checking who is on the telephone: the words that the member of staff must say (spec.md 6.9)."""

from __future__ import annotations

from watchword_client.approval import Attempt, Decision
from watchword_client.crypto import Json
from watchword_client.trust import Unrecognised
from watchword_client.wire import Wire


def _fields(attempt: Attempt) -> Json:
    return {name: attempt.details[name] for name in ("attempt", "nonce", "user", "device")}


def words(wire: Wire, attempt: Attempt) -> tuple[str, ...]:
    """What the member of staff must say. Unrecognised when the answer is not the server's, or of another attempt."""
    answer = wire.request("/v1/caller/words", "caller_words", lambda: _fields(attempt))
    found = wire.answer("caller_words", answer)
    said = found.get("words")
    if any(found.get(name) != attempt.details[name] for name in ("attempt", "nonce")):
        raise Unrecognised("fields")
    if not isinstance(said, list) or not said or not all(isinstance(word, str) and word for word in said):
        raise Unrecognised("form")
    return tuple(said)


def checked(wire: Wire, attempt: Attempt, match: bool) -> Decision:
    """Whether they were said: `matched`, or `not_me` where they were not, which ends the attempt and is told to everybody."""
    answer = wire.request("/v1/caller/checked", "caller_checked", lambda: {**_fields(attempt), "match": match})
    return Decision(str(answer.get("result", "")), int(answer.get("quiet_until", 0)))
