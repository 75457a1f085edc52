"""Device cookies: one token for each user of a browser, marked as ours and as that user's.

The mark keeps anybody from planting a value he knows in another's browser (session fixation), and a token of one user from making
the same browser known for the next who logs in there: on a shared computer, what a thief keeps stays his own.
"""

from __future__ import annotations

import hmac
from dataclasses import replace

from watchword.core.attempts import Attempt
from watchword.core.encoding import b64u, sha256
from watchword.flows.kit import Kit, Visit
from watchword.flows.ports import Browser, Tx

KEPT = 5
KEPT_NETWORKS = 20
LEARNT_SECONDS = 60 * 60  # how often the last use of a browser is written down at most
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


def remember(kit: Kit, tx: Tx, attempt: Attempt, visit: Visit, now: int) -> str:
    """Make the browser known: only a complete login does. A browser keeps its token of this user; a platform's is renewed."""
    given = pick(kit, visit.device_token, attempt.user_id) if visit.device_token else ""
    token = given or make(kit, attempt.user_id)
    token_hash = sha256(token.encode())
    browser = tx.browsers.by_token(attempt.user_id, token_hash) if given else None
    if browser is None and not given and attempt.browser_id:
        browser = tx.browsers.get(attempt.browser_id)
        tx.browsers.rename(attempt.browser_id, token_hash)
    if browser is None:
        fresh = Browser(
            kit.entropy.id(), attempt.user_id, _with((), visit.network_key), _with((), visit.place_key), 0, now
        )
        tx.browsers.add(fresh, token_hash)
        return token
    networks, places = _with(browser.networks, visit.network_key), _with(browser.places, visit.place_key)
    if (networks, places, browser.wrong) != (
        browser.networks,
        browser.places,
        0,
    ) or now - browser.last_used > LEARNT_SECONDS:
        tx.browsers.learn(replace(browser, networks=networks, places=places, wrong=0, last_used=now))
    return token


def _mark(kit: Kit, name: str, user_id: str) -> str:
    return b64u(kit.vault.mac("device-token", f"{name}|{user_id}")[:12])


def _with(known: tuple[str, ...], seen: str) -> tuple[str, ...]:
    return known if not seen or seen in known else (*known, seen)[-KEPT_NETWORKS:]
