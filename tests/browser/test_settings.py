"""Every settings page on the live server, as one person goes through them: at a desk in English, on a phone in Japanese (K, L04, N, S, T, V)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Pair
from tests.browser.devices import PHONE, Computer, Phone
from tests.browser.survey import SHOTS
from tests.support.installation import WRONG, Installation, Person
from tests.support.steps import approve as approve_with
from tests.support.steps import go_on, waiting
from watchword.flows import networks
from watchword.web.texts import LANGUAGES
from watchword_client.portal import Browser

Pairs = Callable[..., Pair]
SPARE = {"en": "Spare phone", "ja": "予備のスマートフォン"}
OFFICE = {"en": "Office in Osaka", "ja": "大阪の事務所"}
NAMES = {"en": "My Pixel", "ja": "ふだんのPixel"}
ANSWERS = {"first_trip": "奈良公園", "dream_job": "宇宙飛行士", "first_film": "生きる 1952"}
NEW = "Nakanoshima-27!"
MINUTES = 301  # an approval counts for five minutes
QUIET = 601  # a phone is asked three times in ten minutes
MINUTE = 61  # after a code another one may go to the same person

# English at a desk and Japanese on a phone: together every page is looked at in both widths.
SCREENS: dict[str, dict[str, Any]] = {
    "en": {},
    "ja": {name: value for name, value in PHONE.items() if name != "timezone_id"},
}
WIDTHS = {"en": (1280,), "ja": (390,)}


def sit_down(pair: Pairs, lang: str, **desk: Any) -> Pair:
    """Somebody with Key, in front of this language's screen."""
    who, computer, hand = pair(lang, desk={**SCREENS[lang], **desk})
    if not SHOTS:
        computer.widths = hand.widths = WIDTHS[lang]
    return who, computer, hand


def approve(hand: Phone, code: str, asked: str = "") -> None:
    """What waits is approved on the phone, with the code if the computer shows one."""
    if asked:
        hand.open()  # the page says that the request is waiting in it
    hand.open_waiting(asked)
    if asked:
        hand.seen("approve-change")
    if code:
        hand.type_confirmation(code, asked=asked)
    hand.approve()
    hand.reads_key("ask.approved" if asked else "approved.title")
    if asked:
        hand.seen("approved-change")
    hand.press_key("done")


def in_another_browser(here: Installation, who: Person, name: str) -> Browser:
    """A session that the phone of this name gave, elsewhere."""
    with here.built.store.read() as tx:
        device = next(each.id for each in tx.devices.of_user(who.id) if each.name == name)
    browser = waiting(here, who)
    browser.post("/login/wait", do="method", method=device)
    approve_with(here, who, browser)
    assert go_on(browser).path == "/"
    return browser


def log_in(who: Person, desk: Computer, hand: Phone, password: str = "") -> None:
    """By push."""
    desk.log_in(who, password)
    approve(hand, desk.waits())
    if not desk.scripts:
        desk.press(desk.words.portal("wait.continue"))
    desk.at_home(who)


def says(desk: Computer, key: str) -> None:
    """The page tells what was just done."""
    expect(desk.page.get_by_role("status").filter(has_text=desk.words.portal(key))).to_be_visible()


def fill(desk: Computer, within: Locator | None = None, /, **typed: str) -> None:
    """Fields by the key of their label, `__` for the dot."""
    for name, text in typed.items():
        (within or desk.page).get_by_label(desk.words.portal(name.replace("__", ".")), exact=True).fill(text)


def card(desk: Computer, text: str) -> Locator:
    """The card of a number, an address, a device or a session."""
    return desk.page.locator("article.device").filter(has_text=text)


def press(desk: Computer, within: Locator, key: str) -> None:
    """A button of that card."""
    within.get_by_role("button", name=desk.words.portal(key), exact=True).click()


