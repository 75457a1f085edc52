"""What lies beside the made-up computer: a token that answers after its PIN, and a printed card. In the demonstration's composition only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from starlette.responses import Response

from watchword.core.otp import plain_digits
from watchword.core.refusals import NOT_FOUND, Refusal
from watchword.web import headers
from watchword.web.asking import Ask
from watchword.web.pages import DemoAccount, DemoDrawer
from watchword.web.portal.showing import json, refuse

LONGEST = 64


@dataclass(frozen=True, slots=True)
class Answer:
    """What a token shows: `response`, its digits, or `said`, the key of a text. `left` is how many PINs can still be tried."""

    response: str = ""
    said: str = ""
    left: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """The card as printed; no cells where none is in place."""

    serial: str = ""
    cells: tuple[str, ...] = ()


class Drawer(Protocol):
    """The things themselves; watchword.app.demo_drawer keeps them."""

    @property
    def token_of(self) -> DemoAccount:
        """Whose the token is."""
        ...

    @property
    def card_of(self) -> DemoAccount:
        """Whose the card is."""
        ...

    @property
    def alike(self) -> DemoAccount:
        """A second username of the token's owner, the same person by everything on file."""
        ...

    @property
    def unlike(self) -> DemoAccount:
        """A second username of the card's owner, written differently on file."""
        ...

    @property
    def pin(self) -> str:
        """The token's PIN, which everybody may know."""
        ...

    def respond(self, pin: str, challenge: str) -> Answer:
        """The token's answer; it counts wrong PINs as a real one does."""
        ...

    def card(self) -> Card:
        """The card in place."""
        ...


def shown(drawer: Drawer) -> DemoDrawer:
    """As the page shows it."""
    return DemoDrawer(
        token_of=drawer.token_of, pin=drawer.pin, card_of=drawer.card_of, cells=drawer.card().cells,
        alike=drawer.alike, unlike=drawer.unlike,
    )  # fmt: skip


def respond(ask: Ask, drawer: Drawer) -> Response:
    """PIN and challenge into the token, what it shows back."""
    pin, challenge = (plain_digits(ask.form.get(name, "")[:LONGEST]) or "" for name in ("pin", "challenge"))
    answer = drawer.respond(pin, challenge)
    said = ask.site.kit.texts.plain(ask.lang, answer.said, left=answer.left) if answer.said else ""
    return json(ask, {"response": answer.response, "said": said})


def paper(ask: Ask, drawer: Drawer) -> Response:
    """The card as the file that staff print."""
    card = drawer.card()
    if not card.cells:
        return refuse(ask, Refusal(NOT_FOUND, "demo.no_card"))
    data = ask.site.kit.papers.card(ask.lang, card.cells, username=drawer.card_of.username, serial=card.serial)
    response = Response(data, media_type="application/pdf")
    response.raw_headers += [
        *headers.COMMON,
        (b"cache-control", b"no-store"),
        (b"content-security-policy", headers.PICTURE_POLICY),
        (b"content-disposition", b'attachment; filename="card.pdf"'),
    ]
    return response
