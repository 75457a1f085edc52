"""A platform asks for money, its person signs it on the phone or by challenge, and the limits hold (R01; PSD2 RTS article 5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.support.installation import Installation, Person, refused
from tests.support.money import PAYEE, money, sign
from tests.support.people import set_user
from tests.support.steps import logged_in
from watchword.core.entitlements import dollars
from watchword.flows import entitlements

DAY = 24 * 60 * 60


def limits(here: Installation, who: Person, day: int, five_days: int) -> None:
    """Limits of this account alone, in whole dollars."""
    entitlements.set_own(here.built.kit, who.username, dollars(day, five_days))


def at(here: Installation, day: date, hour: int = 3) -> None:
    """Move the clock on to a time (UTC) that is still to come; 3 in the morning is noon in Tokyo."""
    here.later(int(datetime(day.year, day.month, day.day, hour, tzinfo=UTC).timestamp()) - here.clock.now())


def coming(here: Installation, day: Callable[[int], date]) -> date:
    """The next of a day that comes every year, a week ahead at least."""
    today = datetime.fromtimestamp(here.clock.now(), UTC).date()
    return next(found for year in (today.year, today.year + 1) if (found := day(year)) > today + timedelta(7))


def thanksgiving(year: int) -> date:
    """The fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta((3 - first.weekday()) % 7 + 21)


def test_asked_signed_told_and_listed(here: Installation) -> None:
    who = here.person()
    platform = money(here, who)
    one = platform.ask(1_234_550)
    assert (one["state"], one["amount"], one["currency"], one["payee"]) == ("reserved", 1_234_550, "USD", PAYEE)
    assert one["left"]["day"] == 100_000_000 - 1_234_550
    details = next(found for found in who.phone.pending().attempts if found.id == one["id"]).details
    assert (details["action"], details["operation"]) == ("withdraw", "")
    assert (details["amount"], details["currency"]) == (1_234_550, "USD")
    assert (details["payee_name"], details["payee_account"]) == (PAYEE["name"], PAYEE["account"])
    assert sign(here, who, one) == "approved"
    done = platform.look(one)
    assert (done["state"], done["shown"], done["signing"]) == ("authorised", True, None)
    letter = here.letters(who.mail)[0]
    assert letter["subject"] == "A withdrawal of $12,345.50 was signed" and "Kita Estate K.K." in letter["text"]
    page = logged_in(here, who).get("/settings/withdrawals").text
    for told in ("$12,345.50", "Kita Estate K.K.", "JP12 3456 7890", "You signed it", "$987,654.50"):
        assert told in page, told


def test_in_japanese(here: Installation) -> None:
    who = here.person()
    platform = money(here, who)
    platform.ask(5_000)
    page = logged_in(here, who, here.browser(language="ja")).get("/settings/withdrawals").text
    assert "USD 50.00" in page and "受取人：" in page and "署名をお待ちしています" in page
    said = platform.call("POST", "", platform.wanted(0), language="ja").json()["refusal"]
    assert said["number"] == 8101 and "整数" in said["what"]


def test_the_same_reference_is_the_same_withdrawal(here: Installation) -> None:
    who = here.person()
    platform = money(here, who)
    wanted = platform.wanted(700)
    first = platform.call("POST", "", wanted).json()
    again = platform.call("POST", "", wanted).json()
    assert again["id"] == first["id"] and again["left"] == first["left"]
    assert sign(here, who, again) == "approved"
    assert platform.call("POST", "", wanted).json()["state"] == "authorised"
    for other in (
        {"amount": 701},
        {"payee": {**PAYEE, "name": "Kita Estate KK"}},
        {"payee": {**PAYEE, "account": "JP1"}},
    ):
        assert platform.call("POST", "", {**wanted, **other}).json()["refusal"]["number"] == 8109


