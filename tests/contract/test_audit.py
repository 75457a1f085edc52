"""Audit rows: in order, with personal fields as commitments that an opening proves and that stay when it is erased."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import select, text

from tests.support.fakes import START
from watchword.flows.ports import AuditRow
from watchword.stores import tables
from watchword.stores.engine import SqlStore
from watchword.vault.keyring import b64u, unb64u

ROW = AuditRow(
    "login.attempt.opened", "u" * 26, "s" * 26, {"asked": True, "n": 3}, {"address": "203.0.113.9", "place": "Zürich"}
)


def test_a_row_holds_fields_and_commitments_and_an_opening_proves_them(store: SqlStore) -> None:
    with store.write() as tx:
        tx.audit.write(ROW, START)
    with store.engine.connect() as connection:
        written = connection.execute(select(tables.audit)).one()
        openings = json.loads(connection.execute(select(tables.audit_personal.c.openings)).scalar_one())
        ids = connection.execute(select(tables.audit_personal.c.audit_id)).scalar_one()
    assert (written.at, written.tag, written.user_id, written.subject) == (START, ROW.tag, ROW.user_id, ROW.subject)
    assert json.loads(written.fields) == {"asked": True, "n": 3}
    assert ids == written.id
    commitments = json.loads(written.commitments)
    assert commitments.keys() == openings.keys() == {"address", "place"}
    for name, (salt, value) in openings.items():
        assert commitments[name] == b64u(hashlib.sha256(unb64u(salt) + f"{name}\0{value}".encode()).digest())
    assert "203.0.113.9" not in written.fields + written.commitments


def test_rows_without_personal_fields_have_no_opening_and_numbers_only_grow(store: SqlStore) -> None:
    for tag in ("a.b.c", "d.e.f"):
        with store.write() as tx:
            tx.audit.write(AuditRow(tag), START)
    with store.engine.connect() as connection:
        first = connection.execute(select(tables.audit).order_by(tables.audit.c.id)).all()
        assert [(row.tag, row.user_id, row.subject, row.fields, row.commitments) for row in first] == [
            ("a.b.c", "", "", "{}", "{}"),
            ("d.e.f", "", "", "{}", "{}"),
        ]
        assert connection.execute(select(tables.audit_personal)).all() == []
        connection.execute(text("DELETE FROM audit"))
    with store.write() as tx:
        tx.audit.write(AuditRow("g.h.i"), START)
    with store.engine.connect() as connection:
        assert connection.execute(select(tables.audit.c.id)).scalar_one() > first[-1].id


def test_what_was_typed_may_hold_what_no_column_does(store: SqlStore) -> None:
    with store.write() as tx:
        tx.audit.write(
            AuditRow("a.b.c", subject="x\0y", fields={"typed": "n\0l \ud83d"}, personal={"typed": "n\0l"}), START
        )
    with store.engine.connect() as connection:
        row = connection.execute(select(tables.audit)).one()
    assert row.subject == "x\ufffdy"
    assert json.loads(row.fields) == {"typed": "n\0l \ud83d"}
