"""A token that cannot show money, as those attack it who hold a response of something else (PSD2 RTS article 5; docs/adr/0028)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from tests.support.installation import Installation, Person
from tests.support.money import PAYEE, Money, money, session
from tests.support.raw import post
from tests.support.sharing import Thing, put
from tests.support.signed import decision
from tests.support.staff import tags
from tests.support.steps import logged_in
from watchword.core.devices import Device
from watchword.core.entitlements import dollars
from watchword.core.refusals import Refusal
from watchword.flows import entitlements, methods, reach
from watchword.flows import withdrawals as flow
from watchword.stores.withdrawal_tables import withdrawals

PAGE = "/settings/withdrawals"


def holding(here: Installation) -> tuple[Person, Money, Thing]:
    """Somebody with Key and a token, at a platform."""
    who = here.person()
    return who, money(here, who), put(here, who, "card_plus")


def answer_for(platform: Money, one: dict[str, Any], token: Thing) -> str:
    return token.respond(platform.show(one, "card_plus")["value"])


def test_a_response_is_good_for_one_withdrawal(here: Installation) -> None:
    _, platform, token = holding(here)
    cheap, dear = platform.ask(100), platform.ask(100, payee={**PAYEE, "account": "XX00"})
    right = answer_for(platform, cheap, token)
    asked = [platform.show(one, "card_plus")["value"] for one in (cheap, dear, platform.ask(100))]
    assert len(set(asked)) == 3, "another payee, or the same once more"
    assert platform.answer(dear, "card_plus", right)["number"] == 2380
    assert platform.answer(cheap, "card_plus", right)["state"] == "authorised"
    assert platform.answer(cheap, "card_plus", right)["number"] == 8112
    assert platform.look(dear)["state"] == "reserved"


@pytest.mark.parametrize("changed", [{"amount": 12_346}, {"payee_name": "Thief"}, {"payee_account": "XX00"}])
def test_a_row_that_was_bent_after_it_was_asked_takes_no_response(
    here: Installation, changed: dict[str, object]
) -> None:
    _, platform, token = holding(here)
    one = platform.ask(12_345)
    right = answer_for(platform, one, token)
    kept = {"payee": None, "payee_name": PAYEE["name"], "payee_account": PAYEE["account"]}
    with here.built.store.engine.begin() as connection:
        connection.execute(update(withdrawals).where(withdrawals.c.id == one["id"]).values(**{**kept, **changed}))
    assert platform.answer(one, "card_plus", right)["number"] == 2380
    assert platform.look(one)["state"] == "reserved"


def test_a_login_and_a_withdrawal_never_take_each_others_response(here: Installation) -> None:
    """A page that asks a person to log in shows no challenge that begins with 4, and one that begins so logs nobody in."""
    who, platform, token = holding(here)
    one = platform.ask(100)
    money_response = answer_for(platform, one, token)
    login = here.platform()
    login.start(who.username, who.password)
    asked = [str(login.show("card_plus")["value"]) for _ in range(30)]
    assert not {digits[0] for digits in asked} & {"0", "4"}
    said = platform.answer(one, "card_plus", token.respond(asked[-1]))
    assert said["number"] == 2380
    with pytest.raises(Exception, match="2380"):
        login.answer("card_plus", money_response)
    assert login.answer("card_plus", token.respond(asked[-1])) == "approved"


def test_asking_again_and_again_gives_no_other_challenge(here: Installation) -> None:
    """So nobody can ask until one of his own equals that of somebody's else."""
    _, platform, _ = holding(here)
    one = platform.ask(100)
    assert len({platform.show(one, "card_plus")["value"] for _ in range(40)}) == 1


def test_wrong_ones_are_counted_and_end_it(here: Installation) -> None:
    who, platform, token = holding(here)
    one = platform.ask(100)
    right = answer_for(platform, one, token)
    wrong = str((int(right) + 1) % 10**8).zfill(8)
    said = []
    for _ in range(5):
        platform.show(one, "card_plus")  # a new question forgets nothing of the attempt
        said.append(platform.answer(one, "card_plus", wrong)["number"])
    assert said == [2380] * 4 + [1105]
    assert platform.look(one)["state"] == "cancelled"
    assert platform.answer(one, "card_plus", right)["number"] == 8112
    with here.built.store.read() as tx:
        device = tx.devices.get(token.device)
    assert device is not None and device.wrong == 5
    assert "login.device.refused" in tags(here, who.id)


