"""What a page of the console polls: its mark, as soon as that is another. It counts as nobody's activity (T01)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.types import Receive, Scope, Send

from watchword.core.refusals import Refusal
from watchword.web.asking import Ask, read, unread
from watchword.web.portal.live import seconds
from watchword.web.portal.showing import json, refuse_json
from watchword.web.site import Site


@dataclass(frozen=True, slots=True)
class State:
    """What stands now: `topic` is where its change is announced, `mark` differs when it does, `more` is told beside the mark."""

    topic: str
    mark: str
    more: Mapping[str, object] = field(default_factory=dict)


class News:
    """`GET …/state?mark=…&wait=20`: at once where the page's mark is old, else when something happens."""

    def __init__(self, site: Site, look: Callable[[Ask], State | Refusal]) -> None:
        self.site = site
        self.look = look

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ask = await read(self.site, scope, receive)
        if isinstance(ask, Refusal):
            await refuse_json(unread(self.site, scope), ask)(scope, receive, send)
            return
        found = await self.site.run_read(self.look, ask)
        if not isinstance(found, Refusal) and found.mark == ask.query.get("mark"):
            await self.site.hub.next_event(found.topic, seconds(ask))
            found = await self.site.run_read(self.look, ask)
        answer = (
            refuse_json(ask, found) if isinstance(found, Refusal) else json(ask, {**found.more, "mark": found.mark})
        )
        await answer(scope, receive, send)
