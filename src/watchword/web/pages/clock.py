"""Times as a page says them, in its language and the person's zone (LOOK.md, Japanese and Voice)."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from markupsafe import Markup

from watchword.web.texts import Catalogue

CLOSE_SECONDS = 5 * 60  # waits below it are told to the second


class Clock:
    """Formats whole seconds since 1970. One is made for each page."""

    __slots__ = ("_lang", "_texts", "_tz", "now", "today")

    def __init__(self, catalogue: Catalogue, lang: str, now: int, tz: tzinfo) -> None:
        self._texts, self._lang, self._tz, self.now = catalogue, lang, tz, int(now)
        self.today = datetime.fromtimestamp(now, tz)

    def hm(self, at: int) -> str:
        """14:32"""
        return f"{self._local(at):%H:%M}"

    def hms(self, at: int) -> str:
        """14:32:08"""
        return f"{self._local(at):%H:%M:%S}"

    def moment(self, at: int) -> Markup:
        """For lists: "Today 14:32", "Yesterday 18:05", "20 Nov 08:14", "20 Nov 2025"; what is still to come in another year with its time."""
        local = self._local(at)
        if local.date() == self.today.date():
            return self._say("today", local)
        if local.date() == (self.today - timedelta(days=1)).date():
            return self._say("yesterday", local)
        if local.year == self.today.year:
            return self._say("day_time", local)
        return self._say("full" if at > self.now else "date", local)

    def stamp(self, at: int) -> Markup:
        """For tables of staff: "22 Nov 14:32:08", with the year where it is another."""
        local = self._local(at)
        form = "day_time" if local.year == self.today.year else "full"
        return self._say(form, local, f"{local:%H:%M:%S}")

    def zone(self) -> str:
        """The short name of the zone, such as JST, for the head of a table."""
        return self.today.tzname() or "UTC"

    def until(self, at: int) -> Markup:
        """For ends: the time alone when it is today, else with its day."""
        local = self._local(at)
        return self._say("time" if local.date() == self.today.date() else "day_time", local)

    def wait(self, at: int) -> Markup:
        """For the end of a wait, so that whoever comes back then is let in: under five minutes to the second, with what is left, else to
        the minute, rounded up."""
        if 0 < at - self.now < CLOSE_SECONDS:
            return self._texts.t(self._lang, "dates.wait", time=self.hms(at), left=self.left(at))
        return self.until(-(-at // 60) * 60)

    def date(self, at: int) -> Markup:
        """22 Nov 2026 · 2026年11月22日"""
        return self._say("date", self._local(at))

    def full(self, at: int) -> Markup:
        """22 Nov 2026, 14:32 · 2026年11月22日（日）14:32"""
        return self._say("full", self._local(at))

    def left(self, at: int) -> Markup:
        """What remains: "2 min 40 s left"."""
        minutes, seconds = divmod(max(0, at - self.now), 60)
        if minutes:
            return self._texts.t(self._lang, "dates.left", minutes=minutes, seconds=seconds)
        return self._texts.t(self._lang, "dates.left_seconds", seconds=seconds)

    def offset(self) -> int:
        """How far the zone is ahead of UTC, in seconds: for a script that goes on telling the time."""
        ahead = self.today.utcoffset()
        return int(ahead.total_seconds()) if ahead else 0

    def greeting(self) -> str:
        """Which greeting fits: `morning` 5–11, `afternoon` 12–17, `evening`."""
        hour = self.today.hour
        return "morning" if 5 <= hour < 12 else "afternoon" if 12 <= hour < 18 else "evening"

    def _local(self, at: int) -> datetime:
        return datetime.fromtimestamp(at, self._tz)

    def _say(self, form: str, local: datetime, time: str = "") -> Markup:
        texts, lang = self._texts, self._lang
        return texts.t(
            lang,
            f"dates.{form}",
            year=local.year,
            month=texts.t(lang, f"dates.month.{local.month}"),
            day=local.day,
            weekday=texts.t(lang, f"dates.weekday.{local.isoweekday()}"),
            time=time or f"{local:%H:%M}",
        )
