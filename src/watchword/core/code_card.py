"""A Security Code Card (O02): 224 numbered cells of three characters, two asked at a time, each used once.

The cells are made from a seed, so that one short sealed value is a whole card. Which two are asked follows from the seed, from what was
used and from the day: nobody makes the server ask for two others by asking again.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace

from watchword.core import crockford

CELLS = 224
PER_CELL = 3
ASKED = 2
SEED = 32
FEW = 24  # cells left at which the next card is offered: twelve logins, about as long as a letter takes
PAIR_SECONDS = 24 * 60 * 60  # unanswered, the same two are asked for a day; a cell that cannot be read locks nobody out
ONLINE_SECONDS = 21 * 24 * 60 * 60

_USED = CELLS // 8


@dataclass(frozen=True, slots=True)
class Card:
    """`seed` is 32 bytes of entropy, `used` the numbers of the cells that were answered, from 1."""

    seed: bytes
    used: frozenset[int] = frozenset()

    def pack(self) -> bytes:
        """What a device's row keeps of it: the seed, then one bit for each cell."""
        bits = sum(1 << (number - 1) for number in self.used)
        return self.seed + bits.to_bytes(_USED, "big")


def unpack(kept: bytes) -> Card:
    """Back from `pack`. Raises ValueError for what is no card."""
    if len(kept) != SEED + _USED:
        raise ValueError("no code card")
    bits = int.from_bytes(kept[SEED:], "big")
    return Card(kept[:SEED], frozenset(number for number in range(1, CELLS + 1) if bits >> (number - 1) & 1))


def cell(card: Card, number: int) -> str:
    """The three characters at a number, 15 bits from the seed."""
    return crockford.spelled(hmac.digest(card.seed, b"cell|%d" % number, "sha256"), PER_CELL)


def cells(card: Card) -> tuple[str, ...]:
    """All of them in the order of their numbers, for printing."""
    return tuple(cell(card, number) for number in range(1, CELLS + 1))


def left(card: Card) -> int:
    """How many can still be asked."""
    return CELLS - len(card.used)


def pair(card: Card, now: int) -> tuple[int, ...]:
    """The two numbers asked today, in no order that tells anything; () where the card is used up."""
    unused = [number for number in range(1, CELLS + 1) if number not in card.used]
    if len(unused) < ASKED:
        return ()
    turn = b"pair|%d|%d" % (len(card.used), now // PAIR_SECONDS)
    return tuple(sorted(unused, key=lambda number: hmac.digest(card.seed, turn + b"|%d" % number, "sha256"))[:ASKED])


def answer(card: Card, numbers: Sequence[int]) -> str:
    """What stands at these numbers, one after the other."""
    return "".join(cell(card, number) for number in numbers)


def spent(card: Card, numbers: Sequence[int]) -> Card:
    """The card after these were answered."""
    return replace(card, used=card.used | frozenset(numbers))


def normal(typed: str) -> str | None:
    """Two cells as they are compared; None where it cannot be that."""
    plain = crockford.normal(typed[:64])
    return plain if len(plain) == ASKED * PER_CELL and set(plain) <= set(crockford.ALPHABET) else None
