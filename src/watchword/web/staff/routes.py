"""Every path of the console."""

from __future__ import annotations

from starlette.types import ASGIApp

from watchword.web.documents import Health
from watchword.web.endpoints import Endpoint, Guarded, Paths, missing
from watchword.web.portal.live import Poll, Stream
from watchword.web.portal.showing import refuse_json
from watchword.web.portal.start import language
from watchword.web.portal.waiting import panel
from watchword.web.site import Site
from watchword.web.staff import login, waiting
from watchword.web.staff.showing import refuse


def routes(site: Site, *, static: ASGIApp) -> Paths:
    """The console's application, on the host of `staff.url`."""
    return Paths(
        {
            "/": Endpoint(site, {"GET": login.start}, refuse),
            "/login": Endpoint(site, {"GET": login.form, "POST": login.post}, refuse, reads=("GET",)),
            "/login/wait": Endpoint(site, {"GET": waiting.show, "POST": waiting.post}, refuse),
            "/login/panel": Endpoint(site, {"POST": panel}, refuse_json),
            "/login/events": Guarded(Stream(site)),
            "/login/state": Guarded(Poll(site)),
            "/logout": Endpoint(site, {"POST": login.logout}, refuse),
            "/lang": Endpoint(site, {"POST": language}, refuse),
            "/healthz": Health(site),
        },
        missing(site, refuse),
        {"/static/": static},
    )
