"""Who is staff, and in which roles (administrators and auditors)."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core.refusals import Refusal
from watchword.flows.staff import members
from watchword.web.asking import Ask
from watchword.web.pages.console_views import MemberLine, MembersPage
from watchword.web.staff.asking import may_ask
from watchword.web.staff.opening import answer, common, opened, stopped


def show(ask: Ask) -> Response:
    """The list."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    found = members.listed(ask.site.kit, who.session)
    if isinstance(found, Refusal):
        return stopped(ask, found)
    rows = tuple(
        MemberLine(id=one.user_id, username=one.username, roles=tuple(sorted(one.roles)), since=one.added, state=one.state)
        for one in found
    )  # fmt: skip
    return answer(
        ask, who, MembersPage(**{**common(ask, who), "path": "/members"}, rows=rows, asks=may_ask(who, "roles"))
    )
