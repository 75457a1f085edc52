"""Exceptions to the house rules, each with its reason. An entry that no longer excuses anything fails a test."""

from __future__ import annotations

# path -> why it is longer than a file should be
LONG_FILES: dict[str, str] = {
    "frontend/key/test/fakeserver.ts": "one stand-in for the whole phone API, so that every test of the app meets the same server",
}

# (path, dotted name) -> why this file may use it
NAMES: dict[tuple[str, str], str] = {
    (
        "src/watchword/vault/breached.py",
        "hashlib.sha1",
    ): "lists of breached passwords are published as SHA-1; the digest of what is typed lives for one look-up and is kept nowhere",
    (
        "src/watchword/core/otp.py",
        "hashlib.sha1",
    ): "RFC 4226 and RFC 6238 fix HMAC-SHA-1 for codes of other makers' authenticators",
}