def test_to_the_cent(here: Installation) -> None:
    who = here.person()
    limits(here, who, 100, 150)
    platform = money(here, who)
    said = platform.refused(10_001)
    assert (said["number"], said["left"]) == (8105, 10_000)
    assert "$100.00 are left" in said["what"]
    first = platform.ask(10_000)
    assert first["left"]["day"] == 0
    assert (platform.refused(1)["number"], platform.refused(1)["left"]) == (8105, 0)
    platform.cancel(first)
    assert platform.ask(9_999)["left"]["day"] == 1
    platform.ask(1)


def test_five_business_days_around_thanksgiving(here: Installation) -> None:
    """Thanksgiving is a holiday of the exchange: the window of the Friday after it begins on the Friday before."""
    thursday = coming(here, thanksgiving)
    at(here, thursday - timedelta(6))
    who = here.person()
    limits(here, who, 100, 150)
    platform = money(here, who)
    sign(here, who, platform.ask(10_000))  # on Friday
    at(here, thursday)
    platform = money(here, who)
    platform.ask(5_000)  # on the holiday, which counts as well
    at(here, thursday + timedelta(3))  # Sunday: the window of the Friday after still
    platform = money(here, who)
    here.later(1)
    said = platform.refused(
        5_001
    )  # the Friday before is still inside; what was reserved on the holiday ran out unsigned
    assert (said["number"], said["left"]) == (8106, 5_000)
    at(here, thursday + timedelta(4))  # Monday: the window begins on the Monday before
    platform = money(here, who)
    assert platform.ask(10_000)["left"]["five_days"] == 5_000


def test_a_day_is_that_of_the_account_and_another_zone_opens_no_other(here: Installation) -> None:
    at(here, coming(here, lambda year: date(year, 2, 2)), 14)  # 23:00 in Tokyo
    who = here.person()
    limits(here, who, 100, 1_000)
    platform = money(here, who)
    sign(here, who, platform.ask(10_000))
    set_user(here, who, zone="Pacific/Kiritimati")  # where it is the 3rd already
    assert platform.refused(1)["number"] == 8105
    set_user(here, who, zone="Asia/Tokyo")
    here.later(2 * 60 * 60)
    platform = money(here, who)
    assert platform.ask(10_000)["state"] == "reserved"


def test_unsigned_and_denied_ones_give_back(here: Installation) -> None:
    who = here.person()
    limits(here, who, 100, 150)
    platform = money(here, who)
    first = platform.ask(10_000)
    attempt = who.phone.pending().attempts[0]
    assert who.phone.deny(attempt).result == "denied"
    assert platform.look(first)["state"] == "cancelled"
    here.later(20 * 60)  # a denial keeps the phone quiet
    platform = money(here, who)
    second = platform.ask(10_000)
    here.later(10 * 60)
    found = platform.look(second)
    assert (found["state"], found["left"]["day"]) == ("expired", 10_000)
    assert platform.call("POST", f"/{second['id']}/cancel").json()["refusal"]["number"] == 8112


def test_signed_ones_may_be_cancelled_by_the_platform(here: Installation) -> None:
    who = here.person()
    platform = money(here, who)
    one = platform.ask(5_000)
    sign(here, who, one)
    gone = platform.cancel(one)
    assert (gone["state"], gone["left"]["day"]) == ("cancelled", 100_000_000)
    assert platform.cancel(one)["state"] == "cancelled"


def test_a_challenge_names_money_and_takes_the_lower_limit(here: Installation) -> None:
    who = here.person()
    platform = money(here, who)
    one = platform.ask(10_000_000)  # USD 100,000: the most of a device that shows nothing
    assert one["signing"]["ways"] == ["push", "qr", "challenge"]
    shown = platform.call("POST", f"/{one['id']}/show", {"way": "challenge"}).json()
    assert shown["value"][0] == "4" and shown["device_cannot_show"] == ["amount", "payee"]
    assert "$100,000.00 a day" in shown["tell"]
    response = who.phone.respond(shown["value"], here.pin())
    done = platform.call("POST", f"/{one['id']}/answer", {"answer": response}).json()
    assert (done["state"], done["shown"]) == ("authorised", False)
    page = logged_in(here, who).get("/settings/withdrawals").text
    assert "without seeing amount and payee" in page
    more = platform.ask(1)
    assert more["signing"]["ways"] == ["push", "qr"]
    said = platform.call("POST", f"/{more['id']}/show", {"way": "challenge"}).json()["refusal"]
    assert said["number"] == 8114 and "$200,000.00" in said["why"]
    assert sign(here, who, more, platform) == "approved"


