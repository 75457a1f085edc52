"""A test of notifications (L06; protocol/spec.md 6.7): it goes to this phone's own push service, is limited, and says nothing but its id."""

from __future__ import annotations

from tests.support.installation import Installation, refused
from watchword_client import crypto

TARGET = {"endpoint": "https://push.example.com/1", "p256dh": "p", "auth": "a"}


def pushes(here: Installation) -> list[str]:
    """The ids of pushes that wait, newest first."""
    found = [kept.letter for kept in here.built.store.recent_letters(50)]
    return [letter.data["id"] for letter in found if letter and letter.kind == "push"]


def test_a_test_notification_takes_the_way_of_every_other(here: Installation) -> None:
    who = here.person()
    refused(4410, work=who.phone.test_push)
    with here.built.kit.store.write() as tx:
        tx.phones.set_push(who.phone.id, TARGET)
    sent = who.phone.test_push()
    assert sent.startswith("test-") and sent in pushes(here)


def test_three_in_ten_minutes(here: Installation) -> None:
    who = here.person()
    with here.built.kit.store.write() as tx:
        tx.phones.set_push(who.phone.id, TARGET)
    assert len({who.phone.test_push() for _ in range(3)}) == 3
    assert refused(4411, work=who.phone.test_push).refusal.retry_after == 600
    here.later(600)
    assert who.phone.test_push()


def test_nobody_else_has_one_sent(here: Installation) -> None:
    who, other = here.person(), here.person()
    with here.built.kit.store.write() as tx:
        tx.phones.set_push(who.phone.id, TARGET)
    wire = other.phone.wire
    made = wire.signed("push_test", {"nonce": wire.nonce()})
    signed = {**made["signed"], "phone": who.phone.id}
    body = {"signed": signed, "signature": crypto.sign(wire.state.key, signed)}
    refused(4101, work=lambda: wire.post("/v1/push/test", lambda: body))


def test_the_clock_is_compared_when_asked(here: Installation) -> None:
    who = here.person()
    assert who.phone.clock() == 0
