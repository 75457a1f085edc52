"""From settings to what sends: a sender for each kind of letter that is set up."""

from __future__ import annotations

import datetime
import logging
from zoneinfo import ZoneInfo

from watchword.app.clock import monotonic
from watchword.app.settings import Settings
from watchword.outbound.mail import MailSettings, Smtp
from watchword.outbound.messages import Delivery, Outgoing, Sender, delivered
from watchword.outbound.sms import GatewayAuth, HttpGateway, ReportSettings, SmsSettings

log = logging.getLogger("watchword.app")


class KeptInOutbox:
    """The demonstration's sender: the outbox itself is what people read. `senders` logs that it is on."""

    def send(self, message: Outgoing) -> Delivery:
        """Nothing leaves the house."""
        return delivered("kept in the demonstration's outbox")


def senders(settings: Settings, push: Sender, report_key: bytes = b"") -> dict[str, Sender]:
    """A sender for each kind; a kind that is missing here is dropped by the dispatcher, with the reason in the log."""
    if "outbox" in (settings.sms.provider, settings.mail.provider):
        log.warning("outbox: messages are kept for the demonstration's page and not sent")
    found: dict[str, Sender | None] = {"push": push, "sms": _sms(settings, report_key), "mail": _mail(settings)}
    return {kind: sender for kind, sender in found.items() if sender is not None}


def _sms(settings: Settings, report_key: bytes) -> Sender | None:
    sms = settings.sms
    if sms.provider == "outbox":
        return KeptInOutbox()
    if sms.provider == "none":
        return None
    reports = ReportSettings()
    if sms.report_states:
        address = f"{settings.portal.url}/sms/report?id={{id}}&proof={{proof}}&state={sms.report_value}"
        reports = ReportSettings(address, report_key, states=sms.report_states)
    gateway = SmsSettings(
        url=sms.url, method=sms.method, encoding=sms.encoding, params=sms.params, unicode_params=sms.unicode_params, headers=sms.headers,
        auth=GatewayAuth(sms.auth, sms.username, sms.password, sms.header), sender=sms.sender, success_pattern=sms.success_pattern,
        success_status=frozenset(sms.success_status), permanent_pattern=sms.permanent_pattern, ca_file=sms.ca_file or None, report=reports,
    )  # fmt: skip
    return HttpGateway(gateway, monotonic=monotonic)


def _mail(settings: Settings) -> Sender | None:
    mail, zone = settings.mail, ZoneInfo(settings.zone)
    if mail.provider == "outbox":
        return KeptInOutbox()
    if mail.provider == "none":
        return None
    relay = MailSettings(
        host=mail.host, port=mail.port, sender=mail.sender, sender_name=settings.brand.name, security=mail.security,
        username=mail.username, password=mail.password, ca_file=mail.ca_file or None,
    )  # fmt: skip
    return Smtp(relay, now=lambda: datetime.datetime.now(zone), monotonic=monotonic)
