"""Whatever order events come in, the stored attempt is where the table of `core/attempts.py` says, and nowhere a stale event leads."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.samples import Samples
from watchword.core.attempts import ATTEMPT
from watchword.stores.engine import SqlStore

EVENTS = st.sampled_from(sorted(ATTEMPT.events))
STATES = st.sampled_from(sorted(ATTEMPT.states))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(st.tuples(STATES, EVENTS), min_size=1, max_size=12))
def test_the_stored_state_follows_the_table(store: SqlStore, samples: Samples, steps: list[tuple[str, str]]) -> None:
    """Each step is an event as seen by somebody who believes the attempt to be in some state."""
    attempt = samples.attempt(samples.id())
    with store.write() as tx:
        tx.attempts.add(attempt)
    state, moves = "pending", 0
    for believed, event in steps:
        to = ATTEMPT.step(believed, event)
        if to is None:
            continue
        with store.write() as tx:
            moved = tx.attempts.move(attempt.id, believed, to, decided=moves + 1)
        assert moved == (believed == state)
        if moved:
            state, moves = to, moves + 1
    with store.write() as tx:
        after = tx.attempts.get(attempt.id)
        assert after is not None
        assert after.state == state
        assert after.decided == (moves or attempt.decided)
        assert tx.attempts.states([attempt.id]) == {attempt.id: state}
        assert (tx.attempts.count(attempt.id, "wrong", 1000) is None) == (state != "pending")
