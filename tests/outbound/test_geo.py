"""Places come from the operator's files, in the person's language, and are never made up."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from watchword.outbound.geo import Geo, Place

OSAKA = {
    "city": {"names": {"en": "Osaka", "ja": "大阪"}},
    "country": {"iso_code": "JP", "names": {"en": "Japan", "ja": "日本"}},
}
SINGAPORE = {
    "city": {"names": {"en": "Singapore", "ja": "シンガポール"}},
    "country": {"iso_code": "SG", "names": {"en": "Singapore", "ja": "シンガポール"}},
}
ENGLISH_ONLY = {
    "city": {"names": {"en": "Springfield"}},
    "country": {"iso_code": "US", "names": {"en": "United States", "ja": "アメリカ合衆国"}},
}
COUNTRY_ONLY = {"country": {"iso_code": "FR", "names": {"en": "France", "ja": "フランス"}}}
HOSTILE = {"city": {"names": {"en": "Here\u202e\n<b>" + "x" * 200}}, "country": "not a map", "location": 5}


class Monotonic:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def write(path: Path, kind: str, networks: dict[str, Any]) -> str:
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type=kind, languages=["en", "ja"])
    for network, record in networks.items():
        writer.insert_network(IPSet([network]), record)
    fresh = path.with_suffix(".new")
    writer.to_db_file(str(fresh))
    fresh.replace(path)
    return str(path)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    city = write(
        tmp_path / "city.mmdb",
        "GeoLite2-City",
        {
            "203.0.113.0/25": OSAKA,
            "198.51.100.0/25": SINGAPORE,
            "198.51.100.128/26": ENGLISH_ONLY,
            "192.0.2.0/24": COUNTRY_ONLY,
            "2001:db8:1::/48": OSAKA,
            "203.0.113.128/25": HOSTILE,
            "10.0.0.0/8": OSAKA,
        },
    )
    asn = write(
        tmp_path / "asn.mmdb",
        "GeoLite2-ASN",
        {
            "203.0.113.0/24": {"autonomous_system_number": 64500, "autonomous_system_organization": "Example Net"},
            "198.51.100.0/24": {"autonomous_system_number": 0},
            "127.0.0.0/8": {"autonomous_system_number": 64501},
        },
    )
    return city, asn


def geo(city: str | None, asn: str | None) -> Geo:
    return Geo(city, asn, monotonic=Monotonic())


@pytest.mark.parametrize(
    ("address", "lang", "place", "text"),
    [
        ("203.0.113.5", "en", Place("Osaka", "Japan", "JP", 64500, "Example Net"), "Osaka, Japan"),
        ("203.0.113.5", "ja", Place("大阪", "日本", "JP", 64500, "Example Net"), "日本、大阪"),
        ("::ffff:203.0.113.5", "ja", Place("大阪", "日本", "JP", 64500, "Example Net"), "日本、大阪"),
        ("2001:db8:1::77", "en", Place("Osaka", "Japan", "JP", None, ""), "Osaka, Japan"),
        ("198.51.100.5", "ja", Place("シンガポール", "シンガポール", "SG", None, ""), "シンガポール"),
        ("198.51.100.130", "ja", Place("Springfield", "アメリカ合衆国", "US", None, ""), "アメリカ合衆国、Springfield"),
        ("192.0.2.1", "en", Place("", "France", "FR", None, ""), "France"),
        ("192.0.2.1", "ja", Place("", "フランス", "FR", None, ""), "フランス"),
        ("2001:db8:2::1", "en", Place(), ""),
        ("8.8.8.8", "ja", Place(), ""),
    ],
)
def test_a_place_in_both_languages(files: tuple[str, str], address: str, lang: str, place: Place, text: str) -> None:
    found = geo(*files).lookup(address, lang)
    assert found == place
    assert found.place_text(lang) == text


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3",
        "127.0.0.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "224.0.0.1",
        "0.0.0.0",
        "",
        "nonsense",
        "1.2.3",
        "::ffff:10.0.0.1",
    ],
)
def test_private_and_malformed_addresses_have_no_place_whatever_the_file_says(
    files: tuple[str, str], address: str
) -> None:
    assert geo(*files).lookup(address, "en") == Place()


@given(st.ip_addresses())
def test_without_files_nothing_is_known(address: object) -> None:
    assert geo(None, None).lookup(str(address), "ja") == Place()


def test_strange_records_are_read_as_far_as_they_make_sense(files: tuple[str, str]) -> None:
    place = geo(*files).lookup("203.0.113.200", "en")
    assert place.country == place.country_code == ""
    assert place.city.startswith("Here<b>x")
    assert place.city.isprintable()
    assert len(place.city) <= 80


def test_one_file_is_enough(files: tuple[str, str]) -> None:
    assert geo(files[0], None).lookup("203.0.113.5", "en") == Place("Osaka", "Japan", "JP", None, "")
    assert geo(None, files[1]).lookup("203.0.113.5", "en") == Place("", "", "", 64500, "Example Net")


def test_a_file_replaced_on_disk_is_taken_within_a_minute(tmp_path: Path) -> None:
    path = tmp_path / "city.mmdb"
    write(path, "City", {"203.0.113.0/24": OSAKA})
    clock = Monotonic()
    places = Geo(str(path), None, monotonic=clock)
    assert places.lookup("203.0.113.5", "en").city == "Osaka"
    write(path, "City", {"203.0.113.0/24": SINGAPORE})
    clock.now += 59
    assert places.lookup("203.0.113.5", "en").city == "Osaka"
    clock.now += 1
    assert places.lookup("203.0.113.5", "en").city == "Singapore"


def test_the_disk_is_looked_at_once_a_minute_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "city.mmdb", "City", {"203.0.113.0/24": OSAKA})
    looks: list[str] = []
    stat = Path.stat

    def counting(self: Path, **options: Any) -> os.stat_result:
        looks.append(str(self))
        return stat(self, **options)

    clock = Monotonic()
    places = Geo(path, None, monotonic=clock)
    monkeypatch.setattr(Path, "stat", counting)
    for _ in range(180):
        clock.now += 1
        places.lookup("203.0.113.5", "en")
    assert looks.count(path) == 3


def test_a_missing_or_broken_file_is_told_and_the_old_one_stays(tmp_path: Path) -> None:
    path = tmp_path / "city.mmdb"
    clock = Monotonic()
    places = Geo(str(path), None, monotonic=clock)
    assert places.lookup("203.0.113.5", "en") == Place()
    assert places.faults() == [f"{path}: not found"]

    write(path, "City", {"203.0.113.0/24": OSAKA})
    clock.now += 60
    assert places.lookup("203.0.113.5", "en").city == "Osaka"
    assert places.faults() == []

    broken = tmp_path / "broken"
    broken.write_bytes(b"not a database")
    broken.replace(path)
    clock.now += 60
    assert places.lookup("203.0.113.5", "en").city == "Osaka"
    assert places.faults() == [f"{path}: InvalidDatabaseError"]

    path.unlink()
    clock.now += 60
    assert places.lookup("203.0.113.5", "en").city == "Osaka"
    assert places.faults() == [f"{path}: not found"]


def test_a_file_of_ipv4_only_has_nothing_on_ipv6(tmp_path: Path) -> None:
    writer = MMDBWriter(ip_version=4, database_type="City")
    writer.insert_network(IPSet(["203.0.113.0/24"]), OSAKA)
    writer.to_db_file(str(tmp_path / "v4.mmdb"))
    places = geo(str(tmp_path / "v4.mmdb"), None)
    assert places.lookup("203.0.113.5", "en").city == "Osaka"
    assert places.lookup("2001:db8:1::77", "en") == Place()
