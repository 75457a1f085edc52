"""What is done to the log behind the system's back is found and named; what cannot be known from inside is found against a head kept outside."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, text

from tests.contract.test_sealed_log import put, seal
from tests.support.fakes import START, FakeClock
from watchword.core import audit_rows, merkle
from watchword.core.audit_rows import Row
from watchword.flows.audit_ports import LogState
from watchword.flows.audit_verify import KINDS, Fault, Outside, Verifier
from watchword.flows.ports import AuditRow
from watchword.flows.sealing import Sealer, kept
from watchword.stores import tables
from watchword.stores.engine import SqlStore

COUNT = 700


@pytest.fixture
def log(store: SqlStore) -> SqlStore:
    """A sealed log of COUNT rows, positions one less than ids."""
    put(store, COUNT)
    seal(store)
    return store


def found(store: SqlStore, *heads: Outside) -> list[tuple[object, ...]]:
    """Faults as kind, row id or first position, in no order that matters."""
    faults = list(Verifier(store, heads, page=512).run())
    assert {fault.kind for fault in faults} <= set(KINDS)
    return sorted(map(_short, faults), key=str)


def _short(fault: Fault) -> tuple[object, ...]:
    if fault.audit_id is not None:
        return (fault.kind, fault.audit_id, *([fault.name] if fault.name else []))
    return (fault.kind, fault.first if fault.position is None else fault.position, *([fault.end] if fault.end else []))


def head(store: SqlStore, size: int = 0, at: int = 0) -> Outside:
    """A head as somebody outside keeps it: of the log as it is now, or as it was at a size."""
    with store.read() as tx:
        leaves = tx.sealed.leaves(0, size or 10**6)
    tree = merkle.Frontier()
    for position in sorted(leaves):
        tree.append(leaves[position])
    return Outside("kept", tree.size, tree.root(), at)


def sql(store: SqlStore, *statements: str) -> None:
    with store.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_an_untouched_log_has_no_fault(log: SqlStore) -> None:
    verifier = Verifier(log, [head(log, 100), head(log)])
    assert list(verifier.run()) == []
    tally = verifier.tally
    assert (tally.size, tally.erased, tally.waiting, len(tally.held), tally.root) == (COUNT, 0, 0, 2, head(log).root)


@pytest.mark.parametrize(
    "change",
    [
        "at = at - 1", "tag = 'login.attempt.denied'", "user_id = 'v'", "subject = ''", "fields = '[]'", "commitments = '{}'", "id = 100000",
    ],
)  # fmt: skip
def test_a_changed_row_is_named(log: SqlStore, change: str) -> None:
    sql(log, "DELETE FROM audit_personal WHERE audit_id = 300", f"UPDATE audit SET {change} WHERE id = 300")
    if change.startswith("id"):
        assert found(log) == [("row.removed", 300)], "under its new number it is one that waits to be sealed"
    else:
        assert found(log) == [("row.changed", 300)]


def test_what_takes_another_kind_of_value_is_named_too(log: SqlStore) -> None:
    if log.engine.dialect.name != "sqlite":
        pytest.skip(reason="only SQLite lets any column hold anything")
    sql(log, "UPDATE audit SET fields = x'7b7d' WHERE id = 5", "UPDATE audit SET subject = 1.5 WHERE id = 6")
    assert found(log) == [("row.changed", 5), ("row.changed", 6)]


def test_removed_rows_are_named(log: SqlStore) -> None:
    sql(log, "DELETE FROM audit WHERE id IN (1, 256, 257, 700)")
    assert found(log) == [("row.removed", 1), ("row.removed", 256), ("row.removed", 257), ("row.removed", 700)]


def test_an_inserted_row_is_named(log: SqlStore) -> None:
    columns = "SELECT -7, at, tag, user_id, subject, fields, commitments FROM audit WHERE id = 8"
    override = "OVERRIDING SYSTEM VALUE" if log.engine.dialect.name == "postgresql" else ""
    sql(log, f"INSERT INTO audit (id, at, tag, user_id, subject, fields, commitments) {override} {columns}")
    assert found(log) == [("row.inserted", -7)]
    seal(log)
    assert found(log) == [("row.inserted", -7)], "no sealer takes it in later"


def test_a_row_put_where_one_was_removed_is_a_changed_one(log: SqlStore) -> None:
    override = "OVERRIDING SYSTEM VALUE" if log.engine.dialect.name == "postgresql" else ""
    sql(
        log,
        "DELETE FROM audit WHERE id = 9",
        f"INSERT INTO audit (id, at, tag, user_id, subject, fields, commitments) {override} VALUES (9, 1, 'a.b.c', '', '', '{{}}', '{{}}')",
    )
    assert found(log) == [("row.changed", 9)]


def test_rows_that_were_exchanged_are_named_as_moved(log: SqlStore) -> None:
    sql(
        log, "UPDATE audit_leaves SET audit_id = -1 WHERE position = 10", "UPDATE audit_leaves SET audit_id = 11 WHERE position = 600",
        "UPDATE audit_leaves SET audit_id = 601 WHERE position = 10",
    )  # fmt: skip
    assert found(log) == [("row.moved", 11), ("row.moved", 601)]


def test_a_changed_leaf_is_told_from_a_changed_row(log: SqlStore) -> None:
    """The node above says which of the two is as it was: in full runs of 256, and at the end, where the state says it."""
    sql(
        log,
        "UPDATE audit_leaves SET hash = (SELECT hash FROM audit_leaves WHERE position = 1) WHERE position IN (40, 690)",
    )
    assert found(log) == [("leaf.changed", 41), ("leaf.changed", 691)]


def test_changed_and_removed_nodes_are_told_with_what_is_under_them(log: SqlStore) -> None:
    sql(log, "UPDATE audit_nodes SET hash = (SELECT hash FROM audit_nodes WHERE position = 1) WHERE position = 0")
    assert found(log) == [("node.changed", 0, 256)]
    sql(log, "DELETE FROM audit_nodes")
    assert found(log) == [("node.changed", 0, 256), ("node.changed", 256, 512)]


def test_a_removed_leaf_is_told_by_its_position_and_its_row_as_one_nobody_sealed(log: SqlStore) -> None:
    sql(log, "DELETE FROM audit_leaves WHERE position = 77")
    assert [fault for fault in found(log) if fault[0] != "state.changed"] == [
        ("leaf.removed", 77),
        ("row.inserted", 78),
    ]


def test_leaves_and_nodes_behind_the_end(log: SqlStore) -> None:
    sql(
        log,
        f"INSERT INTO audit_leaves (position, audit_id, hash, sealed) SELECT {COUNT + 3}, 9999, hash, 0 FROM audit_leaves WHERE position = 1",
    )
    assert found(log) == [("leaf.surplus", COUNT, COUNT + 1)]


@pytest.mark.parametrize("change", ["peaks = (SELECT hash FROM audit_leaves WHERE position = 1)", "size = 699"])
def test_a_changed_state(log: SqlStore, change: str) -> None:
    sql(log, f"UPDATE audit_log SET {change}")
    assert "state.changed" in {fault[0] for fault in found(log)}


def test_a_log_whose_state_is_gone(log: SqlStore) -> None:
    sql(log, "DELETE FROM audit_log")
    assert found(log, head(log))[0] == ("head.ahead", 0, COUNT)


def test_changed_openings_are_named_with_their_field(log: SqlStore) -> None:
    sql(
        log,
        "UPDATE audit_personal SET openings = replace(openings, '203.0.113.9', '203.0.113.8') WHERE audit_id = 12",
        "UPDATE audit_personal SET openings = 'no' WHERE audit_id = 13",
        "UPDATE audit_personal SET openings = '{}' WHERE audit_id = 14",
        "DELETE FROM audit_personal WHERE audit_id = 15",
    )
    expected = [
        ("opening.changed", 12, "address"),
        ("opening.changed", 13),
        ("opening.changed", 14, "address"),
        ("opening.removed", 15),
    ]
    assert found(log) == expected


def test_a_removed_tail_is_found_against_a_head_and_not_without(log: SqlStore) -> None:
    outside = head(log)
    rewritten(log, [row for row in rows_of(log) if row.id <= 600])
    assert found(log) == [], "whoever may write everything has made everything agree"
    assert found(log, outside) == [("head.ahead", 600, COUNT)]


def test_a_rewritten_middle_is_found_against_heads_which_say_between_which_it_is(log: SqlStore) -> None:
    heads = [head(log, size) for size in (100, 300, 500, COUNT)]
    rewritten(log, [row if row.id != 400 else Row(400, 1, "a.b.c", "", "", "{}", "{}") for row in rows_of(log)])
    assert found(log) == []
    verifier = Verifier(log, heads)
    assert [_short(fault) for fault in verifier.run()] == [("head.differs", 300, 500)]
    assert [one.size for one in verifier.tally.held] == [100, 300]
    assert verifier.tally.differing == 2


def test_a_row_written_behind_a_head_with_an_earlier_time(log: SqlStore) -> None:
    """Whoever can write rows can have them sealed, but not into the past: the head of that day did not have them."""
    day = 24 * 3600
    outside = head(log, at=START + day)
    with log.write() as tx:
        tx.audit.write(AuditRow("a.b.c"), START + 60)
        tx.audit.write(AuditRow("a.b.c"), START + day + 60)
    seal(log)
    assert found(log, outside) == [("row.backdated", COUNT + 1)]


def test_pages_of_any_size_find_the_same(log: SqlStore) -> None:
    sql(log, "DELETE FROM audit WHERE id IN (256, 257)", "UPDATE audit SET subject = 'x' WHERE id IN (512, 699)")
    whole = sorted(map(str, Verifier(log).run()))
    assert [sorted(map(str, Verifier(log, page=page).run())) for page in (1, 255, 256, 257, 699)] == [whole] * 5


def test_while_rows_come_in_nothing_is_found(open_it: Callable[..., SqlStore]) -> None:
    """Verified while sealing goes on: what came later is not missed, and not taken for a fault."""
    store = open_it()
    put(store, 300)
    seal(store)
    sealer = Sealer(store, FakeClock())
    verifier = Verifier(store, page=64)
    faults = []
    for step, fault in enumerate(_stepped(verifier, store, sealer)):
        faults.append((step, fault))
    assert faults == []


def _stepped(verifier: Verifier, store: SqlStore, sealer: Sealer) -> list[Fault]:
    original = verifier._sheets

    def more(first: int, count: int) -> object:
        put(store, 30)
        sealer.run_once()
        return original(first, count)

    verifier._sheets = more  # type: ignore[method-assign,assignment]
    return list(verifier.run())


def rows_of(store: SqlStore) -> list[Row]:
    with store.engine.connect() as connection:
        return [Row(*row) for row in connection.execute(select(tables.audit).order_by(tables.audit.c.id))]


def rewritten(store: SqlStore, rows: list[Row]) -> None:
    """Everything in the database as if these rows had been sealed: what somebody with all rights to it can do."""
    audit, personal = tables.audit, tables.audit_personal
    with store.engine.begin() as connection:
        openings = {row.audit_id: row.openings for row in connection.execute(select(personal))}
        for table in (personal, audit, tables.audit_leaves, tables.audit_nodes):
            connection.execute(table.delete())
        for row in rows:
            connection.execute(audit.insert().values({column.name: getattr(row, column.name) for column in audit.c}))
            if row.commitments != "{}":
                connection.execute(personal.insert().values(audit_id=row.id, openings=openings[row.id]))
    tree = merkle.Frontier()
    leaves = [(row.id, audit_rows.leaf(row)) for row in rows]
    nodes = [node for _, leaf in leaves for node in kept(tree.append(leaf))]
    with store.write() as tx:
        tx.sealed.append(0, leaves, START)
        tx.sealed.put_nodes(nodes)
        tx.sealed.save(LogState(tree.size, 10**6, tree.peaks, START))
