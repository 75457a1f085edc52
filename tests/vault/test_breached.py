"""The list of breached passwords: what is imported is found, what is not is not, and nothing half done (docs/adr/0016)."""

from __future__ import annotations

import gzip
import hashlib
import random
from pathlib import Path

import pytest

from watchword.vault import breached
from watchword.vault.breached import BreachedPasswords, ListFault
from watchword.vault.common import CommonPasswords


def digest(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def lines(passwords: list[str], *, counts: bool = True) -> str:
    return "".join(f"{one}:{7 if counts else ''}\n" if counts else f"{one}\n" for one in sorted(map(digest, passwords)))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "breached.bin"


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("packed", [True, False])
def test_what_is_in_the_list_is_found_and_nothing_else(
    tmp_path: Path, target: Path, counts: bool, packed: bool
) -> None:
    known = [f"password {n}" for n in range(3000)]
    text = lines(known, counts=counts).replace("\n", "\r\n").encode()
    source = tmp_path / "list"
    source.write_bytes(gzip.compress(text) if packed else text)
    kept = breached.write(source, target)
    found = BreachedPasswords(target)
    assert (kept.entries, kept.size) == (3000, target.stat().st_size) == (found.entries, found.size)
    assert all(one in found for one in known)
    assert not [n for n in range(3000) if f"other {n}" in found]


def test_the_first_and_the_last_digest_and_doubled_lines(tmp_path: Path, target: Path) -> None:
    source = tmp_path / "list"
    every = sorted(["0" * 40, "F" * 40, "0" * 39 + "1", *["00FF" + "A" * 36] * 2])
    source.write_text("\n".join(every).lower())
    assert breached.write(source, target).entries == 3, "eight bytes of each are kept, each once"
    file = breached._File(target)
    for one in every:
        assert file.holds(bytes.fromhex(one))
    for one in ("0000" + "1" * 36, "FFFF" + "0" * 36, "80" * 20):
        assert not file.holds(bytes.fromhex(one))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (lines(["a"]) + "ABC:1\n", "line 2: not 40 hexadecimal digits"),
        ("G" * 40 + "\n", "line 1: not 40"),
        (digest("a") + ":many\n", "line 1: not 40"),
        ("F" * 40 + "\n" + "E" * 40 + "\n", "line 2: not in order"),
        ("", "is empty"),
    ],
)
def test_a_wrong_line_is_named_and_the_old_list_stays(tmp_path: Path, target: Path, text: str, said: str) -> None:
    source = tmp_path / "list"
    source.write_text(lines(["kept"]))
    breached.write(source, target)
    source.write_text(text)
    with pytest.raises(ListFault, match=said):
        breached.write(source, target)
    assert "kept" in BreachedPasswords(target)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["breached.bin", "list"]


def test_a_cut_archive_is_told(tmp_path: Path, target: Path) -> None:
    source = tmp_path / "list.gz"
    source.write_bytes(gzip.compress(lines([str(n) for n in range(2000)]).encode())[:-200])
    with pytest.raises(ListFault, match="after line"):
        breached.write(source, target)
    assert not target.exists()


@pytest.mark.parametrize("damage", ["cut", "grown", "magic", "empty"])
def test_a_file_that_is_not_whole_is_not_opened(tmp_path: Path, target: Path, damage: str) -> None:
    source = tmp_path / "list"
    source.write_text(lines(["a", "b"]))
    breached.write(source, target)
    body = target.read_bytes()
    target.write_bytes({"cut": body[:-1], "grown": body + b"x", "magic": b"X" + body[1:], "empty": b""}[damage])
    with pytest.raises(ListFault, match="no whole file"):
        BreachedPasswords(target)


def test_a_new_list_is_taken_while_it_runs_and_a_broken_one_is_not(tmp_path: Path, target: Path) -> None:
    source = tmp_path / "list"
    source.write_text(lines(["one"]))
    breached.write(source, target)
    found = BreachedPasswords(target)
    source.write_text(lines(["one", "two"]))
    breached.write(source, target)
    assert "two" in found
    broken = tmp_path / "broken"
    broken.write_bytes(b"nothing of ours")
    broken.replace(target)
    assert "two" in found and "three" not in found
    target.unlink()
    assert "one" in found


def test_many_in_one_bucket(tmp_path: Path, target: Path) -> None:
    shuffled = random.Random(4)
    every = sorted({f"ABCD{shuffled.getrandbits(48):012X}{'0' * 24}" for _ in range(4000)})
    source = tmp_path / "list"
    source.write_text("\n".join(every[::2]))
    breached.write(source, target)
    file = breached._File(target)
    assert all(file.holds(bytes.fromhex(one)) for one in every[::2])
    assert not any(file.holds(bytes.fromhex(one)) for one in every[1::2])


def test_common_words() -> None:
    common = CommonPasswords()
    assert "qwertyuiop" in common and "iloveyou" in common
    assert "nakanoshima" not in common
