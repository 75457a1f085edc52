"""Open pages and apps that wait for news: server-sent events and long polls, thousands to a process.

A stream is one task that waits for its client to go away; news are written by the hub, so a waiting page costs no timer and no queue.
Whoever waits is also polled for once in a while, so a lost event delays a page and never strands it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from starlette.types import Receive, Send

HEARTBEAT_SECONDS = 20
BATCH = 200
MOST_OF_TOPIC = 8
MOST_STREAMS = 50_000
GOING_ON = ("pending", "waiting", "scanned", "changed")
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


def encoded(event: str, data: Mapping[str, str]) -> bytes:
    """One server-sent event."""
    return f"event: {event}\ndata: {json.dumps(dict(data))}\n\n".encode()


def _goes_on(data: Mapping[str, str]) -> bool:
    """Whether more can come after this event: a final state is the last."""
    return data.get("state", "pending") in GOING_ON


class Hub:
    """Topics and who waits on them in this process. Its methods run in the event loop, except `publish`."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: dict[str, set[Callable[[Mapping[str, str]], None]]] = {}
        self._streams: dict[Send, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Bind to the running loop and begin heartbeats."""
        self._loop = asyncio.get_running_loop()
        self._spawn(self._heartbeats())

    def stop(self) -> None:
        """Cancel everything the hub started."""
        for task in list(self._tasks):
            task.cancel()

    def publish(self, topic: str, data: Mapping[str, str]) -> None:
        """Deliver to everybody in this process who waits on `topic`. May be called from any thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed() and topic in self._waiting:
            loop.call_soon_threadsafe(self._deliver, topic, dict(data))

    def topics(self, prefix: str) -> list[str]:
        """The ids that somebody waits for under `prefix:`."""
        start = f"{prefix}:"
        return [topic[len(start) :] for topic in self._waiting if topic.startswith(start)]

    def subscribe(self, topic: str, hear: Callable[[Mapping[str, str]], None]) -> Callable[[], None]:
        """Call `hear` at each event of `topic` until the returned function is called."""
        self._waiting.setdefault(topic, set()).add(hear)

        def leave() -> None:
            group = self._waiting.get(topic)
            if group is not None:
                group.discard(hear)
                if not group:
                    self._waiting.pop(topic, None)

        return leave

    async def next_event(self, topic: str, seconds: float) -> Mapping[str, str] | None:
        """The next event of `topic`, or None after `seconds`."""
        future: asyncio.Future[Mapping[str, str]] = asyncio.get_running_loop().create_future()
        leave = self.subscribe(topic, lambda data: None if future.done() else future.set_result(data))
        try:
            return await asyncio.wait_for(future, seconds)
        except TimeoutError:
            return None
        finally:
            leave()

    async def stream(
        self, receive: Receive, send: Send, *, topic: str, event: str, first: Callable[[], Awaitable[Mapping[str, str] | None]],
        headers: Iterable[tuple[bytes, bytes]] = (),
    ) -> None:  # fmt: skip
        """Answer with an event stream: what `first` says now, then every event of `topic`, until the client leaves.

        A final state ends it, a topic keeps its newest MOST_OF_TOPIC streams, and a process MOST_STREAMS in all.
        """
        if len(self._streams) >= MOST_STREAMS:
            await send(
                {
                    "type": "http.response.start",
                    "status": 503,
                    "headers": [(b"retry-after", b"5"), (b"content-length", b"0")],
                }
            )
            await send({"type": "http.response.body", "body": b""})
            return
        await send({"type": "http.response.start", "status": 200, "headers": [*HEADERS, *headers]})
        await send({"type": "http.response.body", "body": b"retry: 2000\n\n", "more_body": True})
        same = [other for other, its in self._streams.items() if its == topic] if topic in self._waiting else []
        for oldest in same[: max(0, len(same) - MOST_OF_TOPIC + 1)]:
            self._write(oldest, b"", more=False)
        leave = self.subscribe(topic, lambda data: self._write(send, encoded(event, data), more=_goes_on(data)))
        self._streams[send] = topic
        try:
            now = await first()
            if now is not None:
                await send({"type": "http.response.body", "body": encoded(event, now), "more_body": _goes_on(now)})
            del first, now  # what waits keeps only what it needs
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            leave()
            self._streams.pop(send, None)

    def _write(self, send: Send, body: bytes, *, more: bool = True) -> None:
        async def write() -> None:
            await send({"type": "http.response.body", "body": body, "more_body": more})

        self._spawn(write())

    def _deliver(self, topic: str, data: Mapping[str, str]) -> None:
        for hear in tuple(self._waiting.get(topic, ())):
            hear(data)

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _heartbeats(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            waiting = tuple(self._streams)
            for at in range(
                0, len(waiting), BATCH
            ):  # a task for each at once would be as large as the pages themselves
                for send in waiting[at : at + BATCH]:
                    self._write(send, b": still here\n\n")
                await asyncio.sleep(0)
