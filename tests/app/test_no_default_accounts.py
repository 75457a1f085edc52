"""A new installation holds nobody: whoever may log in was added by name (ASVS 6.3.2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.operator import Operator


def test_nobody_is_there_until_somebody_is_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    operator = Operator(tmp_path, monkeypatch)
    operator.run("migrate")
    assert operator.users() == []
    operator.run("user", "add", "mtanaka01", "--given-names", "Misaki", "--mail", "misaki@example.org")
    assert operator.users() == ["mtanaka01"]
    assert operator.shown("mtanaka01")["has_password"] is False
