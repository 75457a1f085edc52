"""A code by SMS (N01, N05): six digits that we send to a verified number when the person logs in. The lowest of what lasts.

Whoever has the number has the code: it can be read out, forwarded, or taken over with the SIM. So it is never offered under suspicion.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from watchword.core.codes import DIGITS, LIFE_SECONDS
from watchword.core.devices import SMS, Level
from watchword.core.otp import plain_digits
from watchword.core.refusals import SMS_FORM, SMS_OVER, SMS_WRONG
from watchword.factors.base import Accepted, Holder, Rejected, Separate, Verdict

PURPOSE = "login"


class SmsCode(Separate):
    """`challenge` holds the `mac` of the code that was sent and the `device` it was sent for; `answer` the `mac` of what was typed.

    The keyed hashes are made by whoever asks: a factor has no keys of ours.
    """

    kind = "sms"
    device = SMS
    level = Level.SMS
    amr = ("sms",)
    seconds = LIFE_SECONDS[PURPOSE]
    malformed = SMS_FORM
    spent = SMS_OVER
    sends = PURPOSE

    def read(self, given: Mapping[str, str]) -> Mapping[str, object] | None:
        """Six digits, in any spelling."""
        digits = plain_digits(given.get("answer", "")[:64])
        return {"code": digits} if digits is not None and len(digits) == DIGITS[PURPOSE] else None

    def verify(
        self, holder: Holder, challenge: Mapping[str, object], answer: Mapping[str, object], *, now: int
    ) -> Verdict:
        """Right, for this device, once."""
        kept, typed = challenge["mac"], answer["mac"]
        if not isinstance(kept, bytes) or not isinstance(typed, bytes):
            raise TypeError("a code is compared by its keyed hash")
        if not hmac.compare_digest(kept, typed):
            return Rejected(SMS_WRONG, "sms.mismatch")
        if challenge["device"] != holder.device.id:
            return Rejected(SMS_WRONG, "sms.device")
        return Accepted((f"sms:{challenge['id']}",))
