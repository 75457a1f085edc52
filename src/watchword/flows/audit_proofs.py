"""Proofs that stand alone: that one row is in the log of a signed head, and that one head continues another (RFC 6962).

Each is an object that `watchword audit check-proof` judges without any database, and that any other program for RFC 6962 can judge.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

from watchword.core import checkpoints
from watchword.core.audit_rows import leaf
from watchword.core.merkle import included
from watchword.core.refusals import AUDIT_BROKEN, AUDIT_ROW, AUDIT_UNSEALED, Refusal
from watchword.flows import audit_heads
from watchword.flows.audit_tree import Broken, Tree
from watchword.flows.kit import Kit

FORMAT = "watchword-audit-proof/1"
Proof = dict[str, object]


def inclusion(kit: Kit, audit_id: int, *, personal: bool) -> Proof | Refusal:
    """The proof for one row; with its personal values and their salts, if wanted and not erased."""
    with kit.store.read() as tx:
        found, last = tx.audit_reading.row(audit_id), tx.sealed.last_head()
    if found is None:
        return Refusal(AUDIT_ROW, "audit.no_row")
    if found.position is None:
        return Refusal(AUDIT_UNSEALED, "audit.not_sealed", retry_after=1)
    try:
        kept = last if last is not None and last.size > found.position else audit_heads.current(kit)
        head = _head(kept.note) if kept is not None else None
        if kept is None or head is None or head.size <= found.position:
            return Refusal(AUDIT_UNSEALED, "audit.no_head", retry_after=1)
        with kit.store.read() as tx:
            path = Tree(tx).inclusion(found.position, head.size)
    except (Broken, audit_heads.NotContinued):
        return Refusal(AUDIT_BROKEN, "audit.tree")
    if not included(leaf(found.row), found.position, head.size, head.root, path):
        return Refusal(AUDIT_BROKEN, "audit.row_differs")
    proof: Proof = {"format": FORMAT, "kind": "inclusion", "row": found.row.sealed(), "position": found.position}
    if personal and found.openings:
        proof["personal"] = json.loads(found.openings)
    return {**proof, "path": _written(path), "head": kept.note}


def consistency(kit: Kit, old_note: str) -> Proof | Refusal:
    """The proof that the log of today continues a head that was kept outside. What cannot be proven is refused."""
    old = _head(old_note)
    if old is None:
        return Refusal(AUDIT_ROW, "audit.no_head")
    try:
        kept = audit_heads.current(kit)
        head = _head(kept.note) if kept is not None else None
        if kept is None or head is None or head.size < old.size:
            return Refusal(AUDIT_BROKEN, "audit.smaller")
        with kit.store.read() as tx:
            path = Tree(tx).consistency(old.size, head.size)
    except (Broken, audit_heads.NotContinued):
        return Refusal(AUDIT_BROKEN, "audit.tree")
    return {"format": FORMAT, "kind": "consistency", "old": old_note, "path": _written(path), "head": kept.note}


def _head(written: str) -> checkpoints.Head | None:
    note = checkpoints.read_note(written)
    return checkpoints.read_head(note.text) if note else None


def _written(path: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(one).decode() for one in path]
