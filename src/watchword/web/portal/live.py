"""Live states for the portal's pages: event streams and long polls. None of it counts as a person's activity (T01)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial

from starlette.types import Receive, Scope, Send

from watchword.core.refusals import SESSION_ABSENT, Refusal
from watchword.core.sessions import Session
from watchword.flows import offers, sessions, waiting
from watchword.web import headers
from watchword.web.asking import LOGIN, SESSION, Ask, read, unread
from watchword.web.live import GOING_ON
from watchword.web.portal.enrol import STATES
from watchword.web.portal.showing import json, refuse_json
from watchword.web.site import Site

LONGEST_WAIT = 25


def _login_state(site: Site, collector: str) -> tuple[str, str] | Refusal:
    return waiting.state(site.kit, collector)


def _enrol_state(site: Site, token: str) -> tuple[str, str] | Refusal:
    session = sessions.find(site.kit, token, passive=True)
    if isinstance(session, Refusal):
        return session
    return session.id, enrol_state(site, session)


def enrol_state(site: Site, session: Session) -> str:
    """`waiting`, `scanned`, `active` or `over` for the page of this session."""
    if not offers.may_offer(session):
        return "waiting"
    return enrolment_state(site, session.id)


def enrolment_state(site: Site, session_id: str) -> str:
    """The same for a session by its id; `waiting` where it has offered nothing."""
    with site.kit.store.read() as tx:
        enrolment = tx.enrolments.of_session(session_id)
    if enrolment is None:
        return "waiting"
    late = enrolment.state in ("offered", "proven", "issued") and site.kit.clock.now() >= enrolment.expires
    return "over" if late else STATES.get(enrolment.state, "over")


Look = Callable[[Site, str], tuple[str, str] | Refusal]
KINDS = {"/login/events": ("attempt", LOGIN, _login_state), "/enrol/events": ("enrolment", SESSION, _enrol_state)}
POLLS = {"/login/state": "/login/events", "/enrol/state": "/enrol/events"}


class Stream:
    """`GET /login/events` and `GET /enrol/events`."""

    def __init__(self, site: Site) -> None:
        self.site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ask = await read(self.site, scope, receive)
        if isinstance(ask, Refusal):
            await refuse_json(unread(self.site, scope), ask)(scope, receive, send)
            return
        topic, cookie, look = KINDS[ask.path]
        secret = ask.cookies.get(cookie, "")
        found = await self.site.run_read(look, self.site, secret)
        if isinstance(found, Refusal):
            await refuse_json(ask, Refusal(SESSION_ABSENT, found.reason))(scope, receive, send)
            return
        del ask  # ten thousand of these wait at once: none keeps its request
        scope["headers"].clear()
        first = partial(self._first, look, secret)
        await self.site.hub.stream(
            receive, send, topic=f"{topic}:{found[0]}", event="state", first=first, headers=headers.COMMON
        )

    async def _first(self, look: Look, secret: str) -> Mapping[str, str] | None:
        now = await self.site.run_read(look, self.site, secret)
        return None if isinstance(now, Refusal) else {"state": now[1]}


class Poll:
    """`GET /login/state?wait=20&known=pending` and `GET /enrol/state?wait=20&known=waiting`; without `known`, what is so at the beginning."""

    def __init__(self, site: Site) -> None:
        self.site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ask = await read(self.site, scope, receive)
        if isinstance(ask, Refusal):
            await refuse_json(unread(self.site, scope), ask)(scope, receive, send)
            return
        topic, cookie, look = KINDS[POLLS[ask.path]]
        secret = ask.cookies.get(cookie, "")
        found = await self.site.run_read(look, self.site, secret)
        known = ask.query.get("known") or ("" if isinstance(found, Refusal) else found[1])
        heard, loop = None, asyncio.get_running_loop()
        end = loop.time() + seconds(ask)
        # The server's own regular looks tell a state again: only what the page does not know yet answers it.
        while not isinstance(found, Refusal) and found[1] == known and known in GOING_ON and not _changed(heard):
            heard = await self.site.hub.next_event(f"{topic}:{found[0]}", end - loop.time())
            found = await self.site.run_read(look, self.site, secret)
            if heard is None:
                break
        answer = refuse_json(ask, found) if isinstance(found, Refusal) else json(ask, {"state": _said(found[1], heard)})
        await answer(scope, receive, send)


def _changed(heard: Mapping[str, str] | None) -> bool:
    return heard is not None and heard.get("state") == "changed"


def _said(state: str, heard: Mapping[str, str] | None) -> str:
    """The state, or `changed` where that is the news: a page that polls must be told of its confirmation code as one that streams is."""
    return "changed" if state == "pending" and _changed(heard) else state


def seconds(ask: Ask) -> float:
    """How long this poll may wait."""
    wait = ask.query.get("wait", "0")
    return min(int(wait), LONGEST_WAIT) if wait.isdecimal() and len(wait) < 4 else 0
