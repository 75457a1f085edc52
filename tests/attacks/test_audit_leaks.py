"""No secret in the audit, wherever it can be read (canary test): a whole walk of people and staff, then rows, openings, lines, exports."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.attacks.test_leaks import CANARY, Canaries, columns, lives
from tests.support.console import Seat, found, signed_in
from tests.support.installation import Installation, Person
from tests.support.recovering import NEW, begin, by_code, new_password
from tests.support.staff import WORDS, Member, at_shell
from watchword.app.cli import app
from watchword.app.staff.desk import Opening

STAFF = "Canary-Minami-27!"


def staff_walk(here: Installation, folder: Path, who: Person, canaries: Canaries) -> Seat:
    """Staff look the person up, interview, reset, end a phone, and an auditor reads all of it."""
    agent = at_shell(here, folder, "client_services")
    officer = at_shell(here, folder, "compliance")
    canaries.add("staff's session", _session(agent))
    agent.do("find", who.username)
    agent.do("show", who.username)
    answers = ("1987-04-23", "TK4418203", "541-0041", "2026-01-01", "")
    canaries.add("interview answer", "TK4418203")
    agent.run("interview", who.username, typed=answers)
    request = agent.all("request", "networks", who.username, *WORDS, "--networks", "203.0.113.0/24")
    officer.run("approve", str(request[-1].get("id", "")), "--checked", "called back")
    agent.run("unlock", who.username)
    agent.run("lost-phone", who.username)
    seat = signed_in(here, "auditor")
    canaries.add("console's session", seat.browser.cookies["__Host-ww_s"])
    canaries.add("console's csrf", seat.browser.cookies["__Host-ww_c"])
    found(seat, who.username)
    seat.get("/audit")
    seat.post("/audit", person=who.username)
    seat.get("/audit/log")
    return seat


def _session(member: Member) -> str:
    kept = json.loads((member.folder / "watchword" / "staff.json").read_text())
    stack, texts = [kept], []
    while stack:
        one = stack.pop()
        stack += list(one.values()) if isinstance(one, dict) else []
        texts += [one] if isinstance(one, str) else []
    return max(texts, key=len)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_secret_is_in_the_audit(
    install: Callable[..., Installation], caplog: pytest.LogCaptureFixture, tmp_path: Path, kind: str
) -> None:
    caplog.set_level(logging.DEBUG)
    here = install(kind, log_level="debug", audit={"heads_file": str(tmp_path / "heads.txt"), "heads_token": CANARY})
    canaries = Canaries()
    who = lives(here, canaries)
    recovered(here, canaries)
    seat = staff_walk(here, tmp_path, who, canaries)
    while here.built.sealing.seal():
        pass
    here.built.sealing.heads()
    taken = exports(here, tmp_path)
    assert len(canaries.found) > 30
    places = {
        "rows": [_bytes(value) for where, value in columns(here) if where.startswith("audit")],
        "log": [f"{one.getMessage()}{one.exc_text or ''}{one.args!r}".encode() for one in caplog.records if not one.name.startswith(("http", "hpack"))],
        "exports": [path.read_bytes() for path in taken],
        "pages": [seat.get(path).html.encode() for path in ("/audit", "/audit/log", "/audit/export?form=jsonl&personal=1")],
        "heads": [(tmp_path / "heads.txt").read_bytes()],
    }  # fmt: skip
    assert all(places.values()) and len(places["rows"]) > 200
    leaks = {
        (name, place) for name, form in canaries.forms() for place, texts in places.items() for text in texts if form in text
    }  # fmt: skip
    assert leaks == set()


def exports(here: Installation, folder: Path) -> list[Path]:
    """Everything, in both forms, with all that is personal; and a proof of a row."""
    opening = Opening(lambda: nullcontext(here.built))
    made = []
    for words in (("export", "--personal", "--format", "csv"), ("export", "--personal"), ("proof", "3", "--personal")):
        made.append(folder / f"taken-{len(made)}")
        result = CliRunner().invoke(app, ["audit", *words, "--output", str(made[-1])], obj=opening)
        assert result.exit_code == 0, result.output
    return made


def recovered(here: Installation, canaries: Canaries) -> None:
    """Somebody forgets the password, mistypes a code, proves the account by two and chooses another password."""
    who = here.person(password=STAFF)
    canaries.add("forgotten password", STAFF)
    browser = begin(here, who.username)
    canaries.add("recovery cookie", browser.cookies["__Host-ww_r"])
    for kind in ("sms", "mail"):
        by_code(here, who, browser, kind)
        canaries.add(f"recovery code by {kind}", here.code_to(who.number if kind == "sms" else who.mail))
    new_password(browser)
    canaries.add("new password", NEW)


def _bytes(value: object) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)  # type: ignore[call-overload,no-any-return]