def open_page(desk: Computer, name: str) -> None:
    """By the navigation at the side, or by the menu of a narrow screen."""
    menu = desk.page.locator("details.menu > summary")
    if menu.is_visible():
        menu.click()
    desk.page.get_by_role("link", name=desk.words.portal(f"settings.{name}"), exact=True).locator(
        "visible=true"
    ).click()
    desk.reads(desk.words.portal("questions.title" if name == "questions" else f"settings.{name}"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_contacts_devices_and_the_approval_of_a_change(here: Installation, pair: Pairs, lang: str) -> None:
    who, desk, hand = sit_down(pair, lang)
    here.put_key(who, SPARE[lang])
    log_in(who, desk, hand)
    desk.visit("/settings")
    expect(desk.page.get_by_text(desk.words.portal("overview.who_you"))).to_be_visible()
    desk.seen("settings")
    open_page(desk, "contacts")
    here.later(MINUTE)
    address(here, desk, who)
    here.later(MINUTE)
    numbers(here, desk, who)
    here.later(MINUTES)
    confirmed(desk, hand, "contacts")
    devices(here, desk, who, lang)


def address(here: Installation, desk: Computer, who: Person) -> None:
    """The mailbox on file is verified: by a wrong code, then by the right one."""
    mail = card(desk, "@")
    expect(mail.get_by_text(desk.words.portal("contacts.not_verified"), exact=True)).to_be_visible()
    press(desk, mail, "contacts.verify")
    says(desk, "settings.done_sent")
    code = here.code_to(who.mail)
    fill(desk, mail, contacts__code=f"{(int(code) + 1) % 10**6:06}")
    press(desk, mail, "contacts.confirm")
    desk.alert(desk.words.refusal(3204))
    desk.seen("contacts-wrong")
    fill(desk, mail, contacts__code=code)
    press(desk, mail, "contacts.confirm")
    says(desk, "settings.done_verified")
    expect(mail.get_by_text(desk.words.portal("contacts.verified_mail"))).to_be_visible()


def numbers(here: Installation, desk: Computer, who: Person) -> None:
    """A number that is none, another one that becomes the default, and the first one gone."""
    first = card(desk, who.number[-4:])
    other = f"80{99_999_999 - int(who.number[-8:])}"
    add = desk.page.locator("form").filter(has=desk.page.locator("#number"))
    fill(desk, add, contacts__number="090-1234")
    press(desk, add, "contacts.add_do")
    desk.alert(desk.words.refusal(3111))
    expect(desk.page.locator("#number")).to_have_value("090-1234")
    fill(desk, add, contacts__number=other)
    press(desk, add, "contacts.add_do")
    second = card(desk, other[-4:])
    expect(second.get_by_text(desk.words.portal("contacts.waits"), exact=True)).to_be_visible()
    fill(desk, second, contacts__code=here.code_to(f"+81{other}"))
    press(desk, second, "contacts.confirm")
    press(desk, second, "contacts.make_default")
    says(desk, "settings.done_default")
    desk.seen("contacts-two")
    before = len(here.letters(who.number))
    press(desk, first, "contacts.remove")
    says(desk, "settings.done_removed")
    expect(first).to_have_count(0)
    assert len(here.letters(who.number)) > before, "the number that is gone was told"


def confirmed(desk: Computer, hand: Phone, operation: str) -> None:
    """Five minutes later the phone is asked, names the change, and the page goes on where it was."""
    say = desk.words.portal
    desk.visit(f"/settings/{operation}")
    expect(desk.page.get_by_role("heading", name=say("confirm.first"))).to_be_visible()
    expect(desk.page.locator("#mail")).to_have_count(0)
    desk.seen(f"{operation}-first")
    desk.press(say("confirm.begin"))
    code = desk.waits()
    expect(desk.page.get_by_text(say(f"confirm.operation_{operation}"))).to_be_visible()
    desk.seen("waiting-confirm")
    approve(hand, code, f"confirm.{operation}")
    desk.reads(say(f"settings.{operation}"))
    expect(desk.page.locator("#mail")).to_be_visible()
    assert desk.page.url == f"{desk.here.portal}/settings/{operation}"


def devices(here: Installation, desk: Computer, who: Person, lang: str) -> None:
    """A name, a name that is none, a test push, and the spare one ended."""
    say = desk.words.portal
    open_page(desk, "devices")
    spare, own = card(desk, SPARE[lang]), card(desk, say("devices.here"))
    expect(own).to_have_count(1)
    link = own.get_by_role("link", name=say("devices.move"))
    assert link.get_attribute("href") == "/help/new-phone"
    press(desk, own, "devices.test")
    says(desk, "devices.test_none")
    own.get_by_text(say("devices.more")).click()
    fill(desk, own, devices__name=" \u3000 ")
    press(desk, own, "devices.rename")
    desk.alert(desk.words.refusal(6112))
    desk.seen("devices-name")
    fill(desk, own, devices__name=NAMES[lang])
    press(desk, own, "devices.rename")
    says(desk, "settings.done_renamed")
    expect(own).to_contain_text(NAMES[lang])
    desk.seen("devices")
    spare.get_by_text(say("devices.more")).click()
    press(desk, spare, "devices.deactivate")
    expect(desk.page.get_by_role("heading", name=SPARE[lang])).to_be_focused()
    desk.seen("devices-ask")
    press(desk, desk.page.locator("section").filter(has=desk.page.locator("#ask")), "devices.deactivate")
    says(desk, "settings.done_deactivated")
    expect(spare).to_have_count(0)
    assert [user["state"] for user in who.phone.pending().users] == ["inactive"], "that phone learns it"
    desk.press(say("devices.recovery_go"))
    expect(desk.page.locator(".codes li")).to_have_count(10)
    desk.page.reload()  # the browser sends the form again
    desk.alert(desk.words.refusal(2358))
    expect(desk.page.locator(".codes li")).to_have_count(0)
    desk.seen("recovery-codes-again")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_password_questions_sessions_and_what_is_told(here: Installation, pair: Pairs, lang: str) -> None:
    who, desk, hand = sit_down(pair, lang)
    here.put_key(who, SPARE[lang])
    keep_to_this_network(here, who, lang)
    elsewhere = in_another_browser(here, who, SPARE[lang])
    log_in(who, desk, hand)
    desk.visit("/settings")
    for page in (questions, notices, sessions):
        page(desk)
    assert elsewhere.get("/").status == 401, "ended from the settings"
    open_page(desk, "networks")
    expect(desk.page.get_by_text(OFFICE[lang])).to_be_visible()
    desk.seen("networks")
    activity(desk)
    language(desk)
    change_password(desk, who)
    desk.visit("/")
    desk.log_out()
    here.later(QUIET)
    log_in(who, desk, hand, NEW)


def keep_to_this_network(here: Installation, who: Person, lang: str) -> None:
    """What client services do; this computer is inside."""
    with here.built.store.write() as tx:
        user = tx.users.lock(who.id)
        assert user is not None
        networks.change(here.built.kit, tx, user, ["127.0.0.0/8"], "staff:asato", note=OFFICE[lang])


def questions(desk: Computer) -> None:
    """Answers that are too short, then three that do."""
    say = desk.words.portal
    open_page(desk, "questions")
    for answers in (dict.fromkeys(ANSWERS, "x"), ANSWERS):
        for at, (question, answer) in enumerate(answers.items(), 1):
            desk.page.locator(f"#q{at}").select_option(question)
            desk.page.locator(f"#a{at}").fill(answer)
        desk.press(say("questions.set"))
        if answers is not ANSWERS:
            desk.alert(desk.words.refusal(1416))
            expect(desk.page.locator("#q2")).to_have_value("dream_job")
            expect(desk.page.locator("#a2")).to_have_value("")
            desk.seen("questions-faults")
    says(desk, "questions.done")
    desk.seen("questions")


def notices(desk: Computer) -> None:
    """A mail at every login."""
    open_page(desk, "notices")
    desk.page.get_by_label(desk.words.portal("notices.logins_all")).check()
    desk.press(desk.words.portal("notices.save"))
    says(desk, "settings.done_saved")
    expect(desk.page.get_by_label(desk.words.portal("notices.logins_all"))).to_be_checked()
    desk.seen("notices")


def sessions(desk: Computer) -> None:
    """This one and another browser's, which ends."""
    open_page(desk, "sessions")
    expect(desk.page.locator("article.device")).to_have_count(2)
    desk.seen("sessions")
    press(desk, desk.page.locator("article.device").last, "sessions.end")
    says(desk, "settings.done_session_ended")
    expect(desk.page.locator("article.device")).to_have_count(1)
    expect(card(desk, desk.words.portal("sessions.this"))).to_be_visible()


def activity(desk: Computer) -> None:
    """All of it, then logins alone."""
    say = desk.words.portal
    open_page(desk, "activity")
    changed = desk.page.locator(".log").get_by_text(say("activity.user.questions.chosen"))
    expect(changed).to_be_visible()
    desk.seen("activity")
    desk.press(say("activity.only_login"), "link")
    expect(changed).to_have_count(0)
    expect(
        desk.page.locator(".log").get_by_text(say("activity.login.session.issued"), exact=True).first
    ).to_be_visible()


def language(desk: Computer) -> None:
    """A zone that is none stays typed; one that is tells the time there."""
    open_page(desk, "language")
    for zone in ("Tokio", "Europe/Zurich"):
        fill(desk, place__zone=zone)
        desk.press(desk.words.portal("place.save"))
        expect(desk.page.locator("#zone")).to_have_value(zone)
        if zone == "Tokio":
            desk.alert(desk.words.refusal(6130))
            desk.seen("language-zone")
    says(desk, "settings.done_saved")
    desk.seen("language")


def change_password(desk: Computer, who: Person) -> None:
    """A wrong current one, one that everybody uses, and one that holds."""
    open_page(desk, "password")
    for current, new, refused in ((WRONG, NEW, 1404), (who.password, "Password-1!", 1402), (who.password, NEW, 0)):
        fill(desk, password__current=current, start__password=new, start__repeat=new)
        desk.press(desk.words.portal("password.set"))
        if refused:
            desk.alert(desk.words.refusal(refused))
            expect(desk.page.locator("#o")).to_have_value("")
            if refused == 1404:
                desk.seen("password")
    says(desk, "password.done")


def test_without_scripts(here: Installation, pair: Pairs) -> None:
    """Everything works with one button where the page would have gone on by itself."""
    who, desk, hand = sit_down(pair, "en", java_script_enabled=False)
    here.put_key(who, SPARE["en"])
    other = in_another_browser(here, who, SPARE["en"])
    log_in(who, desk, hand)
    here.later(QUIET)
    desk.visit("/settings/notices")
    expect(desk.page.get_by_role("button", name=desk.words.portal("notices.save_first"))).to_be_disabled()
    desk.press(desk.words.portal("confirm.begin"))
    approve(hand, desk.waits(), "confirm.notices")
    desk.press(desk.words.portal("wait.continue"))
    desk.reads(desk.words.portal("settings.notices"))
    desk.page.get_by_label(desk.words.portal("notices.logins_all")).check()
    desk.press(desk.words.portal("notices.save"))
    says(desk, "settings.done_saved")
    here.later(MINUTE)
    desk.visit("/settings/contacts")
    mail = card(desk, "@")
    press(desk, mail, "contacts.verify")
    fill(desk, mail, contacts__code=here.code_to(who.mail))
    press(desk, mail, "contacts.confirm")
    says(desk, "settings.done_verified")
    desk.visit("/settings/password")
    fill(desk, password__current=who.password, start__password=NEW, start__repeat=NEW)
    desk.press(desk.words.portal("password.set"))
    says(desk, "password.done")
    desk.visit("/settings/sessions")
    desk.press(desk.words.portal("sessions.end_all"))
    says(desk, "login.logged_out")
    assert other.get("/").status == 401
