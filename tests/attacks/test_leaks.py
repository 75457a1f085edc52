"""Secrets in logs and tables (THREATS): a whole life of logins and mistakes, then every canary is searched for wherever it could stand."""

from __future__ import annotations

import base64
import logging
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.installation import OTHER_PIN, PIN, WRONG, Installation, Person
from tests.support.steps import challenge, choices, confirmation, go_on, waiting
from watchword.stores import tables
from watchword_client import crypto
from watchword_client.phone import Phone
from watchword_client.refusal import Refused

CANARY = "Canary-Kitahama-26!"


class Canaries:
    """Secrets by name, each as the text or bytes in which somebody could find it."""

    def __init__(self) -> None:
        self.found: dict[str, str | bytes] = {}

    def add(self, name: str, value: str | bytes) -> None:
        """Remember one, if it is long enough not to be found by chance."""
        if len(value) >= 6:
            self.found[name] = value

    def forms(self) -> Iterator[tuple[str, bytes]]:
        """Every form in which one could be written."""
        for name, value in self.found.items():
            raw = value if isinstance(value, bytes) else value.encode()
            yield name, raw
            if len(raw) > 10:
                for form in (raw.hex(), base64.b64encode(raw).decode(), crypto.b64u(raw)):
                    yield name, form.encode()


def lives(here: Installation, canaries: Canaries) -> Person:
    """A person who activates Key, logs in by every way, and mistypes everything once."""
    who = here.person(phones=0, password=CANARY)
    canaries.add("password", CANARY)
    browser = here.browser()
    browser.login(who.username, f"{CANARY}x")
    page = browser.login(who.username, CANARY)
    canaries.add("enrolment session", browser.cookies["__Host-ww_s"])
    browser.post("/enrol", do="send", contact=choices(page, "contact")[0])
    code = here.code_to(who.number, who.mail)
    browser.post("/enrol", do="code", code=f"{(int(code) + 1) % 10**6:06}")
    page = browser.post("/enrol", do="code", code=code)
    canaries.add("proof code", code)
    canaries.add("activation QR", page.links[0].rpartition("#")[2])
    canaries.add("session id", page.session_id)
    phone = here.new_phone()
    phone.activate_scan(page.links[0])
    canaries.add("claim", phone.activation._claim)
    phone.complete(PIN, "Pocket")
    who.phones.append(phone)
    _keys(here, who, phone, canaries)
    _logins(here, who, canaries)
    return who


def _keys(here: Installation, who: Person, phone: Phone, canaries: Canaries) -> None:
    state, user = phone.wire.state, phone.user()
    unlocked = phone.unlock(PIN)
    secret = crypto.camouflage(crypto.unb64u(user.blob, 32), unlocked.pad(state.iss, user.user, user.device))
    canaries.add("S", secret)
    canaries.add("A of the PIN", unlocked.a)
    canaries.add("pad", unlocked.pad(state.iss, user.user, user.device))
    canaries.add("blob", crypto.unb64u(user.blob, 32))
    for label in ("hmac", "totp", "ocra", "proof"):
        canaries.add(f"K({label})", unlocked.user_key(state, user, label))
    for name, key in here.built.ring.master.items():
        canaries.add(f"master {name}", key)


def _logins(here: Installation, who: Person, canaries: Canaries) -> None:
    browser = waiting(here, who)
    canaries.add("collector", browser.cookies["__Host-ww_l"])
    canaries.add("csrf cookie", browser.cookies["__Host-ww_c"])
    canaries.add("login QR", browser.post("/login/wait", do="qr").links[0].rpartition("#")[2])
    attempt = who.phone.pending().attempts[-1]
    for given in ("000000", confirmation(browser.page)):
        try:
            who.phone.approve(attempt, OTHER_PIN, given)
        except Refused:
            pass
    digits = challenge(browser.post("/login/wait", do="challenge"))
    response = who.phone.respond(digits, PIN)
    canaries.add("challenge", digits)
    canaries.add("response", response)
    browser.post("/login/wait", do="response", response=who.phone.respond(digits, OTHER_PIN))
    browser.post("/login/wait", do="response", response=response)
    canaries.add("session", browser.cookies["__Host-ww_s"])
    canaries.add("device cookie", browser.cookies["__Host-ww_d"])
    canaries.add("device cookie's name", browser.cookies["__Host-ww_d"].partition(".")[0])
    browser.post("/password", current=f"{CANARY}x", password=WRONG, repeat=WRONG)
    here.later(61)
    login = here.platform()
    made = login.start(who.username, CANARY)
    code = who.phone.code(PIN)
    login.answer("code", code)
    session = login.collect()
    for name, value in (
        ("collector", made.collector),
        ("token", session.token),
        ("device token", session.device_token),
        ("code", code),
    ):
        canaries.add(f"platform's {name}", value)
    login.check(session.token)


