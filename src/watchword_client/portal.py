"""The portal as a browser without scripts sees it: pages, forms, cookies. A test instrument and a load generator."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

import httpx

from watchword_client.transport import http_client

_CODE = re.compile(r'<span aria-hidden="true"(?: data-digits)?>((?:\d+(?:<i></i>)?)+)</span>')
_QR = re.compile(r'data-qr="(https?://[^"]+)"')
_SESSION_ID = re.compile(r'class="plain-id">.*?<span aria-hidden="true">([^<]*)</span>')
_TAGS = re.compile(r"<[^>]*>")
_REFERENCE = re.compile(r'data-refusal="(\d+)"')
_REDIRECTS = (301, 302, 303, 307)
_MOST_REDIRECTS = 5

Parts = list[tuple[str, tuple[str | None, bytes]]]


@dataclass(frozen=True, slots=True)
class Shown:
    """One page: its final path, status and HTML."""

    path: str
    status: int
    html: str

    @property
    def text(self) -> str:
        """The page's words without markup."""
        return html.unescape(_TAGS.sub(" ", self.html))

    @property
    def digits(self) -> list[str]:
        """Every code shown large: the confirmation code, the challenge."""
        return [re.sub(r"\D", "", _TAGS.sub("", found)) for found in _CODE.findall(self.html)]

    @property
    def links(self) -> list[str]:
        """Addresses that a QR code on the page holds."""
        return [html.unescape(found) for found in _QR.findall(self.html)]

    @property
    def session_id(self) -> str:
        """The Session ID below an activation QR code, "" where there is none."""
        found = _SESSION_ID.search(self.html)
        return re.sub(r"\s", "", html.unescape(_TAGS.sub("", found[1]))) if found else ""

    @property
    def refusals(self) -> list[int]:
        """Numbers of the refusals on the page."""
        return [int(number) for number in _REFERENCE.findall(self.html)]


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return html.unescape(found[1]) if found else ""


class Browser:
    """One browser at one portal. Cookies are kept here, since they are `Secure` and a test may speak plain HTTP to localhost."""

    def __init__(
        self,
        origin: str,
        *,
        http: httpx.Client | None = None,
        language: str = "en",
        agent: str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    ) -> None:
        self.origin = origin.rstrip("/")
        self.cookies: dict[str, str] = {}
        self._http = http or http_client()
        self._headers = {"accept-language": language, "user-agent": agent}
        self.page = Shown("", 0, "")

    def get(self, path: str) -> Shown:
        """Open a page and follow redirects."""
        return self._go("GET", path, None)

    def post(self, path: str, **fields: str) -> Shown:
        """Send a form of the present page: its tokens go with it, the one that is good once among them."""
        hidden = {name: _hidden(self.page.html, name) for name in ("csrf", "post")}
        return self._go("POST", path, {**{name: value for name, value in hidden.items() if value}, **fields})

    def send(self, path: str, *files: tuple[str, bytes], **fields: str) -> Shown:
        """Send a form that carries files, each a name and its bytes, with the token and the hidden `post` of the present page."""
        hidden = {name: _hidden(self.page.html, name) for name in ("csrf", "post")}
        parts: Parts = [(name, (None, value.encode())) for name, value in {**hidden, **fields}.items()]
        parts += [("pictures", (name, body)) for name, body in files] or [("pictures", ("", b""))]
        return self._go("POST", path, None, parts)

    def login(self, username: str, password: str) -> Shown:
        """The first step, from the login page."""
        self.get("/login")
        return self.post("/login", username=username, password=password)

    def _go(self, method: str, path: str, fields: dict[str, str] | None, parts: Parts | None = None) -> Shown:
        for _ in range(_MOST_REDIRECTS):
            headers = {**self._headers, "cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
            if method == "POST":
                headers["origin"] = self.origin
            response = self._http.request(
                method, self.origin + path, data=fields, files=parts, headers=headers, follow_redirects=False
            )
            self._keep(response)
            if response.status_code not in _REDIRECTS:
                break
            method, path = "GET", response.headers["location"].removeprefix(self.origin)
            fields = parts = None
        self.page = Shown(path, response.status_code, response.text)
        return self.page

    def _keep(self, response: httpx.Response) -> None:
        for line in response.headers.get_list("set-cookie"):
            pair, _, attributes = line.partition(";")
            name, _, value = pair.partition("=")
            if "max-age=0" in attributes.lower():
                self.cookies.pop(name.strip(), None)
            else:
                self.cookies[name.strip()] = value.strip()
