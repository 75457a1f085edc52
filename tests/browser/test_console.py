"""The staff console in a real browser, at a desk and on a phone's screen, in both languages; and the pictures of docs/staff.md.

With WATCHWORD_PICTURES set to a folder, the English run leaves its pictures there: docs/pictures is made so.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, expect
from sqlalchemy import text

from tests.browser.devices import COMPUTER, LOCALES, PATIENCE, Computer, Device
from tests.browser.survey import Survey
from tests.support import console
from tests.support.console import Seat
from tests.support.installation import WRONG, Installation, Person
from tests.support.staff import give
from tests.support.steps import asked, logged_in
from watchword.flows.staff import first

PICTURES = os.environ.get("WATCHWORD_PICTURES", "")
PICTURED = (
    "sign-in",
    "find",
    "person-waiting",
    "matched",
    "request",
    "case",
    "members",
    "first",
)  # docs/staff.md shows these
LANGUAGES = ("en", "ja")
NAMES = {"en": "Misaki Tanaka", "ja": "田中 美咲"}
WORDS = {
    "en": {"reason": "I no longer have the old number.", "evidence": "Called back on the number in the contract; passport seen in the branch."},
    "ja": {"reason": "以前の番号は使えなくなりました。", "evidence": "契約書の番号に折り返し電話をし、店頭で旅券を確認しました。"},
}  # fmt: skip
CHECKED = {
    "en": "Evidence read; called back on the number in the contract.",
    "ja": "根拠を確認し、契約書の番号に電話しました。",
}
PHONE_WIDTH = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


class Desk(Computer):
    """A browser at the staff console."""

    surface = "console"
    widths = (1280, 390)

    def visit(self, path: str = "/") -> None:
        """Open a page of the console."""
        self.page.goto(self.here.console + path)

    def say(self, name: str, /, **fill: object) -> str:
        """A text of the console."""
        return self.words.portal(f"console.{name}", **fill)

    def sit(self, seat: Seat) -> None:
        """Take over the session of somebody who signed in elsewhere: signing in has a test of its own."""
        url = self.here.console.replace("http:", "https:")
        self.context.add_cookies(
            [
                {"name": name, "value": value, "url": url, "secure": True, "httpOnly": True, "sameSite": "Lax"}
                for name, value in seat.browser.cookies.items()
            ]
        )

    def seen(self, name: str) -> None:
        """Look the screen over, and keep its picture where one is asked for."""
        super().seen(name)
        if PICTURES and self.lang == "en" and name in PICTURED:
            _keep(self.page.screenshot(full_page=True), Path(PICTURES) / f"staff-{name}.png")


def _keep(shot: bytes, path: Path) -> None:
    """A picture of few colours, so that it stays small in the repository."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.open(BytesIO(shot)).convert("RGB")
    picture.quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)


@pytest.fixture
def desk(
    here: Installation, new_context: Callable[..., BrowserContext], devices: list[Device], survey: Survey
) -> Callable[..., Desk]:
    """`desk(lang="en", **options)`: a browser at the console that was never there."""

    def make(lang: str = "en", **options: Any) -> Desk:
        context = new_context(**{**COMPUTER, "locale": LOCALES[lang], **options})
        devices.append(Desk(here, context, lang, survey, scripts=options.get("java_script_enabled", True)))
        return devices[-1]  # type: ignore[return-value]

    return make


def named(here: Installation, who: Person, name: str) -> Person:
    """The same person under a name that a reader would expect."""
    with here.built.store.engine.begin() as connection:
        connection.execute(text("UPDATE users SET display_name = :name WHERE id = :id"), {"name": name, "id": who.id})
    return who


def signed_in(here: Installation, make: Callable[..., Desk], lang: str, role: str, **options: Any) -> tuple[Seat, Desk]:
    """A member of staff at the console."""
    seat = console.signed_in(here, role, language=lang, who=here.person(lang=lang))
    found = make(lang, **options)
    found.sit(seat)
    return seat, found


def client(here: Installation, lang: str) -> Person:
    """Somebody with a login, a wrong password and a report behind him."""
    who = here.person(
        lang=lang, birth_date="1987-04-23", document_number="TK4418203", addresses=("4-5-6 Kitahama",), postal_codes=("541-0041",),
    )  # fmt: skip
    logged_in(here, named(here, who, NAMES[lang]))
    here.browser().login(who.username, WRONG)
    browser = here.browser()
    browser.login(who.username, who.password)
    who.phone.decide(asked(who.phone, who), "not_me")
    return who


