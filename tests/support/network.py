"""A test never sends to another machine: this refuses any connection and any name that is not this machine's own."""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

_EVENTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"})


class LeavesTheMachine(AssertionError):
    """A test, or the code under test, tried to reach another machine."""


def forbid_other_machines() -> None:
    """From now on, in this process, for good."""
    sys.addaudithook(_refuse)


def is_here(host: object) -> bool:
    """Whether `host` (a name, an address, None for any) is this machine."""
    if host is None:
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if name in ("", "localhost") or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    if event not in _EVENTS:
        return
    # socket.connect(socket, address), socket.sendto(socket, address), socket.getaddrinfo(host, port, …)
    target = args[1] if event in ("socket.connect", "socket.sendto", "socket.sendmsg") else args[0]
    host = target[0] if isinstance(target, tuple) and target else target
    if isinstance(target, str | bytes) and event.startswith(("socket.connect", "socket.send")):
        return  # a path: a Unix socket
    if not is_here(host):
        raise LeavesTheMachine(
            f"{event} to {host!r}: a test never sends to another machine; start a server of your own on 127.0.0.1"
        )
