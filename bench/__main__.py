"""`python -m bench [NAME…] [--quick]`: measure, print a table, write bench/results.json."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench import (
    attack,
    audit,
    breached,
    checks,
    device_checks,
    figures,
    key_load,
    logins,
    million,
    overload,
    session_checks,
    staff_search,
    start,
    timing,
    unhashed,
    waiting,
    withdrawals,
)

RESULTS = Path(__file__).with_name("results.json")
Run = Callable[[bool], dict[str, float]]

BENCHMARKS: dict[str, Run] = {
    "key_load": key_load.run,
    "start": start.run,
    "logins": logins.run,
    "unhashed": unhashed.run,
    "checks": checks.run,
    "device_checks": device_checks.run,
    "session_checks": session_checks.run,
    "withdrawals": withdrawals.run,
    "waiting": waiting.run,
    "overload": overload.run,
    "attack": attack.run,
    "timing": timing.run,
    "million": million.run,
    "breached": breached.run,
    "staff_search": staff_search.run,
    "audit": audit.run,
}


def main() -> int:
    """Run what was named, or everything; 1 if a bound is missed (never with --quick, whose sizes are too small to judge)."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure Watchword. ~ marks figures by the clock, which a busy machine spoils.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument(
        "--quick", action="store_true", help="tiny sizes: does it run, not how fast; writes no results.json"
    )
    given = parser.parse_args()
    unknown = [name for name in given.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    logging.basicConfig(level=logging.ERROR)
    results: dict[str, float] = {}
    for name in given.names or BENCHMARKS:
        began = time.monotonic()
        load = os.getloadavg()[0]
        found = BENCHMARKS[name](given.quick)
        results |= found
        print(
            f"\n{name}: {time.monotonic() - began:.0f} s, load before it {load:.1f} on {os.cpu_count()} cores\n{figures.table(found)}",
            flush=True,
        )
        if not given.quick:
            save(found)
    print("\n~ by the clock: only a calm machine gives a figure worth keeping")
    missed = [name for name, value in results.items() if figures.FIGURES[name].holds(value) is False]
    return 1 if missed and not given.quick else 0


def save(found: dict[str, float]) -> None:
    """Put these figures into results.json, beside those of benchmarks that were run before."""
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else {}
    kept |= {name: round(value, 4) for name, value in found.items()}
    RESULTS.write_text(json.dumps(dict(sorted(kept.items())), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
