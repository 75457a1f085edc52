"""Letters: queued with their transaction, taken under a lease, sent at most twice, wiped afterwards."""

from __future__ import annotations

import pytest

from tests.contract.conftest import OpenStore
from tests.support.fakes import START
from watchword.flows.ports import Letter
from watchword.stores.engine import SqlStore

LETTER = Letter("mail", "anna@example.org", "件名 subject", "本文 body", {"code": "482913"}, "u" * 26)


def put(store: SqlStore, count: int = 1, now: int = START) -> None:
    for _ in range(count):
        with store.write() as tx:
            tx.outbox.put(LETTER, now)


def test_a_letter_is_taken_once_sent_and_wiped(store: SqlStore) -> None:
    put(store)
    assert store.outbox_batch("mail", START - 1, 10, 60) == []
    ((letter_id, letter, tries),) = store.outbox_batch("mail", START, 10, 60)
    assert (letter, tries) == (LETTER, 1)
    assert store.outbox_batch("mail", START + 59, 10, 60) == []
    store.outbox_done(letter_id, START + 1, "250 ok")
    assert store.outbox_batch("mail", START + 9999, 10, 60) == []
    (kept,) = store.recent_letters(5)
    assert (kept.letter, kept.state, kept.created, kept.sent_at, kept.detail) == (
        None,
        "sent",
        START,
        START + 1,
        "250 ok",
    )


def test_a_letter_whose_transaction_failed_is_never_sent(store: SqlStore) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        tx.outbox.put(LETTER, START)
        raise ZeroDivisionError
    assert store.outbox_batch("mail", START, 10, 60) == []
    assert store.outbox_next() is None


def test_a_dispatcher_that_died_is_followed_by_another(store: SqlStore) -> None:
    put(store)
    (first,) = store.outbox_batch("mail", START, 10, 60)
    assert store.outbox_next() == START + 60
    (second,) = store.outbox_batch("mail", START + 60, 10, 60)
    assert (second.id, second.letter, second.tries) == (first.id, LETTER, 2)


def test_a_letter_waits_for_its_next_try_and_may_be_given_up(store: SqlStore) -> None:
    put(store)
    (leased,) = store.outbox_batch("mail", START, 10, 60)
    store.outbox_retry(leased.id, START + 30, "421 busy")
    assert store.outbox_batch("mail", START + 29, 10, 60) == []
    assert store.outbox_next() == START + 30
    (again,) = store.outbox_batch("mail", START + 30, 10, 60)
    assert again.tries == 2
    store.outbox_drop(again.id, START + 31, "550 no such number")
    assert store.outbox_batch("mail", START + 9999, 10, 60) == []
    (kept,) = store.recent_letters(5)
    assert (kept.letter, kept.state, kept.detail) == (None, "dropped", "550 no such number")


def test_an_answer_that_comes_too_late_changes_nothing(store: SqlStore) -> None:
    put(store)
    (leased,) = store.outbox_batch("mail", START, 10, 60)
    store.outbox_done(leased.id, START + 1)
    store.outbox_retry(leased.id, START + 2)
    store.outbox_drop(leased.id, START + 2)
    assert store.outbox_batch("mail", START + 9999, 10, 60) == []
    assert [kept.state for kept in store.recent_letters(5)] == ["sent"]


def test_letters_leave_oldest_first_in_batches(store: SqlStore) -> None:
    put(store, 5)
    ids = [leased.id for leased in store.outbox_batch("mail", START, 3, 60)]
    assert len(ids) == 3
    assert ids == sorted(ids)
    rest = [leased.id for leased in store.outbox_batch("mail", START, 3, 60)]
    assert min(rest) > max(ids)
    assert len(rest) == 2


def test_the_demo_keeps_what_it_sent(open_it: OpenStore) -> None:
    store = open_it(keep_letters=True)
    put(store, 3)
    for leased in store.outbox_batch("mail", START, 2, 60):
        store.outbox_done(leased.id, START + 1)
    kept = store.recent_letters(2)
    assert [line.letter for line in kept] == [LETTER, LETTER]
    assert [line.state for line in kept] == ["queued", "sent"]
    assert kept[0].id > kept[1].id
