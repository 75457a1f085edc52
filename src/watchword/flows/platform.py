"""What a platform needs beside the flows that the portal uses: proofs that are good once, and the check of a session."""

from __future__ import annotations

from watchword.core.entitlements import Entitlements
from watchword.core.refusals import PROOF_OF_KEY, SESSION_ABSENT, Refusal
from watchword.core.sessions import Session
from watchword.flows.kit import Kit

PROOF_KEPT_SECONDS = 700


def spend_proof(kit: Kit, thumbprint: str, jti: str) -> Refusal | None:
    """Use up a DPoP proof (RFC 9449 section 11.1)."""
    with kit.store.write() as tx:
        fresh = tx.claims.spend(f"dpop:{thumbprint}:{jti}", kit.clock.now() + PROOF_KEPT_SECONDS)
    return None if fresh else Refusal(PROOF_OF_KEY, "dpop.replayed")


def complete(session: Session | Refusal) -> Session | Refusal:
    """Only a complete login counts towards other programs: an enrolment session is nobody's, a staff session is theirs alone. How many
    elements it took, `acr` says (Q01)."""
    if isinstance(session, Session) and session.kind in ("enrolment", "staff"):
        return Refusal(SESSION_ABSENT, f"session.{session.kind}")
    return session


def check(session: Session) -> dict[str, object]:
    """A live session as other programs see it."""
    return {
        "active": True,
        "user": session.user_id,
        "username": session.username,
        "account": session.account,
        "client": session.client,
        "acr": session.acr,
        "amr": session.amr.split(),
        "auth_time": session.created,
        "idle_until": session.touched + session.idle_seconds,
        "expires": session.expires,
    }


def entitled(may: Entitlements) -> dict[str, object]:
    """What an account may do, for a program; amounts in whole US cents."""
    return {
        "level": may.level.name.lower() if may.level else None,
        "limits": {"day": may.limits.day, "five_days": may.limits.five_days, "currency": "USD", "unit": "cents"},
        "restrictions": list(may.restrictions),
        "because": list(may.because),
        "would_raise": [
            {"how": step.how, "group": step.group or None, "until": step.until or None, "day": step.limits.day, "five_days": step.limits.five_days}
            for step in may.raises
        ],
    }  # fmt: skip
