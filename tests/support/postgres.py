"""A private PostgreSQL server in a temporary folder, reached by a socket in it, with fresh databases from templates."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from tests.support.process import Child, Died, private_folder
from tests.support.programs import require

# A crash of the machine may lose everything: it is test data. Few buffers, since two servers and a browser share two cores.
_SETTINGS = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "jit": "off",
    "listen_addresses": "",
    "log_timezone": "UTC",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "synchronous_commit": "off",
    "timezone": "UTC",
}


class Postgres:
    """The running server. Nobody but the user it runs as can reach its socket, so it asks for no password."""

    def __init__(self) -> None:
        initdb = require("initdb").resolve()  # what stands beside it is of the same version
        self._user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
        self.folder = private_folder("pg", owner=self._user)
        self._names = itertools.count(1)
        self._templates: dict[str, str] = {}
        try:
            self._initialise(initdb)
            self._child = self._start(initdb.with_name("postgres"))
            self._admin = psycopg.connect(self._conninfo("postgres"), autocommit=True)
        except BaseException:
            self.stop()
            raise

    def create(self, template: str = "template0") -> str:
        """A new database, and its name."""
        name = f"t{next(self._names)}"
        self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)
        return name

    def create_prepared(self, key: str, prepare: Callable[[str], object]) -> str:
        """A new database copied from a template that `prepare(url)` filled the first time `key` was asked for."""
        if key not in self._templates:
            template = self.create()
            prepare(self.url(template))
            self._templates[key] = template
        return self.create(self._templates[key])

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def url(self, name: str) -> str:
        """The SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://watchword@/{name}?host={self.folder}"

    def pause(self) -> None:
        """Stop the server's processes where they stand; `resume` lets them go on."""
        self._signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused server go on."""
        self._signal_all(signal.SIGCONT)

    def stop(self) -> None:
        """End the server and remove its folder."""
        if hasattr(self, "_admin"):
            self._admin.close()
        if hasattr(self, "_child"):
            self._child.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _initialise(self, initdb: Path) -> None:
        command: list[str | Path] = [
            initdb,
            "--pgdata",
            self.folder / "data",
            "--username",
            "watchword",
            "--auth",
            "trust",
        ]
        options = ["--no-sync", "--encoding", "UTF8", "--locale", "C"]
        done = subprocess.run(
            [*command, *options], user=self._user, cwd=self.folder, capture_output=True, text=True, timeout=60
        )
        if done.returncode:
            raise Died(f"initdb ended with {done.returncode}:\n{done.stdout}{done.stderr}")

    def _start(self, postgres: Path) -> Child:
        settings = _SETTINGS | {"unix_socket_directories": str(self.folder)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        # SIGINT is PostgreSQL's fast shutdown: it ends its own children, whatever clients do.
        child = Child(
            [postgres, "-D", self.folder / "data", *options],
            log=self.folder / "log",
            cwd=self.folder,
            user=self._user,
            end=signal.SIGINT,
        )
        child.wait_for("database system is ready to accept connections")
        return child

    def _conninfo(self, name: str) -> str:
        return f"host={self.folder} user=watchword dbname={name}"

    def _run(self, statement: LiteralString, *names: str) -> None:
        self._admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _signal_all(self, sig: signal.Signals) -> None:
        """Every process of the server: each leads a group of its own, so the group of the first does not reach them."""
        first = self._child.pid
        children = Path(f"/proc/{first}/task/{first}/children").read_text("ascii").split()
        for pid in (first, *map(int, children)):
            os.kill(pid, sig)
