"""A Digital Security Card+ signs a withdrawal that it cannot show; what is signed can be taken back until it is collected (R01)."""

from __future__ import annotations

from sqlalchemy import select, update

from tests.support.installation import Installation, Person
from tests.support.money import PAYEE, Money, money, session, sign
from tests.support.sharing import Thing, put
from tests.support.staff import tags
from tests.support.steps import logged_in
from watchword.core.devices import Device
from watchword.stores.withdrawal_tables import withdrawals
from watchword_client.portal import Browser

PAGE = "/settings/withdrawals"
MOST = 10_000_000  # US cents a day for a device that cannot show them


def without_key(here: Installation, who: Person) -> None:
    """His phone is elsewhere."""
    with here.built.store.write() as tx:
        for device in tx.devices.of_user(who.id):
            if device.kind == "key":
                tx.devices.move(device.id, "active", "inactive", here.clock.now())


def by_token(platform: Money, one: dict[str, object], token: Thing) -> dict[str, object]:
    return platform.answer(one, "card_plus", token.respond(platform.show(one, "card_plus")["value"]))


def test_a_program_shows_the_challenge_and_says_what_the_token_cannot(here: Installation) -> None:
    who = here.person()
    platform, token = money(here, who), put(here, who, "card_plus")
    one = platform.ask(5_000)
    assert one["signing"]["ways"] == ["push", "qr", "challenge", "card_plus"] and one["signing"]["pushed"]
    shown = platform.show(one, "card_plus")
    assert shown["value"][0] == "4" and len(shown["value"]) == 8 and shown["device_cannot_show"] == ["amount", "payee"]
    assert (
        "Digital Security Card+ can’t show amount and payee" in shown["tell"] and "$100,000.00 a day" in shown["tell"]
    )
    told = platform.call("POST", f"/{one['id']}/show", {"way": "card_plus"}, language="ja").json()
    assert "金額と受取人が表示されません" in told["tell"] and "4で始まる" in told["tell"]
    assert told["value"] == shown["value"], "asked again it is the same"
    done = platform.answer(one, "card_plus", token.respond(shown["value"]))
    assert (done["state"], done["shown"], done["signing"]) == ("authorised", False, None)
    assert here.letters(who.mail)[0]["subject"] == "A withdrawal of $50.00 was signed"
    page = logged_in(here, who).get(PAGE).text
    assert "without seeing amount and payee on the device" in page and "$50.00" in page


def test_with_a_token_alone_the_lower_limit_is_told_at_once(here: Installation) -> None:
    who = here.person()
    token = put(here, who, "card_plus")
    without_key(here, who)
    platform = session(here, who)
    said = platform.refused(MOST + 1)
    assert said["number"] == 8114 and "$100,000.00" in said["why"]
    one = platform.ask(MOST)
    assert one["signing"] == {
        "ways": ["card_plus"], "pushed": False, "confirmation": "", "confirmation_reason": one["signing"]["confirmation_reason"]
    }  # fmt: skip
    assert by_token(platform, one, token)["state"] == "authorised"
    assert platform.refused(1)["number"] == 8114
    with here.built.kit.store.write() as tx:
        tx.users.set_floor(who.id, 6)
    assert platform.refused(1)["number"] == 8110, "what is read out signs nothing for who chose so"


def test_a_card_is_no_token(here: Installation) -> None:
    who = here.person()
    put(here, who, "code_card")
    platform = money(here, who)
    one = platform.ask(5_000)
    assert "code_card" not in one["signing"]["ways"]
    assert platform.show(one, "code_card")["number"] == 8113
    without_key(here, who)
    said = platform.refused()
    assert said["number"] == 8110 and "cells of a Security Code Card" in said["why"]


def test_our_own_page_shows_what_is_signed_and_takes_the_response(here: Installation) -> None:
    who = here.person()
    token, platform = put(here, who, "card_plus"), money(here, who)
    long = "North " * 19 + "Trader"  # 120: the page clips it in its list, and never where it is signed
    one = platform.ask(6_100, payee={**PAYEE, "name": long})
    browser = logged_in(here, who)
    assert "Sign with the Digital Security Card+" in browser.get(PAGE).text
    page = browser.post(PAGE, do="ask", withdrawal=one["id"])
    for told in (
        "$61.00",
        long,
        PAYEE["account"],
        "can’t show what you sign",
        "begins with 4",
        "$100,000 a day",
    ):
        assert told in page.text, told
    digits = platform.show(one, "card_plus")["value"]
    page = browser.post(PAGE, do="answer", withdrawal=one["id"], answer="1234 5678")
    assert page.refusals == [2380] and "can’t show what you sign" in page.text
    page = browser.post(PAGE, do="answer", withdrawal=one["id"], answer=token.respond(digits))
    assert page.path == f"{PAGE}?done=withdrawal_signed" and "Signed." in page.text
    assert platform.look(one)["state"] == "authorised"
    second = platform.ask(6_200)
    japanese = logged_in(here, who, here.browser(language="ja"))
    japanese.get(PAGE)
    page = japanese.post(PAGE, do="ask", withdrawal=second["id"])
    assert "トークンには、署名の内容が表示されません" in page.text and "先頭の4は資金の移動を表し" in page.text


