"""`watchword user entitlements`, `watchword user limits`, `watchword what-if` (R01, R02)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.app.operator import Operator
from tests.app.test_user_import import GOOD, csv


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Operator:
    """An installation with two people."""
    made = Operator(tmp_path, monkeypatch)
    made.run("migrate")
    made.run("user", "import", csv(tmp_path, *GOOD))
    return made


def entitled(operator: Operator, username: str) -> dict[str, object]:
    said = operator.run("user", "entitlements", username, "--json").splitlines()
    found: dict[str, object] = json.loads(next(line for line in said if line[:1] == "{"))
    return found


def test_limits_of_one_account(operator: Operator) -> None:
    assert entitled(operator, "bmeyer")["because"] == ["no_device"]
    said = operator.run("user", "limits", "bmeyer", "--day", "2000000", "--five-days", "8000000")
    assert "bmeyer has USD 2,000,000 a day, 8,000,000 in five business days from now on." in said
    found = entitled(operator, "bmeyer")
    assert (found["because"], found["limits"]["day"]) == (["own"], 200_000_000)  # type: ignore[index]
    assert "because     own" in operator.run("user", "entitlements", "bmeyer")
    operator.run("user", "limits", "bmeyer", "--default")
    assert entitled(operator, "bmeyer")["because"] == ["no_device"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("user", "limits", "bmeyer"), 2, "Name --day and --five-days, or --default."),
        (("user", "limits", "bmeyer", "--day", "1"), 2, "Name --day and --five-days, or --default."),
        (("user", "limits", "bmeyer", "--day", "1", "--five-days", "1", "--default"), 2, "or --default."),
        (("user", "limits", "bmeyer", "--day", "2", "--five-days", "1"), 2, "cannot be above"),
        (("user", "limits", "bmeyer", "--day", "-1", "--five-days", "1"), 2, "--day"),
        (("user", "limits", "nobody", "--default"), 1, "There is no user nobody in the database sqlite:///"),
        (("user", "entitlements", "nobody"), 1, "There is no user nobody in the database sqlite:///"),
    ],
)
def test_what_is_refused(operator: Operator, words: tuple[str, ...], code: int, said: str) -> None:
    assert said in operator.run(*words, code=code)
    assert entitled(operator, "bmeyer")["because"] == ["no_device"]


def test_what_if_names_who_would_change_and_changes_nobody(operator: Operator, tmp_path: Path) -> None:
    operator.run("user", "limits", "bmeyer", "--day", "7", "--five-days", "7")
    file = tmp_path / "policy.toml"
    file.write_text("[limits]\nno_device = [10_000, 20_000]\n")
    said = operator.run("what-if", str(file))
    assert "ahayashi: USD 50,000 a day, 100,000 in five business days → USD 10,000 a day, 20,000" in said
    assert "1 of 2 accounts would change." in said, "whoever has limits of his own keeps them"
    rows = [json.loads(line) for line in operator.run("what-if", str(file), "--json").splitlines() if line[:1] == "{"]
    assert [row.get("username", "") for row in rows] == ["ahayashi", ""]
    assert rows[-1] == {"looked_at": 2, "changed": 1}
    assert "The first 0 are shown" in operator.run("what-if", str(file), "--show", "0")
    assert entitled(operator, "ahayashi")["limits"]["day"] == 5_000_000  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[limits", "is no TOML"),
        ("[other]\n", "has no [limits] table"),
        ("[limits]\nkey = [5, 4]\n", "not above that of five days"),
        ("[limits]\nkeys = [5, 6]\n", "keys"),
        ("limits = 3\n", "policy.toml"),
    ],
)
def test_a_policy_file_with_a_fault_is_named(operator: Operator, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(text)
    assert said in operator.run("what-if", str(file), code=1)
