"""A stolen or edited database: no secret stands in it readable, and a ciphertext opens in its own row only."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from tests.contract.samples import DETAILS, Samples, added_device, added_user
from tests.support.fakes import START
from watchword.core.users import Contact, User
from watchword.flows.ports import AuditRow, Letter
from watchword.stores.engine import SqlStore


def swap(store: SqlStore, table: str, column: str, key: str, first: object, second: object) -> None:
    """Exchange one column of two rows, as somebody with the database and no key could."""
    with store.engine.connect() as connection:
        rows = [
            connection.execute(text(f"SELECT {column} FROM {table} WHERE {key} = :key"), {"key": each}).scalar_one()
            for each in (first, second)
        ]
        for each, value in ((first, rows[1]), (second, rows[0])):
            connection.execute(
                text(f"UPDATE {table} SET {column} = :value WHERE {key} = :key"), {"key": each, "value": value}
            )


@pytest.fixture
def two(store: SqlStore, samples: Samples) -> tuple[User, User]:
    """Two users in the store."""
    return added_user(store, samples), added_user(store, samples)


def test_details_moved_to_another_user_do_not_open(store: SqlStore, two: tuple[User, User]) -> None:
    swap(store, "user_details", "details", "user_id", two[0].id, two[1].id)
    with store.read() as tx, pytest.raises(ValueError, match="does not belong"):
        tx.users.details(two[0].id)


def test_device_secrets_moved_to_another_row_do_not_open(
    store: SqlStore, samples: Samples, two: tuple[User, User]
) -> None:
    devices = [added_device(store, samples, user) for user in two]
    swap(store, "devices", "secret", "id", devices[0].id, devices[1].id)
    for look in ("get", "of_user", "of_phone"):
        key = {"get": devices[0].id, "of_user": two[0].id, "of_phone": devices[0].phone_id}[look]
        with store.read() as tx, pytest.raises(ValueError, match="does not belong"):
            getattr(tx.devices, look)(key)


def test_contacts_moved_to_another_row_do_not_open(store: SqlStore, samples: Samples, two: tuple[User, User]) -> None:
    contacts = [samples.contact(user) for user in two]
    with store.write() as tx:
        for contact in contacts:
            tx.contacts.add(contact)
    swap(store, "contacts", "value", "id", contacts[0].id, contacts[1].id)
    with store.read() as tx, pytest.raises(ValueError, match="does not belong"):
        tx.contacts.of(two[0].id)


def test_push_targets_moved_to_another_phone_do_not_open(store: SqlStore, samples: Samples) -> None:
    phones = [samples.phone(), samples.phone()]
    with store.write() as tx:
        for phone in phones:
            tx.phones.add(phone)
            tx.phones.set_push(phone.id, {"endpoint": phone.id})
    swap(store, "phones", "push", "id", phones[0].id, phones[1].id)
    with store.read() as tx, pytest.raises(ValueError, match="does not belong"):
        tx.phones.push_target(phones[0].id)


@pytest.mark.parametrize(
    ("table", "column"),
    [("cases", "subject"), ("case_messages", "text"), ("attachments", "name"), ("attachments", "data")],
)
def test_what_is_written_and_attached_does_not_open_in_another_row(
    store: SqlStore, samples: Samples, two: tuple[User, User], table: str, column: str
) -> None:
    rows = [samples.case(user) for user in two]
    with store.write() as tx:
        for case, message, picture in rows:
            tx.cases.add(case)
            tx.cases.add_message(message)
            tx.cases.add_picture(picture, b"\x89PNG" + case.id.encode())
    at = {"cases": 0, "case_messages": 1, "attachments": 2}[table]
    swap(store, table, column, "id", rows[0][at].id, rows[1][at].id)
    case, _, picture = rows[0]
    with store.read() as tx, pytest.raises(ValueError, match="does not belong"):
        tx.cases.get(case.id), tx.cases.messages(case.id), tx.cases.picture(picture.id)


def test_a_letter_shown_under_another_user_does_not_open(store: SqlStore, two: tuple[User, User]) -> None:
    with store.write() as tx:
        for user in two:
            tx.outbox.put(Letter("sms", "+1", "", f"for {user.id}", {}, user.id), START)
    swap(store, "outbox", "letter", "user_id", two[0].id, two[1].id)
    with pytest.raises(ValueError, match="does not belong"):
        store.outbox_batch("sms", START, 10, 60)


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_nothing_secret_or_personal_is_readable_in_the_file(store: SqlStore, tmp_path: Path, samples: Samples) -> None:
    user = added_user(store, samples)
    device = added_device(store, samples, user)
    contact = Contact(samples.id(), user.id, "mail", "secret.mail@example.org", 0, True, START)
    with store.write() as tx:
        tx.contacts.add(contact)
        tx.phones.set_push(device.phone_id, {"endpoint": "https://push.example/secret-endpoint"})
        tx.outbox.put(
            Letter("sms", "+41790000001", "Subject line", "Your code is 482913", {"code": "482913"}, user.id), START
        )
        tx.audit.write(AuditRow("login.attempt.started", user.id, personal={"address": "203.0.113.77"}), START)
    store.close()
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in (
        device.secret,
        b"secret.mail",
        b"secret-endpoint",
        b"482913",
        b"+41790000001",
        DETAILS.document_number.encode(),
    ):
        assert secret not in held
    assert user.id.encode() in held
