"""The stock of tokens: a supplier's file goes in whole or not at all (O01)."""

from __future__ import annotations

from collections.abc import Sequence

from watchword.core.card_plus import Token as Held
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow
from watchword.flows.tokens_ports import Token


class SerialTakenError(Exception):
    """A serial number is in stock already, or was; nothing was imported."""

    def __init__(self, serial: str) -> None:
        super().__init__(f"serial number {serial} is there already")
        self.serial = serial


def add(kit: Kit, found: Sequence[tuple[str, str, Held]]) -> int:
    """Tokens by serial number, model and what makes their responses. Raises SerialTakenError, which takes all of them back."""
    now = kit.clock.now()
    made = [Token(kit.entropy.id(), serial, "stock", model, held.pack()) for serial, model, held in found]
    with kit.store.write() as tx:
        taken = tx.tokens.add(made, now)
        if taken:
            raise SerialTakenError(taken)
        tx.audit.write(AuditRow("token.stock.imported", "", "", {"count": len(made)}), now)
    return len(made)


def count(kit: Kit, state: str) -> int:
    """How many there are in a state."""
    with kit.store.read() as tx:
        return tx.tokens.count(state)
