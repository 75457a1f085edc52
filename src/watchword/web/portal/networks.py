"""The networks an account is kept to, as its owner reads them; client services change them (T02)."""

from __future__ import annotations

from starlette.responses import Response

from watchword.flows import networks
from watchword.web.asking import Ask
from watchword.web.pages.protection_views import NetworksPage, NetworkView
from watchword.web.portal.settings import answer, opened


def show(ask: Ask) -> Response:
    """The list, and where this page is looked at from."""
    signed = opened(ask)
    if isinstance(signed, Response):
        return signed
    allowed = networks.of(ask.site.kit, signed.session)
    view = NetworksPage(
        networks=tuple(NetworkView(cidr=one.cidr, note=one.note, since=one.created) for one in allowed),
        address=ask.visit().address,
        **signed.common,
    )
    return answer(ask, signed, view)
