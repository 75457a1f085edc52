"""`watchword user import`: many people from a file, all of them or none, and each bad row named (A04)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.app.operator import Operator
from watchword.app.opening import database_of
from watchword.app.settings import load

HEAD = "username,given_names,family_names,birth_date,mails,numbers,lang,zone"
GOOD = (
    "ahayashi,Aoi,Hayashi,1990-01-02,aoi@example.jp,+819011112222,ja,Asia/Tokyo",
    "bmeyer,Berta,Meyer,,berta@example.ch;b.meyer@example.ch,,en,Europe/Zurich",
)


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Operator:
    """An installation with nobody in it."""
    made = Operator(tmp_path, monkeypatch)
    made.run("migrate")
    return made


def csv(folder: Path, *rows: str, head: str = HEAD) -> str:
    """A CSV file of these rows."""
    path = folder / "people.csv"
    path.write_text("\n".join([head, *rows]) + "\n", "utf-8")
    return str(path)


def jsonl(folder: Path, *rows: object) -> str:
    """A file of JSON Lines."""
    path = folder / "people.jsonl"
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows), "utf-8")
    return str(path)


def test_csv(operator: Operator, tmp_path: Path) -> None:
    assert "Imported 2" in operator.run("user", "import", csv(tmp_path, *GOOD))
    assert operator.users() == ["ahayashi", "bmeyer"]
    shown = operator.shown("bmeyer")
    assert sorted(contact["value"] for contact in shown["contacts"]) == ["b.meyer@example.ch", "berta@example.ch"]
    assert "password_hash" not in shown and shown["has_password"] is False


def test_json_lines(operator: Operator, tmp_path: Path) -> None:
    row = {"username": "csato", "given_names": "千夏", "numbers": ["+819012345678"], "lang": "ja", "zone": "Asia/Tokyo"}
    assert "Imported 1" in operator.run("user", "import", jsonl(tmp_path, row, ""))
    assert operator.shown("CSATO")["details"]["given_names"] == "千夏"


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ("ab,A,B,,a@b.example,,en,UTC", "username"),
        ("a b c,A,B,,a@b.example,,en,UTC", "username"),
        ("cdoe,A,B,1990-13-01,a@b.example,,en,UTC", "birth_date"),
        ("cdoe,A,B,,,,en,UTC", "mails"),
        ("cdoe,A,B,,not a mail,,en,UTC", "mails"),
        ("cdoe,A,B,,,09012345678,en,UTC", "numbers"),
        ("cdoe,A,B,,a@b.example,,fr,UTC", "lang"),
        ("cdoe,A,B,,a@b.example,,en,Atlantis/Poseidonis", "zone"),
        ("AHAYASHI,A,B,,a@b.example,,en,UTC", "line 2"),
        ("cdoe,A,B,,a@b.example,,en", "columns"),
        ("cdoe,A,B,,a@b.example,,en,UTC,more", "columns"),
        (f"cdoe,{'A' * 201},B,,a@b.example,,en,UTC", "given_names"),
    ],
)
def test_one_bad_row_stops_all_and_is_named(operator: Operator, tmp_path: Path, row: str, named: str) -> None:
    said = operator.run("user", "import", csv(tmp_path, *GOOD, row), code=1)
    assert "people.csv:4" in said
    assert named in said
    assert "Nothing was imported" in said
    assert operator.users() == []


def test_every_bad_row_is_named_at_once(operator: Operator, tmp_path: Path) -> None:
    said = operator.run("user", "import", csv(tmp_path, "x,,,,,,,", GOOD[0], "y,,,,,,,"), code=1)
    assert "people.csv:2" in said and "people.csv:4" in said and "people.csv:3" not in said


@pytest.mark.parametrize(
    "row",
    [
        "{",
        "[]",
        '"text"',
        {"username": "cdoe", "mails": ["a@b.example"], "admin": True},
        {"username": 5, "mails": ["a@b.example"]},
        {"username": "cdoe", "mails": {"a": 1}},
        {"username": "cdoe", "mails": ["a@b.example"], "display_name": "a\nb"},
        {"username": "cdoe", "mails": ["a@b.example"], "given_names": "\ud800"},
    ],
)
def test_a_bad_line_of_json_is_named(operator: Operator, tmp_path: Path, row: object) -> None:
    good = {"username": "ahayashi", "mails": ["aoi@example.jp"]}
    assert "people.jsonl:2" in operator.run("user", "import", jsonl(tmp_path, good, row), code=1)
    assert operator.users() == []


def test_somebody_who_exists_stops_all(operator: Operator, tmp_path: Path) -> None:
    operator.run("user", "import", csv(tmp_path, GOOD[0]))
    said = operator.run("user", "import", csv(tmp_path, GOOD[1], GOOD[0].replace("ahayashi", "AHayashi")), code=1)
    assert "exists already" in said
    assert operator.users() == ["ahayashi"]


def test_what_is_no_text_is_refused_in_words(operator: Operator, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_bytes(b"username\n\xff\xfe\n")
    assert "UTF-8" in operator.run("user", "import", str(tmp_path / "people.csv"), code=1)
    (tmp_path / "people.csv").write_text('username,mails\n"unclosed,a@b.example\n', "utf-8")
    assert "people.csv" in operator.run("user", "import", str(tmp_path / "people.csv"), code=1)
    assert operator.run("user", "import", csv(tmp_path), code=1)


def test_one_person_by_hand_and_a_new_code(operator: Operator) -> None:
    operator.run(
        "user", "add", "dito", "--mail", "d@example.org", "--number", "+41791234567", "--zone", "Europe/Zurich"
    )
    assert "exists already" in operator.run("user", "add", "Dito", "--mail", "d@example.org", code=1)
    assert "exists" not in operator.run("user", "add", "e", "--mail", "d@example.org", code=1)
    assert "There is no user nobody-here" in operator.run("user", "invite", "nobody-here", code=1)


def test_an_unknown_user_says_which_database_was_looked_at(operator: Operator) -> None:
    """Beside a running demonstration the settings in force may mean another one."""
    where = f"sqlite:///{operator.folder / 'watchword.db'}"
    assert f"Nobody is on file in the database {where}" in operator.run("user", "list")
    for words in (
        ("show", "nobody"), ("invite", "nobody"), ("message", "nobody", "Hello"), ("correct", "nobody", "--entity", "E1"),
        ("entitlements", "nobody"), ("limits", "nobody", "--default"), ("set-primary", "nobody", "no-other"),
    ):  # fmt: skip
        said = operator.run("user", *words, code=1)
        assert "There is no user nobody" in said and where in said and "WATCHWORD_DATA_DIR" in said, words
    kept = load(database={"url": "postgresql+psycopg://watchword:5ecret@db.example/watchword"})
    assert database_of(kept) == "postgresql+psycopg://watchword:***@db.example/watchword"
    operator.run("user", "invite", "dito", code=1)  # one a minute


def test_before_migrating_every_command_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    operator = Operator(tmp_path, monkeypatch)
    for words in (("user", "list"), ("serve",)):
        assert "watchword migrate" in operator.run(*words, code=1)


def test_paper_accounts_belong_to_live_ones_on_file(operator: Operator, tmp_path: Path) -> None:
    head, row = f"{HEAD},paper_of", "ahayashi,Aoi,Hayashi,1990-01-02,aoi@example.jp,,ja,Asia/Tokyo,"
    path = csv(tmp_path, row, "aoi-paper,,,,,,ja,Asia/Tokyo,ahayashi", head=head)
    assert "Imported 2" in operator.run("user", "import", path)
    assert (operator.shown("aoi-paper")["kind"], operator.shown("ahayashi")["kind"]) == ("paper", "live")
    assert operator.shown("aoi-paper")["details"]["paper_of"] == operator.shown("ahayashi")["id"]
    operator.run("user", "add", "second-paper", "--paper-of", "AHayashi")
    assert operator.shown("second-paper")["contacts"][0]["value"] == "aoi@example.jp"
    assert "no live account" in operator.run("user", "add", "third", "--paper-of", "aoi-paper", code=1)
    assert "paper_of" in operator.run("user", "add", "self-made", "--paper-of", "self-made", code=1)
    assert "no live account" in operator.run(
        "user", "import", csv(tmp_path, "x-paper,,,,,,en,UTC,nobody", head=head), code=1
    )
    assert operator.users() == ["ahayashi", "aoi-paper", "second-paper"]


def test_what_identifies_somebody_comes_in_and_is_put_right(operator: Operator, tmp_path: Path) -> None:
    """P02, P09."""
    row = {"username": "dkim", "mails": ["d@example.org"], "citizenship": "kr", "residence": "JP", "entity": "C-1007"}
    operator.run("user", "import", jsonl(tmp_path, row))
    on_file = operator.shown("dkim")["details"]
    assert (on_file["citizenship"], on_file["residence"], on_file["entity"]) == ("KR", "JP", "C-1007")
    said = operator.run("user", "correct", "dkim", "--document-number", "M1234", "--citizenship", "jp", "--entity", "")
    assert "citizenship, document_number, entity" in said and "M1234" not in said.splitlines()[0]
    on_file = operator.shown("dkim")["details"]
    assert (on_file["citizenship"], on_file["document_number"], on_file["entity"]) == ("JP", "M1234", "")
    operator.run("user", "correct", "dkim", "--citizenship", "Japan", code=1)
    operator.run("user", "correct", "dkim", code=1)
    operator.run("user", "correct", "nobody-here", "--entity", "x", code=1)