@pytest.mark.parametrize("lang", LANGUAGES)
def test_signing_in_with_key(here: Installation, desk: Callable[..., Desk], lang: str) -> None:
    who = here.person(lang=lang)
    give(here, who, "client_services")
    at = desk(lang)
    at.visit("/login")
    at.seen("sign-in")
    at.page.get_by_label(at.words.portal("common.username"), exact=True).fill(who.username)
    at.page.get_by_label(at.words.portal("common.password"), exact=True).fill(who.password)
    at.press(at.words.portal("login.continue"))
    code = at.waits()
    at.seen("waiting")
    assert who.phone.approve(asked(who.phone, who), here.pin(), code).result == "approved"
    at.reads(at.say("find"))
    at.page.locator("details.menu summary").click()
    at.seen("menu")
    at.press(at.words.portal("common.log_out"))
    expect(at.page.get_by_role("status")).to_contain_text(at.words.portal("login.logged_out"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_agent_finds_somebody_and_ends_a_lost_phone(
    here: Installation, desk: Callable[..., Desk], lang: str
) -> None:
    who = client(here, lang)
    _, at = signed_in(here, desk, lang, "client_services")
    at.visit("/users")
    at.page.get_by_label(at.say("find_label")).fill(who.username)
    at.press(at.say("find_do"))
    expect(at.page.get_by_role("link", name=who.username)).to_be_visible()
    at.seen("find")
    at.page.get_by_role("link", name=who.username).click()
    at.reads(NAMES[lang])
    at.seen("person")
    at.follow(at.page.get_by_role("link", name=at.say("act_lost_phone"), exact=True))
    at.seen("lost-phone")
    at.press(at.say("act_do_lost_phone"))
    expect(at.page.get_by_role("status").first).to_contain_text(at.say("told"))
    at.seen("lost-phone-done")
    at.page.get_by_role("link", name=at.say("back_person")).click()
    at.follow(at.page.get_by_role("link", name=at.say("all_events")).first)
    at.seen("events")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_assisted_recovery_by_two(here: Installation, desk: Callable[..., Desk], lang: str) -> None:
    who = client(here, lang)
    _, agent = signed_in(here, desk, lang, "client_services")
    officer, second = signed_in(here, desk, lang, "compliance")
    agent.visit(f"/users/{who.id}/interview")
    agent.seen("interview")
    day = datetime.now(ZoneInfo("Asia/Tokyo")).date().isoformat()
    for fact, said in (
        ("birth_date", "1987-04-23"),
        ("document_number", "TK 9999999"),
        ("address", "541-0041"),
        ("last_login_date", day),
    ):
        agent.page.get_by_label(agent.say(f"question_{fact}")).fill(said)
    agent.press(agent.say("interview_judge"))
    agent.reads(agent.say("interview_result"))
    agent.seen("matched")
    agent.page.go_back()
    assert agent.page.locator("input[type=text]").evaluate_all("fields => fields.map(f => f.value).join('')") == "", (
        "answers stay nowhere"
    )
    agent.visit(f"/users/{who.id}/ask/reset_password")
    for name, said in WORDS[lang].items():
        agent.page.get_by_label(agent.say(f"field_{name}"), exact=True).fill(said)
    agent.seen("ask")
    agent.press(agent.say("ask_do"))
    expect(agent.page.get_by_text(agent.say("not_your_own"))).to_be_visible()
    expect(agent.page.get_by_role("button", name=agent.say("approve"))).to_have_count(0)
    agent.seen("own-request")
    second.visit("/requests")
    second.seen("requests")
    second.follow(second.page.get_by_role("link", name=second.say("kind_reset_password")).first)
    second.seen("request")
    second.visit(f"/users/{who.id}")
    second.seen("person-waiting")
    second.follow(second.page.get_by_role("link", name=second.say("kind_reset_password")).first)
    second.page.get_by_label(second.say("field_checked")).fill(CHECKED[lang])
    second.press(second.say("approve"))
    expect(second.page.get_by_role("status").first).to_contain_text(second.say("done_approved"))
    assert officer.who.username in second.page.content()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_key_is_asked_before_what_matters(here: Installation, desk: Callable[..., Desk], lang: str) -> None:
    who = client(here, lang)
    seat, at = signed_in(here, desk, lang, "client_services")
    with here.built.store.engine.begin() as connection:
        connection.execute(
            text("UPDATE sessions SET confirmed = confirmed - 400 WHERE user_id = :id"), {"id": seat.who.id}
        )
    at.visit(f"/users/{who.id}/ask/change_number")
    at.page.get_by_label(at.say("field_number")).fill("+819012345678")
    for name, said in WORDS[lang].items():
        at.page.get_by_label(at.say(f"field_{name}"), exact=True).fill(said)
    at.press(at.say("ask_do"))
    code = at.waits()
    at.seen("confirm")
    assert seat.who.phone.approve(asked(seat.who.phone, seat.who), here.pin(), code).result == "approved"
    expect(at.page.get_by_role("status").first).to_contain_text(at.say("proven"), timeout=PATIENCE)
    expect(at.page.get_by_label(at.say("field_number"))).to_have_value("+819012345678")
    expect(at.page.get_by_label(at.say("field_reason"), exact=True)).to_have_value(WORDS[lang]["reason"])
    at.seen("confirmed")
    at.press(at.say("ask_do"))
    expect(at.page.get_by_role("status").first).to_contain_text(at.say("done_asked"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_case_is_answered(here: Installation, desk: Callable[..., Desk], lang: str) -> None:
    who = here.person(lang=lang)
    browser = logged_in(here, who)
    browser.get("/messages/new")
    browser.send("/messages/new", topic="key", subject=WORDS[lang]["reason"], text=WORDS[lang]["evidence"])
    _, at = signed_in(here, desk, lang, "client_services")
    at.visit("/cases")
    at.seen("cases")
    at.follow(at.page.get_by_role("link", name=WORDS[lang]["reason"]).first)
    at.seen("case")
    at.page.get_by_label(at.say("field_text")).fill(CHECKED[lang])
    at.press(at.say("answer_do"))
    expect(at.page.get_by_role("status").first).to_contain_text(at.say("done_answered"))
    expect(at.page.get_by_role("listitem").filter(has_text=CHECKED[lang])).to_be_visible()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_administrators(here: Installation, desk: Callable[..., Desk], lang: str) -> None:
    _, at = signed_in(here, desk, lang, "administrator")
    agent = here.person(lang=lang)
    give(here, agent, "client_services")
    at.visit("/members")
    at.seen("members")
    at.visit(f"/users/{agent.id}/ask/roles")
    at.seen("roles")
    at.visit("/members/invite")
    at.seen("invite")
    at.visit("/users/" + "0" * 26)
    at.seen("refused")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_first_administrator(here: Installation, desk: Callable[..., Desk], lang: str) -> None:
    with here.built.store.write() as tx:
        for role in tx.staff.members():
            tx.staff.put(role.user_id, frozenset(), "", here.clock.now())
    who = here.person(phones=0, lang=lang)
    made = first.offer(here.built.kit, who.username)
    assert isinstance(made, first.Offered)
    at = desk(lang)
    at.visit(f"/first/{made.token}")
    at.seen("first")
    at.follow(at.page.get_by_role("button", name=at.say("first_do_open"), exact=True))
    at.seen("first-password")
    for label in ("start.password", "start.repeat"):
        at.page.get_by_label(at.words.portal(label), exact=True).fill("Nakanoshima-77!")
    at.press(at.say("first_do_password"))
    link = at.link()
    at.seen("first-key")
    phone = here.new_phone()
    phone.activate_scan(link)
    phone.complete("M2cnef", "Pixel 8")
    at.reads(at.say("first_finish"))
    at.seen("first-finish")
    at.press(at.say("first_do_finish"))
    at.reads(at.say("first_done"))
    at.seen("first-done")


def test_the_queue_tells_that_it_changed(here: Installation, desk: Callable[..., Desk]) -> None:
    agent, _ = signed_in(here, desk, "en", "client_services")
    _, second = signed_in(here, desk, "en", "compliance")
    who = here.person()
    second.visit("/requests")
    shown = second.page.locator("[data-queue]")
    expect(shown).to_be_hidden()
    agent.get(f"/users/{who.id}/ask/restart_enrolment")
    agent.browser.post(f"/users/{who.id}/ask/restart_enrolment", **WORDS["en"])
    expect(shown).to_be_visible(timeout=PATIENCE)
    second.page.get_by_role("link", name=second.say("queue_show")).click()
    expect(second.page.get_by_text(who.username)).to_be_visible()


def test_on_a_phones_screen(here: Installation, desk: Callable[..., Desk]) -> None:
    who = client(here, "en")
    _, at = signed_in(here, desk, "en", "client_services", **PHONE_WIDTH)
    at.visit(f"/users/{who.id}")
    at.reads(NAMES["en"])
    at.page.locator("details.menu summary").click()
    at.page.get_by_role("link", name=re.compile(at.say("nav_requests"))).last.click()
    at.reads(at.say("requests_title"))


def test_without_scripts(here: Installation, desk: Callable[..., Desk]) -> None:
    who = client(here, "en")
    _, at = signed_in(here, desk, "en", "client_services", java_script_enabled=False)
    at.visit("/users")
    at.page.get_by_label(at.say("find_label")).fill(who.username)
    at.press(at.say("find_do"))
    at.page.get_by_role("link", name=who.username).click()
    at.page.get_by_role("link", name=at.say("act_suspend"), exact=True).click()
    at.press(at.say("act_do_suspend"))
    expect(at.page.get_by_role("status").first).to_contain_text(at.say("told"))
