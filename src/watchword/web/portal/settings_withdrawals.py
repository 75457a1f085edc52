"""A person's withdrawals, and what is left today (R01)."""

from __future__ import annotations

import re

from starlette.responses import Response

from watchword.core.refusals import Refusal
from watchword.core.withdrawals import usd as exact
from watchword.flows import withdrawals
from watchword.flows.withdrawals import NEWEST
from watchword.web.asking import Ask
from watchword.web.pages.limits_views import WithdrawalRow, WithdrawalsPage, usd
from watchword.web.portal.settings import answer, opened
from watchword.web.portal.showing import refuse

_BEFORE = re.compile(r"([0-9]{1,12})-([0-9a-z]{26})")


def show(ask: Ask) -> Response:
    """Newest first; `?before=` goes on."""
    signed = opened(ask)
    if isinstance(signed, Response):
        return signed
    given = _BEFORE.fullmatch(ask.query.get("before", ""))
    before = (int(given[1]), given[2]) if given else NEWEST
    found = withdrawals.listed(ask.site.kit, signed.session, before)
    if isinstance(found, Refusal):
        return refuse(ask, found)
    clients = ask.site.kit.policy.clients
    rows = tuple(
        WithdrawalRow(
            amount=exact(row.amount), payee=row.payee_name, account=row.payee_account, at=row.at, state=row.state,
            until=row.expires, shown=row.shown, program=clients[row.client].called(ask.lang) if row.client in clients else row.client,
        )
        for row in found.rows
    )  # fmt: skip
    last = found.rows[-1] if found.older else None
    view = WithdrawalsPage(
        rows=rows, day=usd(found.limits.day), five_days=usd(found.limits.five_days), left_day=exact(found.left.day),
        left_five_days=exact(found.left.five_days), older=f"{last.at}-{last.id}" if last else "", newest=given is None,
        **signed.common,
    )  # fmt: skip
    return answer(ask, signed, view)
