"""The audit from the outside: a real installation's log is verified, searched, exported, proven and partly erased by the commands."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from tests.support.installation import Installation, Person
from tests.support.staff import Member, at_shell
from tests.support.steps import waiting
from watchword.app.cli import app
from watchword.app.staff.desk import Opening
from watchword.core.sessions import Session
from watchword.flows import audit_log
from watchword.flows.ports import AuditRow
from watchword.flows.staff import access


@pytest.fixture(params=["sqlite", "postgresql"])
def own(install: Callable[..., Installation], request: pytest.FixtureRequest) -> Installation:
    """An installation of this test's own, with a person who logged in and mistyped."""
    here = install(request.param)
    who = here.person()
    browser = waiting(here, who)
    browser.post("/login/wait", do="code", code=who.phone.code(here.pin()))
    here.browser().login(who.username, "Wrong-2026!")
    here.persons = [who]  # type: ignore[attr-defined]
    return here


def person(here: Installation) -> Person:
    who: Person = here.persons[0]  # type: ignore[attr-defined]
    return who


def audit(here: Installation, *words: str, code: int = 0, lang: str = "en") -> Result:
    opening = Opening(lambda: nullcontext(here.built))
    result = CliRunner().invoke(app, ["audit", *words], obj=opening, env={"WATCHWORD_LANG": lang})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, f"{words}: {result.exit_code}\n{result.output}"
    return result


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]


def sealed(here: Installation) -> None:
    while here.built.sealing.seal():
        pass


def rows(here: Installation, *words: str) -> list[dict[str, Any]]:
    return lines(audit(here, "search", "--json", "--limit", "500", *words))


def sql(here: Installation, *statements: str) -> None:
    with here.built.store.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_verify_in_words_and_for_programs(own: Installation, tmp_path: Path) -> None:
    sealed(own)
    said = audit(own, "verify").stdout
    assert "As it was sealed." in said and "No head from outside was given" in said
    kept = tmp_path / "kept.txt"
    kept.write_text(audit(own, "head").stdout)
    said = audit(own, "verify", "--head", str(kept)).stdout
    assert "1 heads kept outside fit" in said and "No head from outside" not in said
    sql(own, "UPDATE audit SET tag = 'a.b.c' WHERE id = 2")
    bad = audit(own, "verify", "--head", str(kept), code=1).stdout
    assert "Row 2 (position 1): changed since it was sealed." in bad
    told = lines(audit(own, "verify", "--json", code=1))
    assert told[0] == {"fault": "row.changed", "audit_id": 2, "position": 1, "first": 0, "end": 0, "name": ""}
    assert told[-1]["ok"] is False and told[-1]["faults"] == 1 and told[-1]["rows_per_s"] > 0
    assert "変更されています" in audit(own, "verify", code=1, lang="ja").stdout
    assert [row["fields"]["faults"] for row in rows(own, "--tag", "audit.log.verified")] == [1, 1, 1, 0, 0]


def test_a_head_that_cannot_be_used_concludes_nothing(own: Installation, tmp_path: Path) -> None:
    sealed(own)
    kept = tmp_path / "kept.txt"
    note = audit(own, "head").stdout
    origin, size, rest = note.split("\n", 2)
    for written in ("", "nonsense\n", f"{origin}\n{int(size) + 1}\n{rest}", f"x{note}", note[:-9]):
        kept.write_text(written)
        audit(own, "verify", "--head", str(kept), code=2)
    kept.write_text(note)
    audit(own, "verify", "--head", str(kept), "--key", "nonsense", code=2)
    other = "x.example/audit+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    audit(own, "verify", "--head", str(kept), "--key", other, code=2)


def test_search_finds_by_everything_and_pages(own: Installation) -> None:
    who = person(own)
    refused = rows(own, "--tag", "login", "--outcome", "refused")
    assert [row["tag"] for row in refused] == ["login.password.refused"]
    assert {row["user"] for row in rows(own, "--person", who.username, "--tag", "login")} == {who.id}
    looks = rows(own, "--person", who.username, "--tag", "audit")
    assert [(row["tag"], row["user"], row["subject"]) for row in looks] == [("audit.log.searched", "", who.id)]
    assert rows(own, "--words", "PASSWORD.WRONG 127.0.0.1")[0]["tag"] == "login.password.refused"
    attempt = next(row for row in rows(own) if row["tag"] == "login.attempt.opened")
    assert {row["subject"] for row in rows(own, "--subject", attempt["subject"])} == {attempt["subject"]}
    now = own.clock.now()
    assert rows(own, "--since", str(now + 1)) == []
    assert rows(own, "--until", str(now - 10**6)) == []
    whole = [row["id"] for row in rows(own, "--tag", "login")]
    paged: list[int] = []
    after: tuple[str, ...] = ()
    while True:
        result = audit(own, "search", "--json", "--limit", "2", "--tag", "login", *after)
        paged += [row["id"] for row in lines(result)]
        if "More: --after " not in result.stderr:
            break
        after = ("--after", result.stderr.rpartition("--after ")[2].strip())
    assert paged == whole
    assert all("personal" not in row for row in rows(own))
    assert rows(own, "--outcome", "refused", "--tag", "login", "--personal")[0]["personal"]["address"] == "127.0.0.1"


