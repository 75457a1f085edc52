"""What a person does at a waiting page, at the portal and at the console alike: each act calls one flow on the attempt of this browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from watchword.core.refusals import Refusal
from watchword.flows import answers, login, methods
from watchword.web.asking import LOGIN, Ask

Act = Callable[[Ask], tuple[object, str]]
"""What the flow said, and at which panel it is told."""


def _collector(ask: Ask) -> str:
    return ask.cookies.get(LOGIN, "")


def _again(ask: Ask) -> tuple[object, str]:
    return login.ask_again(ask.site.kit, _collector(ask)), "page"


def _method(ask: Ask) -> tuple[object, str]:
    chosen = methods.choose(ask.site.kit, _collector(ask), ask.form.get("method", "")[:26])
    return chosen, "other" if isinstance(chosen, Refusal) else ""


def _qr(ask: Ask) -> tuple[object, str]:
    return answers.show(ask.site.kit, _collector(ask), "qr"), "qr"


def _challenge(ask: Ask) -> tuple[object, str]:
    return answers.show(ask.site.kit, _collector(ask), "challenge"), "challenge"


def _code(ask: Ask) -> tuple[object, str]:
    return answers.answer(ask.site.kit, _collector(ask), "code", ask.form.get("code", "")), "code"


def _response(ask: Ask) -> tuple[object, str]:
    return answers.answer(ask.site.kit, _collector(ask), "challenge", ask.form.get("response", "")), "challenge"


def _question(ask: Ask) -> tuple[object, str]:
    """The question to a device that is not Key: two numbers of a card, the challenge of a token, a code by SMS; the one before ends."""
    kind = ask.form.get("kind", "")[:32]
    return methods.ask(ask.site.kit, _collector(ask), kind), kind


def _device(ask: Ask) -> tuple[object, str]:
    """An answer of a device that is not Key; `kind` names its factor."""
    kind = ask.form.get("kind", "")[:32]
    return methods.answer(ask.site.kit, _collector(ask), kind, ask.form), kind


SHOWS: Mapping[str, Act] = MappingProxyType(
    {"again": _again, "method": _method, "send": _question, "ask": _question, "qr": _qr, "challenge": _challenge}
)
"""After these the page is shown again."""
ANSWERS: Mapping[str, Act] = MappingProxyType({"code": _code, "response": _response, "answer": _device})
"""After these, if nothing was refused, the attempt is approved."""
