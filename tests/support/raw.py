"""Requests made by hand, as an attacker makes them: every header and byte is the test's choice."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import httpx

from tests.support.installation import Installation
from watchword_client.portal import Browser


def token(browser: Browser) -> str:
    """The CSRF token of the page that a browser shows."""
    found = re.search(r'name="csrf" value="([^"]*)"', browser.page.html)
    assert found is not None, f"{browser.page.path} holds no form"
    return html.unescape(found[1])


def cookies(browser: Browser) -> str:
    """The Cookie header of a browser."""
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


def form(
    here: Installation, browser: Browser, path: str, fields: dict[str, str], *, csrf: str | None = None,
    headers: dict[str, str] | None = None, http: httpx.Client | None = None,
) -> httpx.Response:  # fmt: skip
    """A form of the portal, with the browser's cookies and, unless told otherwise, its token. The browser learns nothing of it."""
    sent = {"cookie": cookies(browser), "origin": here.portal, "accept-language": "en", **(headers or {})}
    whole = {"csrf": token(browser) if csrf is None else csrf, **fields}
    sent = {name: value for name, value in sent.items() if value}
    return (http or here.http).post(here.portal + path, data=whole, headers=sent, follow_redirects=False)


def post(origin: str, path: str, body: Any, here: Installation, **headers: str) -> httpx.Response:
    """JSON to one of the two APIs; `body` as bytes goes as it is."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return here.http.post(origin + path, content=content, headers=sent)


def numbers(response: httpx.Response) -> list[int]:
    """The refusals of a page or of an API's answer."""
    if response.headers.get("content-type", "").startswith("application/json"):
        refusal = response.json().get("refusal")
        return [refusal["number"]] if refusal else []
    return [int(number) for number in re.findall(r'data-refusal="(\d+)"', response.text)]
