"""The demonstration's own origin: its page, the visible outbox, the drawer, what has been tried, and starting over."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from watchword.core.refusals import FOREIGN, NOT_FOUND, Refusal
from watchword.web import headers
from watchword.web.asking import Ask
from watchword.web.demo import drawer as drawers
from watchword.web.endpoints import Endpoint, Paths, missing
from watchword.web.pages import DemoAccount, DemoPage
from watchword.web.portal.showing import json, page, refuse, see
from watchword.web.portal.start import language
from watchword.web.site import Site

log = logging.getLogger("watchword.demo")


class Attack(Protocol):
    """Attacks on the demonstration itself."""

    @property
    def kinds(self) -> Sequence[str]:
        """Their names."""
        ...

    def run(self, kind: str) -> Sequence[tuple[str, Mapping[str, object]]]:
        """What happened: text keys, and what fills them."""
        ...


class Demo:
    """Routes of the demonstration. `letters`, `progress`, `reset`, `attack` and `drawer` come from the composition root."""

    def __init__(
        self, *, origin: str, accounts: Sequence[DemoAccount], letters: Callable[[], list[dict[str, Any]]],
        progress: Callable[[], Mapping[str, bool]], reset: Callable[[], None], attack: Attack, drawer: drawers.Drawer,
        staff: Sequence[DemoAccount] = (), console: str = "",
    ) -> None:  # fmt: skip
        self.origin, self.accounts, self.staff, self.console = origin, tuple(accounts), tuple(staff), console
        self.letters, self.progress, self.reset, self.attack = letters, progress, reset, attack
        self.drawer = drawer
        log.warning(
            "the demonstration is on at %s: made-up people, messages shown to everybody who can open it", origin
        )

    def app(self, site: Site, static: ASGIApp) -> Paths:
        """The application of the demonstration's host."""
        return Paths(
            {
                "/": Endpoint(site, {"GET": self.show}, refuse, forms=False),
                "/demo/outbox": Endpoint(site, {"GET": self.outbox}, refuse, forms=False),
                "/demo/progress": Endpoint(site, {"GET": self.tried}, refuse, forms=False),
                "/demo/token": Endpoint(site, {"POST": self.token}, refuse, forms=False),
                "/demo/card.pdf": Endpoint(site, {"GET": self.card}, refuse, forms=False),
                "/demo/attack": Endpoint(site, {"POST": self.attacked}, refuse, forms=False),
                "/demo/reset": Endpoint(site, {"POST": self.start_over}, refuse, forms=False),
                "/lang": Endpoint(site, {"POST": self.switch}, refuse, forms=False),
            },
            missing(site, refuse),
            {"/static/": static},
        )

    def show(self, ask: Ask) -> Response:
        """The page."""
        view = DemoPage(
            csrf=ask.csrf(),
            portal_url=ask.site.portal_origin,
            key_url=ask.site.key_origin,
            accounts=self.accounts,
            staff=self.staff,
            console_url=self.console,
            drawer=drawers.shown(self.drawer),
        )
        response = page(ask, view)
        policy = headers.demo_policy(ask.site.portal_origin, ask.site.key_origin)
        response.headers["content-security-policy"] = policy.decode()
        return response

    def outbox(self, ask: Ask) -> Response:
        """Messages, newest first."""
        return json(ask, {"messages": self.letters()})

    def tried(self, ask: Ask) -> Response:
        """What has been done."""
        return json(ask, dict(self.progress()))

    def token(self, ask: Ask) -> Response:
        """The token on the page: PIN and challenge in, response out."""
        refused = self._ours(ask)
        return refuse(ask, refused) if refused else drawers.respond(ask, self.drawer)

    def card(self, ask: Ask) -> Response:
        """The card on the page, to print."""
        return drawers.paper(ask, self.drawer)

    def attacked(self, ask: Ask) -> Response:
        """One of the attacks, run from outside; what came of it, in sentences."""
        refused = self._ours(ask)
        if refused is not None:
            return refuse(ask, refused)
        kind = ask.form.get("kind", "")
        if kind not in self.attack.kinds:
            return refuse(ask, Refusal(NOT_FOUND, "attack.unknown"))
        texts = ask.site.kit.texts
        return json(ask, {"lines": [texts.plain(ask.lang, key, **fill) for key, fill in self.attack.run(kind)]})

    def start_over(self, ask: Ask) -> Response:
        """Everything as at the start; the phone forgets on the way back here."""
        refused = self._ours(ask)
        if refused is not None:
            return refuse(ask, refused)
        self.reset()
        return see(f"{ask.site.key_origin}/demo/forget")

    def switch(self, ask: Ask) -> Response:
        """The language of the page around."""
        refused = self._ours(ask)
        return refuse(ask, refused) if refused else language(ask)

    def _ours(self, ask: Ask) -> Refusal | None:
        origin = ask.headers.get("origin", self.origin)
        return None if origin == self.origin else Refusal(FOREIGN, "demo.cross_site")


class Forget:
    """On Key's origin, in the demonstration only: empties the made-up phone and leads back."""

    def __init__(self, back: str) -> None:
        self.back = back

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = {"location": self.back, "clear-site-data": '"storage", "cache"', "cache-control": "no-store"}
        await Response(b"", 303, headers=found)(scope, receive, send)


class Elsewhere:
    """Leads from the bare address to the demonstration's own."""

    def __init__(self, to: str) -> None:
        self.to = to

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await Response(b"", 307, headers={"location": self.to})(scope, receive, send)
