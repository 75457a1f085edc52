"""Static files, read once and kept compressed: the portal's styles and scripts, and the whole of Key."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.types import Receive, Scope, Send

from watchword.web import headers

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".wasm": "application/wasm",
    ".map": "application/json",
}
SQUEEZED = {".html", ".css", ".js", ".json", ".webmanifest", ".svg", ".wasm"}
LONGEST_NAME = 100  # no file of ours has a longer one; file systems refuse one over 255 bytes with an error
LONGEST_PATH = 200
FOREVER = b"public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class File:
    """One file, ready to be sent. `packed` is its gzip form, b"" where that gains nothing."""

    body: bytes
    packed: bytes
    kind: bytes
    etag: bytes


def file_of(name: str, body: bytes) -> File:
    """A file by its name's ending."""
    ending = Path(name).suffix
    packed = gzip.compress(body, 9, mtime=0) if ending in SQUEEZED else b""
    kind = TYPES.get(ending, "application/octet-stream").encode()
    return File(
        body, packed if len(packed) < len(body) else b"", kind, f'"{hashlib.sha256(body).hexdigest()[:20]}"'.encode()
    )


class Assets:
    """Serves a folder from memory. `aliases` are further paths of a file; `extra` headers go with every answer."""

    def __init__(
        self, root: Path, prefix: str, *, aliases: Mapping[str, str] | None = None, more: Mapping[str, bytes] | None = None,
        extra: Iterable[tuple[bytes, bytes]] = (), forever: tuple[str, ...] = (), always_forever: bool = False, skip: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self._root, self._prefix, self._skip = root, prefix, skip
        self._aliases, self._more = dict(aliases or {}), dict(more or {})
        self._extra = [*headers.COMMON, *extra]
        self._forever, self._always = forever, always_forever
        self._files: dict[str, File | None] = {}

    def paths(self) -> list[str]:
        """Every path that is answered."""
        found = [str(path.relative_to(self._root)) for path in sorted(self._root.rglob("*")) if path.is_file()]
        return [*(f"{self._prefix}{name}" for name in found), *self._aliases]

    def find(self, path: str) -> File | None:
        """The file of a path; only names that are in the folder, so no path leads out of it."""
        name = self._aliases.get(path, path.removeprefix(self._prefix))
        if name not in self._files:
            if len(self._files) > 2000:
                self._files.clear()
            self._files[name] = self._load(name)
        return self._files[name]

    def _load(self, name: str) -> File | None:
        if name in self._more:
            return file_of(name, self._more[name])
        if (
            len(name) > LONGEST_PATH
            or any(part in ("", ".", "..") or len(part) > LONGEST_NAME for part in name.split("/"))
            or "\0" in name
            or name.startswith(self._skip or ("\0",))
        ):
            return None
        path = self._root / name
        return file_of(name, path.read_bytes()) if path.is_file() else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        file = self.find(scope["path"]) if scope["method"] in ("GET", "HEAD") else None
        if file is None:
            await send(
                {
                    "type": "http.response.start",
                    "status": 404,
                    "headers": [(b"content-type", b"text/plain"), (b"content-length", b"9")],
                }
            )
            await send({"type": "http.response.body", "body": b"Not found"})
            return
        given = dict(scope["headers"])
        cached = (self._always and b"v=" in scope["query_string"]) or any(
            scope["path"].startswith(start) for start in self._forever
        )
        out = [
            (b"etag", file.etag),
            (b"cache-control", FOREVER if cached else b"no-cache"),
            (b"vary", b"Accept-Encoding"),
            *self._extra,
        ]
        if given.get(b"if-none-match") == file.etag:
            await send({"type": "http.response.start", "status": 304, "headers": out})
            await send({"type": "http.response.body", "body": b""})
            return
        body = file.body
        if file.packed and b"gzip" in given.get(b"accept-encoding", b""):
            body = file.packed
            out.append((b"content-encoding", b"gzip"))
        out += [(b"content-type", file.kind), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": out})
        await send({"type": "http.response.body", "body": body if scope["method"] == "GET" else b""})
