"""The first administrators by one-time links, and the staff that administrators invite (L03, L04)."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.support.console import Seat, signed_in
from tests.support.fakes import FakeClock
from tests.support.fixtures import KINDS
from tests.support.installation import Installation, Person
from tests.support.staff import fields_of, give, tags
from watchword.app.cli import app
from watchword.app.staff.desk import Opening
from watchword.core.refusals import Refusal
from watchword.core.staff_requests import LIFE_SECONDS
from watchword.core.users import Details, NewUser
from watchword.flows.accounts import TakenError, add
from watchword.flows.kit import Kit
from watchword.flows.staff.first import finish
from watchword.flows.staff.members import first_administrators
from watchword_client.phone import Phone
from watchword_client.portal import Browser

CHOSEN = "Nakanoshima-77!"
Install = Callable[..., Installation]
WORDS = {"reason": "client services from Monday on", "evidence": "contract signed in personnel, badge seen"}


def command(here: Installation, *words: str, code: int = 0) -> dict[str, object]:
    """A staff command of the operator."""
    opening = Opening(lambda: nullcontext(here.built), lambda _: None)
    result = CliRunner().invoke(app, ["staff", *words, "--json"], obj=opening, env={"WATCHWORD_LANG": "en"})
    assert result.exit_code == code, result.output
    found: dict[str, object] = json.loads([line for line in result.output.splitlines() if line.startswith("{")][-1])
    return found


def link_for(here: Installation, username: str, *more: str) -> str:
    """The path of a new link."""
    found = command(here, "invite-first", username, *more)
    assert str(found["link"]).startswith(f"{here.console}/first/")
    return str(found["link"]).removeprefix(here.console)


def refused(here: Installation, *words: str) -> int:
    """The number of the refusal that an operator's command ends with."""
    refusal = command(here, *words, code=1)["refusal"]
    assert isinstance(refusal, dict)
    return int(refusal["number"])


def come_in(here: Installation, path: str, username: str, desk: Browser | None = None) -> tuple[Browser, Phone]:
    """Open the link, choose a password, activate Key by the QR, and finish."""
    desk = desk or here.desk()
    phone = nearly_in(here, path, username, desk)
    page = desk.post("/first", do="finish")
    assert "You are an administrator" in page.text
    return desk, phone


def nearly_in(here: Installation, path: str, username: str, desk: Browser) -> Phone:
    """All but the last step."""
    page = desk.get(path)
    assert page.status == 200 and username in page.text and "opens once" in page.text
    assert desk.post(path).path == "/first"
    page = desk.post("/first", do="password", password=CHOSEN, repeat=CHOSEN)
    assert page.links and "Put Key on your phone" in page.text
    phone = here.new_phone()
    phone.activate_scan(page.links[0])
    phone.complete(here_pin(), "Staff phone")
    page = desk.get("/first")
    assert "Key is active" in page.text
    return phone


def here_pin() -> str:
    """A PIN that no guideline refuses."""
    return "M2cnef"


@pytest.mark.parametrize("kind", KINDS)
def test_a_first_administrator_comes_in_by_a_link(install: Install, kind: str) -> None:
    here = install(kind)
    path = link_for(here, "admin-ito", "--given-names", "Yui", "--family-names", "Ito", "--mail", "yui@example.org")
    desk, phone = come_in(here, path, "admin-ito")
    assert "__Host-ww_s" not in desk.cookies, "the link gave no session of staff: signing in takes password and Key"
    page = desk.login("admin-ito", CHOSEN)
    attempt = phone.pending().attempts[-1]
    digits = next((found for found in page.digits if len(found) == 6), "")
    assert phone.approve(attempt, here_pin(), digits).result == "approved"
    page = desk.post("/login/wait", do="continue")
    assert page.path == "/requests" and "administrator" in page.text
    with here.built.store.read() as tx:
        user = tx.users.by_key("admin-ito")
    assert user is not None
    assert {"staff.link.offered", "staff.link.opened", "user.password.set", "staff.administrator.first"} <= set(
        tags(here, user.id)
    )
    assert any("role" in letter["text"] for letter in here.letters("yui@example.org"))


