"""A browser that has no event streams, or a proxy that lets none through: pages that wait ask, and go on by themselves as well."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.devices import Computer
from tests.support.installation import PIN, Installation
from tests.support.steps import asked

Computers = Callable[..., Computer]


def test_an_enrolment_and_a_login(here: Installation, computer: Computers) -> None:
    who, desk = here.person(phones=0), computer()
    desk.page.add_init_script("delete window.EventSource")
    desk.log_in(who)
    desk.page.get_by_role("radio", name=desk.words.portal("enrol.by_mail")).check()
    desk.press(desk.words.portal("enrol.send"))
    desk.page.get_by_label(desk.words.portal("enrol.code"), exact=True).fill(here.code_to(who.mail))
    desk.press(desk.words.portal("enrol.check"))
    desk.reads(desk.words.portal("enrol.head_scan"))
    phone = here.new_phone()
    phone.activate_scan(desk.link())
    expect(desk.page.get_by_text(desk.words.portal("enrol.scanned"))).to_be_visible()
    phone.complete(PIN, "Pocket")
    desk.reads(desk.words.portal("enrol.head_done"))

    other = computer()
    other.page.add_init_script("delete window.EventSource")
    other.log_in(who)
    code = other.waits()
    assert phone.approve(asked(phone, who), PIN, code).result == "approved"
    other.at_home(who)