def test_a_shared_token_signs_for_who_shares_it_and_is_counted_once(here: Installation) -> None:
    owner, who = here.person(), here.person()
    token, own = put(here, owner, "card_plus"), here.built.kit.entropy.id()
    with here.built.kit.store.write() as tx:
        tx.devices.add(
            Device(own, who.id, "", "card_plus", "active", "shared", b"", 0, 0, here.clock.now(), 0, shared_from=token.device)
        )  # fmt: skip
    platform, owners = money(here, who), money(here, owner)
    one, other = platform.ask(700), owners.ask(700)
    right, foreign = (token.respond(of.show(x, "card_plus")["value"]) for of, x in ((platform, one), (owners, other)))
    assert platform.answer(one, "card_plus", foreign)["number"] == 2380, "the owner's response is for his alone"
    with here.built.store.read() as tx:
        found = tx.devices.get(token.device)
    assert found is not None and found.wrong == 1
    assert platform.answer(one, "card_plus", right)["state"] == "authorised"
    with here.built.store.read() as tx:
        attempt = tx.attempts.get(one["id"])
    assert attempt is not None and attempt.decided_by == f"{own}:card_plus"


def test_collected_is_paid_and_nothing_else(here: Installation) -> None:
    who = here.person()
    platform = money(here, who)
    one = platform.ask(5_000)
    assert platform.collect(one)["number"] == 8116
    sign(here, who, one)
    taken = platform.collect(one)
    assert (taken["state"], taken["left"]["day"]) == ("collected", 100_000_000 - 5_000)
    assert platform.collect(one)["state"] == "collected", "asked again after a lost answer"
    assert "the program pays it" in logged_in(here, who).get(PAGE).text
    said = platform.call("POST", f"/{one['id']}/cancel").json()["refusal"]
    assert said["number"] == 8112, "what may have been paid gives nothing back"
    assert platform.look(one)["left"]["day"] == 100_000_000 - 5_000
    unpaid = platform.ask(7_000)
    sign(here, who, unpaid, platform)
    assert platform.cancel(unpaid)["left"]["day"] == 100_000_000 - 5_000
    assert platform.collect(unpaid)["number"] == 8112


def test_a_late_not_me_takes_back_what_was_signed_and_not_collected(here: Installation) -> None:
    who = here.person()
    token, platform = put(here, who, "card_plus"), money(here, who)
    paid, signed, waiting = platform.ask(100), platform.ask(200), platform.ask(300)
    attempt = next(found for found in who.phone.pending().attempts if found.id == signed["id"])
    for one in (paid, signed):
        assert by_token(platform, one, token)["state"] == "authorised"
    platform.collect(paid)
    assert who.phone.decide(attempt, "not_me", confirmation="", pin=None, uv="none").result == "not_me"
    assert platform.call("POST", f"/{signed['id']}/collect").status_code == 401, "the session that asked is over"
    again = session(here, who)
    assert [again.look(one)["state"] for one in (paid, signed, waiting)] == ["collected", "recalled", "cancelled"]
    assert again.collect(signed)["number"] == 8117
    assert again.look(signed)["left"]["day"] == 100_000_000 - 100
    subjects = {letter["subject"] for letter in here.letters(who.mail)}
    assert {"A signed withdrawal of $2.00 was taken back", "A withdrawal of $1.00 may be paid already"} <= subjects
    assert "withdrawal.amount.recalled" in tags(here, who.id)


def test_this_isnt_mine_on_the_page(here: Installation) -> None:
    who = here.person()
    platform = money(here, who)
    signed, waiting = platform.ask(100), platform.ask(200)
    sign(here, who, signed)
    browser: Browser = logged_in(here, who)
    assert "This isn’t mine" in browser.get(PAGE).text
    page = browser.post(PAGE, do="disown", withdrawal=signed["id"])
    assert page.path == "/password", "whoever asked had the password"
    again = session(here, who)
    assert [again.look(one)["state"] for one in (signed, waiting)] == ["recalled", "cancelled"]
    assert platform.call("GET", f"/{signed['id']}").status_code == 401
    assert "withdrawal.amount.disowned" in tags(here, who.id)


def test_a_payee_is_sealed_and_rows_from_before_stay_readable(here: Installation) -> None:
    who = here.person()
    platform = money(here, who)
    one = platform.ask(100)
    with here.built.store.engine.connect() as connection:
        row = connection.execute(select(withdrawals).where(withdrawals.c.id == one["id"])).one()
    assert (row.payee_name, row.payee_account) == ("", "")
    assert PAYEE["name"].encode() not in row.payee and PAYEE["account"].encode() not in row.payee
    assert platform.look(one)["payee"] == PAYEE
    with here.built.store.engine.begin() as connection:
        before = {"payee": None, "payee_name": PAYEE["name"], "payee_account": PAYEE["account"]}
        connection.execute(update(withdrawals).where(withdrawals.c.id == one["id"]).values(**before))
    assert platform.look(one)["payee"] == PAYEE
    assert sign(here, who, one) == "approved"
