"""Which Internet addresses are public: one table from the IANA special-purpose registries, the same on every Python."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

# RFC 6890 and the IANA IPv4 Special-Purpose Address Registry. `ipaddress.is_global` answers differently from one
# Python release to the next.
_V4_SPECIAL = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip

# For IPv6 the other way round: only the allocated global unicast block counts, less what is special inside it. That
# leaves out loopback, compatible IPv4, both NAT64 prefixes, ULA, link-local and multicast without naming them.
_V6_GLOBAL = IPv6Network("2000::/3")
_V6_SPECIAL = tuple(IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))


def read_address(text: str) -> Address | None:
    """The address, IPv4 out of its IPv6-mapped form; None for octal, hexadecimal, short spellings and zone ids."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return None if address.scope_id else address.ipv4_mapped or address
    return address


def is_public(address: Address) -> bool:
    """True if a host on the Internet may own this address, and no tunnel or translator hides another one behind it."""
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _V4_SPECIAL)
    return address in _V6_GLOBAL and not any(address in block for block in _V6_SPECIAL)


def is_local(address: Address) -> bool:
    """True for addresses that have no place on a map: private, loopback, link-local, multicast, unspecified."""
    return (
        (address.is_private and not _documentation(address))
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
    )


_DOCUMENTATION = (
    IPv4Network("192.0.2.0/24"), IPv4Network("198.51.100.0/24"), IPv4Network("203.0.113.0/24"),
    IPv6Network("2001:db8::/32"), IPv6Network("3fff::/20"),
)  # fmt: skip


def _documentation(address: Address) -> bool:
    """RFC 5737 and RFC 3849 addresses: nobody's, so a map may place them (demonstrations do)."""
    return any(address.version == block.version and address in block for block in _DOCUMENTATION)
