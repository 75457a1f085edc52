"""Attacks on Key's life: a stolen blob, a photographed QR, replayed secrets, foreign keys, PIN guessing by each new road, and races (THREATS)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.installation import OTHER_PIN, PIN, Installation, Person, refused
from watchword.core.devices import SIGNED_WRONG_LIMIT
from watchword_client import MemoryStore, Phone, Refused, Renewal, crypto
from watchword_client.keylife import Offer, Recovery

NEW = "t7Hk2s"


def recovering(here: Installation, who: Person) -> tuple[Phone, Recovery]:
    phone = here.new_phone()
    recovery = phone.recover()
    recovery.start(who.username, who.password)
    recovery.send()
    recovery.prove(here.code_to(who.number))
    return phone, recovery


def scanned(here: Installation, old: Phone) -> tuple[Offer, Phone, Renewal]:
    offer = old.transfer_show(here.pin())
    new = here.new_phone()
    return offer, new, new.transfer_scan(offer.link, "New")


def outcomes(*works: Callable[[], object]) -> list[int]:
    """Each run at the same time: 0 where it went through, else the refusal's number."""

    def run(work: Callable[[], object]) -> int:
        try:
            work()
        except Refused as told:
            return told.number
        return 0

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_the_password_alone_gives_no_blob(here: Installation) -> None:
    who = here.person()
    recovery = here.new_phone().recover()
    recovery.start(who.username, who.password)
    refused(4402, work=lambda: recovery.prove("00000000"))
    recovery.send()
    right = here.code_to(who.number)
    for _ in range(3):
        refused(3204, work=lambda: recovery.prove(f"{(int(right) + 1) % 10**8:08}"))
    refused(3205, work=lambda: recovery.prove(right))
    assert recovery.opened is None


def test_the_blob_goes_to_one_claim_and_to_one_key(here: Installation) -> None:
    who = here.person()
    phone, recovery = recovering(here, who)
    stranger = here.new_phone()
    theirs = stranger.recover()
    theirs.id = recovery.id
    refused(4402, work=lambda: theirs.prove(here.code_to(who.number)))
    refused(4304, work=lambda: recovery.unlock(OTHER_PIN, "mine"))
    same_claim = Recovery(stranger.wire, recovery.platform, recovery.claim, recovery.id, (), recovery.opened)
    refused(4101, work=lambda: same_claim.unlock(PIN, "stolen"))
    recovery.unlock(PIN, "mine").complete(PIN)
    assert phone.check(PIN)


def test_a_blob_without_the_sms_is_of_no_use(here: Installation) -> None:
    """Somebody with the blob, the salt and the right PIN from elsewhere, but without a recovery that is open."""
    who = here.person()
    _, recovery = recovering(here, who)
    opened = recovery.opened
    here.later(60)
    other = here.new_phone().recover()
    other.start(who.username, who.password)
    other.opened = {**(opened or {}), "nonce": crypto.b64u(bytes(16))}
    refused(4402, work=lambda: other.unlock(PIN, "stolen"))


def test_a_photographed_qr_gives_nothing(here: Installation) -> None:
    who = here.person()
    offer, _, theirs = scanned(here, who.phone)
    mine = here.new_phone()
    refused(4408, work=lambda: mine.transfer_scan(offer.link, "mine"))
    refused(4403, work=lambda: theirs.complete(NEW))
    for left in (2, 1):
        assert refused(4407, work=lambda: offer.approve(f"{(int(theirs.code) + 1) % 10**6:06}")).refusal.left == left
    refused(4402, work=lambda: offer.approve(f"{(int(theirs.code) + 1) % 10**6:06}"))
    refused(4402, work=lambda: offer.approve(theirs.code))
    assert who.phone.check(here.pin())


def test_the_new_phones_key_is_bound_to_the_transfer(here: Installation) -> None:
    who = here.person()
    offer, _, renewal = scanned(here, who.phone)
    offer.approve(renewal.code)
    stranger = here.new_phone()
    theirs = Renewal(stranger.wire, "transfer", renewal.id, renewal.claim)
    refused(4101, work=lambda: theirs.complete(NEW))
    other_claim = Renewal(renewal.wire, "transfer", renewal.id, crypto.b64u(bytes(16)))
    refused(4402, work=lambda: other_claim.complete(NEW))
    renewal.complete(NEW)
    refused(4402, work=lambda: renewal.complete(NEW))


def test_a_phone_that_is_known_takes_no_transfer(here: Installation) -> None:
    """A key that the server has seen: it would join two phones under two PINs."""
    who, other = here.person(), here.person()
    offer = who.phone.transfer_show(here.pin())
    refused(4408, work=lambda: other.phone.transfer_scan(offer.link, "known"))


def test_another_phone_neither_approves_nor_stops_a_transfer(here: Installation) -> None:
    who, other = here.person(), here.person()
    offer, _, renewal = scanned(here, who.phone)
    theirs = Offer(Renewal(other.phone.wire, "transfer", renewal.id, ""), "", other.phone.users[0], here.pin())
    refused(4101, work=lambda: theirs.approve(renewal.code))
    refused(
        4101, work=lambda: other.phone.wire.request("/v1/renewal/cancel", "cancel", lambda: {"renewal": renewal.id})
    )
    refused(4101, work=lambda: theirs.renewal.look())
    assert offer.approve(renewal.code)


