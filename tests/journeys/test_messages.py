"""The message centre from both sides: a case with pictures, an answer and its notice, closing and reopening (S07, N06)."""

from __future__ import annotations

import re

import pytest

from tests.support import pictures
from tests.support.installation import Installation, Person
from tests.support.steps import known, logged_in, waiting
from watchword.core.refusals import Refusal
from watchword.flows import cases
from watchword_client.portal import Browser

SUBJECT, TEXT = "Codes don’t fit", "Since this morning.\n\nThe phone says 12:04 <b>and</b> the page 12:09.\n次の行"


def new_case(
    here: Installation, browser: Browser, *files: tuple[str, bytes], subject: str = SUBJECT, text: str = TEXT
) -> str:
    """The id of a case that this browser has just opened."""
    browser.get("/messages/new")
    page = browser.send("/messages/new", *files, topic="login", subject=subject, text=text)
    assert (page.status, page.refusals) == (200, []), f"{page.status} {page.refusals}"
    return page.path.removeprefix("/messages/case/")


def answer(here: Installation, case_id: str, text: str = "Please set the clock.") -> None:
    """Staff answer; their command is another matter."""
    made = cases.answer(here.built.kit, lambda _: "s" * 26, case_id, text)
    assert not isinstance(made, Refusal), made


def opened_pictures(browser: Browser) -> list[str]:
    """Addresses of the pictures on the present page."""
    return re.findall(r'<img data-names src="(/messages/picture/[a-z0-9]{26})"', browser.page.html)


def test_a_case_with_pictures_is_written_answered_closed_and_reopened(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    assert "You have no messages" in browser.get("/messages").text
    case_id = new_case(here, browser, ("Screen shot.png", pictures.png()), ("foto.JPG", pictures.jpeg()))
    page = browser.get(f"/messages/case/{case_id}")
    assert "12:04 &lt;b&gt;and&lt;/b&gt; the page 12:09.\n次の行" in page.html
    assert "Screen shot.png" in page.html and "foto.jpg" in page.html
    for address, kind in zip(opened_pictures(browser), ("image/png", "image/jpeg"), strict=True):
        got = here.http.get(here.portal + address, headers=cookies(browser))
        assert (got.status_code, got.headers["content-type"]) == (200, kind)

    answer(here, case_id)
    assert "New answer" in browser.get("/messages").text and "1 unread" in browser.get("/").text
    assert "Please set the clock." in browser.get(f"/messages/case/{case_id}").text
    assert "New answer" not in browser.get("/messages").text and "unread" not in browser.get("/").text

    browser.get(f"/messages/case/{case_id}")
    assert "Thank you" in browser.send(f"/messages/case/{case_id}", do="reply", text="Thank you").text
    assert "This case is closed" in browser.post(f"/messages/case/{case_id}", do="close").text
    assert "Reply" in browser.post(f"/messages/case/{case_id}", do="reopen").text
    answer(here, case_id, "Gern geschehen")
    assert "Gern geschehen" in browser.get(f"/messages/case/{case_id}").text


def cookies(browser: Browser) -> dict[str, str]:
    """The header that a browser's cookies make."""
    return {"cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_notice_says_that_there_is_something_and_nothing_more(here: Installation, lang: str) -> None:
    who = here.person(lang=lang)
    case_id = new_case(here, logged_in(here, who))
    answer(here, case_id, "A secret of 482915 for you")
    mail = here.letters(who.mail)[0]
    assert mail["kind"] == "mail" and ("message" in mail["subject"] or "メッセージ" in mail["subject"])
    assert here.letters(who.number) == [], "a number that was never verified hears nothing"
    with here.built.kit.store.write() as tx:
        number = next(contact for contact in tx.contacts.of(who.id) if contact.kind == "sms")
        tx.contacts.verified(number.id, here.clock.now())
    answer(here, case_id, "Another secret of 482915")
    sms = here.letters(who.number)[0]
    for letter in (mail, sms):
        assert (
            "482915" not in letter["text"]
            and "http" not in letter["text"]
            and "://" not in letter["text"]
            and SUBJECT not in letter["text"]
        )


def test_what_was_typed_is_still_there_after_a_refusal(here: Installation) -> None:
    browser = logged_in(here, here.person())
    browser.get("/messages/new")
    post = re.search(r'name="post" value="([^"]+)"', browser.page.html)
    page = browser.send("/messages/new", ("a.png", pictures.svg()), topic="key", subject="Of <two>", text=TEXT)
    assert (page.status, page.refusals) == (422, [7108])
    assert "Of &lt;two&gt;" in page.html and "次の行" in page.html and '<option value="key" selected>' in page.html
    assert "choose the pictures again" in page.text
    assert post and post[1] in page.html, "the form keeps its token: nothing was written under it"
    page = browser.send("/messages/new", topic="key", subject="Of <two>", text=TEXT)
    assert page.status == 200 and page.path.startswith("/messages/case/")


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ({"topic": "gossip"}, 7102), ({"topic": ""}, 7102), ({"subject": ""}, 7102), ({"subject": "x" * 121}, 7102), ({"subject": " \t "}, 7102),
        ({"text": ""}, 7103), ({"text": " \r\n "}, 7103), ({"text": "あ" * 10_001}, 7104),
    ],
)  # fmt: skip
def test_a_field_that_lacks_or_is_too_long_is_named(here: Installation, fields: dict[str, str], number: int) -> None:
    browser = logged_in(here, here.person())
    browser.get("/messages/new")
    page = browser.send("/messages/new", **{"topic": "key", "subject": "A subject", "text": "A text", **fields})
    assert (page.status, page.refusals) == (422, [number])
    assert "You have no messages" in browser.get("/messages").text


