"""Code cards (O02, O03): the page shows two numbers, the person types what stands there. Something on paper, so it can be copied: a low level.

Two cells are thirty bits; what stands against guessing is that the same two are asked until they are answered, and the counts.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from watchword.core import code_card
from watchword.core.challenges import LIFE_SECONDS
from watchword.core.devices import CODE_CARD, ONLINE_CARD, Level
from watchword.core.refusals import CARD_EMPTY, CARD_FORM, CARD_OVER, CARD_WRONG, QUESTION_OVER
from watchword.factors.base import Accepted, Holder, Rejected, Separate, Started, Verdict


class CodeCard(Separate):
    """`challenge` holds `cells`, two numbers; `answer` is `{"codes": six characters}`."""

    kind = "code_card"
    device = CODE_CARD
    level = Level.CODE_CARD
    seconds = LIFE_SECONDS
    malformed = CARD_FORM
    amr = ("otp",)

    def read(self, given: Mapping[str, str]) -> Mapping[str, object] | None:
        """Six characters in any spelling, both cells in one field."""
        codes = code_card.normal(given.get("answer", ""))
        return None if codes is None else {"codes": codes}

    def start(self, holder: Holder, *, challenge_id: str, now: int, entropy: bytes) -> Started:
        """The two numbers of today; none on a card that is used up."""
        numbers = list(code_card.pair(code_card.unpack(holder.device.secret), now))
        return Started(stored={"cells": numbers}, shown={"cells": numbers})

    def verify(
        self, holder: Holder, challenge: Mapping[str, object], answer: Mapping[str, object], *, now: int
    ) -> Verdict:
        """Both right, neither used before."""
        device, card = holder.device, code_card.unpack(holder.device.secret)
        numbers = challenge["cells"]
        if not isinstance(numbers, list):
            raise TypeError("a question of a code card is kept as a list of numbers")
        if not numbers:
            return Rejected(CARD_EMPTY, "card.empty")
        if card.used & set(numbers):
            return Rejected(QUESTION_OVER, "card.used")
        if not hmac.compare_digest(code_card.answer(card, numbers), str(answer["codes"])):
            return Rejected(CARD_WRONG, "card.mismatch")
        if device.ends and now >= device.ends:
            return Rejected(CARD_OVER, "card.ended")
        after = code_card.spent(card, numbers)
        claims = tuple(f"card:{device.id}:{number}" for number in numbers)
        return Accepted(claims, after.pack(), ends=code_card.left(after) < code_card.ASKED)


class OnlineCard(CodeCard):
    """The same on a screen, for three weeks, until a lasting device is there."""

    kind = "online_card"
    device = ONLINE_CARD
    level = Level.TEMPORARY
    amr = ("tmp",)
