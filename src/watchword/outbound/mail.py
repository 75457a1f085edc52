"""Mail by SMTP: plain text in UTF-8, over TLS unless the relay is on this machine."""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Literal

from watchword.outbound.addresses import read_address
from watchword.outbound.messages import (
    DEFAULT_TIMEOUT,
    Delivery,
    Monotonic,
    Outgoing,
    delivered,
    excerpt,
    postponed,
    undeliverable,
)  # fmt: skip

_LOCAL_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LANGUAGES = frozenset({"en", "ja"})


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The relay. `sender_name` stands before the address `sender`; `ca_file` (PEM) is for a relay's private CA.

    `security`: `starttls` (required, never "if offered"), `tls` from the first byte, or `plain`, which only a relay
    on this machine may have unless `allow_plain` says otherwise, and which never carries a password to another
    machine. `timeout` is in seconds, for the whole mail; a relay that trickles its answers can stretch it.
    """

    host: str
    port: int
    sender: str
    sender_name: str = ""
    security: Literal["starttls", "tls", "plain"] = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    allow_plain: bool = False
    ca_file: str | None = None
    timeout: float = DEFAULT_TIMEOUT


class Smtp:
    """Sends one mail a connection. `now` is the time for the Date field, with its zone."""

    def __init__(self, settings: MailSettings, *, now: Callable[[], datetime], monotonic: Monotonic) -> None:
        """Raises ValueError for settings that would send mail or a password over another network in the clear."""
        local = settings.host == "localhost" or ((at := read_address(settings.host)) is not None and at.is_loopback)
        if settings.security == "plain" and not local and (settings.username or not settings.allow_plain):
            raise ValueError("plain SMTP leaves this machine: use starttls or tls (mail.security)")
        self._settings = settings
        self._now = now
        self._monotonic = monotonic
        self._from = Address(settings.sender_name, addr_spec=settings.sender)

    def send(self, message: Outgoing) -> Delivery:
        """To the one address `message.to`. Permanent if that address or this mail is refused for good (5xx)."""
        to = read_recipient(message.to)
        if to is None:
            return undeliverable("not a mail address")
        mail = self._compose(message, to)
        end = self._monotonic() + self._settings.timeout
        try:
            with self._connect(end) as relay:
                self._within(relay, end)
                relay.send_message(mail, self._settings.sender, [to.addr_spec])
        except (OSError, smtplib.SMTPException) as error:
            return _refusal(error, self._settings.password)
        return delivered("relay took it", str(mail["Message-ID"]))

    def _compose(self, message: Outgoing, to: Address) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self._from
        mail["To"] = to
        mail["Subject"] = " ".join(message.subject.split())
        mail["Date"] = self._now()
        mail["Message-ID"] = f"<{_local_id(message.id)}@{self._from.domain}>"
        # RFC 3834: nobody's absence notice should answer a login code.
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.body, charset="utf-8", cte="7bit" if _fits_7bit(message.body) else "base64")
        if message.data.get("lang") in _LANGUAGES:  # after the content, which clears every Content field
            mail["Content-Language"] = message.data["lang"]
        return mail

    def _connect(self, end: float) -> smtplib.SMTP:
        settings = self._settings
        name = self._from.domain  # smtplib would ask the resolver for ours, which may take longer than all the rest
        left = self._left(end)
        if settings.security == "tls":
            relay: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, name, timeout=left, context=self._tls()
            )
        else:
            relay = smtplib.SMTP(settings.host, settings.port, name, timeout=left)
        try:
            if settings.security == "starttls":
                self._within(relay, end)
                relay.starttls(context=self._tls())
            if settings.username:
                self._within(relay, end)
                relay.login(settings.username, settings.password)
        except BaseException:
            relay.close()
            raise
        return relay

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self._settings.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def _within(self, relay: smtplib.SMTP, end: float) -> None:
        if relay.sock is not None:
            relay.sock.settimeout(self._left(end))

    def _left(self, end: float) -> float:
        left = end - self._monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def read_recipient(text: str) -> Address | None:
    """Exactly one mail address, or None: what could become a second one or a header is refused."""
    if len(text) > 254 or not text.isprintable() or any(character in ' ,;:<>()[]"\\' for character in text):
        return None
    try:
        address = Address(addr_spec=text)
    except (HeaderParseError, ValueError, IndexError):
        return None
    return address if address.username and address.domain else None


def _local_id(message_id: str) -> str:
    return message_id if _LOCAL_ID.fullmatch(message_id) else hashlib.sha256(message_id.encode()).hexdigest()


def _fits_7bit(body: str) -> bool:
    return body.isascii() and all(len(line) <= 900 for line in body.splitlines())


def _refusal(error: Exception, password: str) -> Delivery:
    """RFC 5321 4.2.1: 5yz is for good, 4yz for now. Only a recipient or a mail refused is held against it."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            refused: Mapping[str, tuple[int, bytes]] = error.recipients
            code, said = next(iter(refused.values()), (0, b""))
            words = f"recipient refused ({code}): {excerpt(said, password)}"
            return undeliverable(words) if 500 <= code < 600 else postponed(words)
        case smtplib.SMTPDataError():
            words = f"mail refused ({error.smtp_code}): {excerpt(error.smtp_error, password)}"
            return undeliverable(words) if 500 <= error.smtp_code < 600 else postponed(words)
        case smtplib.SMTPAuthenticationError():
            return postponed(
                f"relay refused the credentials ({error.smtp_code}): {excerpt(error.smtp_error, password)}"
            )
        case smtplib.SMTPResponseException():
            return postponed(f"relay refused ({error.smtp_code}): {excerpt(error.smtp_error, password)}")
        case smtplib.SMTPNotSupportedError():
            return postponed(f"relay lacks a feature: {excerpt(str(error), password)}")
        case _ if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):  # smtplib wraps some
            return postponed("relay did not answer in time")
        case smtplib.SMTPServerDisconnected():
            return postponed("relay closed the connection")
        case ssl.SSLError():
            return postponed(f"TLS with the relay did not succeed: {excerpt(error.reason or 'certificate')}")
        case _:
            return postponed("relay not reachable")
