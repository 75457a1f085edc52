"""Two small answers for machines: the OpenAPI document and the health of the server."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from watchword.web.site import Site


class Document:
    """A JSON document that is made at its first request."""

    def __init__(self, make: Callable[[], dict[str, Any]]) -> None:
        self._make = make
        self._body = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._body = self._body or json.dumps(self._make()).encode()
        await Response(self._body, media_type="application/json")(scope, receive, send)


class Health:
    """200 while the database answers, else 503. It says nothing more to a stranger."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._site.run(self._look)
        except Exception:  # noqa: BLE001 - a health check answers whatever broke
            await Response(b"unavailable\n", 503, media_type="text/plain", headers={"retry-after": "2"})(
                scope, receive, send
            )
            return
        await Response(b"ok\n", media_type="text/plain")(scope, receive, send)

    def _look(self) -> None:
        with self._site.kit.store.read() as tx:
            tx.users.page("", 1)
