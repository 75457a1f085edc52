"""Key's offline challenge and response (D): OCRA over the ten digits shown, eight digits back (RFC 6287)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from watchword.core.devices import KEY, Level
from watchword.core.otp import SUITE, OcraInput, challenge_digits, ocra
from watchword.core.refusals import RESPONSE_WRONG
from watchword.factors.base import Accepted, Holder, Rejected, Started, Verdict


class KeyChallenge:
    """`challenge` holds `digits`; `answer` is `{"response": eight digits}`."""

    kind = "key_challenge"
    device = KEY
    level = Level.KEY_OFFLINE
    amr = ("otp", "pin")

    def start(self, holder: Holder, *, challenge_id: str, now: int, entropy: bytes) -> Started:
        """Ten digits to show; they are derived again from the same entropy, so no row keeps them."""
        return Started(shown={"digits": challenge_digits(entropy)})

    def verify(
        self, holder: Holder, challenge: Mapping[str, object], answer: Mapping[str, object], *, now: int
    ) -> Verdict:
        """One challenge is spent by its right answer; wrong ones are counted by the caller."""
        digits = str(challenge["digits"])
        right = ocra(SUITE, holder.ocra, OcraInput(digits))
        if hmac.compare_digest(right, str(answer["response"])):
            return Accepted((f"ocra:{holder.device.id}:{challenge['id']}",))
        return Rejected(RESPONSE_WRONG, "response.mismatch")
