"""Numbers and mail addresses in the settings: verified by a code, added with an approval, never the last one removed (N01-N04, L02)."""

from __future__ import annotations

import re

import pytest

from tests.support.installation import Installation, Person
from tests.support.people import set_user
from tests.support.steps import approve, go_on, logged_in
from watchword.core.users import Contact
from watchword_client.portal import Browser, Shown

PATH = "/settings/contacts"


def contact(here: Installation, who: Person, kind: str = "sms", at: int = 0) -> Contact:
    """A contact of a person, as it is kept."""
    with here.built.store.read() as tx:
        return [each for each in tx.contacts.of(who.id) if each.kind == kind][at]


def kept(here: Installation, who: Person, kind: str = "sms") -> list[Contact]:
    with here.built.store.read() as tx:
        return [each for each in tx.contacts.of(who.id) if each.kind == kind]


def verified(here: Installation, who: Person, browser: Browser, kind: str = "sms") -> Shown:
    """The number or address on file, verified by the code that goes there."""
    found = contact(here, who, kind)
    browser.get(PATH)
    page = browser.post(PATH, do="send", contact=found.id)
    assert page.status == 200 and not page.refusals
    return browser.post(PATH, do="verify", contact=found.id, code=here.code_to(found.value))


def added(here: Installation, who: Person, browser: Browser, number: str) -> Shown:
    """Another number, added and verified."""
    browser.get(PATH)
    page = browser.post(PATH, do="add_number", region="JP", number=number.removeprefix("+81"))
    assert page.status == 200 and not page.refusals, f"{page.status} {page.refusals}"
    waiting = next(each for each in kept(here, who) if each.value == number)
    return browser.post(PATH, do="verify", contact=waiting.id, code=here.code_to(number))


def other(who: Person, at: int = 1) -> str:
    """A number that is nobody's: first and second choice."""
    return who.number.replace("+8190", {1: "+8170", 2: "+8180"}[at])


