"""Cards and tokens of one's own (O02-O04): ordering, where they are, putting them in place, and the card for the screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from starlette.responses import Response

from watchword.core import floors
from watchword.core.devices import CARD_PLUS
from watchword.core.orders import KINDS, OPEN, withdrawable
from watchword.core.refusals import Refusal
from watchword.flows import confirm, devices, online_card, orders
from watchword.web.asking import Ask
from watchword.web.pages.orders_views import CardsPage, OrderReview, OrderRow, dollars
from watchword.web.portal.doing import chosen, done
from watchword.web.portal.settings import Signed, answer, opened
from watchword.web.portal.showing import see

PATH = "/settings/cards"
ORDER = "order"  # the field of a form that names one


def show(
    ask: Ask, error: Refusal | None = None, *, at: str = "", issued: online_card.Issued | None = None, review: OrderReview | None = None
) -> Response:  # fmt: skip
    """The page as it stands; `issued` is a card that was made just now, `review` an order that is looked over."""
    signed = opened(ask, error)
    if isinstance(signed, Response):
        return signed
    return answer(ask, signed, replace(_view(ask, signed, at, issued), review=review), error)


def _view(ask: Ask, signed: Signed, at: str, issued: online_card.Issued | None) -> CardsPage:
    kit, session = ask.site.kit, signed.session
    found = orders.look(kit, session)
    waiting = {one.order.kind for one in found if one.order.state in OPEN}
    own = [
        line.device
        for line in devices.look(kit, session)
        if line.device.kind == CARD_PLUS and not line.device.shared_from
    ]
    return CardsPage(
        rows=tuple(
            OrderRow(
                id=one.order.id, kind=one.order.kind, state=one.order.state, charge=one.order.charge, cents=one.order.cents,
                serial=one.order.serial, ordered=one.order.ordered, moved=one.order.moved, left=one.left, asked=one.asked,
                unsent=withdrawable(one.order),
            )
            for one in found
        ),
        kinds=tuple(kind for kind in KINDS if kind not in waiting), replaceable=tuple((one.id, one.name) for one in own),
        at=at if any(one.order.id == at for one in found) else "",
        may_add=confirm.required(kit, session, floors.ENROL) is None, online=issued is None and online_card.offered(kit, session),
        cells=issued.cells if issued else (), cells_until=issued.device.ends if issued else 0, **signed.common,
    )  # fmt: skip


def post(ask: Ask) -> Response:
    """What a person does here; `do` names it."""
    return done(ask, ACTIONS, opened, show)


def _review(ask: Ask, signed: Signed) -> Response:
    """One more page before something is ordered: what, where it goes, what it costs and what it ends."""
    found = orders.review(ask.site.kit, signed.session, *_ordered(ask))
    if isinstance(found, Refusal):
        return show(ask, found)
    charge = dollars(found.cents) if found.cents else ""
    return show(ask, review=OrderReview(
        kind=found.kind, replaces=found.replaces, charge=charge, ends=found.ends, temporary=found.temporary
    ))  # fmt: skip


def _ordered(ask: Ask) -> tuple[str, str]:
    """What a form orders: a kind of device, and the id of the one that it takes the place of. A card takes that of every other anyway."""
    kind = ask.form.get("kind", "")[:32]
    return kind, chosen(ask, "replaces") if kind == CARD_PLUS else ""


def _order(ask: Ask, signed: Signed) -> Response:
    placed = orders.order(ask.site.kit, signed.session, *_ordered(ask))
    return show(ask, placed) if isinstance(placed, Refusal) else see(f"{PATH}?done=ordered")


def _withdraw(ask: Ask, signed: Signed) -> Response:
    result = orders.withdraw(ask.site.kit, signed.session, chosen(ask, ORDER), ask.visit())
    return show(ask, result, at=chosen(ask, ORDER)) if isinstance(result, Refusal) else see(f"{PATH}?done=withdrawn")


def _arrived(ask: Ask, signed: Signed) -> Response:
    refused = orders.ask(ask.site.kit, signed.session, chosen(ask, ORDER))
    return show(ask, refused, at=chosen(ask, ORDER)) if refused else see(f"{PATH}#o-{chosen(ask, ORDER)}")


def _receive(ask: Ask, signed: Signed) -> Response:
    kit, session = ask.site.kit, signed.session
    result = orders.receive(kit, session, chosen(ask, ORDER), ask.form.get("answer", ""), ask.visit())
    return show(ask, result, at=chosen(ask, ORDER)) if isinstance(result, Refusal) else see(f"{PATH}?done=in_place")


def _online(ask: Ask, signed: Signed) -> Response:
    result = online_card.issue(ask.site.kit, signed.session, ask.visit())
    return show(ask, result) if isinstance(result, Refusal) else show(ask, issued=result)


ACTIONS: Mapping[str, Callable[[Ask, Signed], Response]] = {
    "review": _review,
    "order": _order,
    "withdraw": _withdraw,
    "arrived": _arrived,
    "receive": _receive,
    "online": _online,
}
