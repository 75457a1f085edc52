"""Renewals on both databases: found by id, secret and phone, moved by compare-and-swap, counted, and swept with what they handed out."""

from __future__ import annotations

from dataclasses import replace

from tests.contract.conftest import START
from watchword.core.renewals import Renewal
from watchword.stores.engine import SqlStore

EMPTY = Renewal(
    id="r" * 26, kind="transfer", state="offered", user_id="u" * 26, phone_id="p" * 26, device_id="d" * 26, to_phone_id="",
    claim_hash=b"claim", secret_hash=b"secret", key_x=b"", key_y=b"", name="", platform="", devices=(), contact_id="", turn=0, wrong=0,
    created=START, expires=START + 300,
)  # fmt: skip


def test_a_renewal_comes_back_as_it_went(store: SqlStore) -> None:
    with store.write() as tx:
        tx.renewals.add(EMPTY)
    with store.read() as tx:
        assert tx.renewals.get(EMPTY.id) == EMPTY
        assert tx.renewals.by_secret(b"secret") == EMPTY
        assert tx.renewals.by_secret(b"") is None and tx.renewals.get("none") is None
        assert tx.renewals.open_of(EMPTY.phone_id) == (EMPTY,)
    pairs = (("a" * 26, "b" * 26), ("c" * 26, "d" * 26))
    with store.write() as tx:
        assert tx.renewals.move(EMPTY.id, "offered", "scanned", devices=pairs, name="New")
        assert not tx.renewals.move(EMPTY.id, "offered", "scanned")
        assert [tx.renewals.miss(EMPTY.id, 2) for _ in range(3)] == [1, 2, None]
    with store.read() as tx:
        assert tx.renewals.get(EMPTY.id) == replace(EMPTY, state="scanned", devices=pairs, name="New", wrong=2)


def test_one_that_has_ended_counts_nothing_and_is_not_open(store: SqlStore) -> None:
    with store.write() as tx:
        tx.renewals.add(replace(EMPTY, state="void"))
        assert tx.renewals.miss(EMPTY.id, 3) is None
        assert tx.renewals.open_of(EMPTY.phone_id) == ()
        assert tx.renewals.overdue(START + 10_000, 10) == ()


def test_the_sweep_keeps_what_a_phone_may_still_ask_about(store: SqlStore) -> None:
    year = 365 * 24 * 3600
    with store.write() as tx:
        tx.renewals.add(replace(EMPTY, state="done"))
    assert store.sweep(START + year)["renewals"] == 0
    assert store.sweep(START + 2 * year)["renewals"] == 1
