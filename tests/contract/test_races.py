"""What the database decides when many ask at once. Each thread is a transaction of its own, let go at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.contract.samples import Samples, added_device, added_user
from tests.support.fakes import START
from watchword.core.lockout import CAP, FORGET_SECONDS, IN_A_ROW, Tries, locked
from watchword.core.rates import Window
from watchword.core.users import Details
from watchword.flows.ports import Letter
from watchword.stores.engine import SqlStore
from watchword.stores.errors import Duplicate

THREADS = 8


def together(store: SqlStore, count: int, step: Callable[[Any, int], Any]) -> list[Any]:
    """The results of `step(tx, n)` for n below `count`, each in a transaction of its own, as close together as threads come."""
    gate = threading.Barrier(THREADS)

    def worker(first: int) -> list[Any]:
        gate.wait()
        results = []
        for n in range(first, count, THREADS):
            with store.write() as tx:
                results.append(step(tx, n))
        return results

    with ThreadPoolExecutor(THREADS) as pool:
        return [result for part in pool.map(worker, range(THREADS)) for result in part]


def test_of_200_parallel_guesses_only_the_allowed_are_compared(store: SqlStore) -> None:
    counted = together(store, 200, lambda tx, _: tx.tries.take(b"subject", "browser:one", START))
    assert sorted(tries.wrong for tries in counted) == list(range(1, 201))
    assert sum(tries.wrong <= IN_A_ROW for tries in counted) == IN_A_ROW


def test_of_200_parallel_guesses_of_strangers_the_cap_is_the_last(store: SqlStore) -> None:
    """Whatever the locks do, the one after the last allowed is marked, and counts no further."""
    counted = together(store, 200, lambda tx, _: tx.tries.take(b"subject", "unknown", START))
    assert sorted(tries.total for tries in counted) == [*range(1, CAP + 1), *[CAP + 1] * (200 - CAP)]
    assert sum(not locked(tries, START) for tries in counted) == CAP
    with store.write() as tx:
        assert locked(tx.tries.take(b"subject", "unknown", START + 300 * FORGET_SECONDS), START), "time opens nothing"
        assert tx.tries.end_row(b"subject") is True
        assert tx.tries.end_row(b"subject") is False
        assert tx.tries.take(b"subject", "unknown", START + 300 * FORGET_SECONDS).total == 1


def test_a_locked_counter_counts_nobody(store: SqlStore) -> None:
    locked = Tries(0, 1, START + 900, 5)
    with store.write() as tx:
        tx.tries.put(b"subject", "unknown", locked, START)
    assert set(together(store, 40, lambda tx, _: tx.tries.take(b"subject", "unknown", START + 899))) == {locked}
    with store.write() as tx:
        assert tx.tries.take(b"subject", "unknown", START + 900) == Tries(1, 1, START + 900, 6)


def test_a_counter_is_forgotten_after_a_day_but_its_total_is_not(store: SqlStore) -> None:
    with store.write() as tx:
        tx.tries.put(b"subject", "unknown", Tries(4, 2, START + 60, 9), START)
        assert tx.tries.take(b"subject", "unknown", START + FORGET_SECONDS) == Tries(5, 2, START + 60, 10)
        assert tx.tries.take(b"subject", "unknown", START + 2 * FORGET_SECONDS + 1) == Tries(1, 0, START + 60, 11)


def test_one_of_equal_claims_is_spent(store: SqlStore, samples: Samples) -> None:
    claim = f"totp:{samples.id()}:59"
    assert sorted(together(store, 32, lambda tx, _: tx.claims.spend(claim, START + 90))) == [False] * 31 + [True]


def test_the_first_answer_wins(store: SqlStore, samples: Samples) -> None:
    attempt = samples.attempt(samples.id())
    with store.write() as tx:
        tx.attempts.add(attempt)
    ends = ("approved", "denied", "not_me", "cancelled")
    won = together(store, 32, lambda tx, n: tx.attempts.move(attempt.id, "pending", ends[n % 4], decided_by=str(n)))
    assert sum(won) == 1
    with store.read() as tx:
        decided = tx.attempts.get(attempt.id)
    assert decided is not None
    assert ends[int(decided.decided_by) % 4] == decided.state


def test_wrong_answers_stop_at_the_limit_or_with_the_attempt(store: SqlStore, samples: Samples) -> None:
    attempt = samples.attempt(samples.id(), wrong=0)
    with store.write() as tx:
        tx.attempts.add(attempt)
    counted = together(store, 40, lambda tx, _: tx.attempts.count(attempt.id, "wrong", 5))
    assert sorted(n for n in counted if n is not None) == [1, 2, 3, 4, 5]
    with store.write() as tx:
        assert tx.attempts.count(attempt.id, "wrong_confirmation", 3) == 1
        tx.attempts.move(attempt.id, "pending", "failed")
        assert tx.attempts.count(attempt.id, "wrong_confirmation", 3) is None


def test_a_code_has_three_tries_and_is_spent_once(store: SqlStore, samples: Samples) -> None:
    code = samples.code()
    with store.write() as tx:
        tx.codes.add(code)
    assert sum(together(store, 50, lambda tx, _: tx.codes.take(code.id, 3))) == 3
    assert sum(together(store, 16, lambda tx, _: tx.codes.spend(code.id, START))) == 1


def test_a_window_is_never_overrun(store: SqlStore) -> None:
    windows = (Window(7, 60), Window(9, 600))
    free = together(store, 60, lambda tx, _: tx.rates.take("sms|anna", windows, START))
    assert sorted(free) == [0] * 7 + [START + 60] * 53
    free = together(store, 60, lambda tx, _: tx.rates.take("sms|anna", windows, START + 60))
    assert sorted(free) == [0] * 2 + [START + 600] * 58
    with store.write() as tx:
        assert tx.rates.take("sms|ben", windows, START) == 0


def test_a_session_is_ended_once(store: SqlStore, samples: Samples) -> None:
    session = samples.session()
    with store.write() as tx:
        tx.sessions.add(session)
    assert sum(together(store, 16, lambda tx, _: tx.sessions.end(session.id, START + 1))) == 1


def test_a_username_is_given_once(store: SqlStore, samples: Samples) -> None:
    users = [samples.user(username_key="anna") for _ in range(16)]

    def add(tx: Any, n: int) -> bool:
        try:
            tx.users.add(users[n], Details())
        except Duplicate:
            return False
        return True

    assert sum(together(store, 16, add)) == 1


def test_enrolment_misses_stop_at_the_limit_and_with_the_enrolment(store: SqlStore, samples: Samples) -> None:
    enrolment = samples.enrolment()
    with store.write() as tx:
        tx.enrolments.add(enrolment)
    counted = together(store, 24, lambda tx, _: tx.enrolments.miss(enrolment.id, 5))
    assert sorted(n for n in counted if n is not None) == [1, 2, 3, 4, 5]
    with store.write() as tx:
        tx.enrolments.set(enrolment.id, wrong=0)
        tx.enrolments.move(enrolment.id, "offered", "void")
        assert tx.enrolments.miss(enrolment.id, 5) is None


def test_a_success_forgives_only_its_own_wrong_answers_and_only_once(store: SqlStore, samples: Samples) -> None:
    anna, ben = added_user(store, samples), added_user(store, samples)
    mine = added_device(store, samples, anna)
    with store.read() as tx:
        phone = tx.phones.get(mine.phone_id)
    assert phone is not None
    bens = added_device(store, samples, ben, phone)

    def wrong(tx: Any, n: int) -> int | None:
        left: int | None = tx.phones.count(phone.id, "signed_wrong", 10)
        if left is not None:
            tx.devices.wrong((mine, bens)[n % 2].id, "wrong_signed")
        return left

    together(store, 8, wrong)
    together(store, 8, lambda tx, _: tx.devices.used(mine.id, START + 1, clear="wrong_signed"))
    with store.read() as tx:
        after, other, sums = tx.devices.get(mine.id), tx.devices.get(bens.id), tx.phones.get(phone.id)
    assert after is not None
    assert other is not None
    assert sums is not None
    assert (after.wrong_signed, other.wrong_signed, sums.signed_wrong) == (0, 4, 4)
    assert (after.last_used, other.last_used) == (START + 1, 0)


def test_forgiving_a_phone_forgives_its_devices(store: SqlStore, samples: Samples) -> None:
    device = added_device(store, samples, added_user(store, samples))
    with store.write() as tx:
        tx.phones.count(device.phone_id, "offline_wrong", 10)
        tx.devices.wrong(device.id, "wrong_offline")
        tx.phones.set(device.phone_id, offline_wrong=0)
        assert tx.devices.get(device.id) == device


def test_counting_and_forgiving_at_once_keep_the_sum_exact(store: SqlStore, samples: Samples) -> None:
    device = added_device(store, samples, added_user(store, samples))

    def step(tx: Any, n: int) -> None:
        if n % 3:
            tx.phones.count(device.phone_id, "offline_wrong", 1000)
            tx.devices.wrong(device.id, "wrong_offline")
        else:
            tx.devices.used(device.id, START + n, clear="wrong_offline")

    together(store, 120, step)
    with store.read() as tx:
        after, phone = tx.devices.get(device.id), tx.phones.get(device.phone_id)
    assert after is not None
    assert phone is not None
    assert phone.offline_wrong == after.wrong_offline


def test_a_letter_is_leased_to_one_dispatcher(store: SqlStore) -> None:
    with store.write() as tx:
        for n in range(40):
            tx.outbox.put(Letter("sms", f"+4179{n:07}", "", "text", {}, ""), START)
    with ThreadPoolExecutor(THREADS) as pool:
        taken = [
            each.id
            for part in pool.map(lambda _: store.outbox_batch("sms", START, 10, 60), range(THREADS))
            for each in part
        ]
    assert len(taken) == len(set(taken)) <= 40
    taken += [each.id for each in store.outbox_batch("sms", START, 50, 60)]
    assert len(taken) == len(set(taken)) == 40
