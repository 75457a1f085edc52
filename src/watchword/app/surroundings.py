"""From a request's peer and headers to a Visit: address behind trusted proxies, place, network, browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network
from typing import Literal

from starlette.datastructures import Headers

from watchword.core.client_address import client_address, forwarded_fields, network_key
from watchword.flows.kit import Visit
from watchword.outbound import useragent
from watchword.outbound.geo import Geo

LANGUAGES = ("en", "ja")
ProxyHeader = Literal["x-forwarded-for", "forwarded"]


class Surroundings:
    """See watchword.web.site.Surroundings."""

    def __init__(
        self, geo: Geo, trusted: Sequence[IPv4Network | IPv6Network], *, header: ProxyHeader, has_geo: bool
    ) -> None:
        self._geo, self._trusted, self._header, self._has_geo = geo, trusted, header, has_geo
        self._near = lru_cache(maxsize=4096)(self._look)

    def visit(self, peer: str, headers: Headers, device_token: str, lang: str) -> Visit:
        """Who calls. Nothing is invented: what is not known stays empty."""
        address = (
            client_address(peer, forwarded_fields(headers.raw), self._trusted, header=self._header)
            if self._trusted
            else peer
        )
        places, network, key = self._look(address) if self._has_geo else self._near(address)
        hints = {name: headers.get(name, "") for name in useragent.HINTS}
        agent = useragent.describe(headers.get("user-agent", ""), hints)
        return Visit(address, places, network, key, agent.browser, agent.system, device_token[:512], lang)

    def _look(self, address: str) -> tuple[Mapping[str, str], str, str]:
        if not self._has_geo:
            return {}, "", network_key(address, None)
        found = {lang: self._geo.lookup(address, lang) for lang in LANGUAGES}
        places = {lang: place.place_text(lang) for lang, place in found.items()}
        return places, found["en"].network, network_key(address, found["en"].asn)
