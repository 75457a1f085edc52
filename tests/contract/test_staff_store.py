"""What the staff repositories keep: roles, requests with sealed words, interviews, held activations, and finding people."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from tests.contract.samples import Samples, added_user
from tests.contract.test_races import together
from tests.support.fakes import START
from watchword.core.interviews import Interview
from watchword.core.staff_requests import StaffRequest
from watchword.core.users import User
from watchword.flows.staff_ports import Role
from watchword.stores.engine import SqlStore


@pytest.fixture
def two(store: SqlStore, samples: Samples) -> tuple[User, User]:
    """Two users in the store."""
    return added_user(store, samples), added_user(store, samples)


def request_of(samples: Samples, about: User, by: User, **changes: object) -> StaffRequest:
    """A request with words in it."""
    made = StaffRequest(
        samples.id(), "change_number", "open", about.id, by.id, START, START + 9, "", 0, "canary-reason", "canary-evidence",
        {"number": "+819012345678"},
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def test_roles(store: SqlStore, two: tuple[User, User]) -> None:
    one, other = two
    with store.write() as tx:
        assert tx.staff.roles(one.id) == frozenset()
        tx.staff.put(one.id, frozenset({"auditor"}), "", START)
        tx.staff.put(one.id, frozenset({"compliance", "auditor"}), other.id, START + 1)
        assert tx.staff.roles(one.id) == {"auditor", "compliance"}
        assert tx.staff.lock([one.id, other.id, one.id]) == {one.id: {"auditor", "compliance"}}
        expected = Role(one.id, one.username, frozenset({"auditor", "compliance"}), START + 1, other.id, "active")
        assert tx.staff.members() == (expected,)
        tx.staff.put(one.id, frozenset(), other.id, START + 2)
        assert tx.staff.members() == ()


def test_requests(store: SqlStore, samples: Samples, two: tuple[User, User]) -> None:
    about, by = two
    first, second = request_of(samples, about, by), request_of(samples, about, by, asked=START + 1)
    with store.write() as tx:
        tx.staff.ask(first)
        tx.staff.ask(second)
        assert tx.staff.request(first.id) == tx.staff.request(first.id, lock=True) == first
        assert tx.staff.requests_about(about.id, 5) == (second, first)
        assert tx.staff.requests_in("open", 1) == (first,)
        closed = replace(first, state="approved", decided_by=about.id, decided=START + 3, note="canary-note")
        assert tx.staff.close(closed, "approved") is True
        assert tx.staff.close(replace(closed, state="rejected"), "rejected") is False
        assert tx.staff.request(first.id) == closed
        for forged in ("", "0" * 26, "nul\0", "half\ud83d", "x" * 999):
            assert tx.staff.request(forged) is None
    with store.engine.connect() as connection:
        assert "canary" not in str(connection.execute(text("SELECT * FROM staff_requests")).all())


def test_words_moved_to_another_request_do_not_open(store: SqlStore, samples: Samples, two: tuple[User, User]) -> None:
    requests = [request_of(samples, two[0], two[1]) for _ in range(2)]
    with store.write() as tx:
        for request in requests:
            tx.staff.ask(request)
    with store.engine.begin() as connection:
        moved = (
            "UPDATE staff_requests SET content = (SELECT content FROM staff_requests WHERE id = :source) WHERE id = :to"
        )
        connection.execute(text(moved), {"source": requests[0].id, "to": requests[1].id})
    with store.read() as tx, pytest.raises(ValueError, match="does not belong"):
        tx.staff.request(requests[1].id)


def test_one_of_many_decisions_closes_a_request(store: SqlStore, samples: Samples, two: tuple[User, User]) -> None:
    request = request_of(samples, *two)
    with store.write() as tx:
        tx.staff.ask(request)
    ends = ("approved", "rejected", "withdrawn", "expired")
    won = together(store, 32, lambda tx, n: tx.staff.close(replace(request, note=str(n)), ends[n % 4]))
    assert sum(won) == 1


def test_interviews(store: SqlStore, samples: Samples, two: tuple[User, User]) -> None:
    about, by = two
    held = [Interview(samples.id(), about.id, by.id, START + n, ("number",), ("number",)) for n in range(2)]
    with store.write() as tx:
        for one in held:
            tx.staff.held_interview(one)
        assert tx.staff.interview(about.id, by.id, START) == held[1]
        assert tx.staff.interview(by.id, about.id, START) is None
        assert tx.staff.interview(about.id, by.id, START + 2) is None
        assert tx.staff.use_interview(held[1].id, START + 5) is True
        assert tx.staff.use_interview(held[1].id, START + 5) is False
        assert tx.staff.interview(about.id, by.id, START) == held[0]


def test_holds(store: SqlStore, two: tuple[User, User]) -> None:
    one, other = two
    with store.write() as tx:
        assert tx.staff.held(one.id) == 0
        tx.staff.hold(one.id, other.id, START)
        tx.staff.hold(one.id, other.id, START + 5)
        assert (tx.staff.held(one.id), tx.staff.held(other.id)) == (START, 0)
        tx.staff.release(one.id)
        assert tx.staff.held(one.id) == 0


def test_people_are_found_by_how_a_name_begins_and_by_whole_contacts(store: SqlStore, samples: Samples) -> None:
    names = ["Ämilie Øster", "Ämilie 花子", "A%b_c", "\U0010fffdlast", "zoë"]
    users = [
        added_user(store, samples, username_key=f"k{at}-{name}", display_name=name) for at, name in enumerate(names)
    ]
    contact = samples.contact(users[4], value="+41790000001")
    with store.write() as tx:
        tx.contacts.add(contact)
        mac = tx.contacts._vault.mac("contact.sms", contact.value)

        def found(key: str = "", name: str = "", macs: tuple[bytes, ...] = (), limit: int = 9) -> list[str]:
            return [user.display_name for user in tx.staff.find(key, name, macs, limit)]

        assert sorted(found(name="Ämilie")) == sorted(names[:2])
        assert found(name="Ämilie 花") == ["Ämilie 花子"]
        assert found(name="A%b") == ["A%b_c"] and found(name="A%%") == [] and found(name="A_b") == []
        assert found(name="ämilie") == [] and found(name="\U0010fffd") == [names[3]]
        assert found(key="k2") == ["A%b_c"] and len(found(key="k")) == 5 and len(found(key="k", limit=2)) == 2
        assert found(macs=(mac,)) == ["zoë"] and found(macs=(b"other",)) == []
        assert found(key="k4", name="zoë", macs=(mac,)) == ["zoë"]
        assert found(name="nul\0") == found(name="\ud83d") == []
