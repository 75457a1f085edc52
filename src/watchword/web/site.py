"""What every route is given: the kit of the flows, the renderer, and how to look up where a request comes from."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from starlette.datastructures import Headers

from watchword.flows.kit import Kit, Visit
from watchword.web.live import Hub
from watchword.web.pages import Renderer

T = TypeVar("T")


class Surroundings(Protocol):
    """Who calls, from where and with what: the lookups behind a Visit."""

    def visit(self, peer: str, headers: Headers, device_token: str, lang: str) -> Visit:
        """A Visit from the peer's address and the request's headers."""
        ...


class SmsReport(Protocol):
    """What a gateway said of a message, its proof checked."""

    @property
    def id(self) -> str: ...
    @property
    def state(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Site:
    """One installation as the routes see it. Origins have no trailing slash; `ancestors` may frame it (the demonstration only); `origin` is
    the one whose forms are taken, the portal's where nothing else is said."""

    kit: Kit
    renderer: Renderer
    hub: Hub
    surroundings: Surroundings
    threads: ThreadPoolExecutor
    portal_origin: str
    key_origin: str
    zone: ZoneInfo
    push_fault: Callable[[str], str | None]
    key_config: Callable[[], dict[str, Any]]
    dpop: Callable[..., Any]
    ancestors: str = ""
    inline: bool = False
    origin: str = ""
    sms_report: Callable[[Mapping[str, str]], SmsReport | None] | None = None

    @property
    def own_origin(self) -> str:
        """The origin that these routes answer under."""
        return self.origin or self.portal_origin

    async def run(self, work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run synchronous work that hashes, writes or may wait, in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, partial(work, *args, **kwargs))

    async def run_read(self, work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run synchronous work that only reads, a few statements: in a thread where the database is across a wire, right here where it is a file.

        The embedded database answers a read in microseconds and never makes it wait for a writer, and a hop to a thread and back costs
        more than the statements do (docs/adr/0012). Whatever writes goes through `run`: it may wait for another process's transaction.
        """
        return work(*args, **kwargs) if self.inline else await self.run(work, *args, **kwargs)
