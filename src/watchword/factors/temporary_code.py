"""A temporary code (O03): typed at every login of two days, in the place of a device that is lost. The lowest level there is.

It is used more than once by design, so a claim binds each use to its attempt; what stands against guessing is its length and the counts.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from watchword.core.devices import TEMPORARY_CODE, Level
from watchword.core.refusals import TEMPORARY_FORM, TEMPORARY_OVER, TEMPORARY_WRONG
from watchword.core.temporary import normal
from watchword.factors.base import Accepted, Holder, Rejected, Separate, Verdict

SALT = 16


def kept(code: str, salt: bytes) -> bytes:
    """What a device's row keeps of a code: 16 bytes of salt, then HMAC-SHA-256 under it. The row is sealed besides."""
    return salt + hmac.digest(salt, code.encode(), "sha256")


class TemporaryCode(Separate):
    """`answer` is `{"code": ten characters}`; `challenge` holds the id of the attempt."""

    kind = "temporary_code"
    device = TEMPORARY_CODE
    level = Level.TEMPORARY
    malformed = TEMPORARY_FORM
    amr = ("tmp",)  # ours: RFC 8176 has no word for a code that is used more than once

    def read(self, given: Mapping[str, str]) -> Mapping[str, object] | None:
        """Ten characters in any spelling."""
        code = normal(given.get("answer", ""))
        return None if code is None else {"code": code}

    def verify(
        self, holder: Holder, challenge: Mapping[str, object], answer: Mapping[str, object], *, now: int
    ) -> Verdict:
        """Right, and not past its end."""
        secret = holder.device.secret
        right = hmac.compare_digest(kept(str(answer["code"]), secret[:SALT]), secret)
        if not right:
            return Rejected(TEMPORARY_WRONG, "temporary.mismatch")
        if holder.device.ends and now >= holder.device.ends:
            return Rejected(TEMPORARY_OVER, "temporary.ended")
        return Accepted((f"temporary:{holder.device.id}:{challenge['id']}",))
