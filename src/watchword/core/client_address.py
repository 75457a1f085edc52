"""Whose address a request counts under: the peer's, or what trusted proxies say about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Literal

Network = IPv4Network | IPv6Network
_Address = IPv4Address | IPv6Address

_MOST_HOPS = 32
_FIELDS = ("x-forwarded-for", "forwarded")


def client_address(
    peer: str,
    forwarded_headers: Mapping[str, str],
    trusted: Sequence[Network],
    *,
    header: Literal["x-forwarded-for", "forwarded"] = "x-forwarded-for",
) -> str:
    """The client's address as text in canonical form, or `peer` where the proxies' word cannot be had or read.

    `peer` is the socket's other end; only a trusted one is listened to. `forwarded_headers` has lower-case names,
    repeated fields joined (see `forwarded_fields`). Exactly one header is read, the one the operator's proxy sets:
    reading whichever is there would let a client bring the other, which its proxy passes through untouched. Hops
    are read from the right, where each was written by a proxy nearer to us, up to the first that is not trusted:
    what stands further left, the client may have made up. Sources: RFC 7239 sections 5.2, 7.4 and 8.1.
    """
    nearest = _read_node(peer)
    if nearest is None or not _in(nearest, trusted):
        return str(nearest) if nearest is not None else peer
    text = forwarded_headers.get(header, "")
    nodes = _forwarded_nodes(text) if header == "forwarded" else [node.strip() for node in text.split(",")]
    if not text.strip() or nodes is None:
        return str(nearest)
    found = nearest
    for node in list(reversed(nodes))[:_MOST_HOPS]:
        hop = _read_node(node)
        if hop is None:
            return str(nearest)
        found = hop
        if not _in(hop, trusted):
            break
    return str(found)


def forwarded_fields(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The two header fields from a request's raw list, repeated ones joined in order.

    Some proxies add a line of their own below the client's: whoever reads only the first line reads the client's.
    """
    joined: dict[str, str] = {}
    for name, value in raw:
        field = name.decode("latin-1").lower()
        if field in _FIELDS:
            text = value.decode("latin-1")
            joined[field] = f"{joined[field]}, {text}" if field in joined else text
    return joined


def network_key(address: str, asn: int | None) -> str:
    """What counts as one network: `as:64500` if known, else `v4:203.0.113.0/24` or `v6:2001:db8:1::/48`.

    Empty for what is no address.
    """
    if asn is not None and asn > 0:
        return f"as:{asn}"
    read = _read_node(address)
    if read is None:
        return ""
    if isinstance(read, IPv4Address):
        return f"v4:{IPv4Network((read, 24), strict=False)}"
    return f"v6:{IPv6Network((read, 48), strict=False)}"


def _in(address: _Address, networks: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _read_node(text: str) -> _Address | None:
    """An address with or without a port, IPv6 in brackets if it has one; mapped IPv4 as IPv4. None for all else."""
    if text.startswith("["):
        inside, bracket, port = text[1:].partition("]")
        if not bracket or (port and not _is_port(port)) or ":" not in inside:
            return None
        text = inside
    elif text.count(":") == 1:
        text, _, port = text.partition(":")
        if not _is_port(":" + port):
            return None
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return None if address.scope_id else address.ipv4_mapped or address
    return address


def _is_port(text: str) -> bool:
    digits = text[1:]
    return text[0] == ":" and digits.isascii() and digits.isdigit() and len(digits) <= 5


def _forwarded_nodes(text: str) -> list[str] | None:
    """The `for` of every element of a Forwarded field (RFC 7239 section 4); None if the field is not well-formed."""
    nodes: list[str] = []
    for element in _split(text, ","):
        pairs: dict[str, str] = {}
        for pair in _split(element, ";"):
            name, equals, value = pair.strip().partition("=")
            if not equals or not name or name.lower() in pairs:
                return None
            unquoted = _unquoted(value)
            if unquoted is None:
                return None
            pairs[name.lower()] = unquoted
        if "for" not in pairs:
            return None
        nodes.append(pairs["for"])
    return nodes


def _split(text: str, mark: str) -> list[str]:
    """Split at marks outside quoted strings."""
    parts, quoted, escaped = [""], False, False
    for character in text:
        if character == mark and not quoted:
            parts.append("")
            continue
        parts[-1] += character
        if character == '"' and not escaped:
            quoted = not quoted
        escaped = quoted and character == "\\" and not escaped
    return parts


def _unquoted(value: str) -> str | None:
    if not value.startswith('"'):
        return None if not value or '"' in value else value
    inner = value[1:-1]
    # No address needs a quoted pair, so a backslash is a malformed one.
    return None if len(value) < 2 or not value.endswith('"') or '"' in inner or "\\" in inner else inner
