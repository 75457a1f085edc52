"""Earlier passwords, security answers and recoveries; and what ends with a password, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contract.samples import Samples, added_user
from tests.support.fakes import START
from watchword.core.lockout import Tries
from watchword.stores.engine import SqlStore
from watchword.stores.errors import Duplicate


def test_history_in_the_order_of_time(store: SqlStore, samples: Samples) -> None:
    anna, ben = added_user(store, samples), added_user(store, samples)
    with store.write() as tx:
        for at, encoded in enumerate(("one", "two", "one")):
            tx.history.add(anna.id, encoded, START + at)
        tx.history.add(ben.id, "three", START)
    with store.read() as tx:
        assert tx.history.of(anna.id) == ("one", "two", "one")
        assert tx.history.of("nobody") == ()


def test_answers_take_the_place_of_all_earlier_ones(store: SqlStore, samples: Samples) -> None:
    anna, ben = added_user(store, samples), added_user(store, samples)
    with store.write() as tx:
        tx.answers.replace(anna.id, [("b", "1"), ("a", "2"), ("c", "3")], START)
        tx.answers.replace(ben.id, [("a", "4")], START)
        tx.answers.replace(anna.id, [("d", "5"), ("a", "6")], START)
    with store.read() as tx:
        assert tx.answers.of(anna.id) == (("a", "6"), ("d", "5"))
        assert tx.answers.of(ben.id) == (("a", "4"),)


def test_recoveries(store: SqlStore, samples: Samples) -> None:
    recovery = samples.recovery()
    with store.write() as tx:
        tx.recoveries.add(recovery)
    with pytest.raises(Duplicate), store.write() as tx:
        tx.recoveries.add(samples.recovery(collector_hash=recovery.collector_hash))
    with store.write() as tx:
        assert tx.recoveries.by_collector(recovery.collector_hash) == recovery
        assert tx.recoveries.by_collector(recovery.collector_hash, lock=True) == recovery
        assert tx.recoveries.by_collector(b"none") is None
        assert tx.recoveries.count(recovery.id, "wrong_personal", 3) == 3
        assert tx.recoveries.count(recovery.id, "wrong_personal", 3) is None
        tx.recoveries.set(recovery.id, method="mail", contact_id="c" * 26)
        assert tx.recoveries.move(recovery.id, "half", "proven", proofs="sms mail", method="")
        assert not tx.recoveries.move(recovery.id, "half", "proven")
        changed = replace(recovery, state="proven", proofs="sms mail", method="", contact_id="c" * 26, wrong_personal=3)
        assert tx.recoveries.by_collector(recovery.collector_hash) == changed
        for name in ("id", "user_id", "state", "collector_hash", "expires", "wrong = 0 --"):
            with pytest.raises(ValueError, match="may not be set"):
                tx.recoveries.set(recovery.id, **{name: "x"})


def test_a_password_its_hash_and_a_recovery(store: SqlStore, samples: Samples) -> None:
    user = added_user(store, samples)
    with store.write() as tx:
        tx.users.set_password(user.id, "new", START + 1)
        tx.users.rehash(user.id, "same")
        tx.users.set_recovered(user.id, START + 2)
        changed = replace(user, password_hash="same", password_changed=START + 1, recovered=START + 2)
        assert tx.users.get(user.id) == changed


def test_sessions_end_but_one(store: SqlStore, samples: Samples) -> None:
    user, other = samples.id(), samples.id()
    kept, one, two, theirs = (samples.session(user_id=owner) for owner in (user, user, user, other))
    over = samples.session(user_id=user, ended=START - 1)
    with store.write() as tx:
        for session in (kept, one, two, theirs, over):
            tx.sessions.add(session)
        assert set(tx.sessions.end_all(user, START, but=kept.id)) == {one.id, two.id}
        assert tx.sessions.end_all(user, START, but=kept.id) == ()
        assert tx.sessions.get(kept.id) == kept
        assert tx.sessions.get(theirs.id) == theirs
        assert tx.sessions.get(over.id) == over
        assert tx.sessions.renew(kept.id, b"t" * 32)
        assert not tx.sessions.renew(one.id, b"u" * 32)
        assert tx.sessions.by_token(b"t" * 32) == replace(kept, token_hash=b"t" * 32)
        assert tx.sessions.end_all(user, START) == (kept.id,)


def test_browsers_are_forgotten_but_one(store: SqlStore, samples: Samples) -> None:
    user, other = samples.id(), samples.id()
    kept, gone, theirs = (samples.browser(user_id=owner) for owner in (user, user, other))
    with store.write() as tx:
        for browser in (kept, gone, theirs):
            tx.browsers.add(browser, browser.id.encode())
        assert tx.browsers.forget_all(user, but=kept.id) == 1
        assert [tx.browsers.get(browser.id) for browser in (kept, gone, theirs)] == [kept, None, theirs]


def test_counters_of_a_name_are_cleared_and_no_other(store: SqlStore) -> None:
    with store.write() as tx:
        for subject, client in ((b"a", "unknown"), (b"a", "browser:1"), (b"b", "unknown")):
            tx.tries.take(subject, client, START)
        tx.tries.clear(b"a")
        assert tx.tries.take(b"a", "unknown", START) == Tries(1, 0, 0, 1)
        assert tx.tries.take(b"a", "browser:1", START) == Tries(1, 0, 0, 0)
        assert tx.tries.take(b"b", "unknown", START) == Tries(2, 0, 0, 2)


def test_enrolments_under_way_are_void(store: SqlStore, samples: Samples) -> None:
    user, other = samples.id(), samples.id()
    made = [
        samples.enrolment(user_id=user, state=state) for state in ("started", "offered", "proven", "issued", "active")
    ]
    theirs = samples.enrolment(user_id=other)
    with store.write() as tx:
        for enrolment in (*made, theirs):
            tx.enrolments.add(enrolment)
        tx.enrolments.void_all(user)
        states = [getattr(tx.enrolments.get(enrolment.id), "state", "") for enrolment in (*made, theirs)]
        assert states == [*["void"] * 4, "active", "offered"]
