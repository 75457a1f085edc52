"""The PIN guidelines, checked on the phone without the PIN leaving it (spec.md 5.4; K02, K03)."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchword_client.crypto import unb64u

KINDS = {
    1: "birth_date", 2: "address", 3: "document", 4: "phone", 5: "name", 6: "city", 7: "username",
}  # fmt: skip
ENTRY = 9
MAX_ITERATIONS = 1_000_000


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A piece of the PIN that the guidelines forbid; `kind` is a number of KINDS, or one that a later server knows."""

    piece: str
    kind: int

    @property
    def name(self) -> str:
        """The kind's word, `other` where this client does not know it."""
        return KINDS.get(self.kind, "other")


def fold(pin: str) -> str:
    """NFKC, lower case."""
    return unicodedata.normalize("NFKC", pin).lower()


def pieces(folded: str) -> list[str]:
    """The whole, its substrings of 4 to 6 characters and those of 2 or 3 letters, sorted."""
    found = {folded}
    for start in range(len(folded)):
        for end in range(start + 2, min(start + 6, len(folded)) + 1):
            piece = folded[start:end]
            if len(piece) >= 4 or piece.isalpha():
                found.add(piece)
    return sorted(found)


def forbidden(pin: str, guidelines: Mapping[str, Any]) -> list[Forbidden]:
    """The pieces of `pin` on the server's list. FormError or ValueError when the list is not what spec.md 5.4 says."""
    salt, iterations = unb64u(guidelines["salt"], 16), int(guidelines["iterations"])
    if not 1 <= iterations <= MAX_ITERATIONS:
        raise ValueError("iterations")
    table = {}
    for text in guidelines["hashes"]:
        entry = unb64u(text, ENTRY)
        table[entry[:8]] = entry[8]
    found = []
    for piece in pieces(fold(pin)):
        slow = hashlib.pbkdf2_hmac("sha256", piece.encode(), salt, iterations, ENTRY)
        if slow[:8] in table:
            found.append(Forbidden(piece, table[slow[:8]] ^ slow[8]))
    return found
