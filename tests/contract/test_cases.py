"""The message centre's tables: what goes in comes out, in order and page by page, and a form is written once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contract.samples import Samples, added_user
from tests.support.fakes import START
from watchword.stores.engine import SqlStore
from watchword.stores.errors import Duplicate


def test_cases(store: SqlStore, samples: Samples) -> None:
    user, other = added_user(store, samples), added_user(store, samples)
    case, message, picture = samples.case(user)
    data = b"\x89PNG and more"
    with store.write() as tx:
        tx.cases.add(case)
        tx.cases.add_message(message)
        tx.cases.add_picture(picture, data)
        assert tx.cases.get(case.id, lock=True) == replace(case, stored=picture.size)
        assert tx.cases.get("nobody") is None
        assert tx.cases.messages(case.id) == (message,)
        assert (tx.cases.written(case.id), tx.cases.written("none")) == (1, 0)
        assert tx.cases.posted(user.id, message.post) == case.id
        assert tx.cases.posted(other.id, message.post) is None
        assert tx.cases.pictures(case.id) == [picture]
        assert tx.cases.picture(picture.id) == (picture, data)
        assert tx.cases.picture("none") is None
        now = tx.cases.get(case.id)
        assert now and tx.cases.move(now, "answered", START + 5, unread=1)
        assert not tx.cases.move(now, "closed", START + 6), "somebody was first"
        assert (tx.cases.unread(user.id), tx.cases.unread(other.id)) == (1, 0)
        tx.cases.read(case.id, other.id)
        assert tx.cases.unread(user.id) == 1, "only its owner reads it"
        tx.cases.read(case.id, user.id)
        assert tx.cases.unread(user.id) == 0
        assert tx.cases.get(case.id) == replace(case, stored=30, state="answered", touched=START + 5)


def test_cases_in_pages(store: SqlStore, samples: Samples) -> None:
    user = added_user(store, samples)
    made = [samples.case(user, touched=START + at // 2)[0] for at in range(7)]
    ordered = sorted(made, key=lambda case: (case.touched, case.id), reverse=True)
    with store.write() as tx:
        for case in made:
            tx.cases.add(case)
        assert list(tx.cases.of(user.id, 1 << 62, "", 4)) == ordered[:4]
        assert list(tx.cases.of(user.id, ordered[3].touched, ordered[3].id, 4)) == ordered[4:]
        assert tx.cases.of("nobody", 1 << 62, "", 4) == ()
        assert list(tx.cases.in_state("open", 1 << 62, "", 9)) == ordered
        assert tx.cases.in_state("closed", 1 << 62, "", 9) == ()


def test_a_form_is_written_once(store: SqlStore, samples: Samples) -> None:
    user = added_user(store, samples)
    case, message, _ = samples.case(user)
    with store.write() as tx:
        tx.cases.add(case)
        tx.cases.add_message(message)
    with pytest.raises(Duplicate), store.write() as tx:
        tx.cases.add_message(replace(message, id=samples.id(), turn=1))
