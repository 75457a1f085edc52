"""Housekeeping removes what is past its time and nothing else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from tests.contract.samples import Samples, added_user
from tests.support.fakes import START
from watchword.core.challenges import Challenge
from watchword.core.lockout import CAP, FORGET_SECONDS, Tries
from watchword.core.rates import Window
from watchword.core.sharing import Sharing
from watchword.core.users import Details
from watchword.core.withdrawals import Withdrawal
from watchword.flows.console_ports import Draft
from watchword.flows.ports import Letter
from watchword.flows.protection_ports import Notice
from watchword.stores.engine import SqlStore
from watchword.stores.sweep import BATCH, SEAL_BATCH, Retention
from watchword.stores.withdrawal_tables import withdrawals

DAY = 24 * 60 * 60


def test_only_what_expired_goes(store: SqlStore, samples: Samples) -> None:
    window = (Window(5, 600),)
    old_session, session = samples.session(expires=START - 31 * DAY), samples.session()
    old_attempt, attempt = samples.attempt(samples.id(), started=START - 91 * DAY), samples.attempt(samples.id())
    old_code, code = samples.code(expires=START - 2 * DAY), samples.code()
    old_enrolment, enrolment = samples.enrolment(expires=START - 31 * DAY), samples.enrolment()
    recovery = samples.recovery(expires=START - DAY)
    owner = samples.user()
    with store.write() as tx:
        for each in (old_session, session):
            tx.sessions.add(each)
        for one in (old_attempt, attempt):
            tx.attempts.add(one)
        for sent in (old_code, code):
            tx.codes.add(sent)
        for enrolled in (old_enrolment, enrolment):
            tx.enrolments.add(enrolled)
        for begun in (samples.recovery(expires=START - DAY - 1), recovery):
            tx.recoveries.add(begun)
        for until in (START - DAY - 1, START - DAY):
            tx.challenges.put(Challenge(samples.id(), "passkey", samples.id(), "", until, 0, {}))
        tx.claims.spend("old", START - 1)
        tx.claims.spend("new", START)
        tx.rates.take("old", window, START - 601)
        tx.rates.take("new", window, START - 600)
        tx.tries.take(b"old", "browser:old", START - FORGET_SECONDS - 1)
        tx.tries.take(b"new", "unknown", START - FORGET_SECONDS)
        tx.tries.take(b"patient", "unknown", START - 300 * DAY)
        tx.protection.take("old", START - 3601)
        tx.protection.take("new", START - 3600)
        tx.protection.notify(Notice(samples.id(), samples.id(), "locked", {}, START - 9, START - 1))
        tx.protection.notify(Notice(samples.id(), samples.id(), "locked", {}, START - 9, START))
        tx.drafts.add(Draft(samples.id(), session.id, "", "/users", {"text": "x"}, START - 9, START - 1), 9)
        tx.drafts.add(Draft(samples.id(), session.id, "", "/users", {"text": "x"}, START - 9, START), 9)
        tx.tries.put(b"locked", "unknown", Tries(0, 1, START + 1), START - FORGET_SECONDS - 1)
        tx.users.add(owner, Details())
        for number, at in enumerate((START - 400 * DAY - 1, START - 400 * DAY)):
            tx.withdrawals.add(
                Withdrawal(samples.id(), owner.id, "t", str(number), "expired", 1, "K", "J", "UTC", at, at, at, False)
            )
        for state, at in (("ended", START - 400 * DAY - 1), ("ended", START - 400 * DAY), ("active", 1)):
            tx.sharings.add(Sharing(samples.id(), owner.id, owner.id, "", "", "", state, 0, "", at, at, at, ""))
        tx.outbox.put(Letter("sms", "+1", "", "", {}, ""), START - 31 * DAY)
        tx.outbox.put(Letter("sms", "+2", "", "", {}, ""), START - 31 * DAY)
    leased = store.outbox_batch("sms", START - 31 * DAY, 1, 60)
    store.outbox_done(leased[0].id, START - 31 * DAY)
    once = dict.fromkeys(
        (
            *("claims", "rates", "codes", "enrolments", "attempts", "sessions", "outbox", "recoveries"),
            *(
                "network_tries",
                "phone_notices",
                "staff_drafts",
                "password_tries",
                "challenges",
                "withdrawals",
                "sharings",
            ),
        ),
        1,
    )
    assert store.sweep(START) == {**once, "renewals": 0, "caller_proofs": 0, "payees": 0}
    assert store.sweep(START) == dict.fromkeys((*once, "renewals", "caller_proofs"), 0)
    with store.write() as tx:
        assert tx.sessions.by_token(session.token_hash) == session
        assert tx.attempts.get(attempt.id) == attempt
        assert tx.codes.current(code.purpose, code.subject) == code
        assert tx.enrolments.get(enrolment.id) == enrolment
        assert tx.recoveries.by_collector(recovery.collector_hash) == recovery
        assert not tx.claims.spend("new", START)
        assert tx.tries.take(b"new", "unknown", START).wrong == 2
        assert tx.tries.take(b"locked", "unknown", START) == Tries(0, 1, START + 1)
        assert tx.tries.take(b"patient", "unknown", START).total == 2, "a stranger's row outlives his patience"
    assert len(store.outbox_batch("sms", START, 9, 60)) == 1


def test_a_sweep_does_a_bounded_amount(store: SqlStore) -> None:
    with store.write() as tx:
        for n in range(BATCH + 10):
            tx.claims.spend(str(n), START)
    assert store.sweep(START + 1, Retention(batches=1))["claims"] == BATCH
    assert store.sweep(START + 1)["claims"] == 10


def test_counters_are_bounded_in_number_but_locked_ones_stay(store: SqlStore) -> None:
    with store.write() as tx:
        tx.tries.put(b"locked", "unknown", Tries(0, 1, START + 900), START - 100)
        for n in range(20):
            tx.tries.take(str(n).encode(), "unknown", START - 50 + n)
    assert store.sweep(START, Retention(counters=10))["password_tries"] == 10
    with store.write() as tx:
        assert tx.tries.take(b"locked", "unknown", START) == Tries(0, 1, START + 900)
        assert tx.tries.take(b"0", "unknown", START).wrong == 1
        assert tx.tries.take(b"19", "unknown", START).wrong == 2


def test_a_closed_name_is_not_flooded_away_and_forgotten_after_a_year(store: SqlStore) -> None:
    with store.write() as tx:
        tx.tries.put(b"closed", "unknown", Tries(0, 0, 0, CAP), START - 100)
        for n in range(20):
            tx.tries.take(str(n).encode(), "unknown", START - 50 + n)
    assert store.sweep(START, Retention(counters=10))["password_tries"] == 10
    with store.write() as tx:
        assert tx.tries.take(b"closed", "unknown", START).total == CAP + 1
    assert store.sweep(START + 364 * DAY)["password_tries"] == 0
    assert store.sweep(START + 366 * DAY)["password_tries"] == 11


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)  # SQLite has one writer: nobody else is at a row
def test_a_payee_that_somebody_was_at_is_sealed_the_next_time(store: SqlStore, samples: Samples) -> None:
    owner, row_id = added_user(store, samples), samples.id()
    row = Withdrawal(row_id, owner.id, "t", "1", "expired", 1, "Kita K.K.", "JP1", "UTC", START, START, START, False)
    with store.write() as tx:
        tx.withdrawals.add(row)
    with store.engine.begin() as connection:
        old = {"payee_name": row.payee_name, "payee_account": row.payee_account, "payee": None}
        connection.execute(update(withdrawals).where(withdrawals.c.id == row.id).values(**old))
    with store.write() as tx:
        assert tx.withdrawals.get(row_id, lock=True) == row
        with ThreadPoolExecutor(1) as other:
            assert other.submit(store.sweep, START).result(20)["payees"] == 0
    assert [store.sweep(START)["payees"] for _ in range(2)] == [1, 0]


def test_payees_that_older_versions_wrote_in_plain_columns_are_sealed(store: SqlStore, samples: Samples) -> None:
    owner = added_user(store, samples)
    rows = [
        Withdrawal(
            samples.id(),
            owner.id,
            "t",
            str(at),
            "expired",
            1,
            "Kita K.K.",
            f"JP{at}",
            "UTC",
            START,
            START,
            START,
            False,
        )
        for at in range(SEAL_BATCH + 2)
    ]
    with store.write() as tx:
        for row in rows:
            tx.withdrawals.add(row)
    plain = rows[1:]
    with store.engine.begin() as connection:
        for row in plain:
            old = {"payee_name": row.payee_name, "payee_account": row.payee_account, "payee": None}
            connection.execute(update(withdrawals).where(withdrawals.c.id == row.id).values(**old))
    assert store.sweep(START, Retention(batches=1))["payees"] == SEAL_BATCH
    assert [store.sweep(START)["payees"] for _ in range(2)] == [1, 0]
    assert "payees" not in store.sweep(START), "once there is none, nobody looks again"
    with store.engine.connect() as connection:
        kept = connection.execute(
            select(withdrawals.c.payee_name, withdrawals.c.payee_account, withdrawals.c.payee)
        ).all()
    assert all(name == account == "" and sealed and b"Kita" not in sealed for name, account, sealed in kept)
    with store.read() as tx:
        assert [tx.withdrawals.get(row.id) for row in rows] == rows
