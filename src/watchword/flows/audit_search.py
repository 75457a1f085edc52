"""Searching the audit, a page at a time: an index finds candidates, the rest of the filter looks through a bounded number of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from watchword.core.audit_rows import values
from watchword.core.audit_search import LOOKED_THROUGH, Filter, Place
from watchword.flows.audit_ports import Found
from watchword.flows.ports import Store

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, newest first. `next` is where the following page begins, None at the end; `looked` how many rows were looked at."""

    rows: tuple[Found, ...]
    next: Place | None
    looked: int


def page(store: Store, wanted: Filter, after: Place, limit: int) -> Page:
    """Up to `limit` rows. A page may hold fewer, even none, and still have a `next`: that is how far it looked."""
    rows: list[Found] = []
    looked, place = 0, after
    chunk = CHUNK if wanted.words or wanted.outcome or (wanted.tag and not wanted.whole_tag) else limit + 1
    while looked < LOOKED_THROUGH:
        with store.read() as tx:
            found = tx.audit_reading.page(wanted, place, chunk)
        for one in found:
            if len(rows) == limit:
                return Page(tuple(rows), place, looked)
            looked += 1
            place = Place(one.row.at, one.row.id)
            if _fits(wanted, one):
                rows.append(one)
        if len(found) < chunk:
            return Page(tuple(rows), None, looked)
    return Page(tuple(rows), place, looked)


def everything(store: Store, wanted: Filter, chunk: int = CHUNK) -> Iterator[Sequence[Found]]:
    """Every row of a filter, in pages; nothing more than a page is held."""
    place: Place | None = Place()
    while place is not None:
        found = page(store, wanted, place, chunk)
        yield found.rows
        place = found.next


def _fits(wanted: Filter, one: Found) -> bool:
    row = one.row
    if wanted.person and wanted.person not in (row.user_id, row.subject):
        return False
    if wanted.subject and row.subject != wanted.subject:
        return False
    words = ""
    if wanted.words:
        words = " ".join((row.tag, row.user_id, row.subject, row.fields, *values(one.openings).values()))
    return wanted.lets(row.tag, words)
