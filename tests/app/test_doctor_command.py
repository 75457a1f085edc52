"""`watchword doctor`: what is wrong with an installation, in words, with what mends it; and the key file's permissions."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from tests.app.operator import Operator
from watchword.app.settings import load
from watchword.app.wiring import build

GOOD, WARN, BAD = "ok", "warning", "wrong"


@pytest.fixture(autouse=True)
def _brief(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watchword.app.doctor.SAMPLE_SECONDS", 0.01)


def verdicts(operator: Operator, topic: str, *, code: int = 0) -> list[str]:
    """The verdicts on one topic."""
    return [finding["verdict"] for finding in operator.doctor(code=code)[topic]]


def test_a_new_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    operator = Operator(tmp_path, monkeypatch)
    assert verdicts(operator, "database") == [WARN]
    assert verdicts(operator, "keys") == [WARN]
    operator.run("migrate")
    operator.run("keys", "show")
    found = operator.doctor()
    assert [finding["verdict"] for finding in found["database"]] == [GOOD]
    assert "backed up" in found["keys"][0]["mend"]
    assert all(finding["mend"] for findings in found.values() for finding in findings if finding["verdict"] != GOOD)


def test_the_key_file_is_made_for_its_owner_alone_and_refused_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = Operator(tmp_path, monkeypatch)
    operator.run("migrate")
    operator.run("keys", "show")
    path = operator.folder / "keys.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for mode in (0o640, 0o604, 0o620, 0o666):
        path.chmod(mode)
        assert verdicts(operator, "keys", code=1) == [BAD]
        assert "chmod 600" in operator.run("serve", code=1)
    path.chmod(0o600)
    path.write_text("{}", "utf-8")
    assert verdicts(operator, "keys", code=1) == [BAD]


@pytest.mark.parametrize(
    ("setting", "value", "topic", "code"),
    [
        ("TRUSTED_PROXIES", '["nonsense"]', "proxies", 1),
        ("TRUSTED_PROXIES", '["10.0.0.0/8"]', "proxies", 0),
        ("SMS__PROVIDER", "none", "sms", 1),
        ("MAIL__PROVIDER", "none", "mail", 1),
        ("BRAND__ACCENT", "teal", "brand", 1),
        ("GEO__CITY_DB", "nowhere.mmdb", "geo", 1),
        ("REDIS__URL", "redis://127.0.0.1:1/0", "events", 1),
        ("DATABASE__URL", "postgresql://nobody@127.0.0.1:1/none", "database", 1),
        ("ENVIRONMENT", "production", "settings", 1),
        ("KEY__URL", "http://portal.watchword.localhost:8400", "settings", 1),
        ("WORKERS", "2", "settings", 1),
    ],
)
def test_a_fault_is_named_with_what_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, topic: str, code: int
) -> None:
    operator = Operator(tmp_path, monkeypatch)
    operator.run("migrate")
    monkeypatch.setenv(f"WATCHWORD_{setting}", value)
    worst = operator.doctor(code=code)[topic]
    assert any(finding["verdict"] == (BAD if code else WARN) and finding["mend"] for finding in worst)


def test_cheap_hashes_are_refused_in_production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    operator = Operator(tmp_path, monkeypatch, WATCHWORD_ENVIRONMENT="production")
    operator.run("migrate")
    assert "hash.memory_kib" in operator.run("serve", code=1)
    monkeypatch.setenv("WATCHWORD_HASH__MEMORY_KIB", "19456")
    assert "hash.passes" in operator.run("serve", code=1)


def test_plain_http_is_refused_in_production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    operator = Operator(tmp_path, monkeypatch, WATCHWORD_ENVIRONMENT="production", WATCHWORD_HASH__MEMORY_KIB="19456")
    monkeypatch.setenv("WATCHWORD_HASH__PASSES", "2")
    monkeypatch.setenv("WATCHWORD_PORTAL__URL", "http://login.example.com")
    operator.run("migrate")
    assert "https://" in operator.run("serve", code=1)


def test_an_unknown_setting_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    operator = Operator(tmp_path, monkeypatch, WATCHWORD_HASH__MEMORY="5")
    assert "docs/settings.md" in operator.run("doctor", code=2)


def test_keys_rotate_and_phones_can_follow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    operator = Operator(tmp_path, monkeypatch)
    before = operator.run("keys", "show").split()
    operator.run("keys", "rotate")
    after = operator.run("keys", "show").split()
    assert after[after.index("current") + 1] == before[before.index("next") + 1]
    assert stat.S_IMODE((operator.folder / "keys.json").stat().st_mode) == 0o600


def test_the_sealed_log_and_its_heads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No place for heads is a warning; a row that nobody seals and a place that fails are wrong."""
    operator = Operator(tmp_path, monkeypatch)
    operator.run("migrate")
    operator.run("keys", "show")
    assert verdicts(operator, "log") == [GOOD, WARN]
    place = tmp_path / "none" / "heads.txt"
    monkeypatch.setenv("WATCHWORD_AUDIT__HEADS_FILE", str(place))
    assert verdicts(operator, "log") == [GOOD]
    operator.run("user", "add", "someone", "--mail", "someone@example.org")
    path = operator.folder / "watchword.db"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE audit SET at = at - 3600")
    assert verdicts(operator, "log", code=1) == [BAD]
    built = build(load(data_dir=operator.folder, environment="test"))
    while built.sealing.seal():
        pass
    built.sealing.heads()
    assert verdicts(operator, "log", code=1) == [GOOD, BAD]
    place.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE audit_places SET due = 0")
    built.sealing.heads()
    built.close()
    assert verdicts(operator, "log") == [GOOD, GOOD]
    assert place.read_text().count("\n— ") == 2
