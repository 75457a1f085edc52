"""Strangers lock a name: its owner still logs in from a platform, phone first, as at the portal (S01, A03)."""

from __future__ import annotations

import pytest

from tests.support.installation import WRONG, Installation, Person, refused
from watchword.core.lockout import IN_A_ROW
from watchword.flows import held
from watchword_client.login import PlatformLogin


def begun(here: Installation, who: Person) -> PlatformLogin:
    """A platform at the QR of a person's phone."""
    login = here.platform()
    made = login.start_with_phone(who.username, system="Linux")
    assert (made.state, made.methods, made.confirmation) == ("pending", (), "")
    return login


def scan(here: Installation, who: Person, login: PlatformLogin) -> None:
    """The phone scans what the platform shows, and approves."""
    attempt = who.phone.scan(login.show("qr")["value"])
    assert (attempt.details["client"], attempt.details["action"]) == ("terminal", "login")
    assert who.phone.approve(attempt, here.pin()).result == "approved"


def test_the_owner_gets_in_while_strangers_keep_the_name_locked(here: Installation) -> None:
    who = here.person()
    for _ in range(IN_A_ROW):
        here.browser().login(who.username, WRONG)
    refused(1102, work=lambda: here.platform().start(who.username, who.password))
    login = begun(here, who)
    scan(here, who, login)
    assert login.wait(5) == "approved"
    session = login.password(who.password)
    assert (session.username, "pwd" in session.amr, bool(session.device_token)) == (who.username, True, True)
    assert login.check(session.token)["active"] is True


def test_neither_element_alone_gives_anything(here: Installation) -> None:
    who = here.person()
    login = begun(here, who)
    refused(1112, work=lambda: login.password(who.password))
    scan(here, who, login)
    refused(1105, work=login.collect)
    refused(1105, 1204, work=lambda: login.show("challenge"))
    refused(1105, 1204, work=lambda: login.answer("code", who.phone.code(here.pin())))
    assert login.password(who.password).username == who.username


def test_five_wrong_passwords_end_it(here: Installation) -> None:
    who = here.person()
    login = begun(here, who)
    scan(here, who, login)
    left = [refused(1115, 1109, work=lambda: login.password(WRONG)).number for _ in range(5)]
    assert left == [1115, 1115, 1115, 1115, 1109]
    refused(1109, work=lambda: login.password(who.password))


def test_the_answer_for_a_name_of_nobodys_is_the_same(here: Installation) -> None:
    login = here.platform()
    made = login.start_with_phone("nobody-of-that-name")
    assert (made.state, made.methods, made.expires) == ("pending", (), here.clock.now() + 900)
    assert login.show("qr")["value"].startswith(here.key)


def test_it_is_bound_to_the_platforms_key(here: Installation) -> None:
    who = here.person()
    login, other = begun(here, who), here.platform()
    scan(here, who, login)
    other._login = login.login
    refused(6005, work=lambda: other.password(who.password))
    assert isinstance(held.look(here.built.kit, login.login.collector), held.Refusal), "the portal has no page for it"
    assert login.password(who.password).username == who.username


@pytest.mark.parametrize("client", ["portal", "staff", "console", "nobody"])
def test_it_is_for_platforms(here: Installation, client: str) -> None:
    refused(6004, work=lambda: here.platform(client).start_with_phone("somebody"))


def test_a_reported_password_is_changed_at_the_portal_first(here: Installation) -> None:
    who = here.person()
    with here.built.store.write() as tx:
        tx.users.set_flagged(who.id, here.clock.now())
    login = begun(here, who)
    scan(here, who, login)
    refused(1302, work=lambda: login.password(who.password))
