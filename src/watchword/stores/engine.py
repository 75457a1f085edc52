"""The store: transactions for the flows, the outbox for the dispatcher, and housekeeping."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Protocol

from sqlalchemy import Engine

from watchword.flows.ports import Vault
from watchword.stores import outbox, sweep
from watchword.stores.connections import Connections, Loan, PostgresConnections, SqliteConnections, make_engine
from watchword.stores.errors import Nested
from watchword.stores.tx import Keys, SqlTx


class Commit(Protocol):
    """`watchword.vault.commitments.commit`."""

    def __call__(
        self, fields: Mapping[str, str], entropy: Callable[[int], bytes], /
    ) -> tuple[dict[str, str], dict[str, list[str]]]: ...


def open_store(
    url: str,
    *,
    vault: Vault,
    commit: Commit,
    entropy: Callable[[int], bytes],
    pool_size: int = 10,
    pool_seconds: float = 3.0,
    keep_letters: bool = False,
) -> SqlStore:
    """Open the database at `url` (`sqlite:///path`, `postgresql://…`), which `migrate.upgrade` has brought up to date.

    `vault` seals what is personal or secret; `commit` and `entropy` make the audit table's commitments; `pool_size` bounds the
    connections of this process and `pool_seconds` the wait for one; `keep_letters` leaves sent letters readable (the demo only).
    """
    engine = make_engine(url, pool_size=pool_size, pool_seconds=pool_seconds)
    connections = SqliteConnections(engine) if engine.dialect.name == "sqlite" else PostgresConnections(engine)
    return SqlStore(engine, connections, Keys(vault, lambda fields: commit(fields, entropy)), keep_letters=keep_letters)


class _Transaction(AbstractContextManager[SqlTx, None]):
    """The `with` of one transaction: it commits when the block ends well, and rolls back when anything is raised in it."""

    __slots__ = ("_keys", "_lend", "_loan", "_open", "_tx")

    def __init__(self, lend: Callable[[], Loan], keys: Keys, opened: threading.local) -> None:
        self._lend = lend
        self._keys = keys
        self._open = opened

    def __enter__(self) -> SqlTx:
        if getattr(self._open, "now", False):
            raise Nested("a transaction is open in this thread already: pass it on instead of opening another")
        self._loan = self._lend()
        self._open.now = True
        self._tx = SqlTx(self._loan.db, self._keys)
        return self._tx

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.now = False
        self._loan.finish(commit=kind is None)
        if kind is None:
            with ExitStack() as told:  # the last in it is called first, and each whatever another raises
                for action in reversed(self._tx.afterwards):
                    told.callback(action)


class SqlStore:
    """Port `Store`. Safe in any number of threads; nothing is held between two `with` blocks."""

    def __init__(self, engine: Engine, connections: Connections, keys: Keys, *, keep_letters: bool = False) -> None:
        self.engine = engine
        self._connections = connections
        self._keys = keys
        self._keep = keep_letters
        self._open = threading.local()
        self._sealed = False

    def read(self) -> _Transaction:
        """Statements one by one, each seeing what is committed. Writing in it raises RuntimeError."""
        return _Transaction(self._connections.reading, self._keys, self._open)

    def write(self) -> _Transaction:
        """One transaction. Raises Nested inside another, Unavailable when the database cannot be had in time."""
        return _Transaction(self._connections.writing, self._keys, self._open)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def ready(self) -> bool:
        """Whether the database answers; for health checks. Raises nothing but Unavailable."""
        with self.read() as tx:
            return tx.users.page("", 1) is not None

    def outbox_batch(self, kind: str, now: int, limit: int, lease_seconds: int) -> list[outbox.Leased]:
        """Take up to `limit` letters of a kind that are due, as `(id, letter, tries)`; nobody else gets them for `lease_seconds`."""
        with self.read() as tx:
            if not outbox.any_due(tx.db, kind, now):
                return []
        with self.write() as tx:
            return outbox.lease(tx.db, self._keys.vault, kind, now, limit, lease_seconds)

    def outbox_next(self) -> int | None:
        """When the next letter is due, or None."""
        with self.read() as tx:
            return outbox.next_due(tx.db)

    def outbox_done(self, letter_id: int, now: int, detail: str = "") -> None:
        """It was handed over; address and text are wiped unless letters are kept."""
        with self.write() as tx:
            outbox.end(tx.db, letter_id, "sent", now, detail, keep=self._keep)

    def outbox_retry(self, letter_id: int, not_before: int, detail: str = "") -> None:
        """It failed for now."""
        with self.write() as tx:
            outbox.retry(tx.db, letter_id, not_before, detail)

    def outbox_drop(self, letter_id: int, now: int, detail: str = "") -> None:
        """It is given up: too late, or refused for good."""
        with self.write() as tx:
            outbox.end(tx.db, letter_id, "dropped", now, detail, keep=self._keep)

    def recent_letters(self, limit: int) -> Sequence[outbox.Kept]:
        """The last letters, newest first; those sent without `keep_letters` have no text."""
        with self.read() as tx:
            return outbox.recent(tx.db, self._keys.vault, limit)

    def sweep(self, now: int, retention: sweep.Retention = sweep.DEFAULT) -> dict[str, int]:
        """Delete what has expired, in bounded batches of a transaction each; how many rows of which table.

        The first of a process also seals what older versions wrote in plain columns, and goes on with it until there is none.
        """
        done = sweep.sweep(self.write, now, retention)
        if not self._sealed:
            done["payees"] = sweep.seal_payees(self.write, retention.batches)
            if not done["payees"]:
                with self.read() as tx:
                    self._sealed = not tx.withdrawals.any_plain()
        return done
