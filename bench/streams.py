"""Thousands of open event streams in one thread, as the pages of people who wait for their phone hold them."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterator, Sequence

from bench import drive

# What Chrome sends with an EventSource; the server keeps it as long as the stream.
HEADERS = (
    'sec-ch-ua-platform: "Linux"\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n'
    'Accept: text/event-stream\r\nsec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24", "Google Chrome";v="140"\r\nsec-ch-ua-mobile: ?0\r\n'
    "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"
    "Accept-Language: en-GB,en;q=0.9\r\nCache-Control: no-cache\r\n"
)
OPENING = 200


class Streams:
    """Open streams by number, in the order of their cookies."""

    def __init__(self, port: int, host: str, cookies: Sequence[str]) -> None:
        self._poll = select.epoll()
        self._numbers: dict[int, int] = {}
        self._sockets: list[socket.socket] = []
        self._heard: dict[int, bytes] = {}
        for at in range(0, len(cookies), OPENING):
            for cookie in cookies[at : at + OPENING]:
                self._open(port, drive.request("GET", "/login/events", host, f"{HEADERS}Cookie: {cookie}\r\n"))
            self._settle(60)

    def _open(self, port: int, raw: bytes) -> None:
        made = socket.create_connection(("127.0.0.1", port), 30)
        made.sendall(raw)
        self._numbers[made.fileno()] = len(self._sockets)
        self._sockets.append(made)
        self._poll.register(made.fileno(), select.EPOLLIN)

    def _settle(self, seconds: float) -> None:
        """Until every stream has said its first state. Raises TimeoutError, or ValueError for one that was refused."""
        end = time.monotonic() + seconds
        while len(self._heard) < len(self._sockets) or any(
            b"event: state" not in text for text in self._heard.values()
        ):
            if time.monotonic() > end:
                raise TimeoutError("not every stream has opened")
            for number, text in self.read(1.0):
                self._heard[number] = self._heard.get(number, b"") + text
                if not self._heard[number].startswith(b"HTTP/1.1 200"):
                    raise ValueError(f"a stream was refused: {self._heard[number][:200]!r}")

    def read(self, seconds: float) -> Iterator[tuple[int, bytes]]:
        """What has come within `seconds`: number of the stream, bytes; none where the server has closed it."""
        for file, _ in self._poll.poll(seconds):
            number = self._numbers[file]
            text = self._sockets[number].recv(65536)
            if not text:
                self._poll.unregister(file)
            yield number, text

    def close(self) -> None:
        """End all."""
        for one in self._sockets:
            one.close()
        self._poll.close()
