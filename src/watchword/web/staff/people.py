"""Every page about one person, by its address: `/users/<id>`, and under it `events`, `do/<act>`, `interview`, `caller/<proof>`, `ask/<kind>`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.responses import Response

from watchword.core.refusals import METHOD, NOT_FOUND, Refusal
from watchword.web.asking import Ask
from watchword.web.staff import acts, asking, caller, interview, person
from watchword.web.staff.showing import refuse

PREFIX = "/users/"
Page = Callable[[Ask, str, str], Response]

SHOWS: Mapping[str, Page] = {
    "": lambda ask, user_id, _: person.show(ask, user_id),
    "events": lambda ask, user_id, _: person.events(ask, user_id),
    "do": acts.show,
    "interview": interview.show,
    "caller": caller.show,
    "ask": asking.show,
}
DOES: Mapping[str, Page] = {
    "": lambda ask, user_id, _: person.end_session(ask, user_id),
    "do": acts.post,
    "interview": interview.post,
    "caller": caller.post,
    "ask": asking.post,
}


def get(ask: Ask) -> Response:
    """Show one of them."""
    return _led(ask, SHOWS)


def post(ask: Ask) -> Response:
    """Do what its form asks for."""
    return _led(ask, DOES)


def _led(ask: Ask, pages: Mapping[str, Page]) -> Response:
    user_id, page, rest, *more = [*ask.path.removeprefix(PREFIX).split("/"), "", ""][:4]
    if more and more[0]:
        return refuse(ask, Refusal(NOT_FOUND, "path"))
    found = pages.get(page)
    if found is None:
        return refuse(ask, Refusal(METHOD if page in SHOWS else NOT_FOUND, "path"))
    return found(ask, user_id, rest)