def columns(here: Installation) -> Iterator[tuple[str, Any]]:
    """Every text and blob of the database, with its place."""
    with here.built.store.engine.connect() as connection:
        for table in tables.metadata.sorted_tables:
            for row in connection.execute(table.select()).mappings():
                for name, value in row.items():
                    if isinstance(value, str | bytes | memoryview):
                        yield f"{table.name}.{name}", value


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_secret_stands_in_a_log_or_a_table(
    install: Callable[..., Installation], caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    caplog.set_level(logging.DEBUG)
    here = install(kind, log_level="debug")
    canaries = Canaries()
    lives(here, canaries)
    assert len(canaries.found) > 25
    written = [
        (record.name, record.getMessage() + str(record.exc_text or "") + repr(record.args)) for record in caplog.records
    ]
    ours = [(name, text) for name, text in written if not name.startswith(("httpx", "httpcore", "hpack"))]
    found = [
        (name, where)
        for name, form in canaries.forms()
        for where, text in ours
        if form in text.encode()
    ]  # fmt: skip
    assert found == []
    rows = [(where, bytes(value) if not isinstance(value, str) else value.encode()) for where, value in columns(here)]
    assert len(rows) > 100
    assert {(name, where) for name, form in canaries.forms() for where, value in rows if form in value} == set()


def test_the_instrument_finds_what_is_there(install: Callable[..., Installation]) -> None:
    """The same search finds what must be there: a public id, a username, a salted hash."""
    here = install()
    canaries = Canaries()
    who = lives(here, canaries)
    seen = Canaries()
    seen.add("username", who.username)
    seen.add("phone id", who.phone.id)
    seen.add("public key", crypto.unb64u(crypto.public_of(who.phone.wire.state.key)["x"]))
    rows = [bytes(value) if not isinstance(value, str) else value.encode() for _, value in columns(here)]
    for name in seen.found:
        assert any(form in value for found, form in seen.forms() if found == name for value in rows), name


def test_a_stolen_database_file_holds_nothing_readable(install: Callable[..., Installation], tmp_path: Path) -> None:
    """Numbers, addresses, names' details and letters are sealed; the key file is apart (THREATS: database stolen)."""
    here = install()
    who = here.person(phones=0, birth_date="1987-04-23", document_number="TK4418203", addresses=("Nakanoshima 53",))
    phone = here.new_phone()
    contacts = phone.activate_start(who.username, who.password)["contacts"]
    phone.activate_proof_send(contacts[0]["id"])
    proof = here.code_to(who.number, who.mail)
    phone.activate_proof(proof)
    here.later(61)
    phone.activate_send(country="JP", national="9087651234")
    code = here.code_to("+819087651234")
    with sqlite3.connect(tmp_path / "store.sqlite") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("store.sqlite*"))
    for secret in (who.number, who.mail, "1987-04-23", "TK4418203", "Nakanoshima", proof, code, "9087651234"):
        assert secret.encode() not in raw, secret
    assert who.username.encode() in raw


def test_a_secret_moved_to_another_persons_row_opens_nothing(install: Callable[..., Installation]) -> None:
    """Sealing is bound to the row: whoever can write to the database cannot give one person's Key to another."""
    here = install()
    thief, victim = here.person(), here.person()
    mine, theirs = thief.phone.users[0].device, victim.phone.users[0].device
    browser = waiting(here, victim)
    with here.built.store.engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE devices SET secret = (SELECT secret FROM devices WHERE id = '{mine}') WHERE id = '{theirs}'"
        )
    page = browser.post("/login/wait", do="code", code=thief.phone.code(here.pin()))
    assert page.path == "/login/wait" and victim.given not in page.text
    assert go_on(browser).path == "/login/wait"
    with here.built.store.engine.begin() as connection:
        moved = f"UPDATE devices SET user_id = '{victim.id}' WHERE id = '{mine}'"
        connection.exec_driver_sql(moved)
    second = waiting_or_fault(here, victim)
    assert victim.given not in second


def waiting_or_fault(here: Installation, who: Person) -> str:
    """What the login page says when the rows behind it were tampered with."""
    browser = here.browser()
    page = browser.login(who.username, who.password)
    return page.text


def test_faults_tell_a_stranger_nothing(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception's text stays inside; the page says that it is our fault, and what to do."""
    who = here.person()
    passwords: Any = here.built.kit.passwords

    def broken(*_: object) -> bool:
        raise RuntimeError(f"private {CANARY}")

    monkeypatch.setattr(passwords, "verify", broken)
    browser = here.browser()
    page = browser.login(who.username, who.password)
    assert page.status == 500 and "5009" in page.html
    assert not re.search(r"Traceback|RuntimeError|private|\.py", page.html)


def test_the_pages_never_repeat_a_password(here: Installation) -> None:
    who = here.person(password=CANARY)
    browser = here.browser()
    assert CANARY not in browser.login(who.username, CANARY + "x").html
    browser.get("/start")
    assert CANARY not in browser.post("/start", username="x", code="1", password=CANARY, repeat=CANARY + "y").html
