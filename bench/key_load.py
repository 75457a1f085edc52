"""What a phone loads before Key works without a network: the page, everything in it, and what its service worker keeps."""

from __future__ import annotations

import re

from bench import servers
from bench.http1 import Connection

_LISTED = re.compile(r"`(/[\w./-]*)`|[\"'](/[\w./-]*)[\"']")
_KEPT = re.compile(
    r"\[([^\]]*)\]\.concat\(await "
)  # what it keeps at once; the longer list beside it is of what it may keep
_SCRIPTS = re.compile(r'<(?:script|link rel="(?:modulepreload|stylesheet)")[^>]*(?:src|href)="(/[^"]*)"')
_ARGON2 = re.compile(r"/assets/argon2-[\w-]+\.js")


def run(quick: bool) -> dict[str, float]:
    """Bytes of bodies as this server sends them to a browser that takes gzip, each path once, the worker among them."""
    del quick
    with servers.installation("sqlite", cheap=True) as home, servers.running(home):
        connection = Connection(home.site.port, home.site.key)
        sizes = {path: size(connection, path) for path in paths(connection)}
        connection.close()
    return {"key_first_load_kb": sum(sizes.values()) / 1000}


def paths(connection: Connection) -> set[str]:
    """The page and its scripts and styles, the worker and what it keeps, and Argon2, without which no PIN opens anything.

    Raises LookupError when the worker's list is not to be found. What only a camera or an old browser needs is loaded when it is used.
    """
    page = connection.ask("GET", "/").body.decode()
    worker = connection.ask("GET", "/sw.js").body.decode()
    found = _KEPT.search(worker)
    argon2 = set(_ARGON2.findall(worker))
    if found is None or not argon2:
        raise LookupError("the service worker's list of files has another form: adapt bench/key_load.py")
    kept = {one or other for one, other in _LISTED.findall(found[1])}
    return {"/", "/sw.js"} | set(_SCRIPTS.findall(page)) | kept | argon2


def size(connection: Connection, path: str) -> int:
    """Bytes of one body on the wire."""
    answer = connection.ask("GET", path, "Accept-Encoding: gzip\r\n")
    if answer.status != 200:
        raise LookupError(f"{path}: {answer.status}")
    return len(answer.body)
