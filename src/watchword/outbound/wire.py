"""Sockets of the guarded client: only to addresses that were looked at, one deadline for an exchange."""

from __future__ import annotations

import queue
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from typing import Any

import httpcore

from watchword.outbound.addresses import is_public, read_address
from watchword.outbound.messages import Monotonic

Resolver = Callable[[str, int], Sequence[str]]
"""(host, port) → addresses as text, in the order to try them. Raises OSError when there are none."""

deadline: ContextVar[float] = ContextVar("deadline")
"""When this thread's exchange must be over. Under a time-out per read, a byte now and then holds us for ever."""


class AddressRefused(httpcore.ConnectError):
    """The name leads to an address we do not connect to."""


class TlsRefused(httpcore.ConnectError):
    """The other side speaks no TLS, or shows no certificate for its name that we trust."""


class Unresolved(httpcore.ConnectError):
    """The name leads nowhere."""


def system_resolver(host: str, port: int) -> list[str]:
    """The operating system's resolver, each address once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class CheckedBackend(httpcore.NetworkBackend):
    """Resolves a name once, looks at every address it gave, and connects to one of exactly those.

    There is no second lookup between check and use, so a resolver that changes its answer (DNS rebinding) gains
    nothing. The name stays in the Host header and in SNI, because httpcore takes those from the URL.
    """

    def __init__(self, *, trusted: frozenset[tuple[str, int]], resolver: Resolver, monotonic: Monotonic) -> None:
        self._trusted = trusted
        self._resolver = resolver
        self._monotonic = monotonic
        self._tcp = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect within the deadline. Raises AddressRefused, Unresolved or httpcore's own connect errors."""
        last: Exception = Unresolved("no addresses")
        addresses = self._addresses(host, port)
        for tried, address in enumerate(addresses):
            share = self._left() / (len(addresses) - tried)  # a black hole among several leaves time for the next
            try:
                stream = self._tcp.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
                continue
            peer = read_address(str(stream.get_extra_info("server_addr")[0]))
            if peer is None or str(peer) != address:
                stream.close()
                raise AddressRefused("connected elsewhere")
            return TimedStream(stream, self._left)
        raise last

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """Never: an outside party's URL must not reach a local socket."""
        raise AddressRefused("local socket")

    def _addresses(self, host: str, port: int) -> list[str]:
        literal = read_address(host)
        names = [host] if literal else self._resolve(host, port)
        addresses = [read_address(name) for name in names]
        if (host, port) not in self._trusted and not all(address and is_public(address) for address in addresses):
            # One private address among public ones is refused too: no honest name mixes them.
            raise AddressRefused("not a public address")
        return [str(address) for address in addresses if address]

    def _resolve(self, host: str, port: int) -> list[str]:
        """The system's resolver takes no time-out, so it runs beside us; a hanging one ends by its own limit."""
        answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(list(self._resolver(host, port)))
            except (OSError, UnicodeError) as error:
                answers.put(error)

        threading.Thread(target=ask, name="resolve", daemon=True).start()
        try:
            answer = answers.get(timeout=self._left())
        except queue.Empty:
            raise httpcore.ConnectTimeout("resolver") from None
        if isinstance(answer, Exception) or not answer:
            raise Unresolved("name not found")
        return answer

    def _left(self) -> float:
        left = deadline.get() - self._monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("deadline")
        return left


class TimedStream(httpcore.NetworkStream):
    """A connection whose every step gets only what is left of the exchange's time."""

    def __init__(self, stream: httpcore.NetworkStream, left: Callable[[], float]) -> None:
        self._stream = stream
        self._left = left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there. Raises httpcore.ReadTimeout at the deadline."""
        return self._stream.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it. Raises httpcore.ReadTimeout or WriteTimeout at the deadline."""
        self._stream.write(buffer, self._left())

    def close(self) -> None:
        """Close the socket."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """TLS for `server_hostname`, whose certificate the context checks."""
        try:
            return TimedStream(self._stream.start_tls(ssl_context, server_hostname, self._left()), self._left)
        except httpcore.ConnectError as error:
            raise TlsRefused(str(error)) from error

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks of a connection (readable, peer, TLS object)."""
        return self._stream.get_extra_info(info)
