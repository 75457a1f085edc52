"""A person's withdrawals, what is left today, signing one with a token, and *this isn't mine* (R01)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from starlette.responses import Response

from watchword.core.entitlements import UNSHOWN
from watchword.core.refusals import Refusal
from watchword.core.withdrawals import Withdrawal
from watchword.core.withdrawals import usd as exact
from watchword.flows import own_withdrawals
from watchword.flows.own_withdrawals import DISOWNED, NEWEST, Listed
from watchword.web.asking import Ask
from watchword.web.pages.limits_views import WithdrawalRow, WithdrawalsPage, usd
from watchword.web.portal.doing import chosen, done
from watchword.web.portal.settings import Signed, answer, opened
from watchword.web.portal.showing import refuse, see

PATH = "/settings/withdrawals"
WITHDRAWAL = "withdrawal"  # the field of a form that names one
_BEFORE = re.compile(r"([0-9]{1,12})-([0-9a-z]{26})")


def show(ask: Ask, error: Refusal | None = None, *, at: str = "") -> Response:
    """Newest first; `?before=` goes on. `error` stands at the row `at`."""
    signed = opened(ask, error)
    if isinstance(signed, Response):
        return signed
    given = _BEFORE.fullmatch(ask.query.get("before", ""))
    before = (int(given[1]), given[2]) if given else NEWEST
    found = own_withdrawals.listed(ask.site.kit, signed.session, before)
    if isinstance(found, Refusal):
        return refuse(ask, found)
    last, blind = found.rows[-1] if found.older else None, ask.site.kit.policy.entitlements.limits[UNSHOWN]
    view = WithdrawalsPage(
        rows=tuple(_row(ask, found, row) for row in found.rows), day=usd(found.limits.day), five_days=usd(found.limits.five_days),
        left_day=exact(found.left.day), left_five_days=exact(found.left.five_days), older=f"{last.at}-{last.id}" if last else "",
        newest=given is None, at=at if any(row.id == at for row in found.rows) else "", blind_day=usd(blind.day),
        blind_five_days=usd(blind.five_days), **signed.common,
    )  # fmt: skip
    return answer(ask, signed, view, error)


def _row(ask: Ask, found: Listed, row: Withdrawal) -> WithdrawalRow:
    clients, question = ask.site.kit.policy.clients, found.signable.get(row.id)
    return WithdrawalRow(
        id=row.id, amount=exact(row.amount), payee=row.payee_name, account=row.payee_account, at=row.at, state=row.state,
        until=row.expires, shown=row.shown, program=clients[row.client].called(ask.lang) if row.client in clients else row.client,
        signable=row.id in found.signable, asked=question.shown if question else None, disowned=row.state in DISOWNED,
    )  # fmt: skip


def post(ask: Ask) -> Response:
    """What a person does here; `do` names it."""
    return done(ask, ACTIONS, opened, show)


def _ask(ask: Ask, signed: Signed) -> Response:
    asked = own_withdrawals.ask(ask.site.kit, signed.session, chosen(ask, WITHDRAWAL))
    return (
        show(ask, asked, at=chosen(ask, WITHDRAWAL))
        if isinstance(asked, Refusal)
        else see(f"{PATH}#w-{chosen(ask, 'withdrawal')}")
    )


def _answer(ask: Ask, signed: Signed) -> Response:
    result = own_withdrawals.answer(ask.site.kit, signed.session, chosen(ask, WITHDRAWAL), ask.form.get("answer", ""))
    return (
        show(ask, result, at=chosen(ask, WITHDRAWAL))
        if isinstance(result, Refusal)
        else see(f"{PATH}?done=withdrawal_signed")
    )


def _disown(ask: Ask, signed: Signed) -> Response:
    refused = own_withdrawals.disown(ask.site.kit, signed.session, chosen(ask, WITHDRAWAL))
    return show(ask, refused, at=chosen(ask, WITHDRAWAL)) if refused else see(PATH)


ACTIONS: Mapping[str, Callable[[Ask, Signed], Response]] = {"ask": _ask, "answer": _answer, "disown": _disown}
