"""Paper-trading users: credentials of their own beside the live ones, and sessions that never pass for the other kind (A08)."""

from __future__ import annotations

import pytest

from tests.support.installation import PASSWORD, WRONG, Installation, Person
from tests.support.steps import approve, asked, confirmation, go_on, logged_in, waiting
from watchword.core.users import Details, NewUser
from watchword.flows import accounts

PAPER = "Nakanoshima-9?"


def paper_of(here: Installation, live: Person, *, password: str = PAPER, lang: str = "en") -> Person:
    """The paper user of somebody, added by the operator, after the first password; no Key yet."""
    username = f"paper-{live.username}"
    here.invite(NewUser(username, Details(), (), (), lang, "Asia/Tokyo", username, live.username))
    with here.built.kit.store.read() as tx:
        user = tx.users.by_key(username)
    assert user is not None and user.kind == "paper" and user.password_hash == ""
    browser = here.browser()
    browser.get("/start")
    page = browser.post("/start", username=username, code=here.code_to(live.number), password=password, repeat=password)
    assert page.refusals == []
    return Person(user.id, username, live.number, live.mail, password)


def test_a_paper_account_has_everything_of_its_own(here: Installation) -> None:
    live = here.person(given_names="Wanda")
    paper = paper_of(here, live)
    with here.built.kit.store.read() as tx:
        details, contacts = tx.users.details(paper.id), tx.contacts.of(paper.id)
    assert (details.given_names, details.paper_of) == ("Wanda", live.id)
    assert {contact.value for contact in contacts} == {live.number, live.mail}
    assert not any(contact.verified for contact in contacts), "what the live user proved counts for the live user"
    # neither password opens the other, and the live Key does not serve the paper user
    assert here.browser().login(paper.username, live.password).refusals == [1101]
    assert here.browser().login(live.username, PAPER).refusals == [1101]
    assert here.browser().login(paper.username, PAPER).path == "/enrol"


def test_the_sessions_are_marked_and_the_phone_says_what_it_approves(here: Installation) -> None:
    live = here.person()
    paper = paper_of(here, live)
    here.put_key(paper, phone=live.phone)
    browser = waiting(here, paper)
    assert "Paper trading" in browser.page.text
    assert asked(paper.phone, paper).details["client_name"] == "Watchword Portal (paper trading)"
    approve(here, paper, browser)
    assert "Paper trading" in go_on(browser).text
    for path in ("/", "/messages", "/messages/new"):
        assert "Paper trading" in browser.get(path).text
    other = waiting(here, live)
    assert "Paper trading" not in other.page.text
    assert asked(live.phone, live).details["client_name"] == "Watchword Portal"
    approve(here, live, other)
    assert "Paper trading" not in go_on(other).text


def test_in_japanese_page_and_phone_say_so_too(here: Installation) -> None:
    paper = paper_of(here, here.person(), lang="ja")
    here.put_key(paper)
    browser = waiting(here, paper, here.browser(language="ja"))
    assert asked(paper.phone, paper).details["client_name"].endswith("（ペーパートレード）")
    approve(here, paper, browser)
    assert "ペーパートレード" in go_on(browser).text


def test_a_platform_is_told_which_kind_a_session_is_of(here: Installation) -> None:
    live = here.person()
    paper = paper_of(here, live)
    here.put_key(paper)
    for who, account in ((live, "live"), (paper, "paper")):
        login = here.platform()
        made = login.start(who.username, who.password)
        who.phone.approve(asked(who.phone, who), here.pin(), made.confirmation)
        assert login.wait(5) == "approved"
        session = login.collect()
        assert login.check(session.token)["account"] == account
        assert login.check(session.token)["user"] == who.id


def test_changing_one_password_does_not_touch_the_other(here: Installation) -> None:
    live = here.person()
    paper = paper_of(here, live)
    here.put_key(paper)
    mine, play = logged_in(here, live), logged_in(here, paper)
    play.get("/password")
    page = play.post("/password", current=PAPER, password="Dojima-River-77!", repeat="Dojima-River-77!")
    assert page.refusals == []
    assert mine.get("/").path == "/" and mine.page.status == 200
    assert here.browser().login(live.username, PASSWORD).path == "/login/wait"
    assert here.browser().login(paper.username, PAPER).refusals == [1101]
    assert here.browser().login(paper.username, "Dojima-River-77!").path == "/login/wait"


def test_strangers_who_lock_one_leave_the_other_open(here: Installation) -> None:
    live = here.person()
    paper = paper_of(here, live)
    here.put_key(paper)
    stranger = here.browser()
    for _ in range(6):
        stranger.login(paper.username, WRONG)
    assert stranger.page.refusals == [1102]
    assert confirmation(waiting(here, live).page)


@pytest.mark.parametrize("of", ["nobody-here", "{paper}"])
def test_a_paper_account_belongs_to_a_live_one(here: Installation, of: str) -> None:
    live = here.person()
    paper = paper_of(here, live)
    with pytest.raises(accounts.PaperError):
        here.invite(
            NewUser(f"more-{live.username}", Details(), (), (), "en", "UTC", "More", of.format(paper=paper.username))
        )
    assert here.browser().login(f"more-{live.username}", PAPER).refusals == [1101]
