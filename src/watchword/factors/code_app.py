"""A code app of somebody else's making (RFC 6238 with SHA-1, six digits, 30 seconds: what all of them take), each code once.

A code of another moment within ten minutes is recognised so that the person can be told about the clock; it counts as wrong and is
spent for its step, as with Key's own code.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from watchword.core.devices import CODE_APP, Level
from watchword.core.otp import STEP_SECONDS, offset, plain_digits, steps_of
from watchword.core.refusals import APP_CLOCK, APP_CODE_FORM, APP_CODE_WRONG, CODE_USED
from watchword.factors.base import Accepted, Holder, Rejected, Separate, Verdict

KEY_BYTES = 20  # RFC 4226 section 4, R6: 160 bits are recommended
DIGITS = 6
ALGORITHM = "SHA1"
SEEN_STEPS = 20


class CodeApp(Separate):
    """`answer` is `{"code": six digits}`; the device's secret is the key in the app."""

    kind = "code_app"
    device = CODE_APP
    level = Level.TOTP_APP
    amr = ("otp",)
    malformed = APP_CODE_FORM
    spent = CODE_USED

    def read(self, given: Mapping[str, str]) -> Mapping[str, object] | None:
        """Six digits, in any spelling."""
        digits = plain_digits(given.get("answer", "")[:64])
        return {"code": digits} if digits is not None and len(digits) == DIGITS else None

    def verify(
        self, holder: Holder, challenge: Mapping[str, object], answer: Mapping[str, object], *, now: int
    ) -> Verdict:
        """The code of this step or the one before."""
        return judged(holder.device.secret, holder.device.id, str(answer["code"]), now)


def judged(key: bytes, device_id: str, typed: str, now: int) -> Verdict:
    """A code against a key; what is found is claimed for the device, so that it is good once, at a login as on the page that adds it."""
    step = now // STEP_SECONDS
    found = steps_of(key, typed, step, SEEN_STEPS, algorithm=ALGORITHM)
    if step in found or step - 1 in found:
        return Accepted((f"totp:{device_id}:{step if step in found else step - 1}",))
    if found:
        claims = tuple(f"totp:{device_id}:{at}" for at in found)
        return Rejected(APP_CLOCK, "app.offset", offset(found, step), claims)
    return Rejected(APP_CODE_WRONG, "app.mismatch")


def spelled(key: bytes) -> str:
    """The key as an app takes it by hand: base32 without padding (RFC 4648 section 6)."""
    return base64.b32encode(key).decode().rstrip("=")


def address(key: bytes, issuer: str, username: str) -> str:
    """What the QR holds: the key URI that code apps agree on."""
    label = quote(f"{issuer}:{username}", safe="")
    asked = {"secret": spelled(key), "issuer": issuer, "algorithm": ALGORITHM, "digits": DIGITS, "period": STEP_SECONDS}
    return f"otpauth://totp/{label}?{urlencode(asked, quote_via=quote)}"
