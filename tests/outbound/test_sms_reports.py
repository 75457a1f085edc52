"""Delivery reports: a real gateway's word reaches the settings page of the person who waits for the code (N04, docs/sms.md)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.outbound.kannel import PASSWORD, USERNAME, Kannel
from tests.support.fixtures import install
from tests.support.installation import Installation, Person
from tests.support.process import free_port
from tests.support.steps import logged_in
from watchword_client.portal import Browser, Shown

__all__ = ["install"]
PATH = "/settings/contacts"
STATES = {"1": "delivered", "2": "failed", "4": "waiting", "8": "waiting", "16": "failed"}
PARAMS = {
    "username": "{username}", "password": "{password}", "from": "{from}", "to": "{to}", "text": "{text}", "charset": "UTF-8",
    "dlr-mask": "31", "dlr-url": "{report}",
}  # fmt: skip


@pytest.fixture(scope="module")
def kannel() -> Iterator[Kannel]:
    server = Kannel()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def here(
    request: pytest.FixtureRequest, install: Callable[..., Installation], kannel: Kannel, tmp_path: Path
) -> Installation:
    """An installation that sends through Kannel, on an address that Kannel can call back."""
    port = free_port()
    sms = {
        "provider": "http", "url": kannel.url, "method": "GET", "encoding": "query", "params": PARAMS, "unicode_params": {"coding": "2"},
        "username": USERNAME, "password": PASSWORD, "sender": "Example", "success_status": [202], "success_pattern": r"^[03]: ",
        "report_states": STATES,
    }  # fmt: skip
    return install(
        request.param, sms=sms, listen={"host": "127.0.0.1", "port": port},
        portal={"url": f"http://localhost:{port}"}, key={"url": f"http://key.watchword.localhost:{port}"},
    )  # fmt: skip


def waits(here: Installation) -> tuple[Person, Browser]:
    """Somebody whose code has been handed to the gateway."""
    who = here.person()
    browser = logged_in(here, who)
    browser.get(PATH)
    with here.built.store.read() as tx:
        found = tx.contacts.of(who.id)[0]
    assert browser.post(PATH, do="send", contact=found.id).status == 200
    assert here.built.dispatcher.run_once("sms") == 1
    return who, browser


def until(browser: Browser, text: str) -> Shown:
    """The page once it says so."""
    end = time.monotonic() + 60
    while text not in browser.get(PATH).text:
        assert time.monotonic() < end, browser.page.text[-1500:]
        time.sleep(0.05)
    return browser.page


def test_the_page_says_delivered_once_the_gateway_does(here: Installation, kannel: Kannel) -> None:
    who, browser = waits(here)
    assert "Delivered at" in until(browser, "Delivered at").text
    text = kannel.arrived(who.number)
    assert "confirmation number" in text


def test_a_report_without_its_proof_or_of_another_message_says_nothing(here: Installation) -> None:
    _, browser = waits(here)
    until(browser, "Delivered at")
    gateway = here.built.dispatcher.senders["sms"]
    address = urlsplit(gateway._report_url("1"))  # type: ignore[attr-defined] # the address that the gateway was given
    proof = parse_qs(address.query)["proof"][0]
    url = f"{here.portal}/sms/report"
    for query in (
        {},
        {"id": "1", "proof": "", "state": "2"},
        {"id": "1", "proof": "A" * len(proof), "state": "2"},
        {"id": "2", "proof": proof, "state": "2"},
        {"id": "1", "proof": proof, "state": "99"},
        {"id": "é" * 9, "proof": proof, "state": "1"},
    ):
        assert here.http.get(url, params=query).status_code == 404, query
    late = {"id": "1", "proof": proof, "state": "16"}
    assert here.http.get(url, params=late).status_code == 200, "ours, and late"
    assert "Delivered at" in browser.get(PATH).text, "an end that was told stays"