@pytest.mark.parametrize("road", ["change", "transfer", "recovery"])
def test_every_road_counts_wrong_pins_in_the_one_counter_of_the_phone(here: Installation, road: str) -> None:
    who, other = here.person(), here.person(phones=0)
    phone = here.put_key(other, phone=who.phone)
    tries: dict[str, Callable[[], object]] = {
        "change": lambda: phone.change_pin(here.pin(OTHER_PIN), who.username),
        "transfer": lambda: phone.transfer_show(here.pin(OTHER_PIN), who.username),
    }
    if road == "recovery":
        _, recovery = recovering(here, who)
        tries["recovery"] = lambda: recovery.unlock(OTHER_PIN, "guess")
    for at in range(SIGNED_WRONG_LIMIT - 1):
        assert refused(4304, work=tries[road]).refusal.left == SIGNED_WRONG_LIMIT - 1 - at
    refused(4305, work=tries[road])
    refused(4101, work=phone.pending)
    for person in (who, other):
        assert any("ten wrong PINs" in letter["text"] for letter in here.letters(person.number))


def test_a_success_by_recovery_clears_only_its_own_users_wrong_answers(here: Installation) -> None:
    who, other = here.person(), here.person(phones=0)
    phone = here.put_key(other, phone=who.phone)
    refused(4304, work=lambda: phone.check(here.pin(OTHER_PIN), other.username))
    _, recovery = recovering(here, who)
    refused(4304, work=lambda: recovery.unlock(OTHER_PIN, "guess"))
    recovery.unlock(PIN, "mine").complete(PIN)
    assert refused(4304, work=lambda: phone.check(here.pin(OTHER_PIN), other.username)).refusal.left == 8


def test_guessing_at_the_confirmation_ends_the_phone(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    who = here.person()
    monkeypatch.setattr("watchword_client.renewals.finish", lambda *_: ())
    who.phone.change_pin(here.pin()).complete(NEW)
    monkeypatch.undo()
    for _ in range(SIGNED_WRONG_LIMIT - 1):
        refused(4304, work=lambda: who.phone.finish(OTHER_PIN))
    refused(4305, work=lambda: who.phone.finish(OTHER_PIN))
    refused(4101, 4402, work=lambda: who.phone.finish(NEW))


def test_a_proof_is_good_for_one_purpose_and_once(here: Installation) -> None:
    who = here.person()
    phone, user = who.phone, who.phone.users[0]
    nonce = str(phone.wire.request("/v1/nonce", "nonce")["nonce"])
    fields = {"user": user.user, "device": user.device, "purpose": "check", "nonce": nonce, "uv": "pin"}
    made = phone.wire.signed("prove", fields)
    body = {**made, "hmac": crypto.mac(here.pin().user_key(phone.wire.state, user, "proof"), made["signed"])}
    claimed = {**body, "claim": phone.wire.nonce()}
    refused(3206, work=lambda: phone.wire.post("/v1/pin/change", lambda: claimed))
    refused(4103, work=lambda: phone.wire.post("/v1/prove", lambda: body))


def test_a_phone_that_was_ended_between_approval_and_confirmation_passes_nothing_on(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = here.person()
    offer, new, renewal = scanned(here, who.phone)
    offer.approve(renewal.code)
    monkeypatch.setattr("watchword_client.renewals.finish", lambda *_: ())
    renewal.complete(NEW)
    monkeypatch.undo()
    for _ in range(SIGNED_WRONG_LIMIT):
        refused(4304, 4305, work=lambda: who.phone.check(here.pin(OTHER_PIN)))
    refused(4402, work=lambda: new.finish(NEW))


def test_of_two_phones_that_scan_at_once_one_gets_the_transfer(here: Installation) -> None:
    who = here.person()
    offer = who.phone.transfer_show(here.pin())
    phones = [here.new_phone() for _ in range(6)]
    told = outcomes(*[lambda phone=phone: phone.transfer_scan(offer.link, "race") for phone in phones])
    assert sorted(told) == [0, *[4408] * 5]


def test_confirmed_twice_at_once_there_is_one_active_phone(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    who = here.person()
    offer, new, renewal = scanned(here, who.phone)
    offer.approve(renewal.code)
    monkeypatch.setattr("watchword_client.renewals.finish", lambda *_: ())
    renewal.complete(NEW)
    monkeypatch.undo()
    waiting = dict(new.wire.state.renewal or {})

    def again() -> None:
        new.wire.state.renewal = dict(waiting)
        new.finish(NEW)

    assert set(outcomes(again, again)) == {0}
    with here.built.kit.store.read() as tx:
        assert sorted(device.state for device in tx.devices.of_user(who.id)) == ["active", "inactive"]


def test_a_login_approved_while_the_pin_changes_is_approved_once(here: Installation) -> None:
    """The change takes the phone's lock; an approval under the old PIN comes before it or is refused, never both."""
    who = here.person()
    browser = here.browser()
    browser.login(who.username, who.password)
    attempt = who.phone.pending().attempts[-1]
    digits = next((found for found in browser.page.digits if len(found) == 6), "")
    renewal = who.phone.change_pin(here.pin())
    old = Phone(store=MemoryStore(who.phone.wire.state.write()), http=here.http, system=here.system)
    told = outcomes(lambda: renewal.complete(NEW), lambda: old.approve(attempt, here.pin(), digits))
    assert told[0] == 0 and told[1] in (0, 4304)


def test_a_forgotten_pin_does_not_outlive_a_device_that_was_ended(here: Installation) -> None:
    """Declined, then the lost phone is ended: the enrolment that was to take its place is over with it."""
    who = here.person()
    phone, recovery = recovering(here, who)
    phone.recover_declined(recovery)
    for _ in range(SIGNED_WRONG_LIMIT):
        refused(4304, 4305, work=lambda: who.phone.check(here.pin(OTHER_PIN)))
    refused(3207, work=lambda: phone.complete(NEW, "Anew"))
