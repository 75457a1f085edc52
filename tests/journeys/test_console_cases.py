"""Cases and the list of staff at the console: reading, answering, closing, pictures, and who may (S07)."""

from __future__ import annotations

import re

from tests.support.console import Seat, signed_in
from tests.support.installation import Installation, Person
from tests.support.pictures import png
from tests.support.raw import cookies
from tests.support.staff import tags
from tests.support.steps import logged_in
from watchword_client.portal import Browser


def written(
    here: Installation, who: Person, text: str = "It says used or too old.", *files: tuple[str, bytes]
) -> tuple[Browser, str]:
    """A case that this person wrote, and the browser it was written in."""
    browser = logged_in(here, who)
    browser.get("/messages/new")
    page = browser.send("/messages/new", *files, topic="key", subject="The QR code", text=text)
    assert page.path.startswith("/messages/case/"), page.refusals
    return browser, page.path.rpartition("/")[2]


def test_a_case_is_read_answered_and_closed(here: Installation) -> None:
    who, agent = here.person(), signed_in(here, "client_services")
    browser, case = written(here, who)
    assert f"/cases/{case}" in agent.get("/cases").html
    page = agent.get(f"/cases/{case}")
    assert "It says used or too old." in page.text and who.username in page.text
    post = re.search(r'name="post" value="([^"]+)"', page.html)
    assert post is not None
    page = agent.browser.post(f"/cases/{case}", do="answer", text="Log out and in again for a new one.", post=post[1])
    assert page.path == f"/cases/{case}?done=answered"
    assert "Log out and in again" in browser.get(f"/messages/case/{case}").text
    agent.get(f"/cases/{case}")
    page = agent.browser.post(f"/cases/{case}", do="answer", text="A second time?", post=post[1])
    assert page.refusals == [1104] and "A second time?" in page.html, "a doubled post is no second answer"
    assert agent.browser.post(f"/cases/{case}", do="close").path.endswith("?done=closed")
    assert f"/cases/{case}" in agent.get("/cases?state=closed").html
    assert {"case.thread.viewed", "case.message.answered", "case.state.changed"} <= set(tags(here, who.id))


def test_a_picture_is_served_as_if_it_were_not_ours(here: Installation) -> None:
    who, agent = here.person(), signed_in(here, "client_services")
    browser, case = written(here, who, "See the picture", ("<b>screen.png", png(40, 30)))
    page = agent.get(f"/cases/{case}")
    path = re.search(r'src="(/cases/picture/[0-9a-z]{26})"', page.html)
    assert path is not None and "<b>screen" not in page.html
    answer = here.http.get(here.console + path[1], headers={"cookie": cookies(agent.browser)})
    assert answer.headers["content-type"] == "image/png" and "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store" and answer.headers["x-content-type-options"] == "nosniff"
    assert "case.picture.viewed" in tags(here, who.id)
    administrator = signed_in(here, "administrator")
    for strange in (path[1], "/cases/picture/" + "z" * 26, "/cases/picture/"):
        seat = administrator if strange == path[1] else agent
        assert seat.get(strange).status in (403, 404), strange
    assert (
        here.http.get(here.console + path[1], headers={"cookie": cookies(browser)})
        .headers["content-type"]
        .startswith("text/html")
    )


def test_what_is_missing_is_told_beside_the_field(here: Installation) -> None:
    who, agent = here.person(), signed_in(here, "client_services")
    _, case = written(here, who)
    agent.get(f"/cases/{case}")
    assert agent.browser.post(f"/cases/{case}", do="answer", text=" ").refusals == [7103]
    long = "x" * 10_001
    page = agent.browser.post(f"/cases/{case}", do="answer", text=long)
    assert page.refusals == [7104] and long in page.html


def test_an_answer_is_not_lost_with_the_session(here: Installation) -> None:
    who, agent = here.person(), signed_in(here, "client_services")
    _, case = written(here, who)
    agent.get(f"/cases/{case}")
    here.later(16 * 60)
    page = agent.browser.post(f"/cases/{case}", do="answer", text="A long and patient answer")
    assert page.status == 401 and "A long and patient answer" in page.html


def test_who_may_read_and_who_may_answer(here: Installation) -> None:
    who = here.person()
    _, case = written(here, who)
    auditor, administrator = signed_in(here, "auditor"), signed_in(here, "administrator")
    page = auditor.get(f"/cases/{case}")
    assert page.status == 200 and "Send the answer" not in page.text
    assert auditor.browser.post(f"/cases/{case}", do="answer", text="I only watch").refusals == [7203]
    assert administrator.get("/cases").refusals == [7203] and administrator.get(f"/cases/{case}").refusals == [7203]
    assert "staff.action.refused" in tags(here, administrator.who.id)


def test_nobody_answers_his_own_case(here: Installation) -> None:
    agent = signed_in(here, "client_services")
    _, case = written(here, agent.who)
    page = agent.get(f"/cases/{case}")
    assert "Send the answer" not in page.text
    assert agent.browser.post(f"/cases/{case}", do="answer", text="Well done me").refusals == [7204]
    assert agent.browser.post(f"/cases/{case}", do="close").refusals == [7204]


def test_strange_states_and_ids(here: Installation) -> None:
    agent = signed_in(here, "client_services")
    for path in (
        "/cases?state=everything",
        "/cases/" + "z" * 26,
        "/cases/" + "z" * 5000,
        "/cases/%00",
        "/cases/picture/%00",
    ):
        assert agent.get(path).refusals == [7101], path
    for after in ("z" * 26, "%00"):
        assert agent.get("/cases?after=" + after).status == 200, after


def test_the_list_of_staff(here: Installation) -> None:
    administrator, auditor, agent = (signed_in(here, role) for role in ("administrator", "auditor", "client_services"))
    page = administrator.get("/members")
    assert agent.who.username in page.text and "Change roles" in page.text and "Invite somebody" in page.text
    page = auditor.get("/members")
    assert page.status == 200 and "Change roles" not in page.text
    assert agent.get("/members").refusals == [7203]


def test_roles_are_given_by_two_administrators(here: Installation) -> None:
    one, two = signed_in(here, "administrator"), signed_in(here, "administrator")
    who = here.person()
    path = f"/users/{who.id}/ask/roles"
    assert one.get(path).status == 403, "administrators look nobody up who is no colleague"
    agent = signed_in(here, "client_services")
    page = one.get(f"/users/{agent.who.id}/ask/roles")
    assert page.status == 200 and re.search(r'name="role_client_services" value="1" checked', page.html)
    made = asked_roles(one, agent.who, "compliance")
    assert "compliance" in two.get(made).text
    two.browser.post(made, do="approve", note="agreed with the head of desk")
    assert agent.get("/requests").text.count("compliance") >= 1
    assert one.get(f"/users/{two.who.id}").status == 200
    made = asked_roles(one, two.who)
    assert two.browser.post(made, do="approve", note="about myself").refusals == [7204]


def asked_roles(seat: Seat, about: Person, *roles: str) -> str:
    """The address of a request for these roles."""
    seat.get(f"/users/{about.id}/ask/roles")
    fields = {f"role_{role}": "1" for role in roles}
    page = seat.browser.post(
        f"/users/{about.id}/ask/roles", reason="moves desk on Monday", evidence="told by the head of desk", **fields
    )
    assert page.path.endswith("?done=asked"), page.refusals
    return page.path.partition("?")[0]
