"""`watchword tokens import`: PSKC plain and encrypted, CSV; all or nothing, the bad row named (O01)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pskc
import pytest

from tests.app.operator import Operator
from watchword.app.imports import ImportFault
from watchword.app.token_files import tokens

SUITE = "OCRA-1:HOTP-SHA256-8:QN08"
SHARED = bytes(range(16))
OCRA = "urn:ietf:params:xml:ns:keyprov:pskc:ocra"


def written(path: Path, count: int, *, shared: bytes | None = None, algorithm: str = OCRA, suite: str = SUITE) -> Path:
    """A supplier's file of so many tokens."""
    document = pskc.PSKC()
    for number in range(count):
        document.add_key(
            serial=f"S{number:05}",
            secret=bytes([number % 256]) * 32,
            algorithm=algorithm,
            algorithm_suite=suite,
            model="T1",
        )
    if shared is not None:
        document.encryption.setup_preshared_key(key=shared, algorithm="aes128-cbc")
    with path.open("wb") as file:
        document.write(file)
    return path


def altered(path: Path, change: Callable[[str], str]) -> Path:
    before = path.read_text("utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, "utf-8")
    return path


def fault(path: Path, key: bytes | None = None) -> str:
    with pytest.raises(ImportFault) as raised:
        tokens(path, key)
    return str(raised.value)


def test_plain_and_encrypted_files_hold_the_same_tokens(tmp_path: Path) -> None:
    plain = tokens(written(tmp_path / "plain.xml", 3), None)
    sealed = tokens(written(tmp_path / "sealed.xml", 3, shared=SHARED), SHARED)
    assert plain == sealed and [one.serial for one in plain] == ["S00000", "S00001", "S00002"]
    assert plain[1].token.key == b"\x01" * 32 and plain[1].token.suite == SUITE
    assert b"AQEBAQ" not in (tmp_path / "sealed.xml").read_bytes()


def test_an_encrypted_file_wants_its_own_key(tmp_path: Path) -> None:
    path = written(tmp_path / "sealed.xml", 2, shared=SHARED)
    assert "--key-file" in fault(path)
    assert "key 1: does not open" in fault(path, bytes(16))


def test_a_bad_mac_names_its_row_and_takes_the_whole_file_back(tmp_path: Path) -> None:
    path = written(tmp_path / "sealed.xml", 3, shared=SHARED)

    def flip(text: str) -> str:
        head, mark, rest = text.rpartition("ValueMAC>")
        start, opening, value = head.rpartition("ValueMAC>")
        value, closing = value.split("<")[0], "<" + value.split("<", 1)[1]
        wrong = base64.b64encode(bytes(byte ^ 1 for byte in base64.b64decode(value))).decode()
        return start + opening + wrong + closing + mark + rest

    assert "key 3: does not open: MAC value does not match" in fault(altered(path, flip), SHARED)


def test_a_file_that_is_encrypted_without_a_mac_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "sealed.xml", 1, shared=SHARED)

    def without(text: str) -> str:
        head, _, rest = text.partition("<pskc:ValueMAC>")
        return head + rest.partition("</pskc:ValueMAC>")[2]

    assert "key 1: is encrypted without a MAC" in fault(altered(path, without), SHARED)


def test_a_doubled_serial_is_refused_in_one_file(tmp_path: Path) -> None:
    path = written(tmp_path / "plain.xml", 3)
    assert "key 3: serial number S00000 stands at" in fault(
        altered(path, lambda text: text.replace("S00002", "S00000"))
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"algorithm": "urn:ietf:params:xml:ns:keyprov:pskc:hotp"}, "algorithm is not OCRA"),
        ({"suite": "OCRA-1:HOTP-SHA256-8:C-QN08"}, "takes more than a challenge"),
        ({"suite": "OCRA-1:HOTP-SHA256-8:QN08-PSHA1"}, "takes more than a challenge"),
        ({"suite": "OCRA-1:HOTP-SHA256-8:QN04"}, "takes more than a challenge"),
    ],
)
def test_what_is_no_such_token_is_refused(tmp_path: Path, change: dict[str, str], said: str) -> None:
    assert f"key 1: {said}" in fault(written(tmp_path / "t.xml", 1, **change)).replace(
        f"suite {change.get('suite', '')!r} ", ""
    )


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>',
        "<a/>",
        "not xml",
        "",
    ],
)
def test_a_hostile_or_foreign_document_is_no_pskc(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.xml"
    path.write_text(text)
    assert "is no PSKC" in fault(path)


def rows(count: int) -> list[str]:
    return ["serial,key,suite,model", *(f"C{number:05},{number:064x},{SUITE},T1" for number in range(count))]


def test_ten_thousand_and_one_bad_row_is_none(tmp_path: Path) -> None:
    lines = rows(10_000)
    path = tmp_path / "t.csv"
    path.write_text("\n".join(lines))
    assert len(tokens(path, None)) == 10_000
    lines[7001] = lines[7001].replace("C07000,", "C07000,zz")
    path.write_text("\n".join(lines))
    assert fault(path) == f"{path}:7002: key is not hexadecimal"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("A B,00112233445566778899aabbccddeeff,,", "serial number is not"),
        ("A1,0011,,", "key has 2 bytes"),
        ("A1,00112233445566778899aabbccddeeff,OCRA-1:HOTP-MD5-8:QN08,", "takes more than a challenge"),
    ],
)
def test_a_bad_row_says_what_is_wrong_and_never_the_key(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"serial,key,suite,model\n{line}\n")
    told = fault(path)
    assert f"{path}:2: " in told and said in told and line.split(",")[1] not in told


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Operator:
    made = Operator(tmp_path, monkeypatch)
    made.run("migrate")
    return made


def in_stock(operator: Operator) -> int:
    lines = operator.run("tokens", "show", "--json").splitlines()
    found: int = json.loads(next(line for line in lines if line[:1] == "{"))["stock"]
    return found


def test_the_command_takes_a_whole_file_or_nothing(operator: Operator, tmp_path: Path) -> None:
    key = tmp_path / "key.hex"
    key.write_text(SHARED.hex() + "\n")
    path = str(written(tmp_path / "sealed.xml", 3, shared=SHARED))
    assert "Nothing was imported" in operator.run("tokens", "import", path, code=1)
    assert in_stock(operator) == 0
    assert "Imported 3." in operator.run("tokens", "import", path, "--key-file", str(key))
    assert in_stock(operator) == 3
    again = tmp_path / "again.csv"
    again.write_text(f"serial,key\nNEW1,{'ab' * 20}\nS00001,{'cd' * 20}\n")
    said = operator.run("tokens", "import", str(again), code=1)
    assert "serial number S00001 is there already" in said and "Nothing was imported" in said
    assert in_stock(operator) == 3, "all or nothing"


def test_a_key_file_that_holds_no_key_stops_it(operator: Operator, tmp_path: Path) -> None:
    key = tmp_path / "key.hex"
    key.write_text("abcd")
    path = str(written(tmp_path / "sealed.xml", 1, shared=SHARED))
    assert "is no AES key" in operator.run("tokens", "import", path, "--key-file", str(key), code=1)


def test_no_key_stands_readable_in_the_database(operator: Operator, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"serial,key\nA1,{'5a' * 20}\n")
    operator.run("tokens", "import", str(path))
    held = b"".join(file.read_bytes() for file in operator.folder.rglob("*") if file.is_file())
    assert b"A1" in held and b"\x5a" * 20 not in held and b"5a" * 20 not in held
