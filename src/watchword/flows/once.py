"""Forms that are good once.

A page that shows something secret once comes as the answer to a form, and a browser that loads it again sends that form again: its token
says so, and nothing is made anew that would end what the person has just written down.
"""

from __future__ import annotations

from watchword.core.refusals import FORM_STALE, Refusal
from watchword.flows.kit import Kit
from watchword.flows.ports import Tx

TOKEN_BYTES = 16
TOKEN_LENGTH = 22  # of such a token in base64url
KEPT_SECONDS = (
    30 * 24 * 60 * 60
)  # browsers open the pages of the last days again; each change wants the held element anew anyway


def spent(kit: Kit, tx: Tx, user_id: str, token: str, sent_before: Refusal) -> Refusal | None:
    """Spend the token of a form of this user; `sent_before` where somebody did. The caller's transaction makes what the form asks for."""
    if len(token) != TOKEN_LENGTH:
        return Refusal(FORM_STALE, "once.form")
    first = tx.claims.spend(f"form:{user_id}:{token}", kit.clock.now() + KEPT_SECONDS)
    return None if first else sent_before
