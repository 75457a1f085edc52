"""Erasing the personal values of somebody's audit rows: salt and value go, the row and its sealed commitments stay (ADR 0014).

Every erasure is a row of the log itself, so a value that is missing without one was taken away behind the system's back.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from watchword.core.audit_rows import Row
from watchword.core.audit_search import Filter, Place
from watchword.core.users import username_key
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow, Store

BATCH = 2000
Erasures = dict[str, int]
"""User id → rows of that person from before this time may lack their values."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: rows that lost their values, and rows about the person that still have some."""

    user_id: str
    rows: int
    left: int


def person_of(kit: Kit, who: str) -> tuple[str, bool] | None:
    """The id of a username or of an id, and whether somebody of it still has an open account; None for what is neither on file nor in a row."""
    with kit.store.read() as tx:
        user = tx.users.by_key(username_key(who)) or tx.users.get(who)
        if user is not None:
            return user.id, user.state == "active"
        known = tx.audit_reading.page(Filter(person=who), Place(), 1) if len(who) == 26 else ()
    return (who, False) if known else None


def erase(kit: Kit, user_id: str, before: int, reason: str, by: str) -> Erased:
    """Erase what was written before then (LATEST for everything), a bounded number of rows in each transaction, each written down with it."""
    rows, until = 0, min(before, kit.clock.now() + 1)
    while True:
        with kit.store.write() as tx:
            batch = tx.audit_reading.erase(user_id, until, BATCH)
            if batch or not rows:
                fields = {"rows": batch, "before": until, "reason": reason, "by": by}
                tx.audit.write(AuditRow("audit.personal.erased", "", user_id, fields), kit.clock.now())
        rows += batch
        if not batch:
            break
    with kit.store.read() as tx:
        return Erased(user_id, rows, tx.audit_reading.personal(user_id))


def erasures(store: Store) -> Erasures:
    """Whose values were erased, and what was written before when, as the log says it."""
    found: Erasures = {}
    place = Place()
    while True:
        with store.read() as tx:
            page = tx.audit_reading.page(Filter(tag="audit.personal.erased"), place, BATCH)
        for one in page:
            found[one.row.subject] = max(found.get(one.row.subject, 0), _until(one.row))
        if len(page) < BATCH:
            return found
        place = Place(page[-1].row.at, page[-1].row.id)


def _until(row: Row) -> int:
    """What an erasure reached; a row that says otherwise than it may is not believed, since nothing about it has been verified yet."""
    try:
        until = json.loads(row.fields).get("before")
    except (ValueError, AttributeError):
        return 0
    return min(until, row.at + 1) if isinstance(until, int) else 0
