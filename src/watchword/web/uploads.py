"""Forms that carry files: who may send them is asked before a byte is read, and what is held in memory is bounded.

The order for a post: another site's is refused, then one without a session, then one beyond what is read at once here or for this session.
Only then is the body read, at most BODY_LIMIT bytes of it. What goes beyond is thrown away unread while the browser goes on sending, so that
it sees the answer; the fields that came before stay in the form.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.responses import Response
from starlette.types import Receive, Scope

from watchword.core.cases import CASE_BYTES, MOST_PICTURES, PICTURE_BYTES, Upload
from watchword.core.refusals import FOREIGN, MALFORMED, PICTURES_MANY, SESSION_OVER, UPLOAD_BUSY, UPLOAD_LARGE, Refusal
from watchword.core.sessions import Session
from watchword.flows import sessions
from watchword.web.asking import SESSION, Ask, cross_site, fields, head, read
from watchword.web.endpoints import Endpoint, Handler, Show
from watchword.web.site import Site

FIELD_BYTES = 64 * 1024  # 10,000 characters of four bytes, and what is around them
BODY_LIMIT = CASE_BYTES + 2 * FIELD_BYTES
PASSED_BY = 2 * BODY_LIMIT
FIELDS = 12
READ_SECONDS = 300  # 20 MB over a slow line
AT_ONCE = 4
AGAIN_SECONDS = 10


class _Parser(MultiPartParser):
    spool_max_size = BODY_LIMIT  # in memory: what people attach never touches a disk unsealed
    whole = False

    def on_end(self) -> None:
        """The last boundary: without it a file was cut off on its way, and a message would go out without its picture."""
        self.whole = True


class _TooLarge(Exception):
    """The body goes beyond its limit."""


class _Body:
    """A body as it comes, bounded; it knows whether its end was seen."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._over = False

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The bytes, or _TooLarge past BODY_LIMIT."""
        size = 0
        while not self._over:
            chunk = await self._next()
            size += len(chunk)
            if size > BODY_LIMIT:
                raise _TooLarge
            yield chunk

    async def pass_by(self) -> None:
        """Take what is still on its way and keep nothing: a browser reads an answer only after it has sent everything."""
        size = 0
        while not self._over and size < PASSED_BY:
            size += len(await self._next())

    async def _next(self) -> bytes:
        message = await self._receive()
        self._over = message["type"] == "http.disconnect" or not message.get("more_body", False)
        return bytes(message.get("body", b""))


class Uploads(Endpoint):
    """An endpoint whose posts may carry files. `AT_ONCE` in this process, one for each session."""

    def __init__(self, site: Site, handlers: Mapping[str, Handler], refuse: Show) -> None:
        super().__init__(site, handlers, refuse)
        self._reading: set[str] = set()

    async def read(self, scope: Scope, receive: Receive) -> Ask | Refusal:
        """The request; files only of somebody who is logged in."""
        if scope["method"] != "POST" or not _multipart(scope):
            return await read(self.site, scope, receive)
        ask = head(self.site, scope)
        if isinstance(ask, Refusal):
            return ask
        if cross_site(ask):
            ask.unread = Refusal(FOREIGN, "request.cross_site")
            return ask
        token = ask.cookies.get(SESSION, "")
        session = await self.site.run_read(sessions.find, self.site.kit, token, passive=True)
        if isinstance(session, Refusal) and session.kind is not SESSION_OVER:
            ask.unread = session
            return ask
        body = _Body(receive)
        with self._turn(session.id if isinstance(session, Session) else token) as free:
            try:
                async with asyncio.timeout(READ_SECONDS):
                    await (self._parsed(ask, body) if free else self._passed_by(ask, body))
            except TimeoutError:
                ask.unread = Refusal(UPLOAD_LARGE, "body.slow")
        return ask

    def answer(self, ask: Ask) -> Response:
        """What was refused before its form was read has nothing more to check."""
        if ask.unread is not None and not ask.form:
            return self.refuse(ask, ask.unread)
        return super().answer(ask)

    @contextmanager
    def _turn(self, holder: str) -> Iterator[bool]:
        free = holder not in self._reading and len(self._reading) < AT_ONCE
        if free:
            self._reading.add(holder)
        try:
            yield free
        finally:
            if free:
                self._reading.discard(holder)

    async def _passed_by(self, ask: Ask, body: _Body) -> None:
        ask.unread = Refusal(UPLOAD_BUSY, "upload.busy", retry_after=AGAIN_SECONDS)
        await body.pass_by()

    async def _parsed(self, ask: Ask, body: _Body) -> None:
        parser = _Parser(
            ask.headers, body.chunks(), max_files=MOST_PICTURES + 1, max_fields=FIELDS, max_part_size=FIELD_BYTES
        )
        try:
            await parser.parse()
            if not parser.whole:
                ask.unread = Refusal(MALFORMED, "form.cut_off")
        except _TooLarge:
            ask.unread = Refusal(UPLOAD_LARGE, "body.limit")
        except MultiPartException as strange:
            many = "Too many files" in strange.message
            ask.unread = Refusal(PICTURES_MANY, "picture.many") if many else Refusal(MALFORMED, "form.malformed")
        form = fields([(name, value) for name, value in parser.items if isinstance(value, str)])
        if isinstance(form, Refusal):
            ask.unread = form
            return
        ask.form = form
        await body.pass_by()
        if ask.unread is None:
            found = [value for _, value in parser.items if isinstance(value, UploadFile)]
            ask.files = tuple(_held(file) for file in found if _chosen(file))


def _multipart(scope: Scope) -> bool:
    return any(name == b"content-type" and value.startswith(b"multipart/form-data") for name, value in scope["headers"])


def _chosen(file: UploadFile) -> bool:
    """Whether there is a file at all: a field that was left empty comes as a part without name and content."""
    return bool(file.filename or file.size)


def _held(file: UploadFile) -> Upload:
    """Its name and bytes; past the limit of one picture only as many as tell that it is beyond."""
    return Upload((file.filename or "")[:255], file.file.read(PICTURE_BYTES + 1))
