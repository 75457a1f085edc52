"""Where an address is, as far as the operator's MMDB files know: what they do not say stays empty."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchword.core.client_address import network_key
from watchword.outbound.addresses import is_local, read_address
from watchword.outbound.messages import Monotonic

if TYPE_CHECKING:
    from maxminddb import Reader

__all__ = ["Geo", "Place", "network_key"]

_LOOK_AGAIN = 60.0  # seconds between two looks at a file's date
_LONGEST = 80  # characters kept of a name
_Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Place:
    """Names in the language looked up, else in English, else empty. `network` is the provider's name."""

    city: str = ""
    country: str = ""
    country_code: str = ""
    asn: int | None = None
    network: str = ""

    def place_text(self, lang: str) -> str:
        """City and country in the order of the language: "Osaka, Japan", "日本、大阪". Empty if neither is known."""
        city = "" if self.city == self.country else self.city  # Singapore, Monaco
        if lang == "ja":
            return "、".join(name for name in (self.country, city) if name)
        return ", ".join(name for name in (city, self.country) if name)


NOWHERE = Place()


class Geo:
    """Looks addresses up in up to two MMDB files, in any thread. A file replaced on disk is noticed within a minute.

    Replace files by renaming over them: they are mapped into memory, and one that is cut short in place ends the
    process.
    """

    def __init__(self, city_db: str | None, asn_db: str | None, *, monotonic: Monotonic) -> None:
        self._city = _File(city_db, monotonic) if city_db else None
        self._asn = _File(asn_db, monotonic) if asn_db else None

    def lookup(self, address: str, lang: str) -> Place:
        """What is known of an address. Private, malformed and unlisted ones, or no files, give an empty place."""
        read = read_address(address)
        if read is None or is_local(read):
            return NOWHERE
        city = self._city.record(str(read)) if self._city else {}
        system = self._asn.record(str(read)) if self._asn else {}
        country = _part(city, "country")
        number = system.get("autonomous_system_number")
        return Place(
            city=_name(_part(city, "city"), lang),
            country=_name(country, lang),
            country_code=_clean(country.get("iso_code")),
            asn=number if isinstance(number, int) and number > 0 else None,
            network=_clean(system.get("autonomous_system_organization")),
        )

    def faults(self) -> list[str]:
        """One line for each file that is named and cannot be read; for `doctor`."""
        return [line for file in (self._city, self._asn) if file and (line := file.fault())]


class _File:
    """One MMDB file, opened at the first use. An unreadable replacement leaves the old one in use."""

    def __init__(self, path: str, monotonic: Monotonic) -> None:
        self._path = Path(path)
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._reader: Reader | None = None
        self._stamp: _Stamp | None = None
        self._looked: float | None = None
        self._fault = ""

    def record(self, address: str) -> Mapping[str, Any]:
        """The record of an address, empty if there is none."""
        reader = self._current()
        if reader is None:
            return {}
        try:
            record = reader.get(address)
        except ValueError:  # an IPv6 address and a file of IPv4 only; damaged records too (InvalidDatabaseError)
            return {}
        return record if isinstance(record, dict) else {}

    def fault(self) -> str:
        """Why the file as it is on disk now is not in use, or empty."""
        self._current()
        return self._fault

    def _current(self) -> Reader | None:
        with self._lock:
            now = self._monotonic()
            if self._looked is None or now - self._looked >= _LOOK_AGAIN:
                self._looked = now
                self._look()
            return self._reader

    def _look(self) -> None:
        try:
            status = self._path.stat()
        except OSError:
            self._fault = f"{self._path}: not found"
            return
        stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        from maxminddb import InvalidDatabaseError, open_database  # noqa: PLC0415 (9 MB, for those with files)

        try:
            # The old reader is not closed here: another thread may be inside it. It goes with its last user.
            self._reader = open_database(str(self._path))
            self._fault = ""
        except (InvalidDatabaseError, OSError, ValueError) as error:
            self._fault = f"{self._path}: {type(error).__name__}"


def _part(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = record.get(name)
    return part if isinstance(part, dict) else {}


def _name(part: Mapping[str, Any], lang: str) -> str:
    names = _part(part, "names")
    return _clean(names.get(lang)) or _clean(names.get("en"))


def _clean(value: object) -> str:
    if not isinstance(value, str):
        return ""
    return "".join(character for character in value if character.isprintable())[:_LONGEST]
