"""Requests as pages show them: the four-eyes card."""

from __future__ import annotations

from collections.abc import Mapping

from watchword.core.interviews import FACTS
from watchword.flows.staff.desk import Desk
from watchword.flows.staff.requests import Shown
from watchword.web.pages.console_views import CallFact, FourEyes


def card(shown: Shown, who: Desk, note: str = "") -> FourEyes:
    """A request for a page; `note` is what was typed before."""
    request = shown.request
    evidence, matched = _told(request.evidence)
    return FourEyes(
        id=request.id, kind=request.kind, state=shown.state, about=shown.about, about_id=request.user_id, asked_by=shown.asked_by,
        asked=request.asked, expires=request.expires, reason=request.reason, evidence=evidence, matched=matched,
        params=tuple(shown.words.items()), decided_by=shown.decided_by, decided=request.decided, said=request.note,
        told=shown.told.get("to", ""), mine=request.asked_by == who.user.id, may=shown.may, note=note,
        call=_call(request.caller), alarm=shown.alarm, compared=tuple((one.field, one.likeness, one.one, one.other) for one in shown.compared),
    )  # fmt: skip


def _told(evidence: str) -> tuple[str, tuple[str, ...]]:
    """What was written as evidence, and the facts that an interview added to it, to be named in the page's language."""
    said, _, tail = evidence.rpartition(" [")
    facts = tuple(tail.removesuffix("]").split(", ")) if said and tail.endswith("]") else ()
    return (said, facts) if facts and set(facts) <= set(FACTS) else (evidence, ())


def _call(fact: Mapping[str, str]) -> CallFact | None:
    if not fact:
        return None
    return CallFact(device=fact["device"], at=int(fact["at"]), direction=fact["direction"], words=fact["words"])