@pytest.mark.parametrize(
    "words",
    [("--tag", "x" * 10_000), ("--words", "a " * 9), ("--words", "y" * 10_000), ("--since", "yesterday"), ("--after", "nonsense"), ("--tag", "Nonsense!"),
     ("--person", "nobody-here"), ("--outcome", "a.b")],
)  # fmt: skip
def test_what_cannot_be_meant_is_named(here: Installation, words: tuple[str, ...]) -> None:
    result = audit(here, "search", *words, code=2)
    assert words[0] in result.stderr or words[1] in result.stderr


def test_exports_and_spreadsheets(own: Installation, tmp_path: Path) -> None:
    for typed in ("=cmd|' /C calc'!A0", "+1", "-1", "@x", "\tx", "＝1", ' "quoted", and\nbroken'):
        own.note = AuditRow("a.b.c", "", typed)  # type: ignore[attr-defined]
        with own.built.store.write() as tx:
            tx.audit.write(AuditRow("a.b.c", "", typed), own.clock.now())
    path = tmp_path / "rows.csv"
    audit(own, "export", "--format", "csv", "--output", str(path), "--tag", "a.b.c")
    found = list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))
    assert found[0][:5] == ["id", "at", "tag", "user", "subject"]
    subjects = [row[4] for row in found[1:]]
    assert len(subjects) == 7
    assert not [one for one in subjects if one.lstrip().startswith(("=", "+", "-", "@", "\t", "＝"))]
    assert path.stat().st_mode & 0o777 == 0o600
    audit(own, "export", "--output", str(path), code=2)
    whole = lines(audit(own, "export", "--personal"))
    assert len(whole) == len({row["id"] for row in whole}) > 10
    assert [row["id"] for row in whole] == sorted((row["id"] for row in whole), reverse=True)


def test_a_row_is_proven_to_somebody_without_the_database(own: Installation, tmp_path: Path) -> None:
    sealed(own)
    key, row = audit(own, "key").stdout.splitlines()[0], rows(own, "--outcome", "refused")[0]
    path = tmp_path / "proof.json"
    audit(own, "proof", str(row["id"]), "--personal", "--output", str(path))
    assert "It holds" in audit(own, "check-proof", str(path), "--key", key).stdout
    audit(own, "check-proof", str(path), code=2)
    document = json.loads(path.read_text())
    document["personal"]["address"][1] = "127.0.0.2"
    path.write_text(json.dumps(document))
    assert "is not the one that it commits to" in audit(own, "check-proof", str(path), "--key", key, code=1).stdout
    path.write_text("nonsense")
    audit(own, "check-proof", str(path), "--key", key, code=2)
    assert "7501" not in audit(own, "proof", "99999", code=1).stdout


def test_an_old_head_is_shown_to_be_continued(own: Installation, tmp_path: Path) -> None:
    sealed(own)
    old, proof = tmp_path / "old.txt", tmp_path / "proof.json"
    old.write_text(audit(own, "head").stdout)
    sealed(own)
    proof.write_text(audit(own, "head", "--since", str(old)).stdout)
    key = audit(own, "key").stdout.strip()
    assert "continues the one of" in audit(own, "check-proof", str(proof), "--key", key).stdout


def test_a_new_key_is_in_the_log_and_signs_beside_the_old(own: Installation) -> None:
    sealed(own)
    before = audit(own, "key").stdout.strip()
    new = audit(own, "rotate-key").stdout.strip()
    assert new != before
    assert rows(own, "--tag", "audit.key.rotated")[0]["fields"]["key"] == new


def test_erasing_leaves_the_log_as_it_verifies(own: Installation, tmp_path: Path) -> None:
    who, other = person(own), own.person()
    own.browser().login(other.username, "Wrong-2026!")
    sealed(own)
    kept = tmp_path / "kept.txt"
    kept.write_text(audit(own, "head").stdout)
    audit(own, "erase", who.username, "--reason", "request 114", code=2)
    with own.built.store.write() as tx:
        tx.users.set_state(who.id, "suspended")
    done = lines(audit(own, "erase", who.username, "--reason", "request 114", "--json"))[0]
    assert done["rows"] > 2 and done["left"] == 0
    sealed(own)
    said = audit(own, "verify", "--head", str(kept)).stdout
    assert "without their personal values, as erasures on record say" in said
    mine, others = (
        rows(own, "--person", who.username, "--personal"),
        rows(own, "--person", other.username, "--personal"),
    )
    assert all(not row["personal"] for row in mine)
    assert all(row["erased"] for row in mine if row["tag"] == "login.password.refused")
    assert any(row["personal"] for row in others)
    sql(own, f"DELETE FROM audit_personal WHERE audit_id = {others[0]['id']}")
    assert "no erasure is on record" in audit(own, "verify", code=1).stdout