def test_what_is_read_from_paper_or_a_mailbox_signs_nothing_even_with_the_collector(here: Installation) -> None:
    who, platform, _ = holding(here)
    put(here, who, "code_card")
    one, kit = platform.ask(100), here.built.kit
    collector = flow.collector_of(kit, who.id, "terminal", one["reference"])
    for kind in ("code_card", "online_card", "code_app", "sms", "recovery_code", "temporary_code", "passkey"):
        for result in (
            methods.ask(kit, collector, kind),
            methods.answer(kit, collector, kind, {"answer": "123456"}),
        ):
            assert isinstance(result, Refusal) and result.kind.number == 8113, (kind, result)
    assert platform.look(one)["state"] == "reserved"


def test_of_all_kinds_of_device_two_are_ever_asked_for_money(here: Installation) -> None:
    """Whatever their level, and on whichever page: a passkey stands above Key, and signs none."""
    kit = here.built.kit
    kinds = sorted({factor.device for factor in kit.factors.values()})
    devices = [Device(kind, "u", "p", kind, "active", kind, b"{}", 0, 0, 0, 0) for kind in kinds if kind != "passkey"]
    passkey = replace(devices[0], kind="passkey", secret=b"")
    fit = [one.kind for one in reach.above(kit.factors, devices, 0, action="withdraw")]
    assert sorted(fit) == ["card_plus", "key"]
    assert not reach.signs(kit.factors, passkey)


def test_the_limits_hold_at_the_answer_and_for_all_that_is_held(here: Installation) -> None:
    who, platform, token = holding(here)
    one = platform.ask(6_000_000)
    right = answer_for(platform, one, token)
    second = platform.ask(6_000_000)
    assert platform.answer(one, "card_plus", right)["number"] == 8114, "both together are over what cannot be shown"
    assert platform.show(second, "card_plus")["number"] == 8114
    platform.cancel(second)
    entitlements.set_own(here.built.kit, who.username, dollars(1_000, 1_000))
    assert platform.answer(one, "card_plus", right)["number"] == 8105
    entitlements.set_own(here.built.kit, who.username, None)
    assert platform.answer(one, "card_plus", right)["state"] == "authorised", "none of these was a wrong answer"


def test_two_at_once_and_key_beside_have_one_winner(here: Installation) -> None:
    who, platform, token = holding(here)
    one = platform.ask(100)
    right = answer_for(platform, one, token)
    attempt = next(found for found in who.phone.pending().attempts if found.id == one["id"])
    body = decision(who.phone, attempt, here.pin(), confirmation=one["signing"]["confirmation"])
    with ThreadPoolExecutor(5) as pool:
        answers = [pool.submit(platform.answer, one, "card_plus", right) for _ in range(4)]
        pushed = pool.submit(post, here.key, "/v1/decide", body, here)
    won = [found.result() for found in answers if found.result().get("state") == "authorised"]
    assert len(won) + (pushed.result().status_code == 200) == 1
    assert platform.look(one)["state"] == "authorised"
    assert tags(here, who.id).count("withdrawal.amount.authorised") == 1


def test_collecting_and_not_me_at_once_agree(here: Installation) -> None:
    """Whatever order they come in: what the program was given to pay was never taken back, and the other way round."""
    for _ in range(3):
        who, platform, token = holding(here)
        one = platform.ask(100)
        attempt = next(found for found in who.phone.pending().attempts if found.id == one["id"])
        assert platform.answer(one, "card_plus", answer_for(platform, one, token))["state"] == "authorised"
        body = decision(who.phone, attempt, None, choice="not_me")
        with ThreadPoolExecutor(2) as pool:
            taken = pool.submit(platform.call, "POST", f"/{one['id']}/collect")
            said = pool.submit(post, here.key, "/v1/decide", body, here)
        assert said.result().status_code == 200
        state = session(here, who).look(one)["state"]
        assert state == ("collected" if taken.result().status_code == 200 else "recalled")


def test_anothers_withdrawal_is_nobodys_on_the_page(here: Installation) -> None:
    _, platform, _ = holding(here)
    thief, _, _ = holding(here)
    one = platform.ask(100)
    browser = logged_in(here, thief)
    browser.get(PAGE)
    for do in ("ask", "answer", "disown"):
        for name in (one["id"], "x", ""):
            assert browser.post(PAGE, do=do, withdrawal=name, answer="12345678").refusals == [8111], (do, name)
    assert browser.post(PAGE, do="collect", withdrawal=one["id"]).status == 404
    assert platform.look(one)["state"] == "reserved"
