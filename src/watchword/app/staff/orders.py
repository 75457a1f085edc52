"""`watchword staff order|orders|order-make|order-move`: cards and tokens from the order to the return (O04)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from watchword.app.staff import show as showing
from watchword.app.staff.desk import REFUSED, Desk
from watchword.core.orders import KINDS, STAFF_EVENTS, Order
from watchword.flows.staff import orders

Whom = Annotated[str, typer.Argument(help="Username of the person.")]
Kind = Annotated[str, typer.Argument(help=f"One of: {', '.join(KINDS)}.")]
Replaces = Annotated[str, typer.Option(help="Id of the device that it takes the place of: watchword staff show.")]
OrderId = Annotated[str, typer.Argument(help="Id of the order: watchword staff orders.")]
State = Annotated[str, typer.Option(help="Only those in this state, such as active or returned.")]
Event = Annotated[str, typer.Argument(help=f"One of: {', '.join(STAFF_EVENTS)}.")]
Out = Annotated[Path | None, typer.Option(help="File for the card to print (PDF); it must not exist.", dir_okay=False)]
Serial = Annotated[str, typer.Option(help="Serial number of the token, from stock.")]


def order(desk: Desk, username: Whom, kind: Kind, replaces: Replaces = "") -> None:
    """Order a card or token for a person. Somebody else makes it."""
    placed = desk.do(lambda session: orders.place(desk.kit, session, username, kind, replaces))
    desk.result(_json(placed, username), desk.text("order.placed", id=placed.id))


def listed(desk: Desk, state: State = "") -> None:
    """Orders that are on their way, or all in one state."""
    found = desk.do(lambda session: orders.listed(desk.kit, session, state))
    if desk.as_json:
        for line in found:
            desk.result({**_json(line.order, line.username), "events": list(line.events)})
        return
    if not found:
        desk.say("order.none")
        return
    rows = [
        (line.order.id, line.username, desk.text(f"order.kind.{line.order.kind}"), desk.text(f"order.state.{line.order.state}"),
         desk.text(f"order.charge.{line.order.charge}"), desk.moment(line.order.ordered))
        for line in found
    ]  # fmt: skip
    showing.table(desk, ("id", "person.username", "kind", "person.state", "order.charge_title", "at"), rows)


def make(desk: Desk, order_id: OrderId, out: Out = None, serial: Serial = "") -> None:
    """Make a card, written once to a file to print, or take a token out of stock. Whoever ordered it may not."""
    kind = _kind(desk, order_id)
    if (kind == "code_card") != (out is not None) or (kind == "card_plus") != bool(serial):
        desk.say("order.how")
        raise typer.Exit(REFUSED)
    descriptor = _new(desk, out) if out is not None else -1
    done = False
    try:
        made = desk.do(lambda session: orders.make(desk.kit, session, order_id, serial), "staff")
        if out is not None:
            user = made.user
            paper = desk.kit.papers.card(user.lang, made.cells, username=user.username, serial=made.order.serial)
            with os.fdopen(os.dup(descriptor), "wb") as file:
                file.write(paper)
        done = True
    finally:
        if out is not None:
            os.close(descriptor)
            if not done:
                out.unlink(missing_ok=True)
    desk.result(_json(made.order, made.user.username), desk.text("order.made", serial=made.order.serial))


def _new(desk: Desk, out: Path) -> int:
    """The file, made before anything is generated: a card that could not be written would be lost. Only its owner reads it."""
    try:
        return os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as fault:
        desk.say("order.file", file=str(out), why=fault.strerror or "")
        raise typer.Exit(REFUSED) from fault


def _kind(desk: Desk, order_id: str) -> str:
    with desk.kit.store.read() as tx:
        found = tx.orders.get(order_id)
    return found.kind if found else ""


def move(desk: Desk, order_id: OrderId, event: Event) -> None:
    """What became of it: send, lose, cancel, return; of its charge: charge, pay, waive, refund."""
    moved = desk.do(lambda session: orders.act(desk.kit, session, order_id, event))
    state, charge = desk.text(f"order.state.{moved.state}"), desk.text(f"order.charge.{moved.charge}")
    desk.result(_json(moved, ""), desk.text("order.moved", state=state, charge=charge))


def _json(order: Order, username: str) -> dict[str, object]:
    return {
        "id": order.id, "username": username, "kind": order.kind, "state": order.state, "charge": order.charge, "cents": order.cents,
        "serial": order.serial, "device": order.device_id, "ordered": order.ordered, "moved": order.moved,
    }  # fmt: skip
