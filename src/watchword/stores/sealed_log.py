"""The sealed log: what is still to be sealed, leaves and inner nodes, its state, its signed heads and the places they go to.

Ids of audit rows are given before commit, so on PostgreSQL rows become visible out of order, and a gap may be a row that is yet to come or
one that never will. Whoever writes to the table holds a lock on it from before it is given an id until after its commit can be seen; so once
none of the transactions that held one at some moment holds it any more, every id that was given out by then is settled, however long
it takes and whatever clocks say. On SQLite there is one writer at a time, and the sealer is it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ARRAY, BigInteger, LargeBinary, bindparam, delete, exists, func, literal, select, text, update

from watchword.core.audit_rows import Row
from watchword.core.merkle import SIZE
from watchword.flows.audit_ports import KeptHead, LogState, Sending
from watchword.stores import tables
from watchword.stores.database import Database
from watchword.stores.query import Query, Statement, adding, by, insert, param, setting

_A, _L, _N = tables.audit, tables.audit_leaves, tables.audit_nodes
_S, _H, _P = tables.audit_log, tables.audit_heads, tables.audit_places
_ID = 1  # the state is one row
ROW = (_A.c.id, _A.c.at, _A.c.tag, _A.c.user_id, _A.c.subject, _A.c.fields, _A.c.commitments)
_STATE = by(_S, "id", columns=("size", "settled", "peaks", "sealed"))


def _append(dialect: str) -> Statement:
    """One statement for a whole batch where the database takes arrays; on SQLite a statement costs next to nothing."""
    if dialect == "sqlite":
        return insert(_L, dialect)
    new = func.unnest(
        bindparam("ids", type_=ARRAY(BigInteger)), bindparam("hashes", type_=ARRAY(LargeBinary))
    ).table_valued("audit_id", "hash", with_ordinality="nth", name="new").render_derived()  # fmt: skip
    place = param(_L.c.position, "first") + new.c.nth - literal(1, BigInteger)
    return insert(_L, dialect, ()).from_select(
        ["position", "audit_id", "hash", "sealed"], select(place, new.c.audit_id, new.c.hash, param(_L.c.sealed))
    )


def _mark(dialect: str) -> Statement:
    if dialect == "sqlite":
        return select(func.max(_A.c.id))
    return text("SELECT pg_sequence_last_value(pg_get_serial_sequence('audit', 'id')::regclass)")


def _writers(dialect: str) -> Statement:
    if dialect == "sqlite":
        return text("SELECT '' WHERE 0")
    return text(
        "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND relation = 'audit'::regclass"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        " AND mode = 'RowExclusiveLock' AND granted"
    )


_settled = func.coalesce(select(_S.c.settled).where(_S.c.id == _ID).scalar_subquery(), 0)
# Both sides are bounded by `settled`, so that no plan walks through what has been sealed before.
_sealed = exists().where(_L.c.audit_id == _A.c.id, _L.c.audit_id > param(_A.c.id, "settled"))

_WAITING = Query(select(_A.c.id).where(_A.c.id > _settled).limit(1))
_READ = Query(_STATE)
_CLAIM = Query(_STATE.with_for_update(skip_locked=True))
_BEGIN = Query(lambda dialect: insert(_S, dialect).on_conflict_do_nothing())
_SAVE = Query(setting(_S, ("size", "settled", "peaks", "sealed")).where(_S.c.id == param(_S.c.id)))
_MARK = Query(_mark)
_WRITERS = Query(_writers)
_UNSEALED = Query(
    select(*ROW).where(_A.c.id > param(_A.c.id, "settled"), ~_sealed).order_by(_A.c.id).limit(param(_A.c.at, "limit"))
)
_APPEND = Query(_append)
_NODE = adding(_N)
_LEAVES = Query(
    select(_L.c.position, _L.c.hash)
    .where(_L.c.position >= param(_L.c.position, "first"), _L.c.position < param(_L.c.position, "end"))
    .order_by(_L.c.position)
)
_NODES = Query(
    by(_N, "level", columns=("position", "hash"))
    .where(_N.c.position >= param(_N.c.position, "first"), _N.c.position < param(_N.c.position, "end"))
    .order_by(_N.c.position)
)
_POSITION = Query(by(_L, "audit_id", columns=("position",)))
_AUDIT_ID = Query(by(_L, "position", columns=("audit_id",)))
_ADD_HEAD = Query(lambda dialect: insert(_H, dialect).on_conflict_do_nothing())
_LAST_HEAD = Query(select(_H.c.size, _H.c.at, _H.c.note).where(_H.c.size >= 0).order_by(_H.c.size.desc()).limit(1))
_AFTER = Query(select(_H).where(_H.c.size > param(_H.c.size)).order_by(_H.c.size).limit(param(_H.c.at, "limit")))
_BEFORE = Query(
    select(_H).where(_H.c.size < param(_H.c.size)).order_by(_H.c.size.desc()).limit(param(_H.c.at, "limit"))
)
_FORGET = Query(
    delete(_H).where(
        _H.c.at < param(_H.c.at, "before"),
        _H.c.size < select(func.max(_H.c.size)).where(_H.c.size >= 0).scalar_subquery(),
    )
)
_PLACES = Query(select(_P).order_by(_P.c.place))
_NEW_PLACE = Query(lambda dialect: insert(_P, dialect).on_conflict_do_nothing())
_LEASE = Query(
    update(_P)
    .values(due=param(_P.c.due, "until"))
    .where(_P.c.place == param(_P.c.place), _P.c.due <= param(_P.c.due, "now"))
    .returning(*_P.c)
)
_SETTLE = Query(setting(_P, ("size", "sent", "due", "tries", "since", "detail")).where(_P.c.place == param(_P.c.place)))


class SealedLog:
    """Port `SealedLog`."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def waiting(self) -> bool:
        """Whether there are rows that are not settled. One short read."""
        return self._db.one(_WAITING) is not None

    def state(self) -> LogState | None:
        """How far it is; None before the first row was sealed."""
        row = self._db.one(_READ, id=_ID)
        return None if row is None else _state(row)

    def claim(self) -> LogState | None:
        """The state, locked until the transaction ends; None when somebody else has it."""
        row = self._db.one(_CLAIM, id=_ID)
        if row is None and self.state() is None:
            self._db.run(_BEGIN, id=_ID, size=0, settled=0, peaks=b"", sealed=0)
            row = self._db.one(_CLAIM, id=_ID)
        return None if row is None else _state(row)

    def save(self, state: LogState) -> None:
        """How far it is now."""
        self._db.run(
            _SAVE, id=_ID, set_size=state.size, set_settled=state.settled, set_peaks=b"".join(state.peaks), set_sealed=state.sealed
        )  # fmt: skip

    def mark(self) -> int:
        """No id up to this one is given out any more."""
        row = self._db.one(_MARK)
        return int(row[0]) if row and row[0] is not None else 0

    def writers(self) -> frozenset[str]:
        """Transactions that are open and may have been given an id."""
        return frozenset(row[0] for row in self._db.all(_WRITERS))

    def unsealed(self, settled: int, limit: int) -> Sequence[Row]:
        """Rows above `settled` that are not in the log, by id."""
        return [Row(*row) for row in self._db.all(_UNSEALED, settled=settled, limit=limit)]

    def append(self, first: int, leaves: Sequence[tuple[int, bytes]], now: int) -> None:
        """Leaves, as row id and hash, from this position on."""
        if self._db.dialect == "sqlite":
            for position, (audit_id, hashed) in enumerate(leaves, first):
                self._db.run(_APPEND, position=position, audit_id=audit_id, hash=hashed, sealed=now)
            return
        ids, hashes = [leaf[0] for leaf in leaves], [leaf[1] for leaf in leaves]
        self._db.run(_APPEND, first=first, ids=ids, hashes=hashes, sealed=now)

    def put_nodes(self, nodes: Sequence[tuple[int, int, bytes]]) -> None:
        """Inner nodes, as level, place and hash."""
        for level, position, hashed in nodes:
            self._db.run(_NODE, level=level, position=position, hash=hashed)

    def leaves(self, first: int, count: int) -> Mapping[int, bytes]:
        """Leaf hashes by position."""
        return {row[0]: bytes(row[1]) for row in self._db.all(_LEAVES, first=first, end=first + count)}

    def nodes(self, level: int, first: int, count: int) -> Mapping[int, bytes]:
        """Hashes of inner nodes of a level by their place."""
        return {row[0]: bytes(row[1]) for row in self._db.all(_NODES, level=level, first=first, end=first + count)}

    def position(self, audit_id: int) -> int | None:
        """Where a row is in the log."""
        row = self._db.one(_POSITION, audit_id=audit_id)
        return None if row is None else int(row[0])

    def audit_id(self, position: int) -> int | None:
        """Which row is there."""
        row = self._db.one(_AUDIT_ID, position=position)
        return None if row is None else int(row[0])

    # Heads

    def add_head(self, head: KeptHead) -> None:
        """Keep a head that was signed; the first one of a size stays."""
        self._db.run(_ADD_HEAD, size=head.size, at=head.at, note=head.note)

    def last_head(self) -> KeptHead | None:
        """The largest."""
        row = self._db.one(_LAST_HEAD)
        return None if row is None else KeptHead(*row)

    def heads_after(self, size: int, limit: int) -> Sequence[KeptHead]:
        """Smallest first."""
        return [KeptHead(*row) for row in self._db.all(_AFTER, size=size, limit=limit)]

    def heads_before(self, size: int, limit: int) -> Sequence[KeptHead]:
        """Largest first."""
        return [KeptHead(*row) for row in self._db.all(_BEFORE, size=size, limit=limit)]

    def forget_heads(self, before: int) -> None:
        """Those signed before then; the last one stays."""
        self._db.run(_FORGET, before=before)

    def sendings(self) -> Sequence[Sending]:
        """Every place that was ever served."""
        return [Sending(*row) for row in self._db.all(_PLACES)]

    def lease(self, place: str, now: int, until: int) -> Sending | None:
        """Take a place until then; None when it is not due, or somebody else has it."""
        self._db.run(_NEW_PLACE, place=place, size=0, sent=0, due=0, tries=0, since=0, detail="")
        row = self._db.one(_LEASE, place=place, now=now, until=until)
        return None if row is None else Sending(*row)

    def settle(self, sending: Sending) -> None:
        """What became of it."""
        names = ("size", "sent", "due", "tries", "since", "detail")
        self._db.run(_SETTLE, place=sending.place, **{f"set_{name}": getattr(sending, name) for name in names})


def _state(row: tuple[int, int, bytes, int]) -> LogState:
    size, settled, peaks, sealed = row
    whole = (
        bytes(peaks) if isinstance(peaks, bytes | memoryview) else b""
    )  # what is not ours to read is no tree: verify says so
    return LogState(size, settled, tuple(whole[at : at + SIZE] for at in range(0, len(whole), SIZE)), sealed)
