# ruff: noqa: N802 (aiosmtpd calls the handlers by these names)
"""An SMTP server for one test, on 127.0.0.1, that can ask for a login, speak TLS, and refuse."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any, Literal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.process import free_port

_TRIES = 3
USERNAME, PASSWORD = b"watchword", b"swordfish"


class _Inbox:
    """Keeps what arrives. Recipients whose name begins with `gone` are refused for good, with `full` for now."""

    def __init__(self, data_reply: str) -> None:
        self.envelopes: list[Envelope] = []
        self.sessions: list[Session] = []
        self._data_reply = data_reply

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("gone"):
            return "550 5.1.1 No such mailbox (your code 730115)"
        if address.startswith("full"):
            return "452 4.2.2 Mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.envelopes.append(envelope)
        self.sessions.append(session)
        return self._data_reply


class MailServer:
    """A running server; use as a context manager."""

    def __init__(
        self,
        *,
        security: Literal["starttls", "tls", "plain"] = "plain",
        certificate: Path | None = None,
        login: bool = False,
        data_reply: str = "250 OK",
    ) -> None:
        context = None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
        self._inbox = _Inbox(data_reply)
        options: dict[str, Any] = {"auth_required": login, "auth_require_tls": login and security == "starttls"}
        if login:
            options["authenticator"] = _authenticate
        if security == "starttls":
            options |= {"tls_context": context, "require_starttls": True}
        self._tls = context if security == "tls" else None
        self._options = options

    def __enter__(self) -> MailServer:  # noqa: PYI034 (nothing derives from it)
        for left in reversed(range(_TRIES)):
            self._controller = Controller(
                self._inbox, hostname="127.0.0.1", port=free_port(), ssl_context=self._tls, **self._options
            )
            try:
                self._controller.start()
                break
            except OSError:
                if not left:
                    raise
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        return int(self._controller.port)

    @property
    def envelopes(self) -> list[Envelope]:
        return self._inbox.envelopes

    @property
    def sessions(self) -> list[Session]:
        return self._inbox.sessions


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
) -> AuthResult:
    return AuthResult(success=data.login == USERNAME and data.password == PASSWORD, handled=False)
