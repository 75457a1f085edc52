"""Pages and programs that wait: event streams read event by event, and long polls during which something happens."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx

from tests.support.installation import Installation
from tests.support.raw import cookies
from watchword_client.portal import Browser

T = TypeVar("T")
SILENCE = 15  # seconds: less than between two heartbeats, so that a stream which should have ended fails its test
HELD = 60  # a poll is held for twenty, and what happens meanwhile may take its time


@contextmanager
def stream(
    here: Installation, browser: Browser, path: str = "/login/events", http: httpx.Client | None = None
) -> Iterator[Iterator[str]]:
    """The states that a page's stream tells, as they come; it ends where the server ends the stream. Meanwhile the server does not look after
    its pages by itself, which would tell what an event should have told."""
    hub: Any = here.built.hub
    hub.topics = lambda _: []
    sent, patience = {"cookie": cookies(browser)}, httpx.Timeout(HELD, read=SILENCE)
    try:
        with (http or here.http).stream("GET", here.portal + path, headers=sent, timeout=patience) as response:
            assert response.status_code == 200
            yield _states(response)
    finally:
        vars(hub).pop("topics", None)  # of several at once, whichever is closed first


def _states(response: httpx.Response) -> Iterator[str]:
    for line in response.iter_lines():
        if line.startswith("data: "):
            yield str(json.loads(line.removeprefix("data: "))["state"])


def state(here: Installation, browser: Browser, path: str, wait: int = 0, known: str = "") -> str:
    """What a page that polls is told; `known` is what it was told before."""
    response = here.http.get(
        f"{here.portal}{path}?wait={wait}&known={known}", headers={"cookie": cookies(browser)}, timeout=HELD
    )
    assert response.status_code == 200, response.text
    return str(response.json()["state"])


def while_waiting(here: Installation, poll: Callable[[], T], then: Callable[[], object]) -> T:
    """The answer of `poll`, during which `then` is done: not before the server holds the question open."""
    hub: Any = here.built.hub
    held, original = threading.Event(), hub.subscribe

    def subscribe(topic: str, hear: Callable[..., None]) -> Callable[[], None]:
        leave: Callable[[], None] = original(topic, hear)
        held.set()
        return leave

    hub.subscribe = subscribe
    try:
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(poll)
            assert held.wait(HELD), "the poll was not held open"
            then()
            return answer.result(HELD)
    finally:
        del hub.subscribe
