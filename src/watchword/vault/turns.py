"""A lock that the processes of one machine share: whoever holds it takes its turn, and the kernel gives it back for one that was killed."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self


class FileTurn:
    """`with turn:` waits until no other process, and no other turn of this one, holds `path`. Nothing is ever written to the file.

    A turn is one thread's at a time: a second thread of the same turn would not wait.
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError where the file cannot be made."""
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> Self:
        fcntl.flock(self._file, fcntl.LOCK_EX)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)
