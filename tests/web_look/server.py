"""The pages of `samples` on a port of their own, under the policy the portal sends, with a login whose state the test sets."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from tests.web_look.samples import NOW, QR, TOKYO, pages
from watchword.core import refusals
from watchword.core.refusals import Refusal
from watchword.web.pages import ChallengePanel, DemoPage, QrPanel, Renderer

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
STATIC = Path(__file__).parents[2] / "src/watchword/web/static"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass
class Site:
    """What the test may change, and what it may look at."""

    renderer: Renderer
    url: str = ""
    state: str = "pending"
    activation: str = "waiting"
    streams: bool = True
    refuse_panel: bool = False
    challenge_until: int = NOW + 300
    names: dict[str, str] = field(default_factory=dict)
    posts: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    outbox: list[dict[str, Any]] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def change(self, **values: Any) -> None:
        """Set fields and wake whoever waits."""
        with self.changed:
            for name, value in values.items():
                setattr(self, name, value)
            self.changed.notify_all()


@contextmanager
def serve(renderer: Renderer) -> Iterator[Site]:
    """The site, while the test runs."""
    site = Site(renderer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": site}))
    server.daemon_threads = True
    site.url = f"http://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.change(state="closed", activation="closed")
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    site: Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        match path.strip("/").split("/"):
            case ["static", *rest]:
                file = STATIC.joinpath(*rest)
                body = (
                    self.site.renderer.brand_css
                    if rest == ["brand.css"]
                    else file.read_bytes()
                    if file.is_file()
                    else b""
                )
                self._send(200 if body else 404, body, KINDS.get(file.suffix, "text/plain"))
            case ["page", lang, name]:
                self._page(lang, name)
            case ["login", "events"] | ["enrol", "events"]:
                self._events("state" if path.startswith("/login") else "activation")
            case ["login", "state"]:
                with self.site.changed:
                    self.site.changed.wait_for(lambda: self.site.state != "pending", 5)
                self._json({"state": self.site.state})
            case ["demo", "outbox"]:
                self._json({"messages": self.site.outbox})
            case ["demo", "progress"]:
                self._json({"activated": True, "push": False, "qr": False, "challenge": False, "code": False})
            case ["login", "wait"]:
                self._page("en", "waiting" if self.site.state == "pending" else "over-denied")
            case _:
                self._page("en", "login")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self.site.posts.append((self.path, form))
        if self.path == "/login/panel":
            self._panel(form["way"])
        elif form.get("do") == "continue":
            self._page("en", "home")
        elif form.get("do") == "challenge":
            self._page("en", "waiting-challenge")
        else:
            self._page("en", "login-error")

    def _panel(self, way: str) -> None:
        renderer = self.site.renderer
        if self.site.refuse_panel:
            self._json(renderer.refusal_json(Refusal(refusals.WAY_UNAVAILABLE), lang="en", now=NOW, tz=TOKYO), 409)
            return
        panel = (
            QrPanel(text=QR, until=NOW + 180)
            if way == "qr"
            else ChallengePanel(digits="1483029176", until=self.site.challenge_until)
        )
        self._json(renderer.panel(panel, lang="en", now=NOW, tz=TOKYO))

    def _events(self, field_name: str) -> None:
        if not self.site.streams:
            self._send(404, b"", "text/plain")
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        last = ""
        while last != "closed":
            with self.site.changed:
                self.site.changed.wait_for(lambda: getattr(self.site, field_name) != last, 5)
                last = getattr(self.site, field_name)
            try:
                self.wfile.write(f"event: state\ndata: {json.dumps({'state': last})}\n\n".encode())
            except OSError:
                break
        self.close_connection = True

    def _page(self, lang: str, name: str) -> None:
        view = pages(self.site.renderer, lang, self.site.names.get("name"))[name]
        more = f"; frame-src {view.portal_url} {view.key_url}" if isinstance(view, DemoPage) else ""
        self._send(
            200,
            self.site.renderer.page(view, lang=lang, now=NOW, tz=TOKYO, leaving=(900, False)),
            "text/html; charset=utf-8",
            POLICY + more,
        )

    def _json(self, value: object, status: int = 200) -> None:
        self._send(status, json.dumps(value).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str, policy: str = POLICY) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", policy)
        if self.path.startswith("/static/"):
            self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""
