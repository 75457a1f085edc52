"""The paths of Key's life: a new PIN, a transfer, a recovery, the test of notifications."""

from __future__ import annotations

from watchword.web.json_api import Route
from watchword.web.key_api import models as base
from watchword.web.key_api import renewal_handlers as h
from watchword.web.key_api import renewal_models as m

ROUTES = (
    Route("POST", "/v1/renewal", base.Signed, m.State, h.state, "How far a renewal is (5.8)"),
    Route("POST", "/v1/renewal/complete", m.Claimed, base.SignedAnswer, h.complete, "The new secrets (5.8)"),
    Route("POST", "/v1/renewal/confirm", m.Kept, m.Active, h.confirm, "The new secrets are kept (5.8)"),
    Route("POST", "/v1/renewal/cancel", base.Signed, m.Ended, h.cancel, "Give a renewal up (5.8)"),
    Route("POST", "/v1/pin/change", m.Claimed, m.Shown, h.change_pin, "Begin a new PIN with the old one (5.9)"),
    Route("POST", "/v1/transfer/offer", m.Claimed, m.Shown, h.offer, "The old phone shows a QR (5.10)"),
    Route("POST", "/v1/transfer/scan", m.Claimed, m.Scanned, h.scan, "The new phone scanned it (5.10)"),
    Route("POST", "/v1/transfer/approve", base.Signed, m.Approved, h.approve, "The old phone approves (5.10)"),
    Route(
        "POST", "/v1/recovery/start", base.Start, m.Recovering, h.recover, "Recover with username and password (5.11)"
    ),
    Route("POST", "/v1/recovery/send", m.SendRecovery, base.Sent, h.recover_send, "Send the recovery code (5.11)"),
    Route("POST", "/v1/recovery/prove", m.ProveRecovery, m.Opened, h.recover_prove, "The recovery code typed (5.11)"),
    Route("POST", "/v1/recovery/unlock", m.Unlock, m.Shown, h.recover_unlock, "The recovery PIN (5.11)"),
    Route("POST", "/v1/recovery/decline", m.RenewalClaim, base.Ready, h.recover_decline, "The PIN is forgotten (5.11)"),
    Route("POST", "/v1/push/test", base.Signed, m.TestSent, h.try_push, "Send a test notification (6.7)"),
)
