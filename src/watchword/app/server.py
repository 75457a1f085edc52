"""The ASGI application: hosts told apart, start and end of what runs beside the requests."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from watchword.app.clock import monotonic
from watchword.app.events import POLL_SECONDS, RedisEvents
from watchword.app.sealing import HEAD_SECONDS, SEAL_SECONDS
from watchword.app.wiring import Built, static_folder
from watchword.flows import renewals
from watchword.outbound import useragent
from watchword.outbound.dispatcher import KINDS, Kind
from watchword.web import headers
from watchword.web.api.routes import LoginApi
from watchword.web.api.routes import document as platform_document
from watchword.web.assets import Assets
from watchword.web.documents import Document, Health
from watchword.web.endpoints import Guarded, Paths
from watchword.web.key_api.routes import PhoneEvents
from watchword.web.key_api.routes import api as key_api
from watchword.web.key_api.routes import document as key_document
from watchword.web.portal.live import enrolment_state
from watchword.web.portal.routes import routes as portal_routes
from watchword.web.site import Site
from watchword.web.staff.routes import routes as staff_routes

log = logging.getLogger("watchword.server")

IDLE_SECONDS = {"push": 0.25, "sms": 1.0, "mail": 1.0}
SWEEP_SECONDS = 300


def hosts(built: Built, more: Mapping[str, ASGIApp] | None = None) -> dict[str, ASGIApp]:
    """Applications by host name with port, as the Host header says it."""
    site, folder = built.site, static_folder()
    static = Assets(
        folder, "/static/", more={"brand.css": site.renderer.brand_css}, always_forever=True, skip=("key/",)
    )
    key_files = Assets(
        folder / "key", "/", aliases={"/": "index.html", "/a": "index.html", "/l": "index.html", "/t": "index.html"},
        more={"brand.css": site.renderer.brand_css},
        extra=[(b"content-security-policy", headers.key_policy(site.ancestors))], forever=("/assets/",),
    )  # fmt: skip
    key_app = Paths(
        {
            "/v1/events": Guarded(PhoneEvents(site)),
            "/openapi.json": Document(lambda: key_document(site)),
            "/healthz": Health(site),
        },
        key_files,
        {"/v1/": key_api(site)},
    )
    console = built.console
    desk = {} if console is None else {_name(console.own_origin): staff_routes(console, static=static)}
    return {
        _name(built.settings.portal.url): portal_routes(site, static=static, api=_platform_api(site)),
        _name(built.settings.key.url): key_app,
        **desk,
        **(more or {}),
    }


def _name(origin: str) -> str:
    """The host of an origin with its port, as the Host header says it."""
    return origin.partition("://")[2]


class Server:
    """Dispatches by Host and runs hub, worker and housekeeping for as long as the server lives."""

    def __init__(self, built: Built, apps: Mapping[str, ASGIApp], *, worker: bool) -> None:
        self.built, self.apps, self.worker = built, apps, worker
        self._tasks: list[asyncio.Task[None]] = []

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Hand over what will answer, without a coroutine of its own: one fewer for each of ten thousand pages that wait."""
        if scope["type"] == "lifespan":
            return self._lifespan(receive, send)
        if scope["type"] != "http":
            return _nothing()
        host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1").lower()
        app = self.apps.get(host) or self.apps.get(host.partition(":")[0])
        return _wrong_host(send) if app is None else app(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _start(self) -> None:
        self.built.hub.start()
        loop = asyncio.get_running_loop()
        if isinstance(self.built.events, RedisEvents):
            self._tasks.append(loop.create_task(self.built.events.listen()))
        self._tasks.append(loop.create_task(self._poll()))
        if self.worker:
            self._tasks += [loop.create_task(self._work(kind)) for kind in KINDS]
            self._tasks.append(loop.create_task(self._sweep()))
            self._tasks.append(loop.create_task(self._every(SEAL_SECONDS, self.built.sealing.seal)))
            self._tasks.append(loop.create_task(self._every(HEAD_SECONDS, self.built.sealing.heads)))
        loop.run_in_executor(self.built.site.threads, self._warm)

    def _warm(self) -> None:
        """What the first person would otherwise wait for."""
        self.built.site.renderer.warm()
        useragent.warm()

    async def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.built.hub.stop()
        self.built.close()

    async def _poll(self) -> None:
        """Look after those who wait, in case an event was lost or came to be in another process."""
        alone = self.built.settings.workers == 1
        every = 5.0 if alone or isinstance(self.built.events, RedisEvents) else POLL_SECONDS
        seen = int(self.built.kit.clock.now())
        while True:
            await asyncio.sleep(every)
            try:
                await self._look(seen)
                seen = self.built.kit.clock.now() - 1
            except Exception:
                log.exception("polling for waiting pages")

    async def _look(self, since: int) -> None:
        hub, site = self.built.hub, self.built.site
        waiting = hub.topics("attempt")
        for at in range(0, len(waiting), 500):
            states = await site.run(self._states, waiting[at : at + 500])
            for attempt, state in states.items():
                if state != "pending":
                    hub.publish(f"attempt:{attempt}", {"state": state})
        for session in hub.topics("enrolment"):
            state = await site.run(enrolment_state, site, session)
            if state != "waiting":
                hub.publish(f"enrolment:{session}", {"state": state})
        if hub.topics("phone") and self.built.settings.workers > 1:
            for phone in await site.run(self._asked, since):
                hub.publish(f"phone:{phone}", {"pending": "1"})

    def _states(self, attempts: list[str]) -> Mapping[str, str]:
        with self.built.store.read() as tx:
            return tx.attempts.states(attempts)

    def _asked(self, since: int) -> Sequence[str]:
        with self.built.store.read() as tx:
            return tx.attempts.phones_asked(since)

    async def _work(self, kind: Kind) -> None:
        """The outbox of one kind, while there is something in it; a quick look otherwise."""
        while True:
            try:
                handled = await self.built.site.run(self.built.dispatcher.run_once, kind)
            except Exception:
                log.exception("outbox")
                handled = 0
            await asyncio.sleep(0 if handled else IDLE_SECONDS[kind])

    async def _every(self, seconds: float, work: Callable[[], bool]) -> None:
        """The log's work, again at once while it has more; it tells its faults itself."""
        while True:
            more = await self.built.site.run(work)
            await asyncio.sleep(0 if more else seconds)

    async def _sweep(self) -> None:
        while True:
            started = monotonic()
            try:
                await self.built.site.run(self.built.store.sweep, self.built.kit.clock.now())
                await self.built.site.run(renewals.expire, self.built.kit)
            except Exception:
                log.exception("housekeeping")
            await asyncio.sleep(max(1.0, SWEEP_SECONDS - (monotonic() - started)))


async def _nothing() -> None:
    """For what is neither a request nor our own start and end."""


async def _wrong_host(send: Send) -> None:
    body = b"There is no site of this name here.\n"
    found = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        *headers.COMMON,
    ]
    await send({"type": "http.response.start", "status": 421, "headers": found})
    await send({"type": "http.response.body", "body": body})


def _related(site: Site) -> dict[str, ASGIApp]:
    """Which other origins may use the passkeys of this host (WebAuthn Level 3, section 5.11); nothing where there are none."""
    origins = list(site.kit.policy.passkeys.related)
    return {"/.well-known/webauthn": Document(lambda: {"origins": origins})} if origins else {}


def _platform_api(site: Site) -> dict[str, ASGIApp]:
    """What programs ask on the portal's host."""
    login_api = Guarded(LoginApi(site))
    return {
        "/api/v1/logins": login_api,
        "/api/v1/phone-first": login_api,
        "/api/v1/logins/{login}": login_api,
        "/api/v1/session": login_api,
        "/api/v1/entitlements": login_api,
        "/api/v1/withdrawals": login_api,
        "/api/v1/withdrawals/{withdrawal}": login_api,
        "/api/openapi.json": Document(lambda: platform_document(site)),
        "/healthz": Health(site),
        **_related(site),
    }
