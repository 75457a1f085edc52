"""Programs that a test starts: in a process group of their own, ended with the test, and by the kernel if the test is killed."""

from __future__ import annotations

import ctypes
import itertools
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PREFIX = "watchword-test-"
_libc = ctypes.CDLL(None, use_errno=True)
# Below those that a system gives to outgoing connections; each process of a run begins elsewhere.
_FIRST, _COUNT = 16_000, 16_000
_ports = (_FIRST + (os.getpid() * 211 + at) % _COUNT for at in itertools.count())


class Died(AssertionError):
    """The program ended, or was not ready in time; the message carries the end of what it wrote."""


class Child:
    """One running program. `log` is the file that takes both of its outputs; `end` the signal that asks it to stop."""

    def __init__(
        self,
        argv: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: str | None = None,
        end: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.argv = [str(part) for part in argv]
        self.log = log
        self.end = end
        parent = os.getpid()
        account = pwd.getpwnam(user) if user else None
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=None if env is None else dict(env),
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
                process_group=0,
                preexec_fn=lambda: _die_with(parent, end),  # noqa: PLW1509 (it runs in a child of a one-threaded process)
            )

    @property
    def pid(self) -> int:
        """The id of the process, and of its group."""
        return self.process.pid

    def output(self) -> str:
        """All it has written so far."""
        return self.log.read_text("utf-8", errors="replace")

    def wait_until(self, ready: Callable[[], bool], seconds: float = 20) -> None:
        """Return once `ready()` is true. Raises Died when the program ends before that, or the time is over."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self.process.poll() is not None:
                raise Died(f"{self.argv[0]} ended with {self.process.returncode}:\n{self.output()[-4000:]}")
            if time.monotonic() > deadline:
                raise Died(f"{self.argv[0]} was not ready within {seconds} s:\n{self.output()[-4000:]}")
            time.sleep(0.02)

    def wait_for(self, pattern: str, seconds: float = 20) -> re.Match[str]:
        """Return the first match of `pattern` in its output, as soon as there is one."""
        found: list[re.Match[str]] = []

        def look() -> bool:
            match = re.search(pattern, self.output())
            if match:
                found.append(match)
            return match is not None

        self.wait_until(look, seconds)
        return found[0]

    def kill(self, sig: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to the program and everything in its group."""
        try:
            os.killpg(self.pid, sig)
        except ProcessLookupError:
            pass

    def stop(self, seconds: float = 10) -> int:
        """Ask it to end, insist after `seconds`, and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(self.end)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        self.kill()
        return self.process.wait()


def private_folder(name: str, *, owner: str | None = None) -> Path:
    """A new folder that only `owner` (default: we) can enter, with a path short enough for a socket in it.

    Folders of test runs that were killed are removed on the way.
    """
    base = Path(tempfile.gettempdir())
    for old in base.glob(f"{_PREFIX}*"):
        pid = old.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdigit() and not Path("/proc", pid).exists():
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-{name}-", dir=base))
    if owner:
        shutil.chown(folder, owner, pwd.getpwnam(owner).pw_gid)
    return folder


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nothing uses now, and that no outgoing connection is given in the meantime."""
    return next(port for port in _ports if bindable(port))


def bindable(port: int) -> bool:
    """Whether a server could be started on 127.0.0.1:`port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do, after one that has just ended
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Whether something accepts connections on 127.0.0.1:`port`."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _die_with(parent: int, sig: signal.Signals) -> None:
    """In the child, after it changed its user (which would clear the request): end when the thread that started it ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, int(sig), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
