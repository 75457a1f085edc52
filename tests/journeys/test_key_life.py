"""Key's life on the phone: a new PIN, a transfer, a recovery, a forgotten PIN (L01, L02, L05, F06; protocol/spec.md 5.8 to 5.11)."""

from __future__ import annotations

import pytest

from tests.support.installation import OTHER_PIN, PIN, Installation, Person, refused
from tests.support.steps import asked, logged_in, waiting
from watchword.core.renewals import FINISH_SECONDS, OFFER_SECONDS
from watchword.stores.query import Query, param, setting
from watchword.stores.tables import users
from watchword_client import MemoryStore, NoConnection, Phone, PinForbidden, Renewal, Unfinished, crypto
from watchword_client.keylife import Recovery

NEW = "t7Hk2s"
SUSPEND = Query(setting(users, ["state"]).where(users.c.id == param(users.c.id)))


def restarted(here: Installation, phone: Phone) -> Phone:
    """The same phone after its app was closed: what is stored, and nothing else."""
    return Phone(store=MemoryStore(phone.wire.store.load()), http=here.http, system=here.system)


def works(here: Installation, who: Person, phone: Phone, pin: str) -> bool:
    """Whether a login of this person is approved on this phone by this PIN."""
    browser = waiting(here, who)
    attempt = asked(phone, who)
    digits = next((found for found in browser.page.digits if len(found) == 6), "")
    return phone.approve(attempt, pin, digits).result == "approved"


def lose_answer(monkeypatch: pytest.MonkeyPatch, phone: Phone, path: str) -> None:
    """The server does what `path` asks, and its answer never arrives."""
    through = phone.wire.transport.post

    def post(asked_path: str, body: object) -> crypto.Json:
        answer = through(asked_path, body)  # type: ignore[arg-type]
        if asked_path == path:
            raise NoConnection("lost")
        return answer

    monkeypatch.setattr(phone.wire.transport, "post", post)


def move(here: Installation, old: Phone, pin: str = NEW) -> Phone:
    """A transfer to a new phone, to its end."""
    offer = old.transfer_show(here.pin())
    new = here.new_phone()
    renewal = new.transfer_scan(offer.link, "New phone")
    assert offer.renewal.look() == "scanned" and offer.renewal.name == "New phone"
    assert offer.approve(renewal.code)
    assert renewal.look() == "proven"
    renewal.complete(pin)
    assert offer.renewal.look() == "done"
    return new


def recovering(here: Installation, who: Person, phone: Phone | None = None) -> tuple[Phone, Recovery]:
    """A phone without data, after the password and the code to the first number."""
    phone = phone or here.new_phone()
    recovery = phone.recover()
    recovery.start(who.username, who.password)
    recovery.send()
    recovery.prove(here.code_to(who.number))
    return phone, recovery


# A new PIN


def test_a_new_pin_gives_every_user_of_the_phone_a_new_secret_and_ends_the_old(here: Installation) -> None:
    misaki, sato = here.person(), here.person(phones=0)
    phone = here.put_key(sato, phone=misaki.phone)
    before = {user.user: user.blob for user in phone.users}
    renewal = phone.change_pin(here.pin(), misaki.username)
    assert set(renewal.usernames) == {misaki.username, sato.username}
    renewal.complete(NEW)
    assert all(user.blob != before[user.user] for user in phone.users) and len(phone.users) == 2
    for who in (misaki, sato):
        assert works(here, who, phone, NEW)
        refused(4304, work=lambda who=who: phone.check(PIN, who.username))
        assert any("PIN" in letter["subject"] for letter in here.letters(who.mail))


def test_a_wrong_old_pin_begins_nothing_and_counts(here: Installation) -> None:
    phone = here.person().phone
    assert refused(4304, work=lambda: phone.change_pin(OTHER_PIN)).refusal.left == 9
    assert phone.check(here.pin())


def test_the_guidelines_of_every_user_hold_for_the_new_pin(here: Installation) -> None:
    misaki, sato = here.person(birth_date="1984-12-04"), here.person(phones=0, birth_date="1971-05-30")
    phone = here.put_key(sato, phone=misaki.phone)
    renewal = phone.change_pin(here.pin(), misaki.username)
    for pin in ("x1984z", "q1971z"):
        with pytest.raises(PinForbidden):
            renewal.complete(pin)
    assert renewal.complete(NEW)


