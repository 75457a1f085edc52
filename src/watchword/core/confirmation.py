"""When the six-digit confirmation code must be typed from the login page (profiles, DESIGN "One login" 2)."""

from __future__ import annotations

from collections.abc import Iterable

from watchword.core.attempts import Attempt, Context, state_at

TOGETHER_SECONDS = 60


def reason(context: Context, earlier: Iterable[Attempt], *, now: int, always: bool, after_denial: bool) -> str:
    """Why the code is asked for this new attempt: `policy`, `denial`, `several`, `browser`, `network`, or "" for not at all.

    `earlier` are the user's recent attempts; `always` is the strict profile; `after_denial` says that the last answer was a denial.
    """
    if always:
        return "policy"
    if after_denial:
        return "denial"
    if any(beside(other, now) for other in earlier):
        return "several"
    if context.browser_new:
        return "browser"
    if context.network_new:
        return "network"
    return ""


def beside(other: Attempt, now: int) -> bool:
    """Whether `other` is open, or was started within a minute, so that the two could be mistaken for one another."""
    if state_at(other, now) == "pending":
        return True
    return other.state != "cancelled" and now - other.started < TOGETHER_SECONDS and other.state != "collected"
