"""The server under test: migrated, with people in it, started as `watchword serve` in processes of its own."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import argon
from bench.http1 import Closed, Connection
from bench.machine import CpuMeter, tree
from tests.support.postgres import Postgres
from tests.support.process import Child, free_port
from watchword.app.settings import Settings, load
from watchword.app.wiring import Built, build
from watchword.stores import migrate

KINDS = ("sqlite", "postgresql")
# Everything comes from one address here; what the limits by network save is not what is measured.
WIDE = dict.fromkeys(("address_tries", "address_names", "network_tries", "network_names"), 10**9)
PROGRAM = Path(sys.executable).with_name("watchword")


class Database(Postgres):
    """A private PostgreSQL as an operator runs it: commits are durable, autovacuum is on."""

    def _start(self, postgres: Path) -> Child:
        settings = {
            "jit": "off", "listen_addresses": "", "max_connections": "100", "shared_buffers": "256MB", "max_wal_size": "2GB",
            "unix_socket_directories": str(self.folder), "timezone": "UTC", "log_timezone": "UTC",
        }  # fmt: skip
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        child = Child(
            [postgres, "-D", self.folder / "data", *options], log=self.folder / "log", cwd=self.folder, user=self._user, end=signal.SIGINT
        )  # fmt: skip
        child.wait_for("database system is ready to accept connections")
        return child

    @property
    def pid(self) -> int:
        """The first process of the server."""
        return self._child.pid


@dataclass(frozen=True, slots=True)
class Site:
    """Where the server listens, as the load generator needs to know it; `portal` and `key` are Host values, `iss` Key's origin."""

    port: int
    portal: str
    key: str

    @property
    def iss(self) -> str:
        """The issuer in the phone protocol."""
        return f"http://{self.key}"

    @property
    def origin(self) -> str:
        """The portal's origin."""
        return f"http://{self.portal}"


@dataclass
class Installation:
    """A database and its keys. `built` is wired in this process too, to put people and attempts there directly."""

    kind: str
    settings: Settings
    built: Built
    database: Database | None
    folder: Path

    @property
    def site(self) -> Site:
        """Its addresses."""
        names = (url.partition("://")[2] for url in (self.settings.portal.url, self.settings.key.url))
        return Site(self.settings.listen.port, *names)

    def environment(self) -> dict[str, str]:
        """The settings as the environment of a server process."""
        one = self.settings
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("WATCHWORD_")},
            "WATCHWORD_ENVIRONMENT": one.environment, "WATCHWORD_DATA_DIR": str(one.data_dir), "WATCHWORD_LOG_LEVEL": one.log_level,
            "WATCHWORD_PORTAL__URL": one.portal.url, "WATCHWORD_KEY__URL": one.key.url, "WATCHWORD_STAFF__URL": one.staff.url,
            "WATCHWORD_LISTEN__HOST": one.listen.host, "WATCHWORD_LISTEN__PORT": str(one.listen.port),
            "WATCHWORD_DATABASE__URL": one.database.url, "WATCHWORD_WORKERS": str(one.workers),
            "WATCHWORD_SMS__PROVIDER": "outbox", "WATCHWORD_MAIL__PROVIDER": "outbox",
            "WATCHWORD_HASH__MEMORY_KIB": str(one.hash.memory_kib), "WATCHWORD_HASH__PASSES": str(one.hash.passes),
            "WATCHWORD_HASH__LANES": str(one.hash.lanes),
            **{f"WATCHWORD_THROTTLE__{name.upper()}": str(most) for name, most in WIDE.items()},
        }  # fmt: skip


@contextmanager
def installation(kind: str, *, cheap: bool = False, workers: int = 0) -> Iterator[Installation]:
    """A new, empty installation on `sqlite` or `postgresql`; `cheap` has a hash that costs nothing (environment = test)."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="watchword-bench-")))
        database = None
        url = ""
        if kind == "postgresql":
            database = Database()
            stack.callback(database.stop)
            url = database.url(database.create())
        port = free_port()
        settings = load(
            environment="test" if cheap else "production", data_dir=folder, log_level="error", database={"url": url},
            portal={"url": f"http://portal.watchword.localhost:{port}"}, key={"url": f"http://key.watchword.localhost:{port}"},
            staff={"url": f"http://staff.watchword.localhost:{port}"},
            listen={"host": "127.0.0.1", "port": port}, sms={"provider": "outbox"}, mail={"provider": "outbox"},
            workers=workers or (2 if kind == "postgresql" else 1), hash=_hash(cheap=cheap), throttle=WIDE,
        )  # fmt: skip
        migrate.upgrade(settings.database_url)
        built = build(settings)
        stack.callback(built.close)
        yield Installation(kind, settings, built, database, folder)


def _hash(*, cheap: bool) -> dict[str, int]:
    if cheap:
        return {"memory_kib": 8, "passes": 1, "lanes": 1}
    return {"memory_kib": argon.MEMORY_KIB, "passes": argon.PASSES, "lanes": argon.LANES}


class Running:
    """The server's processes."""

    def __init__(self, home: Installation) -> None:
        self.site = home.site
        self.child = Child([PROGRAM, "serve"], log=home.folder / "server.log", env=home.environment(), cwd=home.folder)
        self.cpu = CpuMeter(self.child.pid)
        self.database = CpuMeter(home.database.pid) if home.database else None
        self._workers = home.settings.workers

    def wait(self) -> None:
        """Until a request is answered by every process."""
        self.child.wait_until(self._answers, 60)
        if self._workers > 1:
            self.child.wait_until(lambda: len(self.serving()) >= self._workers, 60)

    def serving(self) -> list[int]:
        """The processes that answer requests: the only one, or those below it that load the application."""
        if self._workers == 1:
            return [self.child.pid]
        return [pid for pid in tree(self.child.pid)[1:] if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def _answers(self) -> bool:
        connection = Connection(self.site.port, self.site.portal)
        try:
            return connection.ask("GET", "/healthz").status == 200
        except (OSError, Closed):
            return False
        finally:
            connection.close()


@contextmanager
def running(home: Installation) -> Iterator[Running]:
    """`watchword serve`, ready; ended afterwards."""
    server = Running(home)
    try:
        server.wait()
        yield server
    finally:
        server.child.stop()
