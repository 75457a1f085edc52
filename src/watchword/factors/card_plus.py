"""Digital Security Card+ (O01): a token with a PIN of its own answers a challenge (OCRA, RFC 6287).

The PIN never leaves it, so a right response shows both that it is held and that its owner typed the PIN; the server keeps its key, sealed.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from watchword.core import card_plus
from watchword.core.challenges import LIFE_SECONDS
from watchword.core.devices import CARD_PLUS, Level
from watchword.core.otp import OcraInput, ocra, plain_digits
from watchword.core.refusals import TOKEN_FORM, TOKEN_WRONG
from watchword.factors.base import Accepted, Holder, Rejected, Separate, Started, Verdict


class CardPlus(Separate):
    """`challenge` holds `digits`; `answer` is `{"response": digits}`. What is shown says how many digits its response has, for the field."""

    kind = "card_plus"
    device = CARD_PLUS
    level = Level.CARD_PLUS
    seconds = LIFE_SECONDS
    signs = True
    malformed = TOKEN_FORM
    amr = ("otp", "pin", "hwk")

    def read(self, given: Mapping[str, str]) -> Mapping[str, object] | None:
        """Six to ten digits; how many is the token's."""
        response = plain_digits(given.get("answer", "")[:64])
        return {"response": response} if response and card_plus.LEAST <= len(response) <= card_plus.MOST else None

    def start(self, holder: Holder, *, challenge_id: str, now: int, entropy: bytes) -> Started:
        """As many digits as this token's suite takes. They are public: stored to be judged by, shown to be typed."""
        return _asked(holder, entropy, money=False)

    def bind(self, holder: Holder, *, entropy: bytes) -> Started:
        """A challenge whose first digit says that it moves money; no login, change or sharing asks one of these."""
        return _asked(holder, entropy, money=True)

    def verify(
        self, holder: Holder, challenge: Mapping[str, object], answer: Mapping[str, object], *, now: int
    ) -> Verdict:
        """The response of this token to these digits, once, whoever of those that share it was asked them."""
        token = card_plus.unpack(holder.device.secret)
        right = ocra(token.suite, token.key, OcraInput(str(challenge["digits"])))
        if hmac.compare_digest(right, str(answer["response"])):
            return Accepted((f"ocra:{holder.device.id}:{challenge['digits']}",))
        return Rejected(TOKEN_WRONG, "token.mismatch")


def _asked(holder: Holder, entropy: bytes, *, money: bool) -> Started:
    suite = card_plus.unpack(holder.device.secret).suite
    digits, length = card_plus.challenge(suite, entropy, money=money), card_plus.response_length(suite)
    return Started(stored={"digits": digits}, shown={"digits": digits, "device": holder.device.id, "length": length})
