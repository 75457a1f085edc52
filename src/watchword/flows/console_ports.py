"""What the console needs from the store: forms that wait for Key, and one-time links for the first administrators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from watchword.core.staff_links import Link


@dataclass(frozen=True, slots=True)
class Draft:
    """What a form of the console held when Key was asked for first, or what was searched for: kept sealed, for its session alone.

    `attempt_id` is the approval it waits for, "" where it waits for none; `path` the page it belongs to.
    """

    id: str
    session_id: str
    attempt_id: str
    path: str
    fields: Mapping[str, str]
    made: int
    expires: int


class Drafts(Protocol):
    """Forms that wait."""

    def add(self, draft: Draft, keep: int) -> None:
        """A new one; of its session, the newest `keep` stay."""
        ...

    def get(self, draft_id: str, session_id: str) -> Draft | None: ...
    def of_attempt(self, attempt_id: str, session_id: str) -> Draft | None: ...


class Links(Protocol):
    """One-time links."""

    def add(self, link: Link) -> None: ...
    def by_token(self, token_hash: bytes, *, lock: bool = False) -> Link | None: ...
    def of_session(self, session_id: str, *, lock: bool = False) -> Link | None: ...
    def of_user(self, user_id: str) -> Sequence[Link]: ...
    def move(self, link_id: str, state: str, to: str, **values: object) -> bool:
        """Compare-and-swap on the state, setting `values` with it; False when somebody was first."""
        ...
