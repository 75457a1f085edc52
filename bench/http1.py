"""A small HTTP/1.1 client over one kept connection: the load generator must cost as little as it can."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_COOKIE = re.compile(rb"\r\nset-cookie: *([^=]+)=([^;\r]*)([^\r]*)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
TIMEOUT = 30.0


class Closed(Exception):
    """The server closed the connection before it answered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, head and body of one answer."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str:
        """The first field of that name, or ""."""
        found = re.search(rb"\r\n" + name.encode() + rb": *([^\r]*)", self.head, re.IGNORECASE)
        return found[1].decode("latin-1") if found else ""

    def cookies(self) -> dict[str, str]:
        """Cookies set; "" for one that is deleted."""
        return {
            name.decode(): "" if b"max-age=0" in rest.lower() else value.decode()
            for name, value, rest in _COOKIE.findall(self.head)
        }


class Connection:
    """One connection to 127.0.0.1, opened at first use and again where the server has closed it while it was idle."""

    def __init__(self, port: int, host: str) -> None:
        self.port = port
        self._host = f"Host: {host}\r\n".encode()
        self._socket: socket.socket | None = None
        self._rest = b""

    def close(self) -> None:
        """End it."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self._rest = None, b""

    def ask(self, method: str, path: str, headers: str = "", body: bytes = b"") -> Answer:
        """One request; `headers` are whole lines. Raises Closed, OSError."""
        kept = self._socket is not None
        try:
            self.send(method, path, headers, body)
            return self.receive()
        except (Closed, ConnectionError):
            self.close()
            if not kept:
                raise
        self.send(method, path, headers, body)
        return self.receive()

    def send(self, method: str, path: str, headers: str = "", body: bytes = b"") -> None:
        """Only send; `receive` takes the answer."""
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self.port), TIMEOUT)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        length = f"Content-Length: {len(body)}\r\n" if body or method == "POST" else ""
        self._socket.sendall(
            f"{method} {path} HTTP/1.1\r\n".encode() + self._host + f"{length}{headers}\r\n".encode() + body
        )

    def receive(self) -> Answer:
        """The answer to what was sent."""
        data = self._rest
        while (at := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        head, data = data[: at + 2], data[at + 4 :]
        found = _LENGTH.search(head)
        if found is None and _CHUNKED.search(head):
            raise NotImplementedError("an endless answer: use bench.streams")
        length = int(found[1]) if found else 0
        parts, have = [data], len(data)
        while have < length:
            parts.append(self._more())
            have += len(parts[-1])
        body = b"".join(parts)
        self._rest = body[length:]
        if b"\r\nconnection: close" in head.lower():
            self.close()
        return Answer(int(head[9:12]), head, body[:length])

    def _more(self) -> bytes:
        assert self._socket is not None
        found = self._socket.recv(65536)
        if not found:
            raise Closed
        return found
