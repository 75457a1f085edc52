"""Housekeeping ends what a renewal left: secrets that were handed out and never confirmed are worth nothing once its time is over."""

from __future__ import annotations

import pytest

from tests.journeys.test_key_life import NEW, works
from tests.support.installation import PIN, Installation
from watchword.core.renewals import FINISH_SECONDS, OFFER_SECONDS
from watchword.flows import renewals


@pytest.fixture(autouse=True)
def nothing_else_is_overdue(here: Installation) -> None:
    renewals.expire(here.built.kit, limit=10_000)


def states(here: Installation, renewal_id: str) -> tuple[str, list[tuple[str, bool]], str]:
    """The state of a renewal, of each device it gave with whether a secret waits there, and of the phone that received them."""
    with here.built.store.read() as tx:
        row = tx.renewals.get(renewal_id)
        assert row is not None
        given = [(tx.devices.get(new), tx.devices.pending(new)) for _, new in row.devices]
        phone = tx.phones.get(row.to_phone_id)
    return row.state, [(device.state, bool(waits)) for device, waits in given if device], phone.state if phone else ""


def test_an_unfinished_transfer_ends_with_the_phone_that_never_confirmed(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = here.person()
    offer = who.phone.transfer_show(here.pin())
    renewal = here.new_phone().transfer_scan(offer.link, "New phone")
    offer.approve(renewal.code)
    monkeypatch.setattr("watchword_client.renewals.finish", lambda *_: ())
    renewal.complete(NEW)
    assert states(here, renewal.id) == ("issued", [("issued", False)], "active")

    here.later(FINISH_SECONDS - 1)
    assert renewals.expire(here.built.kit) == 0, "its time is not over"
    here.later(2)
    assert renewals.expire(here.built.kit) == 1
    assert states(here, renewal.id) == ("expired", [("dropped", False)], "ended")
    assert works(here, who, who.phone, PIN), "the old phone is untouched"
    assert renewals.expire(here.built.kit) == 0, "it ends once"


def test_an_unfinished_pin_takes_its_waiting_secret_along(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    who = here.person()
    renewal = who.phone.change_pin(here.pin())
    monkeypatch.setattr("watchword_client.renewals.finish", lambda *_: ())
    renewal.complete(NEW)
    assert states(here, renewal.id) == ("issued", [("active", True)], "active")

    here.later(FINISH_SECONDS + 1)
    assert renewals.expire(here.built.kit) == 1
    assert states(here, renewal.id) == ("expired", [("active", False)], "active")


def test_a_sweep_ends_as_many_as_it_is_told(here: Installation) -> None:
    for _ in range(3):
        here.person().phone.transfer_show(here.pin())
    here.later(OFFER_SECONDS + 1)
    assert [renewals.expire(here.built.kit, limit=2) for _ in range(3)] == [2, 1, 0]
