"""What an SMS gateway tells later about a message (N04). The route has checked its proof; here it is only written down."""

from __future__ import annotations

from watchword.flows.kit import Kit

LARGEST = 2**63 - 1


def note(kit: Kit, letter_id: str, state: str) -> bool:
    """Keep `waiting`, `delivered` or `failed` for a letter; False where it says nothing new. An end that was told stays."""
    if not letter_id.isascii() or not letter_id.isdecimal() or int(letter_id) > LARGEST:
        return False
    with kit.store.write() as tx:
        return tx.outbox.report(int(letter_id), state, kit.clock.now())
