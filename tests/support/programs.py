"""Programs of the machine that some tests need: found, or the test is skipped by name, or fails where nothing may be missing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

# Debian keeps these off the PATH; the newest version comes first.
_ELSEWHERE = ("/usr/lib/postgresql/*/bin", "/usr/lib/kannel/test", "/usr/sbin", "/sbin")
_PACKAGES = {
    "bearerbox": "kannel",
    "smsbox": "kannel",
    "fakesmsc": "kannel-extras",
    "initdb": "postgresql",
    "postgres": "postgresql",
    "pg_dump": "postgresql",
}


def require(program: str) -> Path:
    """The path of `program`. Missing, the test is skipped with the reason, or fails under WATCHWORD_REQUIRE_ALL=1."""
    path = find(program)
    if path is None:
        missing(f"{program} is not installed (Debian: {_PACKAGES.get(program, program)})")
    return path


def missing(reason: str) -> NoReturn:
    """Skip the running test for something this machine lacks, or fail it under WATCHWORD_REQUIRE_ALL=1."""
    if os.environ.get("WATCHWORD_REQUIRE_ALL") == "1":
        pytest.fail(f"{reason}, and WATCHWORD_REQUIRE_ALL allows no skip", pytrace=False)
    pytest.skip(reason)


def find(program: str) -> Path | None:
    """The path of `program`, or None."""
    on_path = shutil.which(program)
    if on_path:
        return Path(on_path)
    for pattern in _ELSEWHERE:
        for folder in sorted(Path("/").glob(pattern.lstrip("/")), key=_version, reverse=True):
            if os.access(folder / program, os.X_OK):
                return folder / program
    return None


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in folder.parts if part.isdigit())
