"""The time zones a person may choose from: the names of the IANA database that mean a place, and UTC."""

from __future__ import annotations

from zoneinfo import available_timezones

_PLACES = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
ZONES: tuple[str, ...] = (*sorted(name for name in available_timezones() if name.startswith(_PLACES)), "UTC")
