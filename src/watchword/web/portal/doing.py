"""What a form of the portal does: its field `do` names one of the page's actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from starlette.responses import Response

from watchword.core.refusals import NOT_FOUND, Refusal
from watchword.web.asking import Ask

S = TypeVar("S")

ID_LENGTH = 26


def done(
    ask: Ask,
    actions: Mapping[str, Callable[[Ask, S], Response]],
    opened: Callable[[Ask], S | Response],
    show: Callable[[Ask, Refusal], Response],
) -> Response:
    """The action that was asked for, with whoever `opened` finds, or the page that stands in the way. `show` says that there is no such action."""
    action = actions.get(ask.form.get("do", ""))
    if action is None:
        return show(ask, Refusal(NOT_FOUND, "do.unknown"))
    found = opened(ask)
    return found if isinstance(found, Response) else action(ask, found)


def chosen(ask: Ask, field: str) -> str:
    """The id in this field of the form, no longer than ours are."""
    return ask.form.get(field, "")[:ID_LENGTH]
