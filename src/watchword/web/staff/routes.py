"""Every path of the console."""

from __future__ import annotations

from starlette.types import ASGIApp

from watchword.web.documents import Health
from watchword.web.endpoints import Endpoint, Guarded, Paths, missing
from watchword.web.portal.live import Poll, Stream
from watchword.web.portal.showing import refuse_json
from watchword.web.portal.start import language
from watchword.web.portal.waiting import panel, question
from watchword.web.site import Site
from watchword.web.staff import (
    audit,
    caller,
    cases,
    first,
    inviting,
    login,
    members,
    orders,
    people,
    requests,
    users,
    waiting,
)
from watchword.web.staff.news import News
from watchword.web.staff.showing import refuse


def routes(site: Site, *, static: ASGIApp) -> Paths:
    """The console's application, on the host of `staff.url`."""
    return Paths(
        {
            "/": Endpoint(site, {"GET": login.start}, refuse),
            "/login": Endpoint(site, {"GET": login.form, "POST": login.post}, refuse, reads=("GET",)),
            "/login/wait": Endpoint(site, {"GET": waiting.show, "POST": waiting.post}, refuse),
            "/login/panel": Endpoint(site, {"POST": panel}, refuse_json),
            "/login/question": Endpoint(site, {"POST": question}, refuse_json),
            "/login/events": Guarded(Stream(site)),
            "/login/state": Guarded(Poll(site)),
            "/users": Endpoint(site, {"GET": users.show, "POST": users.post}, refuse),
            "/requests": Endpoint(site, {"GET": requests.show}, refuse),
            "/callers/state": Guarded(News(site, caller.state)),
            "/requests/state": Guarded(News(site, requests.state)),
            "/cases": Endpoint(site, {"GET": cases.show}, refuse),
            "/members/invite": Endpoint(site, {"GET": inviting.show, "POST": inviting.post}, refuse),
            "/first": Endpoint(site, {"GET": first.show, "POST": first.post}, refuse),
            "/enrol/events": Guarded(Stream(site)),
            "/enrol/state": Guarded(Poll(site)),
            "/orders": Endpoint(site, {"GET": orders.show, "POST": orders.post}, refuse),
            "/members": Endpoint(site, {"GET": members.show}, refuse),
            audit.PATH: Endpoint(site, {"GET": audit.show, "POST": audit.post}, refuse),
            audit.EXPORT: Endpoint(site, {"GET": audit.export}, refuse),
            audit.LOG: Endpoint(site, {"GET": audit.log}, refuse),
            "/logout": Endpoint(site, {"POST": login.logout}, refuse),
            "/lang": Endpoint(site, {"POST": language}, refuse),
            "/healthz": Health(site),
        },
        missing(site, refuse),
        {
            "/static/": static,
            audit.PREFIX: Endpoint(site, {"GET": audit.one}, refuse),
            people.PREFIX: Endpoint(site, {"GET": people.get, "POST": people.post}, refuse),
            first.PREFIX: Endpoint(site, {"GET": first.link, "POST": first.open_link}, refuse),
            requests.PREFIX: Endpoint(site, {"GET": requests.one, "POST": requests.post}, refuse),
            cases.PICTURE: Endpoint(site, {"GET": cases.picture}, refuse),
            cases.PREFIX: Endpoint(site, {"GET": cases.one, "POST": cases.post}, refuse),
        },
    )
