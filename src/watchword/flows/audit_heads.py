"""Signed heads of the log: made when it has grown, kept, and given to the places outside that the operator chose.

A log never signs a head that does not continue the one before: that is proven from the stored tree each time, and what cannot be proven is
not signed. Places are served oldest head first, one sender at a time; a place that fails is left alone for a while, ever longer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from watchword.core import merkle
from watchword.core.checkpoints import Head
from watchword.flows.audit_ports import KeptHead, LogState, Sending
from watchword.flows.audit_tree import Broken, Tree
from watchword.flows.kit import Kit
from watchword.flows.ports import Tx
from watchword.flows.sealing import BATCH

KEEP_SECONDS = 400 * 24 * 60 * 60
LEASE_SECONDS = 90
AT_ONCE = 20
RETRY_SECONDS = (5, 15, 60, 300, 900)


class NotContinued(Exception):
    """The stored log does not continue its last head, or has no key: nothing is signed. The text says which."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one head at a place. `ok`: it has it. `detail` is for the operator."""

    ok: bool
    detail: str


def current(kit: Kit) -> KeptHead | None:
    """A head of the log as it is now, signed if there is none yet; None for an empty log. Raises NotContinued."""
    now = kit.clock.now()
    with kit.store.write() as tx:
        state, last = tx.sealed.claim() or tx.sealed.state(), tx.sealed.last_head()
        if state is None or state.size == 0 or (last is not None and last.size == state.size):
            return last
        head = KeptHead(state.size, now, signed(kit, tx, state, last, now))
        tx.sealed.add_head(head)
    return head


def publish(kit: Kit) -> KeptHead | None:
    """Sign a head if the log has grown and the last one is old enough; None where there was nothing to do. Raises NotContinued."""
    now = kit.clock.now()
    with kit.store.read() as tx:
        state, last = tx.sealed.state(), tx.sealed.last_head()
    if state is None or not _due(kit, state, last, now):
        return None
    with kit.store.write() as tx:
        state, last = tx.sealed.claim(), tx.sealed.last_head()
        # Rows of an hour ago that are still to be sealed would look as if they had been slipped in behind a head of now.
        if state is None or not _due(kit, state, last, now) or len(tx.sealed.unsealed(state.settled, BATCH)) == BATCH:
            return None
        head = KeptHead(state.size, now, signed(kit, tx, state, last, now))
        tx.sealed.add_head(head)
        tx.sealed.forget_heads(now - KEEP_SECONDS)
    return head


def _due(kit: Kit, state: LogState, last: KeptHead | None, now: int) -> bool:
    """Whether a head is wanted. A log that became smaller comes through, and is then refused aloud."""
    if last is None:
        return state.size > 0
    return state.size != last.size and now - last.at >= kit.policy.heads_seconds


def signed(kit: Kit, tx: Tx, state: LogState, last: KeptHead | None, now: int) -> str:
    """The head of a state as a note, if it continues the last one. Raises NotContinued."""
    origin = kit.policy.log_origin
    head = Head(origin, state.size, merkle.Frontier(state.size, state.peaks).root())
    known = kit.vault.own_head(last.note, origin) if last is not None else None
    # A head of keys or a name that are no more is not ours to continue; the auditor who kept it still can.
    if known is not None and not _continues(tx, known[0], head):
        raise NotContinued(f"the log of {head.size} rows does not continue its head of {known[0].size}")
    note = kit.vault.sign_head(head, now)
    if not note:
        raise NotContinued("the key file has no key for heads and could not be written to")
    return note


def _continues(tx: Tx, old: Head, new: Head) -> bool:
    if old.size > new.size:
        return False
    try:
        path = Tree(tx).consistency(old.size, new.size)
    except Broken:
        return False
    return merkle.consistent(old.size, old.root, new.size, new.root, path)


def deliver(kit: Kit, place: str, send: Callable[[KeptHead], Sent]) -> int:
    """Give a place the heads it lacks, if it is due; how many it took. `send` never raises for what the other side does."""
    now = kit.clock.now()
    if not _lacking(kit, place, now):
        return 0
    with kit.store.write() as tx:
        sending = tx.sealed.lease(place, now, now + LEASE_SECONDS)
        heads = tx.sealed.heads_after(sending.size, AT_ONCE) if sending else ()
    if sending is None:
        return 0
    taken = 0
    for head in heads:
        sent = send(head)
        if not sent.ok:
            _settle(kit, _failed(sending, kit.clock.now(), sent.detail))
            return taken
        taken += 1
        sending = replace(sending, size=head.size, sent=kit.clock.now(), tries=0, since=0, detail=sent.detail)
    _settle(kit, replace(sending, due=0))
    return taken


def _lacking(kit: Kit, place: str, now: int) -> bool:
    with kit.store.read() as tx:
        last = tx.sealed.last_head()
        served = next((one for one in tx.sealed.sendings() if one.place == place), None)
    return last is not None and (served is None or (served.size < last.size and served.due <= now))


def _failed(sending: Sending, now: int, detail: str) -> Sending:
    wait = RETRY_SECONDS[min(sending.tries, len(RETRY_SECONDS) - 1)]
    return replace(sending, due=now + wait, tries=sending.tries + 1, since=sending.since or now, detail=detail)


def _settle(kit: Kit, sending: Sending) -> None:
    with kit.store.write() as tx:
        tx.sealed.settle(sending)
