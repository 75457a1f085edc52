"""The networks an account is kept to, as its owner reads them; client services change them (T02)."""

from __future__ import annotations

from starlette.responses import Response

from watchword.core.refusals import Refusal
from watchword.flows import networks
from watchword.web.asking import Ask
from watchword.web.pages.protection_views import NetworksPage, NetworkView
from watchword.web.portal.home import signed_in
from watchword.web.portal.showing import page, refuse


def show(ask: Ask) -> Response:
    """The list, and where this page is looked at from."""
    session = signed_in(ask)
    if isinstance(session, Refusal):
        return refuse(ask, session)
    allowed = networks.of(ask.site.kit, session)
    view = NetworksPage(
        csrf=ask.csrf(),
        username=session.username,
        networks=tuple(NetworkView(cidr=one.cidr, note=one.note, since=one.created) for one in allowed),
        address=ask.visit().address,
    )
    return page(ask, view)
