"""A message's way in one word and a time (N04); what the gateway reported counts more than that it took it."""

from __future__ import annotations

from collections.abc import Mapping

from watchword.flows.ports import Sending
from watchword.web.pages.settings_views import Delivery

STATES: Mapping[str, Delivery] = {"queued": "queued", "sending": "queued", "sent": "sent", "dropped": "failed"}


def followed(sending: Sending) -> tuple[Delivery, int]:
    """What became of it, and when that was."""
    at = sending.reported or sending.sent_at or sending.created
    if sending.report in ("delivered", "failed"):
        return ("delivered" if sending.report == "delivered" else "failed"), at
    return STATES[sending.state], at
