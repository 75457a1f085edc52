"""Hosts and origins of an installation, and which of them share passkeys (WebAuthn Level 3, section 5.11)."""

from __future__ import annotations

from watchword.app.settings import Settings
from watchword.core.policy import common_host


def rp_id_of(settings: Settings) -> str:
    """The host that passkeys are bound to."""
    return settings.passkeys.rp_id or common_host([host(url) for url in pages(settings).values()])


def passkey_origins(settings: Settings) -> dict[str, str]:
    """The origin of each page that may use passkeys, by its client: those on the host that they are bound to, and those related to it."""
    outside = related_origins(settings)
    return {
        client: url
        for client, url in pages(settings).items()
        if url in outside or within(host(url), rp_id_of(settings))
    }


def related_origins(settings: Settings) -> tuple[str, ...]:
    """The pages outside of that host that may use its passkeys all the same."""
    outside = [url for url in pages(settings).values() if not within(host(url), rp_id_of(settings))]
    return tuple(outside) if settings.passkeys.related else ()


def pages(settings: Settings) -> dict[str, str]:
    """The origin of each site of ours that people log in to, by its client."""
    return {"portal": settings.portal.url, **({"staff": settings.staff.url} if settings.staff.url else {})}


def within(name: str, parent: str) -> bool:
    """Whether a host is this one or below it."""
    return name == parent or name.endswith(f".{parent}")


def host(url: str) -> str:
    """The host in an origin, without its port."""
    return url.partition("://")[2].partition("/")[0].partition(":")[0]
