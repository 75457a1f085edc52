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
SILENCE = 4  # seconds: less than the server's own looks and heartbeats, so that a stream which should have ended fails its test


@contextmanager
def stream(
    here: Installation, browser: Browser, path: str = "/login/events", http: httpx.Client | None = None
) -> Iterator[Iterator[str]]:
    """The states that a page's stream tells, as they come; it ends where the server ends the stream."""
    sent = {"cookie": cookies(browser)}
    with (http or here.http).stream("GET", here.portal + path, headers=sent, timeout=SILENCE) as response:
        assert response.status_code == 200
        yield _states(response)


def _states(response: httpx.Response) -> Iterator[str]:
    for line in response.iter_lines():
        if line.startswith("data: "):
            yield str(json.loads(line.removeprefix("data: "))["state"])


def state(here: Installation, browser: Browser, path: str, wait: int = 0, known: str = "") -> str:
    """What a page that polls is told; `known` is what it was told before."""
    response = here.http.get(f"{here.portal}{path}?wait={wait}&known={known}", headers={"cookie": cookies(browser)})
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
            assert held.wait(10), "the poll was not held open"
            then()
            return answer.result(10)
    finally:
        del hub.subscribe
