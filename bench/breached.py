"""How long it takes to find out whether a password is in a list of 100 million breached ones, and what memory that takes."""

from __future__ import annotations

import os
import random
import tempfile
import time
from array import array
from pathlib import Path
from statistics import median

from bench.machine import percentile
from watchword.vault.breached import BUCKETS, DATA, KEPT, BreachedPasswords, write_head

ENTRIES, QUICK_ENTRIES = 100_000_000, 1_000_000
LOOKUPS, QUICK_LOOKUPS = 20_000, 500
_PARTS = 64  # buckets written at once


def run(quick: bool) -> dict[str, float]:
    """Look-ups of passwords that are hardly ever in it, each in a bucket of its own, in a file of random digests."""
    with tempfile.TemporaryDirectory(prefix="watchword-bench-") as folder:
        path = Path(folder) / "breached.bin"
        make(path, QUICK_ENTRIES if quick else ENTRIES)
        asked = [f"Bench-{number}-horse" for number in range(QUICK_LOOKUPS if quick else LOOKUPS)]
        before = resident()
        known = BreachedPasswords(path)
        times = []
        for password in asked:
            began = time.perf_counter()
            _ = password in known
            times.append(time.perf_counter() - began)
        added = resident() - before
        return {
            "breached_lookup_ms": median(times) * 1000,
            "breached_lookup_p99_ms": percentile(times, 0.99) * 1000,
            "breached_lookup_mb": added / 1e6,
            "breached_file_mb": known.size / 1e6,
        }


def make(path: Path, entries: int) -> None:
    """A file of random digests, in order: of each six bytes, two count up within the bucket and four are drawn."""
    drawn = random.Random(11)
    each = entries // BUCKETS
    steps = [at * 65536 // each for at in range(each)]
    high, low = bytes(step >> 8 for step in steps), bytes(step & 255 for step in steps)
    with path.open("wb") as file:
        file.seek(DATA)
        for _ in range(0, BUCKETS, _PARTS):
            part = bytearray(KEPT * each * _PARTS)
            part[0::KEPT], part[1::KEPT] = high * _PARTS, low * _PARTS
            for place in range(2, KEPT):
                part[place::KEPT] = drawn.randbytes(each * _PARTS)
            file.write(part)
        write_head(file, array("Q", range(0, each * (BUCKETS + 1), each)), each * BUCKETS)


def resident() -> int:
    """Bytes of this process in memory, mapped files included."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
