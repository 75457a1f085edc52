"""Passwords known from breaches, in one compact file: written from a sorted list of SHA-1 digests, read by two small reads a look-up.

docs/adr/0016-breached-passwords.md explains the format: a header, an index of 65,537 counts by a digest's first two bytes, then six
more bytes of each digest, in order. Only what is left of a public list stands in it, never anything of a person's.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import logging
import os
import re
import struct
import tempfile
import threading
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

log = logging.getLogger("watchword.passwords")

MAGIC = b"WWBREACH1\n"
HEADER = struct.Struct(">10sxxxxxxQ")
BUCKETS = 1 << 16
KEPT = 6
_START = HEADER.size
DATA = _START + 8 * (BUCKETS + 1)
_LINE = re.compile(rb"([0-9A-Fa-f]{40})(?::[0-9]{1,12})?[ \t]*\r?\n?")
_FLUSH = 1 << 20
_GZIP = b"\x1f\x8b"


class ListFault(Exception):
    """A list that cannot be imported, or a file that is none of ours; in words for an operator."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What an import wrote: how many digests, and the size of the file in bytes."""

    entries: int
    size: int


def write(source: Path, target: Path) -> Kept:
    """Make `target` from a list, all or nothing: another file beside it takes its place when it is whole. Raises ListFault, OSError."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    made = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            count = pack(file, _digests(source))
            file.flush()
            os.fsync(file.fileno())
        made.chmod(0o644)
        size = made.stat().st_size
        made.replace(target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            made.unlink()
        raise
    return Kept(count, size)


def pack(file: IO[bytes], digests: Iterator[bytes]) -> int:
    """Write eight-byte beginnings of digests, which come in order and each once; how many there were."""
    file.write(bytes(DATA))
    ends = array("Q", bytes(8 * (BUCKETS + 1)))
    count, pending = 0, bytearray()
    for digest in digests:
        ends[(digest[0] << 8 | digest[1]) + 1] += 1
        pending += digest[2:]
        count += 1
        if len(pending) >= _FLUSH:
            file.write(pending)
            pending.clear()
    file.write(pending)
    total = 0
    for bucket, added in enumerate(ends):
        total += added
        ends[bucket] = total
    write_head(file, ends, count)
    return count


def write_head(file: IO[bytes], ends: Sequence[int], count: int) -> None:
    """Header and index, once everything behind them is written. `ends[b]` digests stand before bucket `b`."""
    file.seek(0)
    file.write(HEADER.pack(MAGIC, count))
    file.write(struct.pack(f">{BUCKETS + 1}Q", *ends))


def _digests(source: Path) -> Iterator[bytes]:
    """The first eight bytes of every digest of a list. Raises ListFault naming the line that is wrong."""
    before = b""
    with _opened(source) as lines:
        number = 0
        try:
            for number, line in enumerate(lines, 1):
                found = _LINE.fullmatch(line)
                if found is None:
                    raise ListFault(
                        f"{source}, line {number}: not 40 hexadecimal digits, with or without a colon and a count"
                    )
                digest = bytes.fromhex(found[1][:16].decode())
                if digest < before:
                    raise ListFault(f"{source}, line {number}: not in order; sort the list first (LC_ALL=C sort)")
                if digest != before or not before:
                    yield digest
                before = digest
        except (gzip.BadGzipFile, EOFError, OSError) as broken:
            raise ListFault(f"{source}, after line {number}: {broken}") from broken
        if not number:
            raise ListFault(f"{source} is empty")


def _opened(source: Path) -> IO[bytes]:
    with source.open("rb") as file:
        packed = file.read(2) == _GZIP
    return gzip.open(source, "rb") if packed else source.open("rb", buffering=1 << 20)  # type: ignore[return-value]


class _File:
    """One open file. It is read by position and never mapped: a mapped file that is cut short would end the process."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        seen = os.fstat(self._descriptor)
        self.known = (seen.st_dev, seen.st_ino, seen.st_mtime_ns)
        head = os.pread(self._descriptor, HEADER.size, 0)
        magic, entries = HEADER.unpack(head) if len(head) == HEADER.size else (b"", 0)
        self.entries, self.size = int(entries), seen.st_size
        if magic != MAGIC or self.size != DATA + KEPT * self.entries:
            os.close(self._descriptor)
            raise ListFault(f"{path} is no whole file of `watchword passwords import`")

    def holds(self, digest: bytes) -> bool:
        """Whether a digest (eight bytes of it or more) is among them: one read of the index, one of its bucket, a search in that."""
        bucket, wanted = digest[0] << 8 | digest[1], digest[2 : 2 + KEPT]
        first, after = struct.unpack(">2Q", os.pread(self._descriptor, 16, _START + 8 * bucket))
        held = os.pread(self._descriptor, KEPT * (after - first), DATA + KEPT * first)
        at = bisect_left(range(after - first), wanted, key=lambda place: held[KEPT * place : KEPT * place + KEPT])
        return held[KEPT * at : KEPT * at + KEPT] == wanted

    def __del__(self) -> None:
        with contextlib.suppress(OSError, AttributeError):
            os.close(self._descriptor)


class BreachedPasswords:
    """Passwords of a file that may be replaced while the server runs. Raises ListFault or OSError when it cannot be opened at first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._file = _File(path)

    @property
    def entries(self) -> int:
        """How many digests there are."""
        return self._file.entries

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self._file.size

    def __contains__(self, password: object) -> bool:
        """Whether the list holds this password. Its digest lives for the look-up only: the list's maker chose SHA-1, and nothing keeps it."""
        digest = hashlib.sha1(str(password).encode(), usedforsecurity=False).digest()
        return self._current().holds(digest)

    def _current(self) -> _File:
        """The file, opened again when another took its place; a broken one is told to the log, and the old one goes on."""
        try:
            seen = self._path.stat()
            if (seen.st_dev, seen.st_ino, seen.st_mtime_ns) == self._file.known:
                return self._file
            with self._lock:
                self._file = _File(self._path)
        except (OSError, ListFault) as broken:
            log.error("passwords: the list of breached passwords cannot be read again: %s", broken)
        return self._file


def lookup(path: str) -> Callable[[str], bool]:
    """Look-ups in the file of a setting; nothing is breached where none is set. Raises ListFault or OSError."""
    return BreachedPasswords(Path(path)).__contains__ if path else lambda _: False
