"""Between dataclasses and rows: JSON for small lists, and the checked UPDATEs behind `move`, `set` and `count`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table

from watchword.stores.database import Database
from watchword.stores.query import Query, param, setting

_ENCODE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True).encode


def packed(values: object) -> str:
    """Compact JSON, in ASCII: what a person typed may hold characters that PostgreSQL's Text refuses (U+0000)."""
    return _ENCODE(values)


def unpacked(text: str) -> tuple[Any, ...]:
    """The tuple of a JSON list."""
    return tuple(json.loads(text)) if text != "[]" else ()


def storable(text: str) -> bool:
    """Whether a database can hold or compare this text; what a person typed may carry NUL or half a surrogate pair."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


class Changes:
    """UPDATEs of one table by id with whatever columns the caller names, checked against a list of those that may change."""

    def __init__(
        self, table: Table, allowed: Iterable[str], encoders: Mapping[str, Callable[[Any], object]] | None = None
    ) -> None:
        self._table = table
        self._allowed = frozenset(allowed)
        self._encoders = dict(encoders or {})
        self._set = cache(self._set_query)
        self._move = cache(self._move_query)
        self._count = cache(self._count_query)

    def set(self, db: Database, row_id: str, values: Mapping[str, object]) -> bool:
        """Set columns; False when there is no such row. Raises ValueError for a column that may not change."""
        if not values:
            return True
        return db.run(self._set(self._checked(values)), id=row_id, **self._encoded(values)) == 1

    def move(self, db: Database, row_id: str, state: str, to: str, values: Mapping[str, object]) -> bool:
        """Compare-and-swap on `state`, other columns with it; False when the row is in another state."""
        names = self._checked(values)
        return db.run(self._move(names), id=row_id, state=state, set_state=to, **self._encoded(values)) == 1

    def count(self, db: Database, row_id: str, column: str, limit: int, where: Sequence[Any] = ()) -> int | None:
        """One more in `column`, decided by the database: the new value, or None at the limit or where `where` does not hold."""
        row = db.one(self._count(column, tuple(where)), id=row_id, limit=limit)
        return None if row is None else int(row[0])

    def _checked(self, values: Mapping[str, object]) -> tuple[str, ...]:
        strange = values.keys() - self._allowed
        if strange:
            raise ValueError(f"{self._table.name}: {', '.join(sorted(strange))} may not be set")
        return tuple(sorted(values))

    def _encoded(self, values: Mapping[str, object]) -> dict[str, object]:
        encoders = self._encoders
        return {f"set_{name}": encoders[name](value) if name in encoders else value for name, value in values.items()}

    def _set_query(self, names: tuple[str, ...]) -> Query:
        return Query(setting(self._table, names).where(self._table.c.id == param(self._table.c.id)))

    def _move_query(self, names: tuple[str, ...]) -> Query:
        columns = self._table.c
        statement = setting(self._table, ("state", *names))
        return Query(statement.where(columns.id == param(columns.id), columns.state == param(columns.state)))

    def _count_query(self, column: str, where: tuple[Any, ...]) -> Query:
        counted = self._table.c[self._checked({column: 0})[0]]
        statement = self._table.update().values({column: counted + 1})
        statement = statement.where(
            self._table.c.id == param(self._table.c.id), counted < param(counted, "limit"), *where
        )
        return Query(statement.returning(counted))
