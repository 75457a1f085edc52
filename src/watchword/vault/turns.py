"""A lock that the processes of one machine share: whoever holds it takes its turn, and the kernel gives it back for one that was killed."""

from __future__ import annotations

import fcntl
import math
import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from watchword.flows.ports import BusyError

PAUSE = 0.002  # seconds between two looks: a tenth of a hash


class FileTurn:
    """`with turn:` waits until no other process, and no other turn of this one, holds `path`; after `patience` seconds it raises BusyError. Nothing is
    ever written to the file.

    The kernel frees the lock of a process that died, never of one that was stopped in the midst of its turn: hence no wait without end.
    A turn is one thread's at a time: a second thread of the same turn would not wait.
    """

    def __init__(self, path: Path, patience: float, clock: Callable[[], float]) -> None:
        """`clock` counts seconds from anywhere. Raises OSError where the file cannot be made."""
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._patience, self._clock = patience, clock
        self._never = threading.Event()
        self._left = -math.inf

    def __enter__(self) -> Self:
        if self._clock() - self._left < PAUSE:
            self._never.wait(2 * PAUSE)  # whoever had it just now lets the others look first
        until = self._clock() + self._patience
        while not self._free():
            if self._clock() >= until:
                raise BusyError(2)
            self._never.wait(PAUSE)
        return self

    def _free(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._left = self._clock()
