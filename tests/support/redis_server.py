"""A private Redis server: a port of its own on 127.0.0.1, a password, nothing written to disk."""

from __future__ import annotations

import secrets
import shutil
from functools import partial

import redis

from tests.support.process import Child, Died, answers, free_port, private_folder
from tests.support.programs import require

_PORTS_TRIED = 5


class RedisServer:
    """The running server."""

    def __init__(self) -> None:
        program = require("redis-server")
        self.folder = private_folder("redis")
        self._password = secrets.token_hex(16)
        try:
            self._child, self.port = self._start(str(program))
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        self.url = f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def empty(self) -> None:
        """Forget everything."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def stop(self) -> None:
        """End the server and remove its folder."""
        self._child.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, program: str) -> tuple[Child, int]:
        for turn in range(_PORTS_TRIED):
            port = free_port()
            settings = self.folder / "redis.conf"
            settings.write_text(
                f'bind 127.0.0.1\nport {port}\nrequirepass {self._password}\nsave ""\nappendonly no\ndir "{self.folder}"\n',
                "utf-8",
            )
            child = Child([program, settings], log=self.folder / f"log{turn}")
            try:
                child.wait_for("Ready to accept connections")
                child.wait_until(partial(answers, port))
            except Died:
                child.stop()
                if "in use" in child.output() and turn + 1 < _PORTS_TRIED:
                    continue
                raise
            return child, port
        raise AssertionError("unreachable")
