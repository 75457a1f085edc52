"""What goes in comes out: every dataclass, every look-up, on both databases."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from sqlalchemy import Table

from tests.contract.samples import DETAILS, Samples, added_device, added_user
from tests.support.fakes import START
from watchword.core.attempts import PUSH_SECONDS, Attempt, Context
from watchword.core.codes import SentCode
from watchword.core.devices import Device, Phone
from watchword.core.enrolments import Enrolment
from watchword.core.renewals import Renewal
from watchword.core.sessions import Session
from watchword.core.users import Contact, Details, User
from watchword.flows.ports import Browser
from watchword.stores import tables
from watchword.stores.engine import SqlStore
from watchword.stores.errors import Duplicate


def test_users(store: SqlStore, samples: Samples) -> None:
    user = added_user(store, samples)
    with store.read() as tx:
        assert tx.users.by_key(user.username_key) == user
        assert tx.users.get(user.id) == user
        assert tx.users.details(user.id) == DETAILS
        assert tx.users.by_key("nobody") is None
        assert tx.users.get("nobody") is None
        assert tx.users.details("nobody") == Details()
    with store.write() as tx:
        assert tx.users.lock(user.id) == user
        assert tx.users.lock("nobody") is None
        tx.users.set_password(user.id, "other", START)
        tx.users.set_quiet(user.id, START + 1, START + 2)
        tx.users.set_flagged(user.id, START + 3)
        changed = replace(
            user,
            password_hash="other",
            password_changed=START,
            quiet_until=START + 1,
            denied_at=START + 2,
            flagged=START + 3,
        )
        assert tx.users.get(user.id) == changed


@pytest.mark.parametrize("typed", ["a\0b", "half \ud83d", "\0", "x" * 5000, "' or 1=1 --", "%s %(a)s ?"])
def test_a_name_that_no_database_holds_finds_nobody(store: SqlStore, typed: str) -> None:
    with store.read() as tx:
        assert tx.users.by_key(typed) is None


def test_users_in_pages(store: SqlStore, samples: Samples) -> None:
    users = [added_user(store, samples, username_key=key) for key in ("b", "a", "d", "c")]
    ordered = sorted(users, key=lambda user: user.username_key)
    with store.read() as tx:
        assert list(tx.users.page("", 3)) == ordered[:3]
        assert list(tx.users.page("c", 3)) == ordered[3:]


def test_a_username_is_taken_once_and_the_transaction_goes_on(store: SqlStore, samples: Samples) -> None:
    user = added_user(store, samples)
    with store.write() as tx:
        with pytest.raises(Duplicate):
            tx.users.add(samples.user(username_key=user.username_key), Details())
        tx.users.set_quiet(user.id, 5, 6)
    with store.read() as tx:
        assert tx.users.get(user.id) == replace(user, quiet_until=5, denied_at=6)
        assert len(tx.users.page("", 9)) == 1


def test_contacts(store: SqlStore, samples: Samples) -> None:
    user = added_user(store, samples)
    later = samples.contact(user, on_file=START + 1)
    earlier = samples.contact(user, on_file=START, verified=START)
    default = samples.contact(user, kind="mail", value="anna@example.org", on_file=START + 2, is_default=True)
    with store.write() as tx:
        for contact in (later, earlier, default):
            tx.contacts.add(contact)
    with store.read() as tx:
        assert tx.contacts.of(user.id) == (earlier, later, default)
        assert tx.contacts.of("nobody") == ()
    with store.write() as tx:
        tx.contacts.verified(later.id, START + 9)
        assert tx.contacts.of(user.id)[1] == replace(later, verified=START + 9)


def test_attempts(store: SqlStore, samples: Samples) -> None:
    attempt = samples.attempt(samples.id())
    empty = samples.attempt(samples.id(), asked=(), confirm=False)
    with store.write() as tx:
        tx.attempts.add(attempt)
        tx.attempts.add(empty)
        tx.attempts.set(attempt.id, qr_hash=b"q" * 32)
    with store.read() as tx:
        assert tx.attempts.get(attempt.id) == attempt
        assert tx.attempts.get(empty.id) == empty
        assert tx.attempts.get(attempt.id, lock=True) == attempt
        assert tx.attempts.by_collector(attempt.collector_hash) == attempt
        assert tx.attempts.by_collector(attempt.collector_hash, lock=True) == attempt
        assert tx.attempts.by_qr(b"q" * 32) == attempt
        assert tx.attempts.get("none") is None
        assert tx.attempts.by_collector(b"none") is None
        assert tx.attempts.by_qr(b"none") is None
        assert tx.attempts.by_qr(b"") is None
        assert tx.attempts.states([attempt.id, empty.id, "none"]) == {attempt.id: "pending", empty.id: "pending"}
        assert tx.attempts.states([]) == {}
        got = tx.attempts.get(attempt.id)
        assert got is not None
        assert [type(got.context.place_new), type(got.context.network_new), type(got.confirm)] == [bool, bool, bool]
    with store.write() as tx:
        tx.attempts.set(attempt.id, qr_hash=b"")
        tx.attempts.set(empty.id, qr_hash=b"")
        assert tx.attempts.by_qr(b"q" * 32) is None


def test_attempts_of_a_user_newest_first(store: SqlStore, samples: Samples) -> None:
    user_id, other = samples.id(), samples.id()
    made = [samples.attempt(user_id, started=START + n, expires=START + n + 900) for n in (0, 20, 10)]
    closed = samples.attempt(user_id, started=START + 5, state="denied")
    theirs = samples.attempt(other, started=START + 1)
    with store.write() as tx:
        for attempt in (*made, closed, theirs):
            tx.attempts.add(attempt)
    with store.read() as tx:
        assert tx.attempts.lines(user_id, 2) == (made[1], made[2])
        assert tx.attempts.recent(user_id, START + 5) == (made[1], made[2], closed)
        assert tx.attempts.open_for([user_id, other], START + 30) == (made[0], theirs, made[2], made[1])
        assert tx.attempts.open_for([user_id], START + 905) == (made[2], made[1])
        assert tx.attempts.open_for([user_id], START + 910) == (made[1],)
        assert tx.attempts.open_for([], START) == ()


def test_phones_that_were_asked(store: SqlStore, samples: Samples) -> None:
    user = added_user(store, samples)
    asked, earlier, closed, unasked = (added_device(store, samples, user) for _ in range(4))
    with store.write() as tx:
        for device, until, state in (
            (asked, START + PUSH_SECONDS, "pending"),
            (asked, START + PUSH_SECONDS + 5, "pending"),
            (earlier, START + PUSH_SECONDS - 1, "pending"),
            (closed, START + PUSH_SECONDS, "denied"),
            (unasked, 0, "pending"),
        ):
            tx.attempts.add(samples.attempt(user.id, device_id=device.id, push_until=until, state=state))
    with store.read() as tx:
        assert tx.attempts.phones_asked(START) == [asked.phone_id]


def test_an_attempt_changes_only_where_it_may(store: SqlStore, samples: Samples) -> None:
    attempt = samples.attempt(samples.id())
    with store.write() as tx:
        tx.attempts.add(attempt)
        tx.attempts.set(attempt.id, asked=(1, 2, 3), place="Bern", place_new=False, qr_turn=9)
        changed = replace(
            attempt, asked=(1, 2, 3), qr_turn=9, context=replace(attempt.context, place="Bern", place_new=False)
        )
        assert tx.attempts.get(attempt.id) == changed
        for name in ("id", "user_id", "collector_hash", "state", "nothing", "wrong = 0 --"):
            with pytest.raises(ValueError, match="may not be set"):
                tx.attempts.set(attempt.id, **{name: "x"})
        with pytest.raises(ValueError, match="may not be set"):
            tx.attempts.move(attempt.id, "pending", "denied", user_id="x")
        with pytest.raises(ValueError, match="may not be set"):
            tx.attempts.count(attempt.id, "user_id", 3)
        assert tx.attempts.get(attempt.id) == changed


def test_phones(store: SqlStore, samples: Samples) -> None:
    phone = samples.phone()
    target = {"endpoint": "https://push.example/1", "p256dh": "p", "auth": "a"}
    with store.write() as tx:
        tx.phones.add(phone)
        assert tx.phones.push_target(phone.id) is None
        tx.phones.set_push(phone.id, target)
        with pytest.raises(Duplicate):
            tx.phones.add(samples.phone(key_x=phone.key_x, key_y=phone.key_y))
    with store.read() as tx:
        assert tx.phones.get(phone.id) == phone
        assert tx.phones.get(phone.id, lock=True) == phone
        assert tx.phones.by_key(phone.key_x, phone.key_y) == phone
        assert tx.phones.by_key(phone.key_y, phone.key_x) is None
        assert tx.phones.push_target(phone.id) == target
        assert tx.phones.push_target("none") is None
    with store.write() as tx:
        tx.phones.set_push(phone.id, None)
        tx.phones.set(phone.id, state="ended", name="Old phone")
        tx.phones.set(phone.id)
        assert tx.phones.push_target(phone.id) is None
        assert tx.phones.get(phone.id) == replace(phone, state="ended", name="Old phone")
        with pytest.raises(ValueError, match="may not be set"):
            tx.phones.set(phone.id, push=b"")


def test_devices(store: SqlStore, samples: Samples) -> None:
    anna, ben = added_user(store, samples), added_user(store, samples)
    mine = added_device(store, samples, anna)
    with store.read() as tx:
        phone = tx.phones.get(mine.phone_id)
    bens = added_device(store, samples, ben, phone)
    with store.write() as tx:
        tx.devices.keep_recovery(mine.id, b"sealed", b"number")
        tx.devices.set_pending(mine.id, b"s" * 32)
    with store.read() as tx:
        assert tx.devices.get(mine.id) == mine
        assert tx.devices.recovery_of(mine.id) == (b"sealed", b"number")
        assert tx.devices.recovery_of(bens.id) == (b"", b"")
        assert (tx.devices.pending(mine.id), tx.devices.pending(bens.id)) == (b"s" * 32, None)
        assert tx.devices.get("none") is None
        assert tx.devices.of_user(anna.id) == (mine,)
        assert tx.devices.of_user("nobody") == ()
        assert set(tx.devices.of_phone(mine.phone_id)) == {(mine, anna), (bens, ben)}
    with store.write() as tx:
        assert tx.devices.move(mine.id, "active", "inactive", START)
        assert not tx.devices.move(mine.id, "active", "inactive", START)
        assert tx.devices.of_user(anna.id) == (replace(mine, state="inactive"),)


def test_enrolments(store: SqlStore, samples: Samples) -> None:
    first = samples.enrolment()
    later = samples.enrolment(
        user_id=first.user_id,
        session_id=first.session_id,
        code_hash=first.code_hash,
        created=START + 1,
        claim_hash=b"c" * 32,
    )
    phones_own = samples.enrolment(session_id="", qr_hash=b"", code_hash=b"", state="started", road="sms")
    with store.write() as tx:
        for enrolment in (first, later, phones_own):
            tx.enrolments.add(enrolment)
    with store.read() as tx:
        assert tx.enrolments.get(phones_own.id) == phones_own
        assert tx.enrolments.get(first.id, lock=True) == first
        assert tx.enrolments.by_qr(first.qr_hash) == first
        assert tx.enrolments.by_code(first.code_hash) == later
        assert tx.enrolments.of_session(first.session_id) == later
        assert tx.enrolments.offered_to(first.user_id) == (later, first)
        assert tx.enrolments.offered_to(phones_own.user_id) == ()
        assert [tx.enrolments.by_qr(b""), tx.enrolments.by_code(b""), tx.enrolments.of_session("")] == [
            None,
            None,
            None,
        ]
        assert tx.enrolments.get("none") is None
    with store.write() as tx:
        assert tx.enrolments.move(first.id, "offered", "proven", claim_hash=b"h" * 32, phone_id="p" * 26)
        assert not tx.enrolments.move(first.id, "offered", "proven")
        tx.enrolments.set(first.id, device_id="d" * 26, turn=2)
        moved = replace(first, state="proven", claim_hash=b"h" * 32, phone_id="p" * 26, device_id="d" * 26, turn=2)
        assert tx.enrolments.get(first.id) == moved
        with pytest.raises(ValueError, match="may not be set"):
            tx.enrolments.set(first.id, state="active")


def test_codes(store: SqlStore, samples: Samples) -> None:
    first = samples.code()
    later = samples.code(purpose=first.purpose, subject=first.subject, sent=START + 1)
    other = samples.code(purpose="start", subject=first.subject, sent=START + 2)
    with store.write() as tx:
        for code in (later, first, other):
            tx.codes.add(code)
    with store.write() as tx:
        assert tx.codes.current(first.purpose, first.subject) == later
        assert tx.codes.spend(later.id, START + 5)
        assert not tx.codes.spend(later.id, START + 6)
        assert not tx.codes.take(later.id, 3)
        assert tx.codes.current(first.purpose, first.subject) == first
        tx.codes.end(first.purpose, first.subject, START + 7)
        assert tx.codes.current(first.purpose, first.subject) is None
        assert tx.codes.current("start", first.subject) == other
        assert [tx.codes.take(other.id, 3) for _ in range(5)] == [True, True, True, False, False]
        assert not tx.codes.take("none", 3)


def test_sessions(store: SqlStore, samples: Samples) -> None:
    session, idle, gone = samples.session(), samples.session(), samples.session(expires=START + 5)
    with store.write() as tx:
        for each in (session, idle, gone):
            tx.sessions.add(each)
    with pytest.raises(Duplicate), store.write() as tx:
        tx.sessions.add(samples.session(token_hash=session.token_hash))
    with store.write() as tx:
        assert tx.sessions.by_token(session.token_hash) == session
        assert tx.sessions.by_token(b"none") is None
        tx.sessions.touch(session.id, START + 50)
        tx.sessions.touch(session.id, START + 40)
        tx.sessions.set_proved(session.id, START + 60)
        assert tx.sessions.by_token(session.token_hash) == replace(session, touched=START + 50, proved=START + 60)
        assert tx.sessions.end(session.id, START + 70)
        assert not tx.sessions.end(session.id, START + 71)
        assert not tx.sessions.end(idle.id, START + 900)
        assert not tx.sessions.end(gone.id, START + 5)
        assert not tx.sessions.end("none", START)
        tx.sessions.touch(session.id, START + 80)
        ended = tx.sessions.by_token(session.token_hash)
        assert ended == replace(session, touched=START + 50, proved=START + 60, ended=START + 70)


def test_browsers(store: SqlStore, samples: Samples) -> None:
    browser = samples.browser()
    token = samples.bytes(32)
    with store.write() as tx:
        tx.browsers.add(browser, token)
        tx.browsers.miss(browser.id)
        tx.browsers.miss(browser.id)
        assert tx.browsers.by_token(browser.user_id, token) == replace(browser, wrong=2)
        assert tx.browsers.by_token(samples.id(), token) is None
        assert tx.browsers.get(browser.id) == replace(browser, wrong=2)
        assert tx.browsers.get("none") is None
        tx.browsers.rename(browser.id, b"t" * 32)
        assert tx.browsers.by_token(browser.user_id, token) is None
        token = b"t" * 32
        tx.browsers.learn(replace(browser, networks=(), places=("Bern", "Zürich"), wrong=1, last_used=START + 3))
        learnt = replace(browser, networks=(), places=("Bern", "Zürich"), wrong=0, last_used=START + 3)
        assert tx.browsers.by_token(browser.user_id, token) == learnt


@pytest.mark.parametrize(
    ("dataclass", "table", "besides"),
    [
        (User, tables.users, ()),
        (Contact, tables.contacts, ("value_mac",)),
        (Attempt, tables.attempts, ("qr_hash",)),
        (Phone, tables.phones, ("push",)),
        (Device, tables.devices, ("recovery", "pending", "first_number", "handle")),
        (Renewal, tables.renewals, ()),
        (Enrolment, tables.enrolments, ()),
        (SentCode, tables.codes, ()),
        (Session, tables.sessions, ()),
        (Browser, tables.browsers, ("token_hash",)),
    ],
)
def test_a_table_has_the_fields_of_its_dataclass_in_their_order(
    dataclass: type, table: Table, besides: tuple[str, ...]
) -> None:
    """Rows become dataclasses by position."""
    names = [field.name for field in fields(dataclass)]
    if dataclass is Attempt:
        at = names.index("context")
        names[at : at + 1] = [field.name for field in fields(Context)]
    assert [column.name for column in table.c if column.name not in besides] == names
