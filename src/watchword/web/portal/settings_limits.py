"""What an account may do, and whether a device is asked for at every login (Q01-Q04, R01)."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core.entitlements import SITUATIONS
from watchword.core.refusals import INVALID, Refusal
from watchword.flows import entitlements, opting
from watchword.web.asking import Ask
from watchword.web.pages.limits_views import LimitsPage, OptingPage, steps, usd
from watchword.web.portal.settings import Signed, answer, opened
from watchword.web.portal.showing import refuse, see

CHOICES = ("always", "known")


def show(ask: Ask) -> Response:
    """Limits, restrictions, why, and what would raise them."""
    signed = opened(ask)
    if isinstance(signed, Response):
        return signed
    may = entitlements.of_session(ask.site.kit, signed.session)
    if isinstance(may, Refusal):
        return refuse(ask, may)
    ceilings = tuple(word for word in may.because[1:] if word in SITUATIONS)
    view = LimitsPage(
        day=usd(may.limits.day), five_days=usd(may.limits.five_days), source=may.because[0], ceilings=ceilings,
        restrictions=may.restrictions, steps=steps(may), **signed.common,
    )  # fmt: skip
    return answer(ask, signed, view)


def choice(ask: Ask, error: Refusal | None = None) -> Response:
    """Whether a device is asked for at every login, and what the other choice brings with it."""
    signed = opened(ask, error)
    if isinstance(signed, Response):
        return signed
    found = opting.look(ask.site.kit, signed.user)
    view = OptingPage(
        opted_out=found.since > 0, floored=signed.user.floor > 0, since=found.since, possible=found.possible, restrictions=found.restrictions,
        day=usd(found.limits.day), five_days=usd(found.limits.five_days), **signed.common,
    )  # fmt: skip
    return answer(ask, signed, view, error)


def _review(ask: Ask, signed: Signed) -> Response:
    """One more page before a person opts out: what he may do now, and what then."""
    kit, session = ask.site.kit, signed.session
    stopped = opting.ready(kit, session)
    found = stopped or entitlements.opted_out(kit, session)
    if isinstance(found, Refusal):
        return choice(ask, found)
    now, then = found
    view = OptingPage(
        possible=True, review=True, day=usd(then.limits.day), five_days=usd(then.limits.five_days), now_day=usd(now.limits.day),
        now_five_days=usd(now.limits.five_days), restrictions=tuple(word for word in then.restrictions if word not in now.restrictions),
        **signed.common,
    )  # fmt: skip
    return answer(ask, signed, view)


def choose(ask: Ask) -> Response:
    """Keep the choice; `do=review` shows first what opting out brings with it."""
    signed = opened(ask)
    if isinstance(signed, Response):
        return signed
    wanted = ask.form.get("device", "")
    if wanted not in CHOICES:
        return choice(ask, Refusal(INVALID, "opting.unknown", {"field": "device"}))
    if ask.form.get("do") == "review" and wanted == "known" and not signed.user.opted_out:
        return _review(ask, signed)
    refused = opting.choose(ask.site.kit, signed.session, out=wanted == "known")
    return choice(ask, refused) if refused else see("/settings/login?done=saved")
