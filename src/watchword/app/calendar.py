"""The calendar: dates in zones from the system's time zone data, business days from the exchanges that the library `holidays` knows."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

import holidays


def exchanges() -> frozenset[str]:
    """The names that the setting `limits.calendar` may have: market codes, ISO 10383 where the library follows it."""
    return frozenset(holidays.list_supported_financial())


class MarketCalendar:
    """Port `Calendar`. Raises NotImplementedError for an exchange that the library does not know.

    The library reads the rules of all countries for those of one exchange, so it is asked to at the first question.
    """

    def __init__(self, exchange: str) -> None:
        if exchange not in exchanges():
            raise NotImplementedError(exchange)
        self.exchange = exchange

    @cached_property
    def _closed(self) -> holidays.HolidayBase:
        return holidays.financial_holidays(self.exchange)

    def day(self, at: int, zone: str) -> date:
        """The date at a time in a zone."""
        return datetime.fromtimestamp(at, _zone(zone)).date()

    def start(self, day: date, zone: str) -> int:
        """The first second of a date in a zone; where clocks skip midnight, the first that there is."""
        return int(datetime.combine(day, time(), _zone(zone)).astimezone(UTC).timestamp())

    def is_open(self, day: date) -> bool:
        """Whether the exchange is open: neither on its weekend nor on a holiday of it."""
        return bool(self._closed.is_working_day(day))


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
