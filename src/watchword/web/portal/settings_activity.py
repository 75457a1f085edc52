"""Logins and security events, a page at a time (A person reads the audit rows about himself)."""

from __future__ import annotations

from typing import Literal

from starlette.responses import Response

from watchword.core.activity import ALARMING
from watchword.flows import activity
from watchword.flows.activity import Line
from watchword.web.asking import Ask
from watchword.web.pages.settings_views import ActivityPage, ActivityRow
from watchword.web.portal.settings import answer, opened

LARGEST = 2**63 - 1


def show(ask: Ask) -> Response:
    """Newest first; `?only=login|change` filters, `?before=` goes on."""
    signed = opened(ask)
    if isinstance(signed, Response):
        return signed
    kit, asked, before = ask.site.kit, ask.query.get("only", ""), ask.query.get("before", "")
    only: Literal["", "login", "change"] = asked if asked in ("login", "change") else ""  # type: ignore[assignment]
    start = min(int(before), LARGEST) if before.isascii() and before.isdecimal() and len(before) < 20 else 0
    lines, older = activity.look(kit, signed.session, only, start)
    names = {name: client.called(ask.lang) for name, client in kit.policy.clients.items()}
    rows = tuple(_row(line, names) for line in lines)
    return answer(ask, signed, ActivityPage(rows=rows, only=only, older=older, newest=not start, **signed.common))


def _row(line: Line, names: dict[str, str]) -> ActivityRow:
    event, context = line.event, line.attempt.context if line.attempt else None
    browser, _, system = event.personal.get("browser", "").partition("/")
    client = str(event.fields.get("client", "")) or (line.attempt.client if line.attempt else "")
    return ActivityRow(
        at=event.at, tag=event.tag, alarming=event.tag in ALARMING,
        place=context.place if context else event.personal.get("place", ""),
        network=context.network if context else event.personal.get("network", ""),
        browser=context.browser if context else browser, system=context.system if context else system,
        program=names.get(client, client) if client != "portal" else "",
        detail=event.personal.get("phone", "") or event.personal.get("to", ""),
    )  # fmt: skip
