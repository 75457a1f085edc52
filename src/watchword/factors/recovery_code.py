"""Recovery codes: ten look-up secrets of 128 bits on paper, each good once (SP 800-63B-4 section 3.1.2).

The lowest level: whoever finds the paper has them, and a person types one when the device is gone. They log in and put a device in place.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from watchword.core.devices import RECOVERY_CODE, Level
from watchword.core.recovery_codes import normal
from watchword.core.refusals import RECOVERY_CODE_FORM, RECOVERY_CODE_WRONG
from watchword.factors.base import Accepted, Holder, Rejected, Separate, Verdict

SALT = 16
HASH = 32


class RecoveryCode(Separate):
    """`answer` is `{"code": 26 characters}`; the device's secret is a salt and a hash of each code that is left."""

    kind = "recovery_code"
    device = RECOVERY_CODE
    level = Level.TEMPORARY
    amr = ("otp",)
    malformed = RECOVERY_CODE_FORM
    spent = RECOVERY_CODE_WRONG
    tells = "recovery_code_used"

    def read(self, given: Mapping[str, str]) -> Mapping[str, object] | None:
        """26 characters, in any spelling."""
        code = normal(given.get("answer", ""))
        return None if code is None else {"code": code}

    def verify(
        self, holder: Holder, challenge: Mapping[str, object], answer: Mapping[str, object], *, now: int
    ) -> Verdict:
        """One of those that are left, which is gone with it. Every one is compared whatever comes."""
        secret = holder.device.secret
        typed = _hashed(str(answer["code"]), secret[:SALT])
        found = [kept for kept in _hashes(secret) if hmac.compare_digest(kept, typed)]
        if not found:
            return Rejected(RECOVERY_CODE_WRONG, "recovery_code.mismatch")
        others = [kept for kept in _hashes(secret) if kept != found[0]]
        claim = f"recovery:{holder.device.id}:{found[0].hex()[:24]}"
        return Accepted((claim,), secret[:SALT] + b"".join(others), told={"left": len(others)})


def kept(codes: tuple[str, ...], salt: bytes) -> bytes:
    """What a device's row keeps of its codes: 16 bytes of salt, then HMAC-SHA-256 of each under it. The row is sealed besides."""
    return salt + b"".join(_hashed(code, salt) for code in codes)


def left(secret: bytes) -> int:
    """How many codes are left."""
    return len(_hashes(secret))


def _hashed(code: str, salt: bytes) -> bytes:
    return hmac.digest(salt, code.encode(), "sha256")


def _hashes(secret: bytes) -> list[bytes]:
    return [secret[at : at + HASH] for at in range(SALT, len(secret), HASH)]
