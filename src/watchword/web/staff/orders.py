"""Cards and tokens at the console (O04): what is on its way, and what becomes of it. A card is handed out as a PDF, once, to who makes it."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core import staff
from watchword.core.devices import CODE_CARD
from watchword.core.orders import ORDER
from watchword.core.refusals import CONFIRM_FIRST, Refusal
from watchword.flows.staff import orders
from watchword.flows.staff.desk import Desk
from watchword.flows.staff.orders import Line, Made
from watchword.web import headers
from watchword.web.asking import Ask
from watchword.web.pages.orders_views import OrderRow, OrdersPage
from watchword.web.staff.opening import answer, back_to, common, opened, stopped
from watchword.web.staff.proof import ask_key
from watchword.web.staff.showing import SIGN_IN

PATH = "/orders"


def show(ask: Ask, error: Refusal | None = None) -> Response:
    """What is on its way, or all in one state."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    state = ask.query.get("state", "")
    found = orders.listed(ask.site.kit, who.session, state if state in ORDER.states else "")
    if isinstance(found, Refusal):
        return stopped(ask, found)
    fields = {**common(ask, who, error), "path": PATH}
    view = OrdersPage(
        **fields, rows=tuple(_row(who, line) for line in found), may=staff.may("order", who.roles), state=state,
        chosen=ask.form.get("order", "")[:26], serial=ask.form.get("serial", "")[:64], username=ask.form.get("username", "")[:64],
    )  # fmt: skip
    return answer(ask, who, view, error)


def _row(who: Desk, line: Line) -> OrderRow:
    order = line.order
    return OrderRow(
        id=order.id, kind=order.kind, state=order.state, charge=order.charge, cents=order.cents, serial=order.serial,
        ordered=order.ordered, moved=order.moved, events=line.events if staff.may("order", who.roles) else (), username=line.username,
        may_make=order.state == "ordered" and order.by != who.user.id and staff.may("make", who.roles),
    )  # fmt: skip


def post(ask: Ask) -> Response:
    """Order, make, or say what became of one; `do` names it."""
    who = opened(ask)
    if isinstance(who, Response):
        return who
    do, order = ask.form.get("do", ""), ask.form.get("order", "")[:26]
    kit, session = ask.site.kit, who.session
    result: object
    if do == "make":
        result = orders.make(kit, session, order, ask.form.get("serial", "")[:64])
    elif do == "place":
        result = orders.place(kit, session, ask.form.get("username", "")[:64], ask.form.get("kind", "")[:32])
    else:
        result = orders.act(kit, session, order, do)
    if isinstance(result, Refusal):
        if result.kind is CONFIRM_FIRST:
            return ask_key(ask, who, "staff", ("order", "serial"))
        return stopped(ask, result) if result.kind in SIGN_IN else show(ask, result)
    if isinstance(result, Made) and result.order.kind == CODE_CARD:
        return _paper(ask, result)
    return back_to(PATH, "order_placed" if do == "place" else "order_moved")


def _paper(ask: Ask, made: Made) -> Response:
    """The card as a file: stored by no cache, shown in no frame, run as nothing."""
    user, serial = made.user, made.order.serial
    data = ask.site.kit.papers.card(user.lang, made.cells, username=user.username, serial=serial)
    response = Response(data, media_type="application/pdf")
    response.raw_headers += [
        *headers.COMMON,
        (b"cache-control", b"no-store"),
        (b"content-security-policy", headers.PICTURE_POLICY),
        (b"content-disposition", f'attachment; filename="card-{serial}.pdf"'.encode("ascii")),
    ]
    return response
