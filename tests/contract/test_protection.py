"""Account protection in the database: what strangers tried, what phones are told, which networks an account is kept to."""

from __future__ import annotations

from tests.contract.samples import Samples, added_user
from tests.support.fakes import START
from watchword.core.lockout import Tries
from watchword.core.networks import Allowed
from watchword.core.throttle import Seen
from watchword.flows.protection_ports import Notice
from watchword.stores.engine import SqlStore


def test_tries(store: SqlStore) -> None:
    with store.write() as tx:
        assert tx.tries.take(b"s", "unknown", START) == Tries(1, 0, 0, 1)
        assert tx.tries.take(b"s", "unknown", START) == Tries(2, 0, 0, 2)
        assert tx.tries.take(b"s", "known", START) == Tries(1, 0, 0, 0), "only strangers have a total"
        assert tx.tries.take(b"t", "unknown", START) == Tries(1, 0, 0, 1)
        tx.tries.put(b"new", "unknown", Tries(0, 2, START + 9, 11), START)
        assert tx.tries.take(b"new", "unknown", START + 9) == Tries(1, 2, START + 9, 12)
        tx.tries.refund(b"s", "unknown")
        assert tx.tries.take(b"s", "unknown", START) == Tries(2, 0, 0, 2)
        for _ in range(5):
            tx.tries.refund(b"s", "known")
        assert tx.tries.take(b"s", "known", START) == Tries(1, 0, 0, 0)


def test_tries_are_forgiven_as_far_as_they_were_right(store: SqlStore) -> None:
    with store.write() as tx:
        tx.tries.put(b"s", "unknown", Tries(5, 2, START + 900, 12), START)
        tx.tries.right(b"s", "unknown")
        assert tx.tries.take(b"s", "unknown", START) == Tries(1, 0, 0, 12), "eleven were wrong before"
        assert tx.tries.wrong(b"s", "unknown") == 1
        tx.tries.lock(b"s", START + 3600, START)
        tx.tries.lock(b"s", START + 60, START)
        assert tx.tries.take(b"s", "unknown", START) == Tries(1, 0, START + 3600, 12), (
            "a shorter lock ends no longer one"
        )
        tx.tries.lock(b"new", START + 60, START)
        assert tx.tries.take(b"new", "unknown", START) == Tries(0, 0, START + 60, 0)
        tx.tries.take(b"s", "browser:x", START)
        tx.tries.clear(b"s")
        assert tx.tries.take(b"s", "unknown", START) == Tries(1, 0, 0, 1)
        assert tx.tries.take(b"s", "browser:x", START) == Tries(1, 0, 0, 0)


def test_tries_of_a_network(store: SqlStore) -> None:
    with store.write() as tx:
        assert tx.protection.take("address|a", START) == Seen(1, 0, START)
        tx.protection.name("address|a")
        assert tx.protection.take("address|a", START + 3599) == Seen(2, 1, START)
        tx.protection.take("network|n", START)
        tx.protection.refund(["address|a", "network|n", "address|unheard of"])
        tx.protection.refund(["network|n"])
        assert tx.protection.take("address|a", START + 3599) == Seen(2, 1, START)
        assert tx.protection.take("network|n", START) == Seen(1, 0, START)
        assert tx.protection.take("address|a", START + 3600) == Seen(1, 0, START + 3600), "afresh after an hour"


def test_notices_for_phones(store: SqlStore, samples: Samples) -> None:
    anna, ben = samples.id(), samples.id()
    first = Notice(samples.id(), anna, "locked", {"reason": "passwords", "place": "大阪"}, START, START + 900)
    second = Notice(samples.id(), anna, "locked", {"reason": "not_me"}, START + 1, START + 60)
    other = Notice(samples.id(), ben, "closed", {}, START, START + 90)
    with store.write() as tx:
        tx.protection.notify(first)
        assert tx.protection.notices([anna, ben], START) == (first,)
        tx.protection.notify(second)
        tx.protection.notify(other)
        assert tx.protection.notices([anna, ben], START) == (other, second), "one of a kind, the newest"
        assert tx.protection.notices([anna, ben], START + 60) == (other,)
        assert tx.protection.notices([], START) == ()
        tx.protection.clear(ben, "locked")
        assert tx.protection.notices([ben], START) == (other,)
        tx.protection.clear(ben, "closed")
        tx.protection.clear(anna)
        assert tx.protection.notices([anna, ben], START) == ()


def test_networks_of_an_account(store: SqlStore, samples: Samples) -> None:
    user = added_user(store, samples)
    office = Allowed("203.0.113.0/24", "Office", START, "staff")
    home = Allowed("2001:db8:1::/48", "", START + 1, "staff")
    with store.write() as tx:
        assert tx.protection.networks(user.id) == ()
        tx.protection.set_networks(user.id, [(samples.id(), office), (samples.id(), home)])
        assert tx.protection.networks(user.id) == (office, home)
        tx.protection.set_networks(user.id, [(samples.id(), home)])
        assert tx.protection.networks(user.id) == (home,)
        attempt = samples.attempt(user.id)
        tx.attempts.add(attempt)
        here = samples.session(user_id=user.id, attempt_id=attempt.id)
        unknown = samples.session(user_id=user.id, attempt_id="")
        for session in (here, unknown):
            tx.sessions.add(session)
        found = {(here.id, attempt.context.address), (unknown.id, "")}
        assert set(tx.protection.sessions(user.id, START)) == found
        tx.sessions.end(here.id, START)
        assert tx.protection.sessions(user.id, START) == ((unknown.id, ""),)
        tx.protection.set_networks(user.id, [])
        assert tx.protection.networks(user.id) == ()
