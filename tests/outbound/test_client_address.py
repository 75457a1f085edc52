"""Forwarded headers count from trusted proxies only, and only as far as trusted proxies wrote them."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.core.client_address import client_address, forwarded_fields, network_key

TRUSTED = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def xff(peer: str, value: str) -> str:
    return client_address(peer, {"x-forwarded-for": value}, TRUSTED)


def rfc7239(peer: str, value: str) -> str:
    return client_address(peer, {"forwarded": value}, TRUSTED, header="forwarded")


@pytest.mark.parametrize(
    ("peer", "value", "expected"),
    [
        ("198.51.100.9", "203.0.113.1", "198.51.100.9"),  # not a proxy of ours: its word does not count
        ("10.0.0.1", "203.0.113.1", "203.0.113.1"),
        ("10.0.0.1", "1.2.3.4, 203.0.113.1", "203.0.113.1"),  # 1.2.3.4 is the client's own invention
        ("10.0.0.1", "1.2.3.4, 203.0.113.1, 10.0.0.2", "203.0.113.1"),
        ("10.0.0.1", "garbage, 203.0.113.1", "203.0.113.1"),
        ("10.0.0.1", "203.0.113.1, garbage", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.1, garbage, 10.0.0.2", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.1,", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.1:50123", "203.0.113.1"),
        ("10.0.0.1", "[2001:db8::1]:443", "2001:db8::1"),
        ("10.0.0.1", "2001:DB8::1", "2001:db8::1"),
        ("10.0.0.1", "[203.0.113.1]", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.1:port", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.1:", "10.0.0.1"),
        ("10.0.0.1", "fe80::1%eth0", "10.0.0.1"),
        ("10.0.0.1", "0x7f.1", "10.0.0.1"),
        ("10.0.0.1", "::ffff:203.0.113.1", "203.0.113.1"),
        ("::ffff:10.0.0.1", "203.0.113.1", "203.0.113.1"),
        ("fd00::1", "203.0.113.1", "203.0.113.1"),
        ("", "203.0.113.1", ""),
        ("unix", "203.0.113.1", "unix"),
    ],
)
def test_x_forwarded_for(peer: str, value: str, expected: str) -> None:
    assert xff(peer, value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("for=203.0.113.1", "203.0.113.1"),
        ("For=203.0.113.1;proto=https;by=10.0.0.1", "203.0.113.1"),
        ('for="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17"),
        ('for="203.0.113.1:80"', "203.0.113.1"),
        ("for=1.2.3.4, for=203.0.113.1", "203.0.113.1"),
        ("for=1.2.3.4, for=203.0.113.1;proto=http, for=10.0.0.7", "203.0.113.1"),
        ("for=unknown", "10.0.0.1"),
        ("for=_hidden, for=10.0.0.2", "10.0.0.1"),
        ("proto=https", "10.0.0.1"),
        ("for=203.0.113.1;for=1.2.3.4", "10.0.0.1"),
        ('for="203.0.113.1', "10.0.0.1"),
        ('for="a, for=1.2.3.4', "10.0.0.1"),  # a quote the client left open must not swallow or forge a hop
        ("for=203.0.113.1;", "10.0.0.1"),
        ("203.0.113.1", "10.0.0.1"),
        ("", "10.0.0.1"),
    ],
)
def test_forwarded(value: str, expected: str) -> None:
    assert rfc7239("10.0.0.1", value) == expected


def test_only_the_header_that_the_proxy_sets_is_read() -> None:
    both = {"x-forwarded-for": "203.0.113.1", "forwarded": "for=1.2.3.4"}
    assert client_address("10.0.0.1", both, TRUSTED) == "203.0.113.1"
    assert client_address("10.0.0.1", {"forwarded": "for=1.2.3.4"}, TRUSTED) == "10.0.0.1"
    assert client_address("10.0.0.1", {"x-forwarded-for": "1.2.3.4"}, TRUSTED, header="forwarded") == "10.0.0.1"


def test_a_line_added_below_the_clients_is_the_one_that_counts() -> None:
    raw = [(b"host", b"x"), (b"X-Forwarded-For", b"1.2.3.4"), (b"x-forwarded-for", b"203.0.113.1")]
    assert client_address("10.0.0.1", forwarded_fields(raw), TRUSTED) == "203.0.113.1"


def test_nothing_is_trusted_by_default() -> None:
    assert client_address("10.0.0.1", {"x-forwarded-for": "203.0.113.1"}, ()) == "10.0.0.1"


NOISE = st.text(alphabet=' ,;="\\[]:.abcdef0123456789forunkw_', max_size=60)


@given(NOISE, st.ip_addresses().filter(lambda a: not any(a.version == n.version and a in n for n in TRUSTED)))
def test_whatever_a_client_sends_only_its_own_address_counts(forged: str, real: object) -> None:
    """The proxy appends the real address to whatever came in."""
    expected = client_address(str(real), {}, ())
    assert xff("10.0.0.1", f"{forged}, {real}") == expected


@given(NOISE, NOISE)
def test_any_header_gives_the_peer_or_a_canonical_address(first: str, second: str) -> None:
    for found in (xff("10.0.0.1", f"{first},{second}"), rfc7239("10.0.0.1", f"for={first},{second}")):
        assert found == str(ip_address(found))


@pytest.mark.parametrize(
    ("address", "asn", "key"),
    [
        ("203.0.113.77", 64500, "as:64500"),
        ("203.0.113.77", None, "v4:203.0.113.0/24"),
        ("203.0.113.77", 0, "v4:203.0.113.0/24"),
        ("2001:db8:1:2::3", None, "v6:2001:db8:1::/48"),
        ("::ffff:203.0.113.77", None, "v4:203.0.113.0/24"),
        ("nonsense", None, ""),
        ("", None, ""),
    ],
)
def test_network_key(address: str, asn: int | None, key: str) -> None:
    assert network_key(address, asn) == key
