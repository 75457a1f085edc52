"""A wrong setting is told in our words: which one, where it comes from, what was found, what is allowed; and no secret with it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.app.operator import Operator
from tests.support.tree import SRC
from watchword.app import setting_faults
from watchword.app.cli import app
from watchword.app.environment import OTHER_VARIABLES
from watchword.app.settings import Settings

SECRET = "hunter2-hunter2"
THEIRS = re.compile(
    r"Input should|Extra inputs|Field required|Value error|pydantic|valid (integer|string|boolean|list)"
)
FAULTS = {
    "POLICY=strickt": 'setting policy (from WATCHWORD_POLICY): found "strickt"; allowed: one of broker, strict',
    "WORKERS=0": 'setting workers (from WATCHWORD_WORKERS): found "0"; allowed: a whole number, at least 1 and at most 64',
    "HASH__PASSES=none": 'setting hash.passes (from WATCHWORD_HASH__PASSES): found "none"; allowed: a whole number, at least 1',
    "HASH__PATIENCE=99": 'found "99"; allowed: a number, above 0 and at most 60',
    "PASSKEYS__RELATED=perhaps": 'found "perhaps"; allowed: true or false',
    "BRAND__NAME=": 'setting brand.name (from WATCHWORD_BRAND__NAME): found ""; allowed: text, at least 1 and at most 40 characters',
    'LIMITS__KEY=[1,"x",3]': 'setting limits.key (from WATCHWORD_LIMITS__KEY): found [1, "x", 3]; allowed: two whole numbers',
    "LIMITS__KEY=[9,1]": "found [9, 1]; allowed: two amounts, a day's first: neither below 0",
    "LIMITS__CALENDAR=X": 'setting limits.calendar (from WATCHWORD_LIMITS__CALENDAR): found "X"; allowed: one of ',
    'LIMITS__OPTED_OUT_RESTRICTIONS=["all"]': 'found "all"; allowed: a list of otc_trading, withdrawals',
    'CLIENTS={"portal": {"name": "x"}}': "setting clients (from WATCHWORD_CLIENTS): the id `portal` is taken",
    "CLIENTS__X__IDLE_MINUTES=5": "setting clients.x.name: nothing was found; it must be set to text",
    "PASSKEYS__MDS_FILE=x": "setting passkeys: mds_file needs mds_root_file",
    "TRUSTED_PROXIES=10.0.0.1": 'setting trusted_proxies (from WATCHWORD_TRUSTED_PROXIES): found "10.0.0.1", which is no JSON; allowed: a list of texts',
    "SMS__SUCCESS_STATUS=abc": "allowed: a list of whole numbers, such as [200, 201], written as JSON",
    "HASH__PASES=3": "setting hash.pases (from WATCHWORD_HASH__PASES): there is no such setting; did you mean hash.passes?",
    f"MAIL__PASWORD={SECRET}": "setting mail.pasword (from WATCHWORD_MAIL__PASWORD): there is no such setting; did you mean mail.password?",
    f"SMS__PARAMS={SECRET}": "setting sms.params (from WATCHWORD_SMS__PARAMS): what was found is no JSON; allowed: a table of names and values",
    f"SMS={SECRET}": "setting sms (from WATCHWORD_SMS): what was found is no JSON; allowed: a table of settings, written as JSON",
    f'DATABASE={{"url": ["{SECRET}"]}}': "setting database.url (from WATCHWORD_DATABASE): allowed: text",
    f"AUDIT__HEADS_URL=http://x:{SECRET}@y": "setting audit.heads_url (from WATCHWORD_AUDIT__HEADS_URL): allowed: an https:// address",
}  # fmt: skip


def told(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    for name in [name for name in os.environ if name.startswith("WATCHWORD_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(f"WATCHWORD_{name}", value)
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 2, result.output
    return result.stderr


@pytest.mark.parametrize("given", FAULTS)
def test_a_wrong_setting_is_told_in_our_words(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    name, _, value = given.partition("=")
    said = told(monkeypatch, **{name: value})
    assert FAULTS[given] in said
    assert SECRET not in said and not THEIRS.search(said), said
    assert "docs/settings.md" in said


def test_every_fault_of_a_file_is_told_with_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(
        'workrs = 2\n[listen]\nport = "x"\n[clients.a]\nname = "A"\nidle_min = 1\n[portl]\nurl = "y"\n', "utf-8"
    )
    said = told(monkeypatch, CONFIG=str(file))
    assert f"setting workrs (from {file}): there is no such setting; did you mean workers?" in said
    assert (
        f'setting listen.port (from {file}): found "x"; allowed: a whole number, at least 0 and at most 65535' in said
    )
    assert "setting clients.a.idle" in said and "did you mean clients.a.idle_minutes?" in said
    assert "did you mean portal?" in said and not THEIRS.search(said)


def test_of_settings_that_go_against_each_other_each_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    said = told(monkeypatch, POLICY="strict", SESSION__LIFE_HOURS="25")
    assert "session.life_hours: 24 hours at most" in said and not THEIRS.search(said)


def test_no_field_that_may_hold_a_secret_is_repeated() -> None:
    secret = re.compile(r"(password|token|params|headers|secret)$|^(database|redis|sms)\.url$|heads_url$")
    for path in setting_faults.names(Settings):
        info, exact = setting_faults.place_of(Settings, path.split("."))
        assert exact and info is not None
        assert not info.repr or not secret.search(path) or path == "passkeys", path


def test_the_doctor_names_variables_that_do_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    operator = Operator(tmp_path, monkeypatch)
    monkeypatch.setenv("WATCHWORD_HASH_PASSES", "3")
    monkeypatch.setenv("WATCHWORD_QQQQQQ", "1")
    monkeypatch.setenv("watchword_workers", "1")
    monkeypatch.setenv("WATCHWORD_PASSWORD", "x")
    monkeypatch.setattr("watchword.app.doctor.SAMPLE_SECONDS", 0.01)
    warned = {
        one["text"].split()[0]: one["mend"] for one in operator.doctor()["settings"] if one["verdict"] == "warning"
    }
    assert warned["WATCHWORD_HASH_PASSES"] == "did you mean WATCHWORD_HASH__PASSES?"
    assert "docs/settings.md" in warned["WATCHWORD_QQQQQQ"]
    assert "watchword_workers" not in warned and "WATCHWORD_PASSWORD" not in warned


def test_every_variable_of_a_command_is_known() -> None:
    named = {
        name
        for folder in ("watchword", "watchword_client")
        for path in (SRC / folder).rglob("*.py")
        for name in re.findall(r'"(WATCHWORD_[A-Z_]+[A-Z])"', path.read_text("utf-8"))
    }
    assert set(OTHER_VARIABLES) <= named
    assert list(setting_faults.unknown(dict.fromkeys(named, ""))) == []
