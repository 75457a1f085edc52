"""What `watchword doctor` says of the sealed log: whether rows are sealed, and whether heads leave the house."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from watchword.app.settings import Settings
from watchword.flows.audit_ports import LogState, Sending
from watchword.stores import migrate
from watchword.stores.connections import PostgresConnections, SqliteConnections, make_engine
from watchword.stores.sealed_log import SealedLog
from watchword.vault import keyring

LATE_SECONDS = 60
NOWHERE = "heads are kept nowhere outside: rows removed from the end would not be missed"


def examine(settings: Settings, now: int) -> Iterator[tuple[bool | None, str, str]]:
    """Findings as `(good, text, what to do)`; None for what is worth a warning. Nothing is looked at before the database is up to date."""
    if not settings.keys_path.is_file() or not migrate.is_current(settings.database_url):
        return
    if not keyring.load(settings.keys_path).audit:
        yield (
            False,
            "the key file has no key for heads",
            f"make {settings.keys_path} writable once and restart the server",
        )
    engine = make_engine(settings.database_url, pool_size=1, pool_seconds=3.0)
    loan = (SqliteConnections if engine.dialect.name == "sqlite" else PostgresConnections)(engine).reading()
    try:
        log = SealedLog(loan.db)
        state, sendings = log.state() or LogState(0, 0, (), 0), log.sendings()
        late = [row for row in log.unsealed(state.settled, 1) if row.at < now - LATE_SECONDS]
    finally:
        loan.finish(commit=False)
        engine.dispose()
    if late:
        mend = "run the server, or watchword worker; if one runs, its log says why it does not seal"
        yield False, f"row {late[0].id} is {now - late[0].at} s old and not sealed", mend
    else:
        yield True, f"{state.size:,} rows are sealed", ""
    yield from _places(settings, sendings, now)


def _places(settings: Settings, sendings: Sequence[Sending], now: int) -> Iterator[tuple[bool | None, str, str]]:
    if not settings.audit.heads_file and not settings.audit.heads_url:
        yield None, NOWHERE, "set audit.heads_file or audit.heads_url (docs/audit.md)"
        return
    for one in sendings:
        if one.since:
            text = (
                f"heads: the {one.place} has taken none for {now - one.since} s, after {one.tries} tries: {one.detail}"
            )
            yield (
                False,
                text,
                f"see what is wrong with {settings.audit.heads_url if one.place == 'address' else settings.audit.heads_file}",
            )
        else:
            yield True, f"heads: the {one.place} has that of {one.size:,} rows", ""