def test_until_it_is_confirmed_the_old_pin_works_and_the_new_one_does_not(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash after the secrets came: the server heard nothing, and the old set is untouched."""
    who = here.person()
    stored = who.phone.wire.store.load()
    renewal = who.phone.change_pin(here.pin())
    monkeypatch.setattr("watchword_client.renewals.finish", lambda *_: ())
    renewal.complete(NEW)
    assert who.phone.unfinished == "pin"
    with pytest.raises(Unfinished):
        who.phone.code(here.pin())
    monkeypatch.undo()
    untouched = Phone(store=MemoryStore(stored), http=here.http, system=here.system)
    assert works(here, who, untouched, PIN)
    later = restarted(here, who.phone)
    assert later.finish(NEW)
    assert works(here, who, later, NEW)


def test_a_lost_answer_to_the_confirmation_leaves_the_new_pin_and_the_phone_finds_out(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = here.person()
    renewal = who.phone.change_pin(here.pin())
    lose_answer(monkeypatch, who.phone, "/v1/renewal/confirm")
    with pytest.raises(NoConnection):
        renewal.complete(NEW)
    phone = restarted(here, who.phone)
    here.later(FINISH_SECONDS * 4)
    assert phone.give_up() is False and phone.unfinished == "pin"
    phone.finish(NEW)
    assert works(here, who, phone, NEW)


def test_given_up_or_too_late_the_old_pin_goes_on(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    who = here.person()
    monkeypatch.setattr("watchword_client.renewals.finish", lambda *_: ())
    who.phone.change_pin(here.pin()).complete(NEW)
    assert who.phone.give_up() and who.phone.unfinished == ""
    who.phone.change_pin(here.pin()).complete(NEW)
    monkeypatch.undo()
    here.later(FINISH_SECONDS)
    refused(4402, work=lambda: who.phone.finish(NEW))
    assert who.phone.unfinished == "" and works(here, who, who.phone, PIN)


def test_a_user_added_meanwhile_stops_the_change(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    who, other = here.person(), here.person(phones=0)
    monkeypatch.setattr("watchword_client.renewals.finish", lambda *_: ())
    who.phone.change_pin(here.pin()).complete(NEW)
    monkeypatch.undo()
    here.put_key(other, phone=who.phone)
    refused(4404, work=lambda: who.phone.finish(NEW))


def test_a_user_suspended_meanwhile_gets_the_new_pin_with_the_others_and_begins_nothing(here: Installation) -> None:
    who, other = here.person(), here.person(phones=0)
    phone = here.put_key(other, phone=who.phone)
    suspend(here, other)
    refused(4409, work=lambda: phone.change_pin(here.pin(), other.username))
    phone.change_pin(here.pin(), who.username).complete(NEW)
    assert phone.check(NEW, other.username)


def suspend(here: Installation, who: Person) -> None:
    """As staff do it; there is no command for it in this part."""
    with here.built.store.write() as tx:
        tx.db.run(SUSPEND, id=who.id, set_state="suspended")


# A transfer


def test_a_transfer_takes_every_user_along_and_ends_the_old_phone(here: Installation) -> None:
    misaki, sato = here.person(), here.person(phones=0)
    old = here.put_key(sato, phone=misaki.phone)
    offer = old.transfer_show(here.pin(), misaki.username)
    new = here.new_phone()
    renewal = new.transfer_scan(offer.link, "New phone")
    refused(4403, work=lambda: renewal.complete(NEW))
    assert offer.approve(renewal.code)
    assert renewal.look() == "proven" and set(renewal.usernames) == {misaki.username, sato.username}
    renewal.complete(NEW)
    assert works(here, misaki, new, NEW) and works(here, sato, new, NEW)
    refused(4101, work=old.pending)
    for who in (misaki, sato):
        assert any("New phone" in letter["text"] for letter in here.letters(who.mail))


def test_until_the_new_phone_confirms_the_old_one_works(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    who = here.person()
    offer = who.phone.transfer_show(here.pin())
    new = here.new_phone()
    renewal = new.transfer_scan(offer.link, "New phone")
    offer.approve(renewal.code)
    monkeypatch.setattr("watchword_client.renewals.finish", lambda *_: ())
    renewal.complete(NEW)
    monkeypatch.undo()
    assert works(here, who, who.phone, PIN)
    restarted(here, new).finish(NEW)
    refused(4101, work=who.phone.pending)


def test_a_transfer_ends_by_itself_and_by_either_phone(here: Installation) -> None:
    who = here.person()
    offer = who.phone.transfer_show(here.pin())
    here.later(OFFER_SECONDS)
    refused(4408, work=lambda: here.new_phone().transfer_scan(offer.link, "late"))
    first = who.phone.transfer_show(here.pin())
    second = who.phone.transfer_show(here.pin())
    refused(4408, work=lambda: here.new_phone().transfer_scan(first.link, "replaced"))
    renewal = here.new_phone().transfer_scan(second.link, "new")
    second.renewal.wire.request("/v1/renewal/cancel", "cancel", lambda: {"renewal": renewal.id})
    refused(4402, work=lambda: renewal.complete(NEW))
    assert works(here, who, who.phone, PIN)


# A recovery


def test_the_recovery_pin_brings_key_back_after_a_reinstall(here: Installation) -> None:
    who = here.person()
    phone, recovery = recovering(here, who)
    assert refused(4304, work=lambda: recovery.unlock(OTHER_PIN, "Again")).refusal.left == 9
    recovery.unlock(PIN, "Again").complete(PIN)
    assert works(here, who, phone, PIN)
    refused(4101, work=who.phone.pending)
    with here.built.kit.store.read() as tx:
        user = tx.users.get(who.id)
    assert user is not None and user.recovered == here.clock.now()
    assert [letter["subject"] for letter in here.letters(who.mail)[:2]] == [
        "Watchword Key was recovered on Again",
        "Watchword Key is being recovered",
    ]


def test_after_a_change_the_recovery_pin_is_the_new_one(here: Installation) -> None:
    who = here.person()
    who.phone.change_pin(here.pin()).complete(NEW)
    phone, recovery = recovering(here, who)
    refused(4304, work=lambda: recovery.unlock(PIN, "Again"))
    recovery.unlock(NEW, "Again").complete(NEW)
    assert works(here, who, phone, NEW)


def test_each_user_of_a_lost_phone_is_recovered_by_his_own_credentials(here: Installation) -> None:
    """The others stay where they were until they recover, or staff end the lost phone."""
    misaki, sato = here.person(), here.person(phones=0)
    lost = here.put_key(sato, phone=misaki.phone)
    phone, recovery = recovering(here, misaki)
    recovery.unlock(PIN, "Again").complete(PIN)
    assert [user.username for user in phone.users] == [misaki.username]
    assert works(here, sato, lost, PIN)
    _, second = recovering(here, sato, phone)
    second.unlock(PIN, "Again").complete(PIN)
    assert works(here, sato, phone, PIN) and works(here, misaki, phone, PIN)
    refused(4101, work=lost.pending)


def test_beside_other_users_the_recovery_pin_is_the_pin_of_that_phone_too(here: Installation) -> None:
    misaki, sato = here.person(), here.person(phones=0)
    here.put_key(sato, pin=PIN)
    target = here.put_key(misaki, pin=OTHER_PIN)
    _, recovery = recovering(here, sato, target)
    refused(4304, work=lambda: recovery.unlock(PIN, "Beside"))
    assert target.check(here.pin(OTHER_PIN), misaki.username)


def test_a_forgotten_pin_is_set_anew_and_ends_the_old_device(here: Installation) -> None:
    who = here.person()
    refused(3104, work=lambda: here.new_phone().activate_start(who.username, who.password))
    phone, recovery = recovering(here, who)
    ready = phone.recover_declined(recovery)
    assert ready.username == who.username
    assert works(here, who, who.phone, PIN)
    phone.complete(NEW, "Anew")
    assert works(here, who, phone, NEW)
    refused(4101, work=who.phone.pending)
    with here.built.kit.store.read() as tx:
        user = tx.users.get(who.id)
    assert user is not None and user.recovered == here.clock.now()
    assert any("forgotten" in letter["text"] for letter in here.letters(who.mail))
    refused(4402, work=lambda: recovery.unlock(PIN, "Late"))


def test_only_the_number_of_the_first_activation_gets_the_code(here: Installation) -> None:
    who = here.person()
    with here.built.kit.store.write() as tx:
        device = tx.devices.of_user(who.id)[0]
        sealed, _ = tx.devices.recovery_of(device.id)
        tx.devices.keep_recovery(device.id, sealed, here.built.kit.vault.mac("first-number", "+819000000000"))
    recovery = here.new_phone().recover()
    refused(4401, work=lambda: recovery.start(who.username, who.password))


def test_who_has_no_key_recovers_nothing_and_a_wrong_password_is_like_an_unknown_name(here: Installation) -> None:
    who = here.person(phones=0)
    refused(4401, work=lambda: here.new_phone().recover().start(who.username, who.password))
    first = refused(1101, work=lambda: here.new_phone().recover().start(who.username, "wrong"))
    second = refused(1101, work=lambda: here.new_phone().recover().start("nobody", "wrong"))
    assert first.refusal == second.refusal


def test_a_login_goes_on_beside_it(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    move(here, who.phone)
    assert browser.get("/").status == 200


def test_the_same_claim_gets_the_same_secrets(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    who = here.person()
    renewal = who.phone.change_pin(here.pin())
    seen: list[object] = []
    monkeypatch.setattr(Renewal, "_keep", lambda _self, answer, _pin: seen.append(answer["users"]))
    monkeypatch.setattr("watchword_client.renewals.finish", lambda *_: ())
    renewal.complete(NEW)
    renewal.complete(NEW)
    assert seen[0] == seen[1]
