"""Withdrawals, as those attack them who want another amount, another payee, more than the limit, or somebody else's money (R01; PSD2 RTS article 5)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from tests.support.installation import Installation, refused
from tests.support.money import PAYEE, Money, money, sign
from tests.support.raw import numbers, post
from tests.support.signed import decision, resigned
from watchword.core.entitlements import dollars
from watchword.core.refusals import Refusal
from watchword.flows import answers, confirm, entitlements, login, sessions
from watchword.flows import withdrawals as flow
from watchword.flows.kit import Visit
from watchword.stores.withdrawal_tables import withdrawals
from watchword_client import crypto
from watchword_client.approval import Attempt

RACING = 100


def bend(here: Installation, one: str, **values: object) -> None:
    """Somebody at the database changes a row. He cannot seal a payee, but he can write one as it was written before they were sealed."""
    if "payee_name" in values or "payee_account" in values:
        kept = {"payee_name": PAYEE["name"], "payee_account": PAYEE["account"], "payee": None}
        values = {**kept, **values}
    with here.built.store.engine.begin() as connection:
        connection.execute(update(withdrawals).where(withdrawals.c.id == one).values(**values))


@pytest.mark.parametrize(
    "changed",
    [{"amount": 12_346}, {"payee_name": "Kita Estates K.K."}, {"payee_account": "JP12 3456 7891"}, {"currency": "EUR"}],
)
def test_a_signature_over_other_details_is_none(here: Installation, changed: dict[str, object]) -> None:
    """A phone, or a page between, that showed something else: the context is another, however well it is signed."""
    who = here.person()
    platform = money(here, who)
    one = platform.ask(12_345)
    attempt = who.phone.pending().attempts[0]
    other = Attempt({**attempt.details, **changed})
    body = decision(who.phone, other, here.pin(), confirmation=one["signing"]["confirmation"])
    assert numbers(post(here.key, "/v1/decide", body, here)) == [4301]
    whole = decision(who.phone, attempt, here.pin(), confirmation=one["signing"]["confirmation"])
    moved = resigned(who.phone, whole, here.pin(), context=crypto.digest(crypto.canonical(other.details)))
    assert numbers(post(here.key, "/v1/decide", moved, here)) == [4301]
    assert platform.look(one)["state"] == "reserved"


@pytest.mark.parametrize("changed", [{"amount": 99_999_999}, {"payee_name": "Thief"}, {"payee_account": "XX00"}])
def test_a_row_that_was_bent_after_it_was_shown_takes_no_signature(
    here: Installation, changed: dict[str, object]
) -> None:
    who = here.person()
    platform = money(here, who)
    one = platform.ask(12_345)
    attempt = who.phone.pending().attempts[0]
    shown = platform.call("POST", f"/{one['id']}/show", {"way": "challenge"}).json()["value"]
    bend(here, one["id"], **changed)
    refused(4301, work=lambda: who.phone.approve(attempt, here.pin(), one["signing"]["confirmation"]))
    response = who.phone.respond(shown, here.pin())
    said = platform.call("POST", f"/{one['id']}/answer", {"answer": response}).json()["refusal"]
    assert said["number"] in (2104, 8114)
    assert platform.look(one)["state"] == "reserved"


def test_the_approval_of_one_is_none_of_another(here: Installation) -> None:
    who = here.person()
    platform = money(here, who)
    cheap, dear = platform.ask(100), platform.ask(90_000_000)
    found = {attempt.id: attempt for attempt in who.phone.pending().attempts}
    digits = platform.look(cheap)["signing"]["confirmation"]
    body = decision(who.phone, found[cheap["id"]], here.pin(), confirmation=digits)
    for name in ("attempt", "nonce"):
        value = {"attempt": dear["id"], "nonce": found[dear["id"]].details["nonce"]}[name]
        assert numbers(post(here.key, "/v1/decide", resigned(who.phone, body, here.pin(), **{name: value}), here)) == [
            4301
        ]
    assert post(here.key, "/v1/decide", body, here).status_code == 200
    assert post(here.key, "/v1/decide", body, here).json()["result"] == "approved"  # repeated it is the same one, once
    assert (platform.look(cheap)["state"], platform.look(dear)["state"]) == ("authorised", "reserved")
    assert len([letter for letter in here.letters(who.mail) if "withdrawal" in letter["subject"]]) == 1


def test_the_challenge_of_one_is_none_of_another(here: Installation) -> None:
    who = here.person()
    platform = money(here, who)
    first, second = platform.ask(100), platform.ask(200)
    shown = [
        platform.call("POST", f"/{one['id']}/show", {"way": "challenge"}).json()["value"] for one in (first, second)
    ]
    assert shown[0] != shown[1]
    response = who.phone.respond(shown[0], here.pin())
    assert platform.call("POST", f"/{second['id']}/answer", {"answer": response}).json()["refusal"]["number"] == 2104
    assert platform.call("POST", f"/{first['id']}/answer", {"answer": response}).json()["state"] == "authorised"
    assert platform.call("POST", f"/{first['id']}/answer", {"answer": response}).json()["refusal"]["number"] == 8112


def test_a_response_of_a_login_signs_no_money(here: Installation) -> None:
    who = here.person()
    platform = money(here, who)
    one = platform.ask(100)
    platform.call("POST", f"/{one['id']}/show", {"way": "challenge"})
    other = here.platform()
    other.start(who.username, who.password)
    response = who.phone.respond(str(other.show("challenge")["value"]), here.pin())
    assert platform.call("POST", f"/{one['id']}/answer", {"answer": response}).json()["refusal"]["number"] == 2104


def test_its_attempt_is_no_login_no_change_and_takes_no_code(here: Installation) -> None:
    """Even for somebody who came by the collector that never leaves the server."""
    who = here.person()
    platform = money(here, who)
    one, kit = platform.ask(100), here.built.kit
    collector = flow.collector_of(kit, who.id, "terminal", one["reference"])
    with here.built.store.read() as tx:
        session = tx.sessions.of_user(who.id, here.clock.now())[0]
    here.later(60)
    code = answers.answer(kit, collector, "code", who.phone.code(here.pin()))
    assert isinstance(code, Refusal) and code.kind.number == 8113
    assert sign(here, who, one) == "approved"
    for found in (login.collect(kit, collector, Visit()), confirm.collect(kit, session, collector)):
        assert isinstance(found, Refusal) and found.kind.number == 1105


def test_ids_of_other_accounts_and_programs_do_not_exist(here: Installation) -> None:
    who, thief = here.person(), here.person()
    platform, other = money(here, who), money(here, thief)
    one = platform.ask(100)
    for path, body in (
        ("", None),
        ("/cancel", None),
        ("/show", {"way": "qr"}),
        ("/push", {}),
        ("/answer", {"answer": "12345678"}),
    ):
        method = "GET" if not path else "POST"
        for name in (one["id"], "0" * 26, "x", "%00", "a" * 300):
            said = other.call(method, f"/{name}{path}", body)
            assert said.json()["refusal"]["number"] in (8111, 1004), (path, name, said.text)
    assert platform.look(one)["state"] == "reserved"
    assert other.wanted(1)["reference"] != one["reference"]
    same = other.call(
        "POST", "", {"amount": 5, "currency": "USD", "payee": PAYEE, "reference": one["reference"]}
    ).json()
    assert same["id"] != one["id"] and same["amount"] == 5


def test_without_a_session_of_a_program_there_is_nothing(here: Installation) -> None:
    for token in ("x", "x" * 43, "x" * 500):
        assert Money(here, token).call("POST", "", Money(here, token).wanted()).status_code == 401
    platform = money(here, here.person())
    platform.here.http.delete(f"{here.portal}/api/v1/session", headers={"authorization": f"Bearer {platform.token}"})
    assert platform.call("POST", "", platform.wanted()).status_code == 401


def test_limits_that_fall_after_it_was_reserved_hold_at_the_signature(here: Installation) -> None:
    who = here.person()
    platform = money(here, who)
    one = platform.ask(90_000_000)
    attempt = who.phone.pending().attempts[0]
    entitlements.set_own(here.built.kit, who.username, dollars(1_000, 1_000))
    refused(8105, work=lambda: who.phone.approve(attempt, here.pin(), one["signing"]["confirmation"]))
    assert platform.look(one)["state"] == "reserved"


def test_a_thief_with_the_session_is_reported_and_everything_of_his_is_over(here: Installation) -> None:
    who = here.person()
    platform = money(here, who)
    first, second = platform.ask(100), platform.ask(200)
    attempt = next(found for found in who.phone.pending().attempts if found.id == first["id"])
    assert who.phone.decide(attempt, "not_me", confirmation="", pin=None, uv="none").result == "not_me"
    assert platform.call("GET", f"/{first['id']}").status_code == 401
    with here.built.store.write() as tx:
        user = tx.users.get(who.id)
        assert user is not None
        session, _ = sessions.issue(
            here.built.kit, tx, user, kind="platform", client="terminal", attempt_id="", acr="", amr=("pwd", "hwk"), idle=900, life=3600
        )  # fmt: skip
    found = [flow.look(here.built.kit, session, one["id"]) for one in (first, second)]
    assert [one.row.state for one in found if isinstance(one, flow.Seen)] == ["cancelled", "cancelled"]


def test_a_hundred_at_once_never_pass_the_limit(here: Installation) -> None:
    who = here.person()
    entitlements.set_own(here.built.kit, who.username, dollars(40, 60))
    platform = money(here, who)
    gate = threading.Barrier(RACING // 4)

    def ask(at: int) -> int:
        if at < RACING // 4:
            gate.wait(20)
        return platform.call("POST", "", platform.wanted(100)).status_code

    with ThreadPoolExecutor(RACING // 4) as pool:
        found = list(pool.map(ask, range(RACING)))
    assert found.count(201) == 40 and found.count(409) == 60
    with here.built.store.read() as tx:
        assert tx.withdrawals.held(who.id, 0, 0, here.clock.now()).day == 4_000


def test_the_same_reference_at_once_is_one_withdrawal(here: Installation) -> None:
    who = here.person()
    platform = money(here, who)
    wanted = platform.wanted(100)
    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(lambda _: platform.call("POST", "", wanted).json()["id"], range(12)))
    assert len(set(found)) == 1
    with here.built.store.read() as tx:
        assert tx.withdrawals.held(who.id, 0, 0, here.clock.now()).day == 100


def test_a_signature_and_a_cancel_at_once_have_one_winner(here: Installation) -> None:
    who = here.person()
    platform = money(here, who)
    for _ in range(3):
        here.later(2 * 60 * 60)
        platform = money(here, who)
        one = platform.ask(100)
        attempt = next(found for found in who.phone.pending().attempts if found.id == one["id"])
        body = decision(who.phone, attempt, here.pin(), confirmation=one["signing"]["confirmation"])
        with ThreadPoolExecutor(2) as pool:
            signed = pool.submit(post, here.key, "/v1/decide", body, here)
            cancelled = pool.submit(platform.cancel, one)
        assert cancelled.result()["state"] == "cancelled"
        assert signed.result().status_code in (200, 410)
        assert platform.look(one)["state"] == "cancelled"


def test_hostile_names_stay_text(here: Installation) -> None:
    who = here.person()
    platform = money(here, who)
    name = "<script>alert(1)</script> {amount} %s ${7*7}"
    one = platform.ask(100, payee={**PAYEE, "name": name})
    assert one["payee"]["name"] == name
    assert sign(here, who, one) == "approved"
    assert name in here.letters(who.mail)[0]["text"]