def test_erasing_what_is_old_of_somebody_with_an_open_account(own: Installation) -> None:
    who = person(own)
    own.later(3600)
    own.browser().login(who.username, "Wrong-2026!")
    audit(own, "erase", who.username, "--reason", "retention", "--before", str(own.clock.now()))
    found = rows(own, "--person", who.username, "--personal", "--tag", "login")
    assert [bool(row["personal"]) for row in found[:2]] == [True, False]
    sealed(own)
    audit(own, "verify")
    audit(own, "erase", "0" * 26, "--reason", "nobody", code=2)


def test_every_use_is_written_down(own: Installation, tmp_path: Path) -> None:
    sealed(own)
    row = rows(own, "--words", "geheim")
    assert row == []
    audit(own, "export")
    audit(own, "proof", "1")
    audit(own, "head")
    found = rows(own, "--tag", "audit", "--personal")
    assert {"audit.log.searched", "audit.log.exported", "audit.proof.made", "audit.head.shown"} <= {
        one["tag"] for one in found
    }
    assert any(one["personal"].get("words") == "geheim" for one in found)
    assert not any("geheim" in json.dumps(one["fields"]) for one in found)


# The console's side


def member(here: Installation, folder: Path, *roles: str) -> tuple[Member, Session]:
    made = at_shell(here, folder, *roles)
    kept = json.loads((made.folder / "watchword" / "staff.json").read_text())
    session = access.current(here.built.kit, _session_of(kept))
    assert isinstance(session, Session)
    return made, session


def _session_of(kept: Any) -> str:
    if isinstance(kept, dict):
        if isinstance(kept.get("session"), str):
            return str(kept["session"])
        return next((found for value in kept.values() if (found := _session_of(value))), "")
    return ""


def test_auditor_and_compliance_read_and_nobody_else(here: Installation, tmp_path: Path) -> None:
    kit = here.built.kit
    for roles, allowed in (
        (("auditor",), True),
        (("compliance",), True),
        (("client_services",), False),
        (("administrator",), False),
    ):
        made, session = member(here, tmp_path, *roles)
        asked = [
            audit_log.search(kit, session, {}), audit_log.export(kit, session, {}, "", "csv", personal=False), audit_log.row(kit, session, "1"),
            audit_log.log(kit, session),
        ]  # fmt: skip
        refused = [one.kind.number for one in asked if hasattr(one, "kind")]
        assert refused == ([] if allowed else [7203] * 4), roles
        mine = [row["tag"] for row in rows(here, "--person", made.username)]
        if allowed:
            assert {"staff.audit.searched", "staff.audit.exported", "staff.audit.shown", "staff.log.shown"} <= set(mine)
        else:
            assert mine.count("staff.action.refused") == 4


def test_the_console_finds_shows_and_proves(here: Installation, tmp_path: Path) -> None:
    kit, who = here.built.kit, here.person()
    here.browser().login(who.username, "Wrong-2026!")
    sealed(here)
    _, session = member(here, tmp_path, "auditor")
    found = audit_log.search(kit, session, {"person": who.username, "outcome": "refused"})
    assert isinstance(found, audit_log.Searched)
    (row,) = found.page.rows
    assert found.names == {who.id: who.username}
    shown = audit_log.row(kit, session, str(row.row.id))
    assert isinstance(shown, audit_log.One) and isinstance(shown.proof, dict)
    log = audit_log.log(kit, session)
    assert isinstance(log, audit_log.Log) and log.size > 0


@pytest.mark.parametrize(
    ("given", "number"),
    [({"words": "x" * 10_000}, 7502), ({"tag": "!"}, 7502), ({"since": "x"}, 7502), ({"person": "y" * 10_000}, 7502), ({"person": "nobody-x"}, 7205)],
)  # fmt: skip
def test_strange_searches_at_the_console(
    here: Installation, tmp_path: Path, given: dict[str, str], number: int
) -> None:
    _, session = member(here, tmp_path, "auditor")
    refused: Any = audit_log.search(here.built.kit, session, given)
    assert refused.kind.number == number
    for strange in ("", "x", "-1", "9" * 40, "1.5", "1e3", "²"):
        refused = audit_log.row(here.built.kit, session, strange)
        assert refused.kind.number == 7501
