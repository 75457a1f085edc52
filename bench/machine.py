"""What the kernel says of other processes: their CPU time to the nanosecond, their memory, their children."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterable
from pathlib import Path

_SCHED_CLOCK = 2  # clock_getcpuclockid(3): the process's own clock is (~pid << 3) | CPUCLOCK_SCHED
_KIB = 1024


def cpu_seconds(pid: int) -> float:
    """User and system CPU seconds of all threads of a process, past ones included; 0 for one that is gone.

    The same quantity as utime + stime in /proc/PID/stat, which counts in ticks of 10 ms.
    """
    try:
        return time.clock_gettime((~pid << 3) | _SCHED_CLOCK)
    except OSError:
        return 0.0


def children(pid: int) -> list[int]:
    """The processes that this one started and that still run."""
    found: list[int] = []
    for path in Path("/proc", str(pid), "task").glob("*/children"):
        try:
            found += map(int, path.read_text("ascii").split())
        except OSError:
            continue
    return found


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    out = [pid]
    for child in children(pid):
        out += tree(child)
    return out


class CpuMeter:
    """CPU seconds of a process tree. The processes are looked up at each reading, so that one that was started later counts."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._seen: dict[int, float] = {}

    def seconds(self) -> float:
        """CPU seconds so far; of a process that has ended, what it had at the last reading."""
        for pid in tree(self.pid):
            self._seen[pid] = max(cpu_seconds(pid), self._seen.get(pid, 0.0))
        return sum(self._seen.values())


def memory_mb(pid: int) -> dict[str, float]:
    """`{"rss", "pss"}` of one process in MB of 10^6 bytes; shared pages count whole in RSS and by their share in PSS."""
    found = {"rss": 0.0, "pss": 0.0}
    for line in Path("/proc", str(pid), "smaps_rollup").read_text("ascii").splitlines():
        name, _, rest = line.partition(":")
        if name.lower() in found:
            found[name.lower()] = int(rest.split()[0]) * _KIB / 1e6
    return found


def open_files(count: int) -> int:
    """Allow this process, and those it starts, `count` open files where the system lets it; how many are allowed now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count), max(hard, count)))
        except (ValueError, PermissionError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, count), hard), hard))
    else:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count), hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least `share` of all do not exceed; NaN for none."""
    ordered = sorted(values)
    if not ordered:
        return float("nan")
    return ordered[max(0, -(-int(share * 1000 * len(ordered)) // 1000) - 1)]
