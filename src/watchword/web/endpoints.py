"""Plain ASGI endpoints around synchronous handlers: read the request, run the handler in a thread, write the answer.

This is the whole path of a request in this project: route, handler (parse and render), flow.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from watchword.core.refusals import BUSY, FAULT, METHOD, NOT_FOUND, Refusal
from watchword.flows.ports import UnavailableError
from watchword.web.asking import Ask, finish, from_here, read, unread
from watchword.web.site import Site

log = logging.getLogger("watchword.web")

Handler = Callable[[Ask], Response]
Show = Callable[[Ask, Refusal], Response]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Endpoint:
    """One path: handlers by method. Posts are checked to come from a form of ours unless `forms` is False; `reads` methods write nothing."""

    def __init__(
        self,
        site: Site,
        handlers: Mapping[str, Handler],
        refuse: Show,
        *,
        forms: bool = True,
        reads: tuple[str, ...] = (),
    ) -> None:
        self.site, self.handlers, self.refuse, self.forms, self.reads = site, dict(handlers), refuse, forms, reads
        if "GET" in self.handlers:
            self.handlers["HEAD"] = self.handlers["GET"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ask = await self.read(scope, receive)
        if isinstance(ask, Refusal):
            await self.refuse(unread(self.site, scope), ask)(scope, receive, send)
            return
        try:
            run = self.site.run_read if ask.method in self.reads else self.site.run
            response = await run(self.answer, ask)
        except UnavailableError as away:
            log.error("%s %s: %s", ask.method, ask.path, away)
            response = self.refuse(ask, Refusal(BUSY, "store.unavailable", retry_after=2))
        except Exception:
            log.exception("fault at %s %s", ask.method, ask.path)
            response = self._fault(ask)
        await finish(ask, response)(scope, receive, send)

    async def read(self, scope: Scope, receive: Receive) -> Ask | Refusal:
        """The request, read whole and bounded."""
        return await read(self.site, scope, receive)

    def _fault(self, ask: Ask) -> Response:
        """The page for a fault, and a plain line where even that page cannot be made."""
        try:
            return self.refuse(ask, Refusal(FAULT, "fault"))
        except Exception:
            log.exception("fault while telling of a fault")
            return Response(b"Something went wrong here, and it was noted.\n", 500, media_type="text/plain")

    def answer(self, ask: Ask) -> Response:
        """The checks of every request, in order, then the handler."""
        handler = self.handlers.get(ask.method)
        if handler is None:
            return self.refuse(ask, Refusal(METHOD, "method"))
        refused = from_here(ask) if self.forms and ask.method == "POST" else None
        return self.refuse(ask, refused) if refused else handler(ask)


class Guarded:
    """An endpoint that waits, with the same answers to a store that is away and to a fault as all others have."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except UnavailableError as away:
            log.error("%s: %s", scope["path"], away)
            if not started:
                await Response(b"", 503, headers={"retry-after": "2"})(scope, receive, send)
        except Exception:
            log.exception("fault at %s", scope["path"])
            if not started:
                await Response(b"", 500)(scope, receive, send)


class Paths:
    """Exact paths to apps, and one for everything else."""

    def __init__(self, routes: Mapping[str, App], missing: App, prefixes: Mapping[str, App] | None = None) -> None:
        self.routes, self.missing, self.prefixes = routes, missing, prefixes or {}

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Hand over what will answer, without a coroutine of its own."""
        path: str = scope["path"]
        app = self.routes.get(path)
        if app is None:
            app = next((app for prefix, app in self.prefixes.items() if path.startswith(prefix)), self.missing)
        return app(scope, receive, send)


def missing(site: Site, refuse: Show) -> Endpoint:
    """Where no path leads."""

    def nowhere(ask: Ask) -> Response:
        return refuse(ask, Refusal(NOT_FOUND, "path"))

    return Endpoint(site, {"GET": nowhere, "POST": nowhere}, refuse, forms=False)
