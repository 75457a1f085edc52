"""What the console keeps: forms that wait for Key, sealed and to their own session alone; and one-time links."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from tests.contract.samples import Samples, added_user
from tests.support.fakes import START
from watchword.core.staff_links import LINK, Link, state_at
from watchword.flows.console_ports import Draft
from watchword.stores.engine import SqlStore


def draft(samples: Samples, session: str, **changes: object) -> Draft:
    """A form that waits."""
    made = Draft(samples.id(), session, samples.id(), "/users", {"text": "canary"}, START, START + 9)
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_draft_is_sealed_and_its_sessions_own(store: SqlStore, samples: Samples) -> None:
    session, other = samples.id(), samples.id()
    kept = draft(samples, session)
    with store.write() as tx:
        tx.drafts.add(kept, 9)
        assert tx.drafts.get(kept.id, session) == tx.drafts.of_attempt(kept.attempt_id, session) == kept
        assert tx.drafts.get(kept.id, other) is None and tx.drafts.of_attempt(kept.attempt_id, other) is None
        for forged in ("", "nul\0", "half\ud83d", "x" * 99):
            assert tx.drafts.get(forged, session) is None
    with store.engine.begin() as connection:
        assert "canary" not in str(connection.execute(text("SELECT * FROM staff_drafts")).all())
        connection.execute(text("UPDATE staff_drafts SET session_id = :other"), {"other": other})
    with store.read() as tx, pytest.raises(ValueError, match="does not belong"):
        tx.drafts.get(kept.id, other)


def test_the_newest_drafts_stay_and_the_one_just_made_always(store: SqlStore, samples: Samples) -> None:
    session = samples.id()
    beside = draft(samples, samples.id())
    with store.write() as tx:
        tx.drafts.add(beside, 3)
        for _ in range(20):  # all in one second: ids do not tell which is newer
            made = draft(samples, session)
            tx.drafts.add(made, 3)
            assert tx.drafts.get(made.id, session) == made
        assert tx.drafts.get(beside.id, beside.session_id) == beside
    with store.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM staff_drafts")).scalar() == 4


def test_links(store: SqlStore, samples: Samples) -> None:
    user = added_user(store, samples)
    link = Link(samples.id(), user.id, b"h" * 32, "offered", "", START, START + 3600)
    session = samples.id()
    with store.write() as tx:
        tx.links.add(link)
        assert tx.links.by_token(b"h" * 32) == tx.links.by_token(b"h" * 32, lock=True) == link
        assert tx.links.by_token(b"x" * 32) is None and tx.links.of_session(session) is None
        assert tx.links.move(link.id, "offered", "begun", session_id=session) is True
        assert tx.links.move(link.id, "offered", "begun", session_id=samples.id()) is False, "opened once"
        opened = replace(link, state="begun", session_id=session)
        assert tx.links.of_session(session) == tx.links.of_session(session, lock=True) == opened
        assert tx.links.of_user(user.id) == (opened,)


def test_time_ends_a_link_that_is_not_done() -> None:
    link = Link("i", "u", b"", "offered", "", START, START + 3600)
    for state in sorted(LINK.states):
        one = replace(link, state=state)
        assert state_at(one, START + 3599) == state
        assert state_at(one, START + 3600) == (state if state in LINK.final else "expired")
