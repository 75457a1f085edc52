"""Key's QR login (C): a 128-bit secret on the page that lets a phone of this user fetch the attempt and sign for it.

It never collects a session, and the approval it leads to is judged by key_push like any other.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

from watchword.core.attempts import QR_SECONDS
from watchword.factors.base import Holder, Started, Verdict
from watchword.factors.key_push import KeyPush


class KeyQr(KeyPush):
    """`start` shows the secret and stores its hash and end; the answer is a signed approval."""

    kind = "key_qr"

    def start(self, holder: Holder, *, challenge_id: str, now: int, entropy: bytes) -> Started:
        """Sixteen bytes to show; only their hash identifies them."""
        secret = entropy[:16]
        return Started(
            stored={"qr_hash": hashlib.sha256(secret).digest(), "qr_until": now + QR_SECONDS},
            shown={"secret": base64.urlsafe_b64encode(secret).rstrip(b"=").decode()},
        )

    def verify(
        self, holder: Holder, challenge: Mapping[str, object], answer: Mapping[str, object], *, now: int
    ) -> Verdict:
        """As for a push; a QR past its end no longer stands in for the code."""
        return super().verify(holder, challenge, answer, now=now)
