"""What a device was asked in an attempt (or a page, for a new device), until it answers: bound to it, of limited life, few tries.

Key's own challenge and QR live in the attempt's row (core/attempts.py); everything else that is asked lives here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LIFE_SECONDS = 5 * 60
WRONG_LIMIT = 3


@dataclass(frozen=True, slots=True)
class Challenge:
    """One question. `subject` is the id of the attempt or session it belongs to, `kind` the factor's; a new one takes the old one's place.

    `stored` is JSON made of the factor's `Started`: what judges an answer and what the page shows again, never what would answer it.
    """

    subject: str
    kind: str
    id: str
    device_id: str
    until: int
    wrong: int
    stored: Mapping[str, object]