def test_the_qr_brings_the_same_details(here: Installation) -> None:
    who = here.person()
    platform = money(here, who)
    one = platform.ask(4_200)
    shown = platform.call("POST", f"/{one['id']}/show", {"way": "qr"}).json()
    scanned = who.phone.scan(shown["value"])
    assert scanned.details["amount"] == 4_200
    assert who.phone.approve(scanned, here.pin(), "").result == "approved"
    assert platform.look(one)["state"] == "authorised"


@pytest.mark.parametrize(
    ("changed", "number"),
    [
        ({"amount": -1}, 8101), ({"amount": 0}, 8101), ({"amount": 1.5}, 8101), ({"amount": 1.0}, 8101), ({"amount": "100"}, 8101),
        ({"amount": True}, 8101), ({"amount": None}, 8101), ({"amount": 10**15}, 8101), ({"amount": [1]}, 8101),
        ({"currency": "EUR"}, 8102), ({"currency": "usd"}, 8102), ({"currency": None}, 8102), ({"currency": 5}, 8102),
        ({"payee": "Kita"}, 8103), ({"payee": {**PAYEE, "bank": "x"}}, 8103), ({"payee": {"name": "Kita"}}, 8103),
        ({"payee": {**PAYEE, "name": ""}}, 8103), ({"payee": {**PAYEE, "name": "a\nb"}}, 8103),
        ({"payee": {**PAYEE, "name": "abc\u202egnp"}}, 8103), ({"payee": {**PAYEE, "name": "x" * 10_000}}, 8103),
        ({"payee": {**PAYEE, "name": " x"}}, 8103), ({"payee": {**PAYEE, "account": "x" * 65}}, 8103),
        ({"payee": {**PAYEE, "account": "１２３"}}, 8103), ({"payee": {**PAYEE, "account": 12}}, 8103),
        ({"reference": ""}, 8104), ({"reference": "x" * 65}, 8104), ({"reference": "a b"}, 8104), ({"reference": 1}, 8104),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_number(here: Installation, changed: dict[str, object], number: int) -> None:
    platform = money(here, here.person())
    assert platform.refused(**changed)["number"] == number


def test_who_may_not(here: Installation) -> None:
    paper = here.person(kind="paper")
    assert money(here, paper).refused()["number"] == 8108
    who = here.person()
    platform = money(here, who)
    with here.built.kit.store.write() as tx:
        for device in tx.devices.of_user(who.id):
            tx.devices.move(device.id, "active", "inactive", here.clock.now())
    assert platform.refused()["number"] == 8110


def test_a_code_signs_no_money(here: Installation) -> None:
    who = here.person()
    platform = money(here, who)
    one = platform.ask()
    here.later(60)
    said = platform.call("POST", f"/{one['id']}/answer", {"answer": who.phone.code(here.pin())}).json()["refusal"]
    assert said["number"] == 2107  # the challenge's response has eight digits; six are nothing here
    for way in ("code", "code_card", "online_card", "sms", "code_app", "recovery_code", "temporary_code"):
        for path, body in (("show", {"way": way}), ("answer", {"way": way, "answer": "123456"})):
            said = platform.call("POST", f"/{one['id']}/{path}", body).json()["refusal"]
            assert said["number"] == 8113 and "Security Code Card" in said["why"], way
    assert platform.call("POST", f"/{one['id']}/show", {"way": "passkey"}).status_code == 422
    assert platform.look(one)["state"] == "reserved"


def test_wrong_digits_sign_nothing(here: Installation) -> None:
    who = here.person()
    one = money(here, who).ask()
    attempt = who.phone.pending().attempts[0]
    wrong = str((int(one["signing"]["confirmation"]) + 1) % 10**6).zfill(6)
    refused(4303, work=lambda: who.phone.approve(attempt, here.pin(), wrong))
