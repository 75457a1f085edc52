"""A real push service on this machine: npm's web-push-testing, which checks VAPID, decrypts and expires subscriptions."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

from tests.support.process import Child, Died, answers, free_port, private_folder
from tests.support.programs import missing, require

_FOLDER = Path(__file__).parent / "push-server"
_TRIES = 3


class PushServer:
    """The running server; `origin` is where its endpoints are."""

    def __init__(self) -> None:
        node = require("node")
        modules = _install()
        self.folder = private_folder("push")
        for left in reversed(range(_TRIES)):
            port = free_port()
            script = modules / "web-push-testing" / "src" / "bin" / "server.js"
            self._child = Child([node, script, str(port)], log=self.folder / "push.log", cwd=self.folder)
            try:
                self._child.wait_until(lambda port=port: answers(port))  # type: ignore[misc]
                break
            except Died:
                self._child.stop()
                if not left:
                    raise
        self.origin = f"http://localhost:{port}"

    def subscribe(self, application_server_key: str) -> dict[str, Any]:
        """What a browser's PushManager.subscribe gives: endpoint and keys, and `clientHash` to ask with."""
        data = self._post("/subscribe", {"userVisibleOnly": "true", "applicationServerKey": application_server_key})
        return dict(data["data"])

    def received(self, subscription: dict[str, Any]) -> list[str]:
        """The decrypted payloads that arrived for a subscription."""
        return list(self._post("/get-notifications", {"clientHash": subscription["clientHash"]})["data"]["messages"])

    def expire(self, subscription: dict[str, Any]) -> None:
        """As when a person takes the permission back."""
        self._post(f"/expire-subscription/{subscription['clientHash']}", {})

    def stop(self) -> None:
        self._child.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(
            self.origin + path, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            content = response.read()
        return json.loads(content) if content.startswith(b"{") else {}


def _install() -> Path:
    """node_modules as the lock says, installed once and by one test process at a time."""
    npm = require("npm")
    modules = _FOLDER / "node_modules"
    with (_FOLDER / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (modules / "web-push-testing" / "package.json").exists():
            argv = [str(npm), "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
            done = subprocess.run(argv, cwd=_FOLDER, capture_output=True, text=True, timeout=100)
            if done.returncode:
                missing(f"web-push-testing could not be installed: {done.stderr[-300:]}")
    return modules
