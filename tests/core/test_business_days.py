"""Windows of business days, over real exchanges and a calendar that is wrong."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from watchword.app.calendar import MarketCalendar, exchanges
from watchword.core.business_days import latest, window_start

NEW_YORK = MarketCalendar("XNYS")


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 11, 18), date(2026, 11, 12)),  # a Wednesday: Thursday, Friday, Monday, Tuesday, Wednesday
        (date(2026, 11, 22), date(2026, 11, 16)),  # a Sunday counts back from Friday
        (date(2026, 11, 26), date(2026, 11, 19)),  # Thanksgiving itself: from Wednesday back
        (date(2026, 11, 27), date(2026, 11, 20)),  # the Friday after: Thanksgiving is no business day
        (date(2026, 12, 27), date(2026, 12, 18)),  # a Sunday after Christmas
        (date(2027, 1, 4), date(2026, 12, 28)),  # over New Year
        (date(2026, 4, 6), date(2026, 3, 30)),  # Easter Monday is open in New York, Good Friday is not
    ],
)
def test_five_business_days_in_new_york(day: date, first: date) -> None:
    assert window_start(day, NEW_YORK.is_open) == first


def test_every_window_has_five_business_days_and_is_the_shortest_that_has() -> None:
    for at in range(800):
        day = date(2026, 1, 1) + timedelta(days=at)
        first = window_start(day, NEW_YORK.is_open)
        inside = [
            one for step in range((day - first).days + 1) if NEW_YORK.is_open(one := first + timedelta(days=step))
        ]
        assert len(inside) == 5 and inside[0] == first, day


def test_other_exchanges_have_other_days() -> None:
    assert not NEW_YORK.is_open(date(2026, 11, 26)) and MarketCalendar("XJPX").is_open(date(2026, 11, 26))
    assert {"XNYS", "XJPX", "XLON"} <= exchanges()
    with pytest.raises(NotImplementedError):
        MarketCalendar("NOWHERE")


def test_a_calendar_that_is_always_closed_is_a_fault() -> None:
    with pytest.raises(ValueError, match="no business day"):
        latest(date(2026, 1, 1), lambda _: False)


def test_a_day_begins_where_the_account_is() -> None:
    assert NEW_YORK.start(date(2026, 11, 18), "Asia/Tokyo") == NEW_YORK.start(date(2026, 11, 18), "UTC") - 9 * 3600
    start = NEW_YORK.start(date(2026, 11, 18), "Pacific/Kiritimati")
    assert NEW_YORK.day(start, "Pacific/Kiritimati") == date(2026, 11, 18)
    assert NEW_YORK.day(start - 1, "Pacific/Kiritimati") == date(2026, 11, 17)