def test_the_longest_text_goes_through(here: Installation) -> None:
    browser = logged_in(here, here.person())
    case_id = new_case(here, browser, text="𠮷" * 10_000)
    assert "𠮷" * 10_000 in browser.get(f"/messages/case/{case_id}").html


def test_ten_cases_and_fifty_messages_a_day(here: Installation) -> None:
    browser = logged_in(here, here.person())
    ids = [new_case(here, browser) for _ in range(10)]
    browser.get("/messages/new")
    page = browser.send("/messages/new", topic="key", subject="One more", text="x")
    assert (page.status, page.refusals) == (429, [7106]) and "One more" in page.html
    for _ in range(39):  # the eleventh case counted as a message that was tried
        browser.get(f"/messages/case/{ids[0]}")
        assert browser.send(f"/messages/case/{ids[0]}", do="reply", text="more").refusals == []
    browser.get(f"/messages/case/{ids[0]}")
    page = browser.send(f"/messages/case/{ids[0]}", do="reply", text="one too many")
    assert (page.status, page.refusals) == (429, [7107]) and "one too many" in page.html


def test_a_message_that_comes_after_the_session_is_shown_to_be_copied(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get("/messages/new")
    here.later(16 * 60)
    page = browser.send("/messages/new", ("a.png", pictures.png()), topic="key", subject="Late", text=TEXT)
    assert (page.status, page.refusals) == (401, [6001])
    assert "次の行" in page.html and "was not sent" in page.text
    assert "You have no messages" in logged_in(here, who).get("/messages").text


def test_a_second_tab_that_closed_the_case_loses_no_text(here: Installation) -> None:
    browser = logged_in(here, here.person())
    case_id = new_case(here, browser)
    browser.post(f"/messages/case/{case_id}", do="close")
    browser.post(f"/messages/case/{case_id}", do="close")
    stale = browser.get("/messages/new")
    page = browser.send(f"/messages/case/{case_id}", do="reply", text="Written meanwhile")
    assert stale.status == 200 and (page.status, page.refusals) == (409, [7105])
    assert "Written meanwhile" in page.html
    browser.post(f"/messages/case/{case_id}", do="reopen")
    assert browser.post(f"/messages/case/{case_id}", do="reopen").status == 200


def test_more_cases_than_a_page_holds_are_reached(here: Installation) -> None:
    who: Person = here.person()
    browser = logged_in(here, who)
    made = set()
    for day in range(6):
        for at in range(10):
            made.add(new_case(here, browser, subject=f"Case {day}-{at}"))
        here.later(24 * 60 * 60 + 1)
        browser = logged_in(here, who, browser)
    seen = re.findall(r'href="/messages/case/([a-z0-9]{26})"', browser.get("/messages").html)
    assert len(seen) == 50
    more = re.search(r'href="(/messages\?after=[a-z0-9]{26})"', browser.page.html)
    assert more
    seen += re.findall(r'href="/messages/case/([a-z0-9]{26})"', browser.get(more[1]).html)
    assert set(seen) == made and len(seen) == 60


def test_staff_see_the_cases_in_a_state_and_reading_is_written_down(here: Installation) -> None:
    kit = here.built.kit
    case_id = new_case(here, logged_in(here, here.person()), ("a.png", pictures.png()))
    found = cases.staff_list(kit, "open", limit=5)
    assert not isinstance(found, Refusal) and case_id in {case.id for case in found}
    thread = cases.staff_read(kit, "s" * 26, case_id)
    assert not isinstance(thread, Refusal) and thread.messages[0].text == TEXT and len(thread.pictures) == 1
    picture = cases.staff_attachment(kit, "s" * 26, thread.pictures[0].id)
    assert not isinstance(picture, Refusal) and picture[1].startswith(b"\x89PNG")
    assert isinstance(cases.staff_list(kit, "lost"), Refusal)
    assert isinstance(cases.staff_read(kit, "s" * 26, "x" * 26), Refusal)
    assert isinstance(cases.answer(kit, lambda _: "s" * 26, case_id, "  "), Refusal)
    assert isinstance(cases.answer(kit, lambda _: "s" * 26, "x" * 26, "a"), Refusal)
    first = cases.answer(kit, lambda _: "s" * 26, case_id, "once", post=case_id)
    assert isinstance(first, str) and isinstance(
        cases.answer(kit, lambda _: "s" * 26, case_id, "once", post=case_id), Refusal
    )


def test_the_list_is_for_whoever_is_logged_in(here: Installation) -> None:
    who = here.person()
    for path in ("/messages", "/messages/new", "/messages/case/" + "x" * 26, "/messages/picture/" + "x" * 26):
        assert "New answer" not in here.browser().get(path).text and here.browser().get(path).path == path
    browser = waiting(here, who, known(here, who))
    assert 'name="password"' in browser.get("/messages").html, "a password alone opens nothing"
