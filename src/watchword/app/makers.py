"""The makers of passkeys that an installation trusts, read from the operator's file, and what `watchword doctor` says of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from watchword.app.settings import Settings
from watchword.vault.makers import Makers, MdsFault, load

SOON_SECONDS = 30 * 24 * 60 * 60


def makers_of(settings: Settings, now: int) -> Makers | None:
    """None where no file is set. Raises MdsFault for one that cannot be read or is not to be trusted; one that is merely late serves on."""
    wanted = settings.passkeys
    if not wanted.mds_file:
        return None
    root, blob = _read(wanted.mds_root_file, "mds_root_file"), _read(wanted.mds_file, "mds_file")
    try:
        return load(blob, root, signer=wanted.mds_signer, allowed=[UUID(one).bytes for one in wanted.allow], now=now)
    except MdsFault as fault:
        raise MdsFault(f"passkeys.mds_file {wanted.mds_file} cannot be used: {fault}") from fault


def _read(path: str, name: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as fault:
        raise MdsFault(f"passkeys.{name} cannot be read: {fault}") from fault


def examine(settings: Settings, now: int) -> Iterator[tuple[bool | None, str, str]]:
    """Findings as `(good, text, what to do)`; None for what is worth a warning."""
    again = "download a new BLOB to passkeys.mds_file, then restart"
    try:
        makers = makers_of(settings, now)
    except MdsFault as fault:
        yield False, str(fault), f"{again}; passkeys.mds_root_file and passkeys.mds_signer must fit it"
        return
    if makers is None:
        yield True, "no statement of the maker is asked for", ""
        return
    written = datetime.fromtimestamp(Path(settings.passkeys.mds_file).stat().st_mtime, UTC)
    about = f"list of makers number {makers.number}, file of {written:%Y-%m-%d}, models: {makers.models}, next update {makers.next_update}"
    late = makers.next_update < datetime.fromtimestamp(now, UTC).date()
    yield None if late else True, f"{about}, which has passed" if late else about, again if late else ""
    if makers.signer_ends - now < SOON_SECONDS:
        ends = datetime.fromtimestamp(makers.signer_ends, UTC)
        yield (
            None,
            f"a certificate of that list ends on {ends:%Y-%m-%d}: after it the server does not start with this file",
            again,
        )
    if makers.missing():
        yield (
            None,
            f"allowed, but not in the list: {', '.join(makers.missing())}",
            "correct passkeys.allow; nobody can add these models",
        )
