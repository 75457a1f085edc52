"""The operator's list of makers at start and in `watchword doctor`."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.operator import Operator
from tests.support.makers import Authority, Publisher, entry
from watchword.app.settings import PasskeySettings

MODEL, TYPO = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
DAY = 24 * 60 * 60


class Files:
    """An operator with a list of makers, in the time of the machine: commands have no other."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.blob = folder / "blob.jwt"
        self.publisher = Publisher(int(time.time()))
        self.entries = [entry(MODEL, "Example Key 5", Authority("Example Keys Root"))]
        (folder / "root.pem").write_bytes(self.publisher.root.pem)
        paths = {
            "MDS_FILE": str(self.blob),
            "MDS_ROOT_FILE": str(folder / "root.pem"),
            "ALLOW": f'["{MODEL}", "{TYPO}"]',
        }
        self.operator = Operator(
            folder, patch, **{f"WATCHWORD_PASSKEYS__{name}": value for name, value in paths.items()}
        )
        patch.setattr("watchword.app.doctor.SAMPLE_SECONDS", 0.01)
        self.operator.run("migrate")

    def said(self, blob: bytes, *, code: int = 0) -> list[tuple[str, str]]:
        """What doctor says of this file."""
        self.blob.write_bytes(blob)
        found = self.operator.doctor(code=code)["passkeys"]
        assert all(one["mend"] for one in found if one["verdict"] != "ok")
        return [(one["verdict"], one["text"]) for one in found]


def test_doctor_tells_what_the_list_holds_and_when_it_is_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = Files(tmp_path, monkeypatch)
    publisher, entries = files.publisher, files.entries
    good, missing = files.said(publisher.blob(entries))
    assert good[0] == "ok" and "number 7" in good[1] and "models: 1" in good[1] and "next update" in good[1]
    assert missing[0] == "warning" and TYPO in missing[1] and MODEL not in missing[1]
    late, soon, _ = files.said(publisher.blob(entries, update=-5 * DAY, ends=9 * DAY))
    assert late[0] == "warning" and "has passed" in late[1]
    assert soon[0] == "warning" and "does not start" in soon[1]


@pytest.mark.parametrize(
    ("spoil", "cause"),
    [
        (lambda files: files.publisher.blob(files.entries, ends=-DAY), "holds from"),
        (lambda files: files.publisher.blob(files.entries)[:-9], "altered or cut off"),
    ],
)
def test_one_that_cannot_be_trusted_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Files], bytes], cause: str
) -> None:
    files = Files(tmp_path, monkeypatch)
    [(verdict, text)] = files.said(spoil(files), code=1)
    assert verdict == "wrong" and cause in text
    stopped = files.operator.run("serve", code=1)
    assert "passkeys.mds_file" in stopped and cause in stopped
    files.blob.unlink()
    assert "cannot be read" in files.operator.run("serve", code=1)


@pytest.mark.parametrize("wrong", [{"mds_file": "blob.jwt"}, {"allow": [MODEL]}, {"allow": ["a key"]}])
def test_settings_that_do_not_fit_together(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="needs|AAGUIDs"):
        PasskeySettings(**wrong)
