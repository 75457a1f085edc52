"""Where signed heads go: a file that is appended to, a folder with a file for each, or an HTTPS address.

What is written can be read by others and changed by nobody but this account; a place on another machine, or one that only appends, is what
makes it worth something (docs/audit.md).
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from watchword.flows.audit_heads import Sent
from watchword.flows.audit_ports import KeptHead
from watchword.outbound.guard import GuardedClient, NoAnswer
from watchword.outbound.messages import excerpt

_MODE = 0o644


class HeadFile:
    """A file, or a folder where the path is one or ends in a slash. Raises nothing: what the disk says is the answer."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._folder = path.endswith("/")

    def send(self, head: KeptHead) -> Sent:
        """Write one head and have the disk keep it. A head that stood there before a crash stands there twice; that harms nothing."""
        try:
            if self._folder or self._path.is_dir():
                self._one_more(head)
            else:
                self._append(head)
        except OSError as fault:
            return Sent(ok=False, detail=fault.strerror or type(fault).__name__)
        return Sent(ok=True, detail="written")

    def _append(self, head: KeptHead) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, _MODE)
        with os.fdopen(descriptor, "ab", buffering=0) as file:
            file.write(f"{head.note}\n".encode())
            os.fsync(file.fileno())

    def _one_more(self, head: KeptHead) -> None:
        path = self._path / f"head-{head.size:012}.txt"
        with contextlib.suppress(FileExistsError):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE)
            with os.fdopen(descriptor, "wb", buffering=0) as file:
                file.write(head.note.encode())
                os.fsync(file.fileno())


class HeadAddress:
    """An address that takes each head by POST and answers 2xx. `token` is sent as a bearer token where there is one."""

    def __init__(self, client: GuardedClient, url: str, token: str = "") -> None:
        self._client, self._url, self._token = client, url, token

    def send(self, head: KeptHead) -> Sent:
        """Post one head."""
        headers = {"Content-Type": "text/plain; charset=utf-8", "Accept": "*/*"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        answer = self._client.request("POST", self._url, headers, head.note.encode())
        if isinstance(answer, NoAnswer):
            return Sent(ok=False, detail=answer.reason)
        if 200 <= answer.status < 300:
            return Sent(ok=True, detail=f"answered {answer.status}")
        return Sent(ok=False, detail=f"answered {answer.status} {excerpt(answer.body, self._token)}".strip())
