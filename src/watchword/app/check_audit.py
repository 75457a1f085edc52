"""Steps of `watchword demo --check` in which somebody with all rights to the database bends the log, and `watchword audit verify` says where.

The commands are run as an operator types them; what is done behind the system's back is done in SQL.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import nullcontext, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import typer
from sqlalchemy import Executable, delete, insert, select, update

from watchword.app.audit import commands
from watchword.app.staff.desk import Opening
from watchword.app.walk import Failed, Walk, hold
from watchword.core import merkle
from watchword.flows.audit_tree import Tree
from watchword.stores import tables

SHORTER = 40  # rows that are taken away from the end
_A, _P = tables.audit, tables.audit_personal


def _run(walk: Walk, *words: str) -> tuple[int, str]:
    """A command of `watchword audit`: its exit code and what it printed."""
    out = io.StringIO()
    command = typer.main.get_command(commands.app)
    with redirect_stdout(out), redirect_stderr(io.StringIO()):
        try:
            code = command.main(list(words), obj=Opening(lambda: nullcontext(walk.built)), standalone_mode=False)
        except SystemExit as end:
            code = end.code
    return int(code or 0), out.getvalue()


def _ran(walk: Walk, *words: str) -> str:
    code, said = _run(walk, *words)
    hold(code == 0, f"audit {' '.join(words)} ended with {code}: {said[-300:]}")
    return said


def _verified(walk: Walk, *words: str) -> list[tuple[str, Any]]:
    """The faults that are found, by kind and row."""
    code, said = _run(walk, "verify", "--json", *words)
    lines = [json.loads(line) for line in said.splitlines()]
    faults = [(line["fault"], line["audit_id"]) for line in lines if "fault" in line]
    hold(code == (1 if faults else 0) and "rows_per_s" in lines[-1], f"exit {code} with {len(faults)} faults")
    return faults


def _sql(walk: Walk, *statements: Executable) -> list[Any]:
    """Behind the system's back: the rows of the last statement, if it gives any."""
    with walk.built.store.engine.begin() as connection:
        results = [connection.execute(statement) for statement in statements]
        return list(results[-1]) if results[-1].returns_rows else []


def _sealed(walk: Walk) -> None:
    """Everything that was written down so far is in the log."""
    while walk.built.sealing.seal():
        continue
    with walk.built.store.read() as tx:
        state = tx.sealed.state()
        hold(state is not None and not tx.sealed.unsealed(0, 1), "every row is sealed")


def _some_row(walk: Walk) -> int:
    """A row from the middle, with personal values."""
    return int(_sql(walk, select(_P.c.audit_id).order_by(_P.c.audit_id).offset(20).limit(1))[0][0])


def _kept_outside(walk: Walk) -> Path:
    return Path(walk.built.settings.data_dir) / "kept-outside.txt"


def untouched(walk: Walk) -> None:
    """Everything so far is sealed; verified against a head that is kept outside, nothing is found."""
    _sealed(walk)
    _kept_outside(walk).write_text(_ran(walk, "head"), "utf-8")
    faults = _verified(walk, "--head", str(_kept_outside(walk)))
    hold(not faults, f"found in an untouched log: {faults}")


def proof(walk: Walk) -> None:
    """The proof of one row holds without the database; altered by one letter it does not."""
    row, path = _some_row(walk), Path(walk.built.settings.data_dir) / "proof.json"
    path.write_text(_ran(walk, "proof", str(row), "--personal"), "utf-8")
    key = _ran(walk, "key").splitlines()[0]
    hold("true" in _ran(walk, "check-proof", str(path), "--key", key, "--json"), "the proof holds")
    document = json.loads(path.read_text("utf-8"))
    document["row"]["tag"] += "x"
    path.write_text(json.dumps(document), "utf-8")
    hold(_run(walk, "check-proof", str(path), "--key", key)[0] == 1, "an altered proof does not hold")


def changed(walk: Walk) -> None:
    """A row is changed behind the system's back: found by its number."""
    row = _some_row(walk)
    before = _sql(walk, select(_A.c.subject).where(_A.c.id == row))[0][0]
    _sql(walk, update(_A).where(_A.c.id == row).values(subject="somebody else"))
    faults = _verified(walk)
    hold(faults == [("row.changed", row)], f"found: {faults}")
    _sql(walk, update(_A).where(_A.c.id == row).values(subject=before))
    hold(not _verified(walk), "as it was again")


def removed(walk: Walk) -> None:
    """A row is removed behind the system's back: found by its number."""
    row = _some_row(walk)
    kept = _sql(walk, select(_A).where(_A.c.id == row))[0], _sql(walk, select(_P).where(_P.c.audit_id == row))[0]
    _sql(walk, delete(_A).where(_A.c.id == row))
    faults = _verified(walk)
    hold(faults == [("row.removed", row)], f"found: {faults}")
    _sql(walk, *(insert(table).values(tuple(one)) for table, one in zip((_A, _P), kept, strict=True)))
    hold(not _verified(walk), "as it was again")


def inserted(walk: Walk) -> None:
    """A row is slipped in among the old ones behind the system's back: found by its number."""
    like = _sql(walk, select(_A).where(_A.c.id == _some_row(walk)))[0]
    forged = {
        "id": -1,
        "at": like.at,
        "tag": "login.session.issued",
        "user_id": like.user_id,
        "subject": "",
        "fields": "{}",
        "commitments": "{}",
    }
    _sql(walk, insert(_A).values(forged))
    faults = _verified(walk)
    hold(faults == [("row.inserted", -1)], f"found: {faults}")
    _sql(walk, delete(_A).where(_A.c.id == -1))
    hold(not _verified(walk), "as it was again")


def tail_removed(walk: Walk) -> None:
    """The end is cut off and everything inside made to agree: only the head kept outside tells, and it does."""
    built = walk.built
    with_end = Path(built.settings.data_dir) / "with-the-end.txt"
    with_end.write_text(_ran(walk, "head"), "utf-8")
    _sealed(walk)
    with built.store.read() as tx:
        state = tx.sealed.state()
        if state is None:
            raise Failed("no log")
        size, tree = state.size - SHORTER, Tree(tx)
        peaks = b"".join(tree.subtree(height, place) for height, place in merkle.full_subtrees(0, size))
    leaves, nodes, log = tables.audit_leaves, tables.audit_nodes, tables.audit_log
    kept = select(leaves.c.audit_id).where(leaves.c.position < size)
    _sql(
        walk,
        delete(_A).where(_A.c.id.not_in(kept)),
        delete(leaves).where(leaves.c.position >= size),
        delete(nodes).where(nodes.c.level == 1, (nodes.c.position + 1) * 256 > size),
        update(log).values(size=size, peaks=peaks),
        delete(tables.audit_heads),
    )
    hold(not _verified(walk), "from inside, nothing can be seen")
    faults = _verified(walk, "--head", str(with_end))
    hold(faults and {kind for kind, _ in faults} <= {"head.ahead", "head.differs"}, f"found: {faults}")


STEPS: tuple[Callable[[Walk], None], ...] = (untouched, proof, changed, removed, inserted, tail_removed)
