"""The page of sharing a device in every state that looks different."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from watchword.core import refusals
from watchword.web.pages import Page, RefusalView
from watchword.web.pages.sharing_views import SharedRow, SharingPage


def sharing_pages(no: Callable[..., RefusalView], name: str | None, now: int) -> Mapping[str, Page]:
    """All of them by a name for the picture; `name` replaces whatever a stranger may choose."""
    username, owner = name or "mtanaka01", name or "mtanaka-corp"
    common: dict[str, Any] = {"csrf": "token", "username": username, "confirmed": True}
    at: dict[str, Any] = {**common, "id": "s1", "owner": owner, "kind": "card_plus", "until": now + 800}
    token, card = name or f"Digital Security Card+ ({owner})", name or "Security Code Card 4F7K"
    mine = SharedRow(id="s1", state="active", other=owner, device=token, mine=True, at=now - 600, kept=(card,))
    theirs = SharedRow(id="s2", state="active", other=username, device=token, mine=False, at=now - 600)
    waits = SharedRow(id="s3", state="pending", other=owner, device=token, mine=True, at=now - 60)
    digits = {"digits": "48213907", "length": 8}
    return {
        "sharing-start": SharingPage(**common, step="start"),
        "sharing-start-confirm": SharingPage(**{**common, "confirmed": False}, step="start"),
        "sharing-start-wrong": SharingPage(**common, step="start", typed=owner, error=no(refusals.CREDENTIALS)),
        "sharing-weak": SharingPage(**common, step="start", error=no(refusals.SHARE_WEAK)),
        "sharing-identity": SharingPage(**common, step="start", error=no(refusals.SHARE_IDENTITY)),
        "sharing-enrolling": SharingPage(**common, step="start", enrolling=True),
        "sharing-secondary": SharingPage(**common, step="start", changed_by=name or "Misaki Tanaka (mtanaka01)"),
        "sharing-refused": SharingPage(**common, step="start", decided="refused"),
        "sharing-answer": SharingPage(**at, step="answer", asked=digits),
        "sharing-answer-card": SharingPage(**{**at, "kind": "code_card"}, step="answer", asked={"cells": [17, 203]}),
        "sharing-answer-wrong": SharingPage(**at, step="answer", asked=digits, error=no(refusals.TOKEN_WRONG)),
        "sharing-answer-over": SharingPage(**at, step="answer", error=no(refusals.QUESTION_OVER)),
        "sharing-review": SharingPage(**at, step="review"),
        "sharing-pending": SharingPage(**at, step="pending", rows=(waits,)),
        "sharing-active": SharingPage(**at, step="active", rows=(mine,)),
        "sharing-active-enrolling": SharingPage(**at, step="active", rows=(mine,), enrolling=True),
        "sharing-ask": SharingPage(**at, step="active", rows=(mine,), ask="s1", how="cancel"),
        "sharing-ask-kept": SharingPage(
            **{**at, "confirmed": False},
            step="active",
            rows=(mine,),
            ask="s1",
            how="cancel",
            kept=card,
            kept_kind="code_card",
        ),
        "sharing-ask-kept-asked": SharingPage(
            **{**at, "confirmed": False},
            step="active",
            rows=(mine,),
            ask="s1",
            how="cancel",
            kept=card,
            kept_kind="code_card",
            kept_asked={"cells": [17, 203]},
        ),
        "sharing-ask-lost": SharingPage(**at, step="active", rows=(mine,), ask="s1", how="lost"),
        "sharing-lent": SharingPage(**common, step="lent", rows=(theirs,)),
        "sharing-blocked": SharingPage(**common, step="blocked", blocked=no(refusals.SHARE_TEMPORARY)),
        "sharing-cancelled": SharingPage(**common, step="start", ended="cancelled"),
    }
