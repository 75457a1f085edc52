"""The cookie of a session: gone with the browser, gone with logging out, and telling nothing (NIST SP 800-63B-4 section 5.1.1)."""

from __future__ import annotations

import re

from tests.support.installation import Installation
from tests.support.raw import form
from tests.support.steps import logged_in, waiting
from watchword.web.asking import SESSION


def test_it_lives_as_long_as_the_browser_and_tells_nothing(here: Installation) -> None:
    who = here.person()
    browser = waiting(here, who)
    here.later(30)
    answer = form(here, browser, "/login/wait", {"do": "code", "code": who.phone.code(here.pin())})
    line = next(line for line in answer.headers.get_list("set-cookie") if line.startswith(SESSION))
    assert not re.search("max-age|expires", line, re.IGNORECASE), "it would outlive the browser"
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", line.partition("=")[2].partition(";")[0])


def test_logging_out_takes_it_away(here: Installation) -> None:
    browser = logged_in(here, here.person())
    assert SESSION in browser.cookies
    browser.post("/logout")
    assert SESSION not in browser.cookies


def test_a_browser_never_goes_back_to_plain_http(here: Installation) -> None:
    """Heeded over TLS only, so it may always be there; production takes no address without TLS."""
    for origin, path in ((here.portal, "/login"), (here.portal, "/nowhere"), (here.key, "/v1/config")):
        told = here.http.get(origin + path).headers["strict-transport-security"]
        assert int(re.fullmatch(r"max-age=(\d+)", told)[1]) >= 365 * 24 * 3600  # type: ignore[index]
