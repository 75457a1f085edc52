"""Every page behind the login has a button to log out (ASVS 7.4.4). Pages are found in the table of paths, so that none is forgotten."""

from __future__ import annotations

from tests.support.installation import Installation
from tests.support.steps import logged_in
from watchword.web.endpoints import Endpoint, Paths, missing
from watchword.web.portal.routes import routes
from watchword.web.portal.showing import refuse


def pages(here: Installation) -> list[str]:
    """The paths of the portal that answer a GET with a page."""
    site = here.built.site
    nothing = Paths({}, missing(site, refuse))
    table = routes(site, static=nothing, api={}).routes
    return [path for path, app in table.items() if isinstance(app, Endpoint) and "GET" in app.handlers]


def test_every_page_behind_the_login_lets_one_out(here: Installation) -> None:
    browser = logged_in(here, here.person())
    behind = [path for path in pages(here) if path != "/login" and 'action="/login"' in here.browser().get(path).html]
    assert {"/", "/enrol", "/password"} <= set(behind)
    for path in behind:
        page = browser.get(path)
        assert page.status == 200, path
        assert 'action="/logout"' in page.html, f"{path} has no way out"