def test_a_number_on_file_is_verified_by_the_code_sent_to_it(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    page = browser.get(PATH)
    assert "Not verified" in page.text and "SMS verified" not in page.text
    assert who.number not in page.html, "a number is shown masked"
    page = browser.post(PATH, do="send", contact=contact(here, who).id)
    assert "Confirmation number" in page.text and "Queued since" in page.text
    page = browser.post(PATH, do="verify", contact=contact(here, who).id, code=here.code_to(who.number))
    assert "SMS verified" in page.text and contact(here, who).verified
    page = browser.post(PATH, do="verify", contact=contact(here, who).id, code="000000")
    assert not page.refusals, "the same form once more changes nothing and refuses nothing"


def test_what_became_of_the_message_is_shown(here: Installation) -> None:
    """N04: queued, then sent; when it may be sent again."""
    who = here.person()
    browser = logged_in(here, who)
    browser.get(PATH)
    page = browser.post(PATH, do="send", contact=contact(here, who).id)
    assert "Queued since" in page.text and "Another code can be sent from" in page.text
    page = browser.post(PATH, do="send", contact=contact(here, who).id)
    assert page.refusals == [3120] and "1 min 0 s left" in page.text, "a wait of a minute is told to the second"
    while here.built.dispatcher.run_once("sms"):
        pass
    assert "Left us at" in browser.get(PATH).text
    here.later(61)
    assert browser.post(PATH, do="send", contact=contact(here, who).id).status == 200


def test_a_wrong_number_counts_and_three_end_it(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get(PATH)
    browser.post(PATH, do="send", contact=contact(here, who).id)
    right = here.code_to(who.number)
    wrong = "000000" if right != "000000" else "111111"
    assert browser.post(PATH, do="verify", contact=contact(here, who).id, code="12").refusals == [2107]
    for _ in range(3):
        assert browser.post(PATH, do="verify", contact=contact(here, who).id, code=wrong).refusals == [3204]
    assert browser.post(PATH, do="verify", contact=contact(here, who).id, code=right).refusals == [3205]
    assert not contact(here, who).verified


def test_a_new_number_counts_once_its_code_is_typed_and_everybody_is_told(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    new = other(who)
    browser.get(PATH)
    page = browser.post(PATH, do="add_number", region="JP", number=new.removeprefix("+81"))
    assert "Waits for its code" in page.text
    assert [each.on_file for each in kept(here, who) if each.value == new] == [0]
    assert not any("was added" in letter["text"] for letter in here.letters(who.number, who.mail))
    waiting = next(each for each in kept(here, who) if each.value == new)
    page = browser.post(PATH, do="verify", contact=waiting.id, code=here.code_to(new))
    assert "SMS verified" in page.text
    for to in (who.number, who.mail):
        assert "was added" in here.letters(to)[0]["text"], f"{to} was not told"
    assert not any("was added" in letter["text"] for letter in here.letters(new))


def test_a_second_number_that_waits_takes_the_place_of_the_first(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get(PATH)
    browser.post(PATH, do="add_number", region="JP", number=other(who).removeprefix("+81"))
    here.later(61)
    browser.post(PATH, do="add_number", region="JP", number=other(who, 2).removeprefix("+81"))
    assert [each.value for each in kept(here, who) if not each.on_file] == [other(who, 2)]


def test_the_default_is_changed_and_the_old_one_told(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    added(here, who, browser, other(who))
    second = next(each for each in kept(here, who) if each.value == other(who))
    page = browser.post(PATH, do="default", contact=second.id)
    assert not page.refusals
    assert [each.value for each in kept(here, who) if each.is_default] == [other(who)]
    assert "first from now on" in here.letters(who.number)[0]["text"]
    assert browser.post(PATH, do="default", contact=contact(here, who, at=1).id).refusals == [3136], "not verified"


def test_the_last_verified_number_stays(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    here.put_key(who, "Second")  # with one phone alone, the number that recovery goes by would stay for its own sake
    verified(here, who, browser)
    assert browser.post(PATH, do="remove", contact=contact(here, who).id).refusals == [3132]
    here.later(61)
    added(here, who, browser, other(who))
    page = browser.post(PATH, do="remove", contact=contact(here, who).id)
    assert not page.refusals
    assert [(each.value, each.is_default) for each in kept(here, who)] == [(other(who), True)]
    assert "was removed" in here.letters(who.number)[0]["text"], "the removed number is told too"


def test_the_number_that_recovery_goes_by_stays_while_there_is_one_phone(here: Installation) -> None:
    """L02: registering again after a forgotten PIN goes by the number first used for activation."""
    who = here.person()
    first = contact(here, who)
    browser = logged_in(here, who)
    added(here, who, browser, other(who))
    assert browser.post(PATH, do="remove", contact=first.id).refusals == [3133]
    assert here.new_phone().recover().start(who.username, who.password), "what was kept is what recovery goes by"
    here.put_key(who, "Second")
    assert not browser.post(PATH, do="remove", contact=first.id).refusals


def test_the_last_way_to_reach_a_person_stays(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get(PATH)
    assert not browser.post(PATH, do="remove", contact=contact(here, who, "mail").id).refusals
    assert browser.post(PATH, do="remove", contact=contact(here, who).id).refusals == [3134]


@pytest.mark.parametrize(
    ("number", "refusal"),
    [
        ("090-1234-5678", 3111),
        ("09012345678", 3111),
        ("12", 3111),
        ("", 3111),
        ("9" * 400, 3111),
        ("９０１２３４５６７８", None),
    ],
)
def test_a_number_in_a_wrong_form_is_explained_and_comes_back(
    here: Installation, number: str, refusal: int | None
) -> None:
    browser = logged_in(here, here.person())
    browser.get(PATH)
    page = browser.post(PATH, do="add_number", region="JP", number=number)
    assert page.refusals == ([refusal] if refusal else [])
    if refusal and number:
        assert f'value="{number[:64]}"' in page.html, "what was typed survives"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "nobody",
        "a@b",
        "a@@example.org",
        "a b@example.org",
        "a@example.org\r\nBcc: x@example.org",
        "a@" + "b" * 300 + ".org",
    ],
)
def test_an_address_in_a_wrong_form_is_refused(here: Installation, typed: str) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get(PATH)
    assert browser.post(PATH, do="add_mail", mail=typed).refusals == [3137]
    assert len(kept(here, who, "mail")) == 1


def test_a_mail_address_is_added_and_verified(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get(PATH)
    address = f"new-{who.username}@Example.ORG"
    page = browser.post(PATH, do="add_mail", mail=address)
    assert "Waits for its code" in page.text
    waiting = kept(here, who, "mail")[-1]
    assert waiting.value == f"new-{who.username}@example.org"
    page = browser.post(PATH, do="verify", contact=waiting.id, code=here.code_to(waiting.value))
    assert "Mail verified" in page.text
    assert "was added" in here.letters(who.mail)[0]["text"]


def test_without_a_fresh_approval_nothing_is_added_and_what_was_typed_comes_back(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get(PATH)
    here.later(301)
    typed = other(who).removeprefix("+81")
    page = browser.post(PATH, do="add_number", region="JP", number=typed)
    assert page.refusals == [6101] and page.status == 403
    assert len(kept(here, who)) == 1
    fields = dict(re.findall(r'name="(keep_\w+)" value="([^"]*)"', page.html))
    assert fields == {"keep_region": "JP", "keep_number": typed}
    browser.post("/confirm", operation="contacts", **fields)
    approve(here, who, browser)
    page = go_on(browser)
    assert page.path == PATH and f'value="{typed}"' in page.html
    assert f'value="{typed}"' not in browser.get(PATH).html, "kept once"
    assert "Waits for its code" in browser.post(PATH, do="add_number", region="JP", number=typed).text


def test_in_the_day_after_a_recovery_numbers_stay_as_they_are(here: Installation) -> None:
    """THREATS, taking over by recovery and SIM swap: the binding change waits a day."""
    who = here.person()
    browser = logged_in(here, who)
    added(here, who, browser, other(who))
    set_user(here, who, recovered=here.clock.now())
    second = next(each for each in kept(here, who) if each.value == other(who))
    number = other(who, 2).removeprefix("+81")
    assert browser.post(PATH, do="add_number", region="JP", number=number).refusals == [6103]
    assert browser.post(PATH, do="default", contact=second.id).refusals == [6103]
    assert browser.post(PATH, do="remove", contact=second.id).refusals == [6103]
    set_user(here, who, recovered=here.clock.now() - 24 * 3600)
    assert not browser.post(PATH, do="default", contact=second.id).refusals
