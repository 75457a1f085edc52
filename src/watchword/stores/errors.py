"""What a store raises. These are faults, never outcomes a flow decides on, except that `Duplicate` names a caller's mistake."""

from __future__ import annotations

from watchword.flows.ports import UnavailableError


class StoreError(Exception):
    """Any of them."""


class Duplicate(StoreError):
    """A unique value is there already. After `users.add` and `phones.add` the transaction can go on, else it is spoilt."""


class Unavailable(StoreError, UnavailableError):
    """No connection in time, or the database is away or locked: try again later (503 at the edge)."""


class Unstorable(StoreError, ValueError):
    """A value that no column takes, text with U+0000 or half a surrogate pair say. Edges refuse such text before it gets here."""


class Spoilt(StoreError):
    """A statement failed, the block caught that and went on: nothing is committed, on either database."""


class Nested(StoreError):
    """A transaction was opened inside another in the same thread: a bug, and a deadlock once the pool is busy."""
