"""One request of a browser or a program, read once and bounded, and the answers to it."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import Receive

from watchword.core.cases import Upload
from watchword.core.encoding import b64u
from watchword.core.refusals import FOREIGN, FORM_STALE, MALFORMED, TOO_LARGE, Refusal
from watchword.core.sessions import Session
from watchword.flows.kit import Visit
from watchword.web.languages import choose
from watchword.web.site import Site

BODY_LIMIT = 16 * 1024
FIELDS_LIMIT = 50
QUERY_LIMIT = 2048
CSRF, LOGIN, SESSION, DEVICE, LANG = "__Host-ww_c", "__Host-ww_l", "__Host-ww_s", "__Host-ww_d", "__Host-ww_lang"
KEPT = "__Host-ww_k"  # what was typed into a form before its change had to be approved; never a secret
RECOVER = "__Host-ww_r"


@dataclass(slots=True)
class Ask:
    """A request. `form` holds the first value of each field; `cookies_out` are set on the answer (value, seconds; 0 deletes).

    `session` is noted by the handler that found it, for what every page of somebody logged in shows. `files` are those of a form that may
    carry some; `unread` is why the rest of such a form was not read. `bar` is what the head of a page of the console shows.
    """

    site: Site
    method: str
    path: str
    headers: Headers
    peer: str
    query: Mapping[str, str]
    cookies: Mapping[str, str]
    form: Mapping[str, str]
    body: bytes
    lang: str
    cookies_out: dict[str, tuple[str, int]] = field(default_factory=dict)
    session: Session | None = None
    files: tuple[Upload, ...] = ()
    unread: Refusal | None = None
    bar: object = None

    def visit(self) -> Visit:
        """Who asks, from where."""
        return self.site.surroundings.visit(self.peer, self.headers, self.cookies.get(DEVICE, ""), self.lang)

    def csrf(self) -> str:
        """The token for forms; it is tied to a cookie of this browser, made here where there is none."""
        name = self.cookies.get(CSRF, "")
        if len(name) != 22:
            name = b64u(self.site.kit.entropy.bytes(16))
            self.cookies_out[CSRF] = (name, -1)
            self.cookies = {**self.cookies, CSRF: name}
        return b64u(self.site.kit.vault.mac("csrf", name)[:16])

    def set_cookie(self, name: str, value: str, seconds: int = -1) -> None:
        """Set a cookie for `seconds`, or with -1 until the browser closes."""
        self.cookies_out[name] = (value, seconds)

    def drop_cookie(self, name: str) -> None:
        """Delete a cookie."""
        self.cookies_out[name] = ("", 0)


async def read(site: Site, scope: Mapping[str, object], receive: Receive) -> Ask | Refusal:
    """Read a request whole, at most BODY_LIMIT bytes."""
    ask = head(site, scope)
    if isinstance(ask, Refusal):
        return ask
    if ask.method in ("POST", "DELETE", "PUT", "PATCH"):
        found = await read_body(receive, BODY_LIMIT)
        if found is None:
            return Refusal(TOO_LARGE, "body.limit")
        ask.body = found
    if ask.body and ask.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        try:
            pairs = parse_qsl(ask.body.decode(), keep_blank_values=True, max_num_fields=FIELDS_LIMIT, errors="strict")
        except ValueError:
            return Refusal(MALFORMED, "form.malformed")
        form = fields(pairs)
        if isinstance(form, Refusal):
            return form
        ask.form = form
    return ask


def fields(pairs: Sequence[tuple[str, str]]) -> dict[str, str] | Refusal:
    """The first value of each field."""
    if any("\0" in value for _, value in pairs):
        return Refusal(MALFORMED, "form.nul")
    return dict(reversed(pairs))


def head(site: Site, scope: Mapping[str, object]) -> Ask | Refusal:
    """A request without its body."""
    headers = Headers(scope=scope)  # type: ignore[arg-type]
    cookies = cookie_parser(headers.get("cookie", "")) if "cookie" in headers else {}
    raw = scope["query_string"]
    try:
        query = dict(parse_qsl(raw.decode("latin-1"), max_num_fields=FIELDS_LIMIT)) if _short(raw) else {}
    except ValueError:
        return Refusal(MALFORMED, "query.fields")
    client = scope.get("client")
    peer = str(client[0]) if isinstance(client, (tuple, list)) and client else ""
    lang = choose(cookies.get(LANG, ""), headers.get("accept-language", ""))
    return Ask(site, str(scope["method"]), str(scope["path"]), headers, peer, query, cookies, {}, b"", lang)


def _short(raw: object) -> TypeGuard[bytes]:
    return isinstance(raw, bytes) and 0 < len(raw) < QUERY_LIMIT


def unread(site: Site, scope: Mapping[str, object]) -> Ask:
    """An ask that holds nothing of a request which could not be read, for the answer that refuses it."""
    return Ask(site, str(scope["method"]), str(scope["path"]), Headers({}), "", {}, {}, {}, b"", "en")


async def read_body(receive: Receive, limit: int) -> bytes | None:
    """The whole body, or None past `limit` bytes."""
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            return None
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def from_here(ask: Ask) -> Refusal | None:
    """Refuse a post that did not come from a form of ours (THREATS: CSRF, login CSRF): fetch metadata and origin, then the token."""
    if cross_site(ask):
        return Refusal(FOREIGN, "request.cross_site")
    if CSRF not in ask.cookies:
        return Refusal(FORM_STALE, "csrf.no_cookie")
    given = ask.form.get("csrf", "")
    return None if hmac.compare_digest(given.encode(), ask.csrf().encode()) else Refusal(FORM_STALE, "csrf.mismatch")


def cross_site(ask: Ask) -> bool:
    """Whether another site caused this request, as far as the browser tells."""
    site = ask.headers.get("sec-fetch-site", "same-origin")
    origin = ask.headers.get("origin")
    return site not in ("same-origin", "none") or (origin not in (None, "null") and origin != ask.site.own_origin)


def finish(ask: Ask, response: Response) -> Response:
    """Put the cookies of an ask onto its answer."""
    for name, (value, seconds) in ask.cookies_out.items():
        age = f"; Max-Age={seconds}" if seconds >= 0 else ""
        response.raw_headers.append(
            (b"set-cookie", f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}".encode("latin-1"))
        )
    return response
