"""What the settings ask of the store: contacts, sessions of a user, letters by reference, a person's own events."""

from __future__ import annotations

from dataclasses import replace

from tests.contract.samples import Samples, added_device, added_user
from tests.support.fakes import START
from watchword.flows.ports import AuditRow, Letter, Sending
from watchword.stores.engine import SqlStore


def test_a_contact_comes_on_file_becomes_the_default_and_goes(store: SqlStore, samples: Samples) -> None:
    user = added_user(store, samples)
    first = samples.contact(user, is_default=True)
    waiting = samples.contact(user, value="+41791234568", is_default=False, verified=0, on_file=0)
    mail = samples.contact(user, kind="mail", value="a@example.org", is_default=True)
    with store.write() as tx:
        for contact in (first, waiting, mail):
            tx.contacts.add(contact)
        tx.contacts.put_on_file(waiting.id, START + 5)
        tx.contacts.put_on_file(first.id, START + 5)
        tx.contacts.set_default(user.id, "sms", waiting.id)
    with store.read() as tx:
        found = {contact.id: contact for contact in tx.contacts.of(user.id)}
    assert found[waiting.id] == replace(waiting, verified=START + 5, on_file=START + 5, is_default=True)
    assert found[first.id] == replace(first, is_default=False), "on file before"
    assert found[mail.id] == mail
    with store.write() as tx:
        tx.contacts.remove(first.id)
        assert {contact.id for contact in tx.contacts.of(user.id)} == {waiting.id, mail.id}


def test_a_users_live_sessions_newest_first_and_all_ended_but_one(store: SqlStore, samples: Samples) -> None:
    user, other = added_user(store, samples), added_user(store, samples)
    idle = {"idle_seconds": 900, "expires": START + 9000, "ended": 0}
    made = [samples.session(user_id=user.id, created=START + at, touched=START + at, **idle) for at in (0, 10, 20)]
    gone = [
        samples.session(
            user_id=user.id, created=START, touched=START, idle_seconds=900, expires=START + 9000, ended=START + 1
        ),
        samples.session(user_id=user.id, created=START - 950, touched=START - 950, **idle),
        samples.session(
            user_id=user.id, created=START - 99, touched=START, idle_seconds=900, expires=START + 20, ended=0
        ),
    ]
    theirs = samples.session(user_id=other.id, created=START, touched=START, **idle)
    with store.write() as tx:
        for session in (*made, *gone, theirs):
            tx.sessions.add(session)
    with store.read() as tx:
        assert [session.id for session in tx.sessions.of_user(user.id, START + 20)] == [s.id for s in reversed(made)]
    with store.write() as tx:
        ended = tx.sessions.end_all(user.id, START + 21, but=made[1].id)
        assert set(ended) == {made[0].id, made[2].id, gone[1].id, gone[2].id}
        assert tx.sessions.of_user(user.id, START + 21) == (made[1],)
        assert tx.sessions.end_all(user.id, START + 22) == (made[1].id,)
        assert tx.sessions.end_all(user.id, START + 23) == ()
        assert tx.sessions.of_user(other.id, START + 23) == (theirs,)


def test_a_letter_is_followed_by_its_reference(store: SqlStore, samples: Samples) -> None:
    user, ref = samples.id(), samples.id()
    letter = Letter("sms", "+41791234567", "", "text", {}, user, ref)
    with store.write() as tx:
        tx.outbox.put(letter, START)
        assert tx.outbox.of_ref(user, ref) == Sending("queued", START, 0, "", 0)
        assert tx.outbox.of_ref(samples.id(), ref) is None, "another user's"
        assert tx.outbox.of_ref(user, "") is None
    ((letter_id, _, _),) = store.outbox_batch("sms", START, 10, 60)
    store.outbox_done(letter_id, START + 1)
    with store.write() as tx:
        assert tx.outbox.report(letter_id, "waiting", START + 2)
        assert tx.outbox.report(letter_id, "delivered", START + 3)
        assert not tx.outbox.report(letter_id, "failed", START + 4), "an end stays"
        assert not tx.outbox.report(letter_id + 1, "delivered", START + 4)
        assert tx.outbox.of_ref(user, ref) == Sending("sent", START, START + 1, "delivered", START + 3)


def test_a_persons_own_events_newest_first_with_what_was_not_erased(store: SqlStore, samples: Samples) -> None:
    user, other = samples.id(), samples.id()
    with store.write() as tx:
        for at, tag in enumerate(("login.session.issued", "login.qr.shown", "device.name.set", "login.session.issued")):
            tx.audit.write(AuditRow(tag, user, f"s{at}", {"at": at}, {"place": "大阪"} if at else None), START + at)
        tx.audit.write(AuditRow("login.session.issued", other, "theirs"), START)
    tags = ("login.session.issued", "device.name.set")
    with store.read() as tx:
        events = tx.audit.of_user(user, tags, 0, 10)
        assert [(event.subject, event.at) for event in events] == [("s3", START + 3), ("s2", START + 2), ("s0", START)]
        assert (events[0].fields, events[0].personal, events[2].personal) == ({"at": 3}, {"place": "大阪"}, {})
        assert [event.subject for event in tx.audit.of_user(user, tags, 0, 2)] == ["s3", "s2"]
        assert [event.subject for event in tx.audit.of_user(user, tags, events[1].id, 10)] == ["s0"]
        assert tx.audit.of_user(user, (), 0, 10) == ()


def test_a_users_place_notices_and_primary(store: SqlStore, samples: Samples) -> None:
    user, primary = added_user(store, samples), added_user(store, samples)
    with store.write() as tx:
        assert not tx.users.has_secondary(primary.id)
        tx.users.set_place(user.id, "en", "Europe/Zurich")
        tx.users.set_notify(user.id, "login_new")
        tx.users.set_primary(user.id, primary.id)
        changed = replace(user, lang="en", zone="Europe/Zurich", notify="login_new", primary_id=primary.id)
        assert tx.users.get(user.id) == changed
        assert tx.users.has_secondary(primary.id) and not tx.users.has_secondary(user.id)


def test_a_device_is_renamed(store: SqlStore, samples: Samples) -> None:
    device = added_device(store, samples, added_user(store, samples))
    with store.write() as tx:
        tx.devices.rename(device.id, "美咲のPixel")
        assert tx.devices.get(device.id) == replace(device, name="美咲のPixel")
