"""Key's six-digit code (E01, E02): RFC 6238 over HMAC-SHA-256, this step and the one before, each once.

A code of another moment within ten minutes is recognised so that the person can be told about the clock; it counts as wrong and is
spent for its step, so that nobody gains a second chance from the help.
"""

from __future__ import annotations

from collections.abc import Mapping

from watchword.core.devices import KEY, Level
from watchword.core.otp import STEP_SECONDS, offset, steps_of
from watchword.core.refusals import CODE_CLOCK, CODE_WRONG
from watchword.factors.base import Accepted, Holder, Rejected, Started, Verdict

SEEN_STEPS = 20


class KeyCode:
    """`answer` is `{"code": six digits}`."""

    kind = "key_code"
    device = KEY
    level = Level.KEY_OFFLINE
    amr = ("otp",)

    def start(self, holder: Holder, *, challenge_id: str, now: int, entropy: bytes) -> Started:
        """Nothing to show: the code is on the phone at any time."""
        return Started()

    def verify(
        self, holder: Holder, challenge: Mapping[str, object], answer: Mapping[str, object], *, now: int
    ) -> Verdict:
        """The code of this step or the one before."""
        step = now // STEP_SECONDS
        found = steps_of(holder.totp, str(answer["code"]), step, SEEN_STEPS)
        claims = tuple(f"totp:{holder.device.id}:{at}" for at in found)
        if step in found or step - 1 in found:
            spent = step if step in found else step - 1
            return Accepted((f"totp:{holder.device.id}:{spent}",))
        if found:
            return Rejected(CODE_CLOCK, "code.offset", offset(found, step), claims)
        return Rejected(CODE_WRONG, "code.mismatch")
