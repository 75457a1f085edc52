"""What the store keeps of proofs on the telephone, and for how long."""

from __future__ import annotations

from dataclasses import replace

from tests.contract.samples import Samples, added_user
from tests.contract.test_races import together
from tests.support.fakes import START
from watchword.core.caller import CallerProof
from watchword.core.users import User
from watchword.stores.engine import SqlStore

DAY = 24 * 60 * 60


def proof_of(samples: Samples, about: User, by: User, **changes: object) -> CallerProof:
    """A proof that was just asked for."""
    made = CallerProof(samples.id(), about.id, by.id, "unseen", "佐藤 葵", START, 0, 0)
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_proof_comes_back_as_it_was(store: SqlStore, samples: Samples) -> None:
    who, agent = added_user(store, samples), added_user(store, samples)
    made = proof_of(samples, who, agent)
    with store.write() as tx:
        tx.callers.add(made)
        assert tx.callers.get(made.id) == made
        tx.callers.alarm(made.id, START + 9)
        assert tx.callers.get(made.id) == replace(made, alarmed=START + 9)
    with store.read() as tx:
        for forged in ("", "0" * 26, "x" * 5000, "nul\0", "half\ud83d"):
            assert tx.callers.get(forged) is None


def test_words_move_once(store: SqlStore, samples: Samples) -> None:
    made = proof_of(samples, added_user(store, samples), added_user(store, samples))
    with store.write() as tx:
        tx.callers.add(made)

    moved = together(store, 8, lambda tx, _: tx.callers.move(made.id, "unseen", "shown", START + 1))
    assert sorted(moved) == [False] * 7 + [True]
    with store.read() as tx:
        assert tx.callers.get(made.id) == replace(made, state="shown", words_at=START + 1)


def test_lists_are_the_newest_first(store: SqlStore, samples: Samples) -> None:
    who, other, agent = (added_user(store, samples) for _ in range(3))
    mine = [proof_of(samples, who, agent, opened=START + at) for at in (5, 1, 9)]
    others = proof_of(samples, other, agent, opened=START + 7)
    with store.write() as tx:
        for each in (*mine, others):
            tx.callers.add(each)
        assert tx.callers.about(who.id, START + 2, 9) == (mine[2], mine[0])
        assert tx.callers.about(who.id, 0, 1) == (mine[2],)
        assert tx.callers.since(START + 6, 9) == (mine[2], others)


def test_they_go_with_the_attempts_and_with_their_person(store: SqlStore, samples: Samples) -> None:
    who, agent = added_user(store, samples), added_user(store, samples)
    old, kept = (proof_of(samples, who, agent, opened=START - days * DAY) for days in (91, 89))
    with store.write() as tx:
        tx.callers.add(old)
        tx.callers.add(kept)
    assert store.sweep(START)["caller_proofs"] == 1
    with store.read() as tx:
        assert (tx.callers.get(old.id), tx.callers.get(kept.id)) == (None, kept)
