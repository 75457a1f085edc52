"""Which notices a person may choose beside those that always go out.

What changes an account is told to every channel on file, and nobody can switch that off. A stored word is a choice that differs from
the default, so that an account without any has the defaults.
"""

from __future__ import annotations

NEW_BROWSER, EVERY_LOGIN, NO_ACCOUNT_SMS = "login_new", "login_all", "no_account_sms"
WORDS = (NEW_BROWSER, EVERY_LOGIN, NO_ACCOUNT_SMS)


def chosen(notify: str) -> frozenset[str]:
    """The words of `User.notify` that mean something to this version."""
    return frozenset(notify.split()) & frozenset(WORDS)


def stored(words: frozenset[str]) -> str:
    """Words as `User.notify` keeps them. Raises ValueError for one that is unknown."""
    strange = words - frozenset(WORDS)
    if strange:
        raise ValueError(f"no such notice: {', '.join(sorted(strange))}")
    return " ".join(word for word in WORDS if word in words)


def of_login(notify: str, *, browser_new: bool) -> str:
    """Which notice a login causes: `login_new`, `login_all`, or ""."""
    words = chosen(notify)
    if browser_new and words & {NEW_BROWSER, EVERY_LOGIN}:
        return NEW_BROWSER
    return EVERY_LOGIN if EVERY_LOGIN in words else ""


def account_by_sms(notify: str) -> bool:
    """Whether account messages go to the default verified number (N06)."""
    return NO_ACCOUNT_SMS not in chosen(notify)
