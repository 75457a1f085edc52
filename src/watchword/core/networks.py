"""Networks that an account may log in from (T02, U07)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

MOST = 20
LONGEST = 64


@dataclass(frozen=True, slots=True)
class Allowed:
    """One range in canonical form, such as `203.0.113.0/24`; `by` is who put it there."""

    cidr: str
    note: str
    created: int
    by: str


def canonical(typed: Iterable[str]) -> tuple[str, ...] | str:
    """The ranges in canonical form, each once, in the order given; else what is wrong: `many`, or `form:` and the range.

    A bare address is a range of one. Bits behind the prefix must be zero: whoever wrote them meant something else.
    """
    found: list[str] = []
    for text in typed:
        bare = text.strip()
        try:
            network = ip_network(bare[:LONGEST])
        except ValueError:
            return f"form:{bare[:LONGEST]}"
        if str(network) not in found:
            found.append(str(network))
    return "many" if len(found) > MOST else tuple(found)


def inside(address: str, cidrs: Iterable[str]) -> bool:
    """Whether the address is in one of the ranges. An address that cannot be read is in none; mapped IPv4 counts as IPv4."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    plain = getattr(found, "ipv4_mapped", None) or found
    return any(plain.version == network.version and plain in network for network in map(ip_network, cidrs))
