"""Signed heads of the log: the text of a C2SP tlog-checkpoint and the signed note around it, written and read. Keys are in the vault.

A head is origin, size and root, a line each; a note is a text, an empty line, and a line for each signature. Several notes one after the
other, as a file of heads holds them, are told apart by their signature lines. https://c2sp.org/tlog-checkpoint, https://c2sp.org/signed-note
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from watchword.core.merkle import SIZE

MARK = "— "
LONGEST = 64 * 1024  # characters of a note
MOST_SIGNATURES = 64
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")
_SIGNATURE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_ORIGIN = re.compile(r"[!-*,-~]{1,200}")


@dataclass(frozen=True, slots=True)
class Head:
    """One head: the log of `origin` had `size` rows under this `root`."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: the key's name, its id of four bytes, and what the key made."""

    name: str
    key_id: bytes
    value: bytes

    def line(self) -> str:
        """The line, with its end."""
        return f"{MARK}{self.name} {base64.b64encode(self.key_id + self.value).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and who signed it."""

    text: str
    signatures: tuple[Signature, ...]

    def written(self) -> str:
        """The whole note."""
        return f"{self.text}\n{''.join(one.line() for one in self.signatures)}"


def usable_origin(origin: str) -> bool:
    """Whether a log may be called so: printable ASCII without blanks and plus signs."""
    return _ORIGIN.fullmatch(origin) is not None


def read_head(text: str) -> Head | None:
    """The head of a note's text, None where it is none. Further lines are allowed by the format and not read."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]) or not _SIZE.fullmatch(lines[1]):
        return None
    root = _decoded(lines[2])
    return Head(lines[0], int(lines[1]), root) if root is not None and len(root) == SIZE else None


def read_note(written: str) -> Note | None:
    """One signed note, None for anything else."""
    text, blank, tail = written.rpartition("\n\n")
    if not blank or len(written) > LONGEST or any(c < " " and c != "\n" for c in written) or not tail.endswith("\n"):
        return None
    lines = tail[:-1].split("\n")
    found = [_signature(line) for line in lines]
    if not 0 < len(found) <= MOST_SIGNATURES:
        return None
    signatures = tuple(one for one in found if one is not None)
    return Note(f"{text}\n", signatures) if len(signatures) == len(found) else None


def notes(lines: Sequence[str]) -> Iterator[str]:
    """The heads of a file, each as the text of one note; empty lines between them do not count. What is no note comes as it is."""
    kept: list[str] = []
    signed = False
    for line in lines:
        if signed and not line.startswith(MARK):
            yield _joined(kept)
            kept, signed = [], False
        if line or kept:
            kept.append(line)
        signed = signed or line.startswith(MARK)
    if kept:
        yield _joined(kept)


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _signature(line: str) -> Signature | None:
    found = _SIGNATURE.fullmatch(line)
    raw = _decoded(found[2]) if found else None
    return Signature(found[1], raw[:4], raw[4:]) if found and raw is not None and len(raw) > 4 else None


def _decoded(text: str) -> bytes | None:
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    return raw if base64.b64encode(raw).decode() == text else None
