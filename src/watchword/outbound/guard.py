"""HTTP to places that others chose: allow-listed hosts, public addresses, no redirects, bounded size and time.

Push endpoints come from phones, JWKS and logout addresses from clients; each is a way to make this server speak to
its own network (SSRF). The operator's own gateways use the same client with their origin named explicitly.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import httpcore

from watchword.outbound.addresses import read_address
from watchword.outbound.messages import DEFAULT_TIMEOUT, Monotonic
from watchword.outbound.wire import (
    AddressRefused,
    CheckedBackend,
    Resolver,
    TlsRefused,
    Unresolved,
    deadline,
    system_resolver,
)

PUSH_HOSTS = ("fcm.googleapis.com", "updates.push.services.mozilla.com", ".push.apple.com", ".notify.windows.com")
"""The push services of Chrome, Firefox, Safari and Edge. A leading dot stands for every host below that name."""

MAX_RESPONSE = 64 * 1024
MAX_ENDPOINT = 2048
_MAX_TARGET = 16 * 1024  # our own gateway requests carry a long message percent-encoded in the query

# Read once, strictly, and handed on in parts: no second parser that could read the same text another way. The last
# label begins with a letter, so that no spelling of a number (2130706433, 0x7f.1, 127.1) passes for a name.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)*[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?")
_URL = re.compile(r"(https?)://(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::([0-9]{1,5}))?([/?][!-~]*)?", re.IGNORECASE)
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Target:
    """An absolute URL in parts. `host` is lower-case, canonical and without brackets; `path` has the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The Host header: brackets for IPv6, the port when it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port as RFC 6454 writes them; what VAPID calls the audience."""
        return f"{self.scheme}://{self.authority}"


def read_url(url: str, limit: int = _MAX_TARGET) -> Target | str:
    """The parts of an absolute http(s) URL, or why it is not one: `length`, `form`, `host`, `port`."""
    if len(url) > limit:
        return "length"
    match = _URL.fullmatch(url)
    if match is None or "#" in url:
        return "form"
    scheme, host, port_text, path = match.groups()
    scheme, host, path = scheme.lower(), host.lower(), path or "/"
    literal = read_address(host.strip("[]"))
    if literal is not None and (":" in host) == host.startswith("["):
        host = str(literal)
    elif len(host) > 253 or not _NAME.fullmatch(host):
        return "host"
    port = int(port_text) if port_text else _PORTS[scheme]
    if not 0 < port < 65536:
        return "port"
    return Target(scheme, host, port, path if path.startswith("/") else "/" + path)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Where requests may go. Only `origins`, which the operator named in full, may be private or plain HTTP."""

    hosts: frozenset[str]
    suffixes: tuple[str, ...]
    origins: frozenset[tuple[str, str, int]]

    @classmethod
    def from_entries(cls, entries: Sequence[str]) -> Allowed:
        """From settings: `push.example.org` (that host), `.example.org` (below it), `http://10.0.0.5:80` (that origin).

        Raises ValueError for an entry that is none of these, or an origin with a path.
        """
        hosts: set[str] = set()
        suffixes: list[str] = []
        origins: set[tuple[str, str, int]] = set()
        for entry in entries:
            if "://" in entry:
                target = read_url(entry)
                if isinstance(target, str) or target.path != "/":
                    raise ValueError(f"not an origin: {entry!r}")
                origins.add((target.scheme, target.host, target.port))
            elif _NAME.fullmatch(name := entry.lower().removeprefix(".")):
                if entry.startswith("."):
                    suffixes.append("." + name)
                else:
                    hosts.add(name)
            else:
                raise ValueError(f"not a host: {entry!r}")
        return cls(frozenset(hosts), tuple(suffixes), frozenset(origins))

    def refuses(self, target: Target) -> str | None:
        """Why a request may not go there (`scheme`, `port`, `host`), or None if it may."""
        if (target.scheme, target.host, target.port) in self.origins:
            return None
        if target.scheme != "https":
            return "scheme"
        if target.port != 443:
            return "port"
        listed = target.host in self.hosts or target.host.endswith(self.suffixes)
        return None if listed else "host"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, header fields in lower case (the last of each name), the body as it was on the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nothing usable came back. `refused`: we did not ask, and never shall while the settings stand.

    `reason`: url.length url.form url.host url.port url.scheme address unresolved unreachable tls timeout too_large
    protocol.
    """

    reason: str
    refused: bool = False


class GuardedClient:
    """Sends requests to where `allowed` permits, from any thread. Keeps a few connections open for the next ones."""

    def __init__(
        self,
        allowed: Allowed,
        *,
        monotonic: Monotonic,
        timeout: float = DEFAULT_TIMEOUT,
        resolver: Resolver = system_resolver,
        ca_file: str | None = None,
    ) -> None:
        self._allowed = allowed
        self._monotonic = monotonic
        self._timeout = timeout
        self._resolver = resolver
        self._ca_file = ca_file

    @cached_property
    def _pool(self) -> httpcore.ConnectionPool:
        """Made at the first request: a server's start should not wait for reading the system's certificates."""
        context = ssl.create_default_context(cafile=self._ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        trusted = frozenset((host, port) for _, host, port in self._allowed.origins)
        backend = CheckedBackend(trusted=trusted, resolver=self._resolver, monotonic=self._monotonic)
        return httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=32,
            max_keepalive_connections=8,
            keepalive_expiry=20.0,
            network_backend=backend,
        )

    def check_url(self, url: str) -> str | None:
        """Why we would not send to this address (see `NoAnswer.reason`, without `url.`), or None. Looks nothing up."""
        target = read_url(url, MAX_ENDPOINT)
        return target if isinstance(target, str) else self._allowed.refuses(target)

    def request(self, method: str, url: str, headers: Mapping[str, str], content: bytes = b"") -> Answer | NoAnswer:
        """One request: no redirect followed, at most 64 KiB read, all in time. Never raises for the remote side."""
        target = read_url(url)
        if isinstance(target, str):
            return NoAnswer(f"url.{target}", refused=True)
        if reason := self._allowed.refuses(target):
            return NoAnswer(f"url.{reason}", refused=True)
        token = deadline.set(self._monotonic() + self._timeout)
        try:
            return self._exchange(method, target, headers, content)
        except AddressRefused:
            return NoAnswer("address", refused=True)
        except Unresolved:
            return NoAnswer("unresolved")
        except httpcore.TimeoutException:
            return NoAnswer("timeout")
        except TlsRefused:
            return NoAnswer("tls")
        except httpcore.ConnectError:
            return NoAnswer("unreachable")
        except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError):
            return NoAnswer("protocol")
        finally:
            deadline.reset(token)

    def _exchange(self, method: str, target: Target, headers: Mapping[str, str], content: bytes) -> Answer | NoAnswer:
        fields = {"Host": target.authority, "Accept-Encoding": "identity", "User-Agent": "Watchword", **headers}
        if content or method == "POST":
            fields["Content-Length"] = str(len(content))
        request = httpcore.Request(
            method,
            httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path),
            headers=[(name.encode("ascii"), value.encode("latin-1")) for name, value in fields.items()],
            content=content or None,
            extensions={"timeout": {"pool": self._timeout}},
        )
        response = self._pool.handle_request(request)
        try:
            body = bytearray()
            for chunk in response.iter_stream():
                body += chunk
                if len(body) > MAX_RESPONSE:
                    return NoAnswer("too_large")
            found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            return Answer(response.status, found, bytes(body))
        finally:
            response.close()

    def close(self) -> None:
        """Close the connections that were kept."""
        if "_pool" in self.__dict__:
            self._pool.close()