def test_two_come_in_before_the_door_closes(install: Install) -> None:
    here = install()
    first, second = (link_for(here, name, "--mail", f"{name}@example.org") for name in ("admin-ito", "admin-abe"))
    come_in(here, first, "admin-ito")
    assert refused(here, "invite-first", "admin-ono", "--mail", "ono@example.org") == 7221
    come_in(here, second, "admin-abe")
    with here.built.store.read() as tx:
        assert {role.username for role in tx.staff.members()} == {"admin-ito", "admin-abe"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_opens_once_in_one_browser(install: Install, kind: str) -> None:
    here = install(kind)
    path = link_for(here, "admin-ito", "--mail", "yui@example.org")
    thief, owner = here.desk(), here.desk()
    for desk in (thief, owner):
        assert desk.get(path).status == 200, "looking spends nothing"
    thief.post(path)
    page = owner.post(path)
    assert (page.status, page.refusals) == (410, [7243])
    assert owner.get(path).refusals == [7243] and owner.get("/first").refusals == [7243]
    with here.built.store.read() as tx:
        user = tx.users.by_key("admin-ito")
    assert user is not None and "staff.link.refused" in tags(here, user.id)
    again = link_for(here, "admin-ito")
    assert thief.get("/first").refusals == [7243], "a new link ends what was begun with the old"
    come_in(here, again, "admin-ito")


def test_a_link_is_over_after_an_hour(install: Install) -> None:
    here = install()
    path = link_for(here, "admin-ito", "--mail", "yui@example.org")
    here.later(3601)
    assert here.desk().get(path).refusals == [7243]
    path = link_for(here, "admin-ito")
    desk = here.desk()
    desk.get(path)
    desk.post(path)
    for _ in range(5):
        here.later(12 * 60)
        page = desk.get("/first")
    assert page.refusals == [7243] or page.status == 410
    assert refused(here, "invite-first", "nobody-here") == 7205


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_is_void_once_somebody_else_is_administrator(install: Install, kind: str) -> None:
    here = install(kind)
    path, opened = (link_for(here, name, "--mail", f"{name}@example.org") for name in ("admin-ito", "admin-abe"))
    desk = here.desk()
    desk.get(opened)
    desk.post(opened)
    one, two = here.person(), here.person()
    command(here, "first-administrator", one.username, two.username)
    assert here.desk().get(path).refusals == [7243]
    assert desk.get("/first").refusals == [7243]
    assert desk.post("/first", do="finish").refusals == [7243]


def test_a_link_of_somebody_who_was_made_administrator_still_lets_him_in(install: Install) -> None:
    here = install()
    who = here.person(phones=0)
    path = link_for(here, who.username)
    give(here, who, "administrator")
    come_in(here, path, who.username)


def test_no_link_for_somebody_who_can_sign_in(install: Install) -> None:
    here = install()
    who = here.person()
    assert refused(here, "invite-first", who.username) == 7244


def test_the_session_of_a_link_opens_nothing_else(install: Install) -> None:
    here = install()
    path = link_for(here, "admin-ito", "--mail", "yui@example.org")
    desk = here.desk()
    desk.get(path)
    desk.post(path)
    assert "Sign in to the staff console" in desk.get("/users").text
    desk.get(path)
    assert "__Host-ww_s" not in desk.cookies


def test_steps_cannot_be_skipped(install: Install) -> None:
    here = install()
    path = link_for(here, "admin-ito", "--mail", "yui@example.org")
    desk = here.desk()
    desk.get(path)
    desk.post(path)
    assert "Choose your password" in desk.post("/first", do="finish").text
    assert "Choose your password" in desk.post("/first", do="renew").text
    assert desk.post("/first", do="password", password=CHOSEN, repeat="Other-2026!").refusals == [1403]
    assert desk.post("/first", do="password", password="short", repeat="short").refusals == [1402]
    desk.post("/first", do="password", password=CHOSEN, repeat=CHOSEN)
    assert "Put Key on your phone" in desk.post("/first", do="finish").text
    assert "Put Key on your phone" in desk.post("/first", do="password", password=CHOSEN, repeat=CHOSEN).text
    with here.built.store.read() as tx:
        assert tx.staff.members() == ()


def test_forged_links_are_refused_plainly(install: Install) -> None:
    here = install()
    for forged in ("", "x", "A" * 22, "A" * 5000, "%00", "a/b"):
        page = here.desk().get(f"/first/{forged}")
        assert page.status in (404, 410), forged
        assert page.refusals == [7243] or page.status == 404


def administrators(here: Installation) -> tuple[Seat, Seat]:
    """Two of them, signed in."""
    return signed_in(here, "administrator"), signed_in(here, "administrator")


def invited(seat: Seat, username: str, mail: str, number: str) -> str:
    """The address of a request to take somebody new onto the staff."""
    seat.get("/members/invite")
    page = seat.browser.post(
        "/members/invite", username=username, given_names="Aki", family_names="Kato", mail=mail, number=number,
        role_client_services="1", **WORDS,
    )  # fmt: skip
    assert page.path.endswith("?done=invited"), f"{page.path} {page.refusals}"
    return page.path.partition("?")[0]


def test_an_administrator_invites_and_another_approves(here: Installation) -> None:
    one, two = administrators(here)
    path = invited(one, "agent-new", "agent-new@example.org", "+819077770001")
    assert here.letters("agent-new@example.org") == [], "nothing goes out before it is approved"
    assert one.browser.post(path, do="approve", note="I asked for it").refusals == [7204]
    two.get(path)
    page = two.browser.post(path, do="approve", note="personnel confirmed by telephone")
    assert page.path.endswith("?done=approved")
    browser = here.browser()
    browser.get("/start")
    code = here.code_to("+819077770001")
    page = browser.post("/start", username="agent-new", code=code, password=CHOSEN, repeat=CHOSEN)
    assert page.status == 200
    assert here.desk().login("agent-new", CHOSEN).refusals == [1301], "the console opens for nobody without Key"
    with here.built.store.read() as tx:
        user = tx.users.by_key("agent-new")
        assert user is not None and tx.staff.roles(user.id) == {"client_services"}
    who = Person(user.id, "agent-new", "+819077770001", "agent-new@example.org", CHOSEN)
    here.put_key(who)
    assert signed_in(here, who=who).browser.get("/users").status == 200


def test_the_name_of_an_invitation_that_is_refused_is_free_and_its_account_is_not(here: Installation) -> None:
    one, two = administrators(here)
    path = invited(one, "agent-refused", "agent-refused@example.org", "")
    one.get("/members/invite")
    fields = {"username": "Agent-Refused", "mail": "x@example.org", "role_auditor": "1", **WORDS}
    page = one.browser.post("/members/invite", **fields)
    assert page.refusals == [7245] and "x@example.org" in page.html, "taken while the invitation is open"
    two.get(path)
    two.browser.post(path, do="reject", note="personnel knows nobody of this name")
    assert here.letters("agent-refused@example.org") == []
    with here.built.store.read() as tx:
        before = tx.users.by_key("agent-refused")
    assert before is not None
    again = invited(one, "agent-refused", "another@example.org", "")
    with here.built.store.read() as tx:
        after, closed = tx.users.by_key("agent-refused"), tx.users.get(before.id)
    assert after is not None and closed is not None and after.id != before.id
    assert (closed.username, closed.state) == (f"agent-refused~{before.id[-8:]}", "closed")
    assert "user.name.released" not in tags(here, after.id)
    ended = {"request": path.rpartition("/")[2], "ended": "rejected", "ended_by": two.who.id}
    assert fields_of(here, before.id, "user.name.released") == {"by": one.who.id, **ended}
    old = signed_in(here, "client_services").get(f"/users/{before.id}")
    assert "Closed" in old.text and closed.username in old.text
    two.get(again)
    page = two.browser.post(again, do="approve", note="both badges seen")
    assert page.path.endswith("?done=approved"), page.refusals
    assert here.letters("another@example.org") != [] and here.letters("agent-refused@example.org") == []
    with pytest.raises(TakenError):
        add(here.built.kit, [NewUser("agent-refused", Details(), ("y@example.org",))])


def test_the_name_of_an_invitation_that_ran_out_is_free(here: Installation) -> None:
    one, _ = administrators(here)
    invited(one, "agent-nobody", "nobody@example.org", "")
    here.later(LIFE_SECONDS + 1)
    made = add(here.built.kit, [NewUser("agent-nobody", Details(), ("z@example.org",))])
    assert made[0].state == "active"


class Meeting:
    """A store in which two transactions wait for each other before either commits; not for ever, since one may have to wait for the other."""

    def __init__(self, store: Any, gate: threading.Barrier) -> None:
        self._store, self._gate = store, gate

    @contextmanager
    def write(self) -> Iterator[Any]:
        with self._store.write() as tx:
            yield tx
            with suppress(threading.BrokenBarrierError):
                self._gate.wait(1)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def at_once(here: Installation, *flows: Callable[[Kit], Any]) -> list[Any]:
    """What these flows return, where each has looked before any has committed, if it can."""
    gate = threading.Barrier(len(flows))
    kit = here.built.kit
    kits = [
        replace(kit, store=Meeting(kit.store, gate), clock=FakeClock(kit.clock.now() // 60 * 60 + 59 + at))
        for at in range(len(flows))
    ]
    with ThreadPoolExecutor(len(flows)) as pool:
        return [found.result(20) for found in [pool.submit(flow, own) for flow, own in zip(flows, kits, strict=True)]]


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_administrators_are_named_once_however_many_name_them(install: Install, kind: str) -> None:
    here = install(kind)
    pairs = [[here.person().username, here.person().username] for _ in range(2)]
    said = at_once(here, *(partial(first_administrators, usernames=names) for names in pairs))
    assert sorted(isinstance(one, Refusal) for one in said) == [False, True], said
    with here.built.store.read() as tx:
        assert sorted(role.username for role in tx.staff.members()) in [sorted(names) for names in pairs]


@pytest.mark.parametrize("kind", KINDS)
def test_who_comes_in_by_a_link_and_who_is_named_at_that_moment_are_not_both_the_first(
    install: Install, kind: str
) -> None:
    here = install(kind)
    one, two = here.person(), here.person()
    path = link_for(here, "admin-ito", "--mail", "yui@example.org")
    nearly_in(here, path, "admin-ito", here.desk())
    with here.built.store.read() as tx:
        user = tx.users.by_key("admin-ito")
        assert user is not None
        session = tx.sessions.of_user(user.id, here.clock.now())[0]
    said = at_once(
        here, partial(finish, session=session), partial(first_administrators, usernames=[one.username, two.username])
    )
    assert sorted(isinstance(each, Refusal) for each in said) == [False, True], said


def test_an_invitation_is_all_or_nothing(here: Installation) -> None:
    one, _ = administrators(here)
    one.get("/members/invite")
    for fields, number in (
        ({"username": "agent-half", "mail": "half@example.org"}, 7206),
        ({"username": "x", "mail": "half@example.org", "role_auditor": "1"}, 7206),
        ({"username": "agent-half", "role_auditor": "1"}, 7206),
        ({"username": "agent-half", "mail": "no mail", "role_auditor": "1"}, 7206),
    ):
        assert one.browser.post("/members/invite", **fields, **WORDS).refusals == [number], fields
    page = one.browser.post(
        "/members/invite", username="agent-half", mail="half@example.org", role_auditor="1", reason="", evidence="x" * 9
    )
    assert page.refusals == [7242]
    with here.built.store.read() as tx:
        assert tx.users.by_key("agent-half") is None


def test_nobody_else_invites(here: Installation) -> None:
    for role in ("client_services", "compliance", "auditor"):
        seat = signed_in(here, role)
        assert seat.get("/members/invite").refusals == [7203], role
        seat.get("/requests")
        page = seat.browser.post(
            "/members/invite", username="agent-theirs", mail="t@example.org", role_auditor="1", **WORDS
        )
        assert page.refusals == [7203], role


def test_what_was_typed_comes_back_after_key(here: Installation) -> None:
    one, _ = administrators(here)
    one.get("/members/invite")
    here.later(301)
    page = one.post("/members/invite", username="agent-late", mail="late@example.org", role_auditor="1", **WORDS)
    assert page.path.startswith("/members/invite?draft=") and "late@example.org" in page.html
    assert re.search(r'name="role_auditor" value="1" checked', page.html)


def test_an_invitation_is_for_somebody_new(here: Installation) -> None:
    one, _ = administrators(here)
    colleague = signed_in(here, "client_services")
    one.get(f"/users/{colleague.who.id}")
    page = one.browser.post(f"/users/{colleague.who.id}/ask/invite", **WORDS, role_administrator="1")
    assert page.refusals == [7207], "roles of who is on file are changed by a request for roles"
