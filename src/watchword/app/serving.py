"""Running the ASGI application under uvicorn, in this process or in several."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess

from watchword.app.environment import WORKER_VARIABLE
from watchword.app.server import Server, hosts
from watchword.app.settings import Settings, load
from watchword.app.wiring import build


def config(app: Any, settings: Settings, **more: Any) -> uvicorn.Config:
    """Limits that fit a login service: short keep-alive, no server header, no access log (a path never holds a secret, and still)."""
    return uvicorn.Config(
        app, host=settings.listen.host, port=settings.listen.port, log_config=None, access_log=False, server_header=False, date_header=True,
        timeout_keep_alive=30, timeout_graceful_shutdown=5, backlog=2048, proxy_headers=False, ws="none", lifespan="on", interface="asgi3", **more,
    )  # fmt: skip


def factory() -> Server:
    """The application of one of several processes; settings come from the environment, as the parent left it."""
    settings = load()
    setup_logging(settings)
    built = build(settings)
    return Server(built, hosts(built), worker=os.environ.get(WORKER_VARIABLE, "1") == "1")


def run(app: Server, settings: Settings, *, ready: Callable[[int], None] | None = None) -> None:
    """Serve in this process until a signal. `ready` is told the port once it listens."""
    server = Announcing(config(app, settings), ready)
    server.run()


class Announcing(uvicorn.Server):
    """A server that says when it listens, and on which port."""

    def __init__(self, settings: uvicorn.Config, ready: Callable[[int], None] | None) -> None:
        super().__init__(settings)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        if self._ready is not None and self.servers:
            self._ready(int(self.servers[0].sockets[0].getsockname()[1]))


def run_many(settings: Settings) -> None:
    """Serve in `settings.workers` processes that share one listening socket."""
    shared = config("watchword.app.serving:factory", settings, factory=True, workers=settings.workers)
    listening = shared.bind_socket()
    Multiprocess(shared, sockets=[listening]).run()


def setup_logging(settings: Settings) -> None:
    """One line an event on standard error."""
    logging.basicConfig(
        level=settings.log_level.upper(),
        format="%(asctime)s %(levelname)-7s %(name)s  %(message)s",
        datefmt="%Y-%m-%dT%H:%M:%S%z",
        force=True,
    )
    for noisy in ("uvicorn.error", "alembic", "httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLogger().level))
