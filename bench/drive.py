"""Many requests from one thread: closed loop (each client sends when it was answered) and open loop (sent on time, come what may)."""

from __future__ import annotations

import re
import select
import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_RETRY = re.compile(rb"\r\nretry-after: *\d+", re.IGNORECASE)
GIVE_UP = 30.0


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: when its request was due (seconds since the start), its status (0: none came), how long it took, and whether it names a Retry-After."""

    at: float
    status: int
    ms: float
    retry: bool


@dataclass(frozen=True, slots=True)
class Driven:
    """Every reply, the wall time and this process's CPU time, in seconds."""

    replies: list[Reply]
    wall: float
    cpu: float

    @property
    def per_s(self) -> float:
        """Answers a second."""
        return len(self.replies) / self.wall

    def ms(self, status: int) -> list[float]:
        """How long the answers of this status took."""
        return [reply.ms for reply in self.replies if reply.status == status]

    def count(self, status: int) -> int:
        """How many were of this status."""
        return sum(reply.status == status for reply in self.replies)


@dataclass(slots=True)
class _Wire:
    """One connection with at most one request under way."""

    socket: socket.socket
    due: float = 0.0
    data: bytes = b""


def request(method: str, path: str, host: str, headers: str = "", body: bytes = b"") -> bytes:
    """The bytes of a request; `headers` are whole lines."""
    length = f"Content-Length: {len(body)}\r\n" if body or method == "POST" else ""
    return f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{length}{headers}\r\n".encode() + body


class _Loop:
    def __init__(self, port: int) -> None:
        self.port = port
        self.poll = select.epoll()
        self.wires: dict[int, _Wire] = {}
        self.replies: list[Reply] = []
        self.started = time.perf_counter()

    def open(self) -> _Wire:
        """A new connection."""
        made = socket.create_connection(("127.0.0.1", self.port), 10)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire = _Wire(made)
        self.wires[made.fileno()] = wire
        self.poll.register(made.fileno(), select.EPOLLIN)
        return wire

    def close(self, wire: _Wire) -> None:
        """End one connection."""
        self.poll.unregister(wire.socket.fileno())
        del self.wires[wire.socket.fileno()]
        wire.socket.close()

    def send(self, wire: _Wire, raw: bytes, due: float) -> None:
        """A request on an idle connection; `due` is when it should have left."""
        wire.due, wire.data = due, b""
        wire.socket.sendall(raw)

    def wait(self, seconds: float) -> list[_Wire]:
        """The connections whose answer is whole now; a connection that broke is answered with status 0 and closed."""
        idle = []
        for number, _ in self.poll.poll(max(0.0, seconds)):
            wire = self.wires[number]
            found = wire.socket.recv(65536)
            wire.data += found
            head, _, body = wire.data.partition(b"\r\n\r\n")
            length = _LENGTH.search(head)
            if not found:
                self._note(wire, 0, retry=False)
                self.close(wire)
            elif length is not None and len(body) >= int(length[1]):
                self._note(wire, int(head[9:12]), retry=_RETRY.search(head) is not None)
                idle.append(wire)
        return idle

    def _note(self, wire: _Wire, status: int, *, retry: bool) -> None:
        if wire.due:
            now = time.perf_counter()
            self.replies.append(Reply(wire.due - self.started, status, (now - wire.due) * 1000, retry))
        wire.due = 0.0

    def end(self) -> None:
        """Close everything."""
        for wire in list(self.wires.values()):
            self.close(wire)
        self.poll.close()


def closed(port: int, requests: Sequence[bytes], clients: int) -> Driven:
    """Each request once, by `clients` that each send the next one when they were answered."""
    loop, todo = _Loop(port), deque(requests)
    idle = [loop.open() for _ in range(clients)]
    loop.started = time.perf_counter()
    cpu = time.process_time()
    while len(loop.replies) < len(requests):
        for wire in idle:
            if todo:
                loop.send(wire, todo.popleft(), time.perf_counter())
        idle = loop.wait(GIVE_UP)
        if not idle and (not loop.wires or not any(wire.due for wire in loop.wires.values())):
            break
    done = Driven(loop.replies, time.perf_counter() - loop.started, time.process_time() - cpu)
    loop.end()
    return done


def at_rate(port: int, requests: Sequence[bytes], per_s: float) -> Driven:
    """Each request once, every 1/`per_s` seconds, on an idle connection or a new one, whether or not earlier ones were answered."""
    loop, idle, sent = _Loop(port), deque[_Wire](), 0
    cpu = time.process_time()
    loop.started = time.perf_counter()
    last = loop.started + len(requests) / per_s
    while len(loop.replies) < len(requests) and time.perf_counter() < last + GIVE_UP:
        while sent < len(requests) and (due := loop.started + sent / per_s) <= time.perf_counter():
            wire = idle.pop() if idle else loop.open()
            loop.send(wire, requests[sent], due)
            sent += 1
        until = loop.started + sent / per_s if sent < len(requests) else time.perf_counter() + 0.1
        idle += loop.wait(until - time.perf_counter())
    done = Driven(loop.replies, time.perf_counter() - loop.started, time.process_time() - cpu)
    loop.end()
    return done
