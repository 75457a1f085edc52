"""Steps of `watchword demo --check` about withdrawals: signed on the phone and by challenge, at the limit to the cent, in a holiday week."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from watchword.app.walk import PASSWORD, PERSON, PIN, Walk, hold
from watchword.core.business_days import window_start
from watchword.core.entitlements import dollars
from watchword.core.refusals import Refusal
from watchword.flows import entitlements
from watchword_client.login import PlatformLogin

DAY_LIMIT, FIVE_LIMIT = 1_000_00, 1_500_00
PAYEE = {"name": "Kita Estate K.K.", "account": "JP12 3456 7890"}
NOON = 12 * 60 * 60
_numbers = itertools.count(1)


def _session(walk: Walk) -> str:
    """A platform's session, logged in anew: the walk moves by days."""
    walk.clock.ahead += 3700  # pushes and codes have had their rest
    with PlatformLogin(walk.portal, "terminal", http=walk.http, system=walk.system) as login:
        login.start(PERSON.username, PASSWORD)
        shown = login.show("challenge")
        state = login.answer("challenge", walk.phone().respond(str(shown["value"]), PIN, PERSON.username))
        hold(state == "approved", f"the login was {state}")
        return str(login.collect().token)


def call(walk: Walk, token: str, method: str, path: str = "", body: object = None) -> tuple[int, dict[str, Any]]:
    headers = {"authorization": f"Bearer {token}", "accept-language": "en"}
    answer = walk.http.request(method, f"{walk.portal}/api/v1/withdrawals{path}", json=body, headers=headers)
    return answer.status_code, answer.json()


def _ask(walk: Walk, token: str, amount: object, **more: object) -> tuple[int, dict[str, Any]]:
    wanted = {"amount": amount, "currency": "USD", "payee": PAYEE, "reference": f"walk-{next(_numbers)}", **more}
    return call(walk, token, "POST", "", wanted)


def _taken(walk: Walk, token: str, amount: int) -> dict[str, Any]:
    status, found = _ask(walk, token, amount)
    hold(status == 201, f"{amount} cents: {found}")
    return found


def _refused(walk: Walk, token: str, number: int, amount: object, **more: object) -> dict[str, Any]:
    _, found = _ask(walk, token, amount, **more)
    said: dict[str, Any] = found.get("refusal", {})
    hold(said.get("number") == number, f"{amount}: {found}")
    return said


def _signed(walk: Walk, token: str, one: dict[str, Any]) -> None:
    """By QR, which needs no rest between two."""
    _, shown = call(walk, token, "POST", f"/{one['id']}/show", {"way": "qr"})
    attempt = walk.phone().scan(shown["value"])
    hold(attempt.money is not None and attempt.money.payee_name == PAYEE["name"], "the phone shows the payee")
    hold(walk.phone().approve(attempt, PIN, "").result == "approved", "signed")
    _, done = call(walk, token, "GET", f"/{one['id']}")
    hold((done["state"], done["shown"]) == ("authorised", True), f"{done}")


def signed_with_amount_and_payee(walk: Walk) -> None:
    """A platform asks for an amount; the phone shows it with its payee and signs it; the page lists it."""
    found = entitlements.set_own(walk.built.kit, PERSON.username, dollars(1_000, 1_500))
    hold(not isinstance(found, Refusal), "limits of this account alone")
    token = _session(walk)
    one = _taken(walk, token, 123_45)
    _signed(walk, token, one)
    _, again = call(walk, token, "POST", f"/{one['id']}/cancel")
    hold((again["state"], again["left"]["day"]) == ("cancelled", DAY_LIMIT), "cancelled, and its share is back")


def by_challenge(walk: Walk) -> None:
    """Without a connection the phone answers a challenge that names money; a six-digit code signs none."""
    token = _session(walk)
    one = _taken(walk, token, 50_00)
    _, shown = call(walk, token, "POST", f"/{one['id']}/show", {"way": "challenge"})
    hold(shown["value"][0] == "4" and shown["device_cannot_show"] == ["amount", "payee"], f"{shown}")
    response = walk.phone().respond(shown["value"], PIN, PERSON.username)
    _, done = call(walk, token, "POST", f"/{one['id']}/answer", {"answer": response})
    hold((done["state"], done["shown"]) == ("authorised", False), f"{done}")
    call(walk, token, "POST", f"/{one['id']}/cancel")


def at_the_limit(walk: Walk) -> None:
    """To the cent: one too many is refused with what is left, what is cancelled comes back; no other amount, currency or payee is read."""
    token = _session(walk)
    said = _refused(walk, token, 8105, DAY_LIMIT + 1)
    hold(said["left"] == DAY_LIMIT, "what is left is told")
    whole = _taken(walk, token, DAY_LIMIT)
    _refused(walk, token, 8105, 1)
    call(walk, token, "POST", f"/{whole['id']}/cancel")
    for amount in (0, -1, 1.5, "100", None):
        _refused(walk, token, 8101, amount)
    _refused(walk, token, 8102, 100, currency="EUR")
    _refused(walk, token, 8103, 100, payee={**PAYEE, "bank": "x"})
    _refused(walk, token, 8104, 100, reference="x" * 65)


def holiday_week(walk: Walk) -> None:
    """A week with a holiday of the exchange: what was signed before it still counts on the fifth weekday after, and no longer on the sixth."""
    calendar = walk.built.kit.calendar
    first, last = _around_a_holiday(walk)
    _until(walk, first)
    token = _session(walk)
    _signed(walk, token, _taken(walk, token, DAY_LIMIT))
    _until(walk, last)
    token = _session(walk)
    hold(window_start(last, calendar.is_open) == first, "the window begins on that day")
    said = _refused(walk, token, 8106, FIVE_LIMIT - DAY_LIMIT + 1)
    hold(said["left"] == FIVE_LIMIT - DAY_LIMIT, "what is left of the five business days")
    after = last + timedelta(days=1)
    while not calendar.is_open(after):
        after += timedelta(days=1)
    _until(walk, after)
    token = _session(walk)
    call(walk, token, "POST", f"/{_taken(walk, token, DAY_LIMIT)['id']}/cancel")
    entitlements.set_own(walk.built.kit, PERSON.username, None)


def _around_a_holiday(walk: Walk) -> tuple[date, date]:
    """The next business day whose five business days take longer than a week, and the last of them, both business days."""
    calendar = walk.built.kit.calendar
    last = calendar.day(walk.clock.now(), PERSON.zone) + timedelta(days=9)
    while not calendar.is_open(last) or (last - window_start(last, calendar.is_open)).days <= 6:
        last += timedelta(days=1)
    return window_start(last, calendar.is_open), last


def _until(walk: Walk, day: date) -> None:
    """Noon of a day that is still to come."""
    at = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) + NOON
    hold(at > walk.clock.now(), f"{day} is still to come")
    walk.clock.ahead += at - walk.clock.now()


STEPS: tuple[Callable[[Walk], None], ...] = (signed_with_amount_and_payee, by_challenge, at_the_limit, holiday_week)
