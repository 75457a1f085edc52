"""Mail to a real SMTP server: intact in both languages, over TLS or not at all, and never two mails out of one."""

from __future__ import annotations

import datetime as dt
import email.policy
import time
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.outbound.certificates import Authority
from tests.outbound.peers import Peer
from tests.outbound.smtp_server import PASSWORD, USERNAME, MailServer
from tests.support.process import free_port
from watchword.outbound.mail import MailSettings, Smtp, read_recipient
from watchword.outbound.messages import Outgoing

NOW = dt.datetime(2026, 11, 22, 14, 32, tzinfo=dt.timezone(dt.timedelta(hours=9)))
ENGLISH = (
    "Hello Misaki,\n\nyour code is 730115. It is for a new phone.\n\nNothing to do with you? Call us.\n.\nThe end\n"
)
JAPANESE = "田中 美咲 様\n\n確認コードは730115です。新しいスマートフォンの登録に使います。\n\nお心当たりがない場合は、お電話ください。\n"


def sender(port: int, **changes: Any) -> Smtp:
    values: dict[str, Any] = {
        "sender": "no-reply@example.org",
        "sender_name": "例の証券 (Example)",
        "security": "plain",
        "timeout": 5.0,
    }
    return Smtp(
        MailSettings(host="127.0.0.1", port=port, **{**values, **changes}), now=lambda: NOW, monotonic=time.monotonic
    )


def mail(to: str = "misaki@example.net", subject: str = "Your code", body: str = ENGLISH, lang: str = "en") -> Outgoing:
    return Outgoing(kind="mail", to=to, subject=subject, body=body, data={"lang": lang}, id="m-1")


def arrived(server: MailServer) -> EmailMessage:
    content = server.envelopes[-1].content
    assert isinstance(content, bytes)
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.mark.parametrize(
    ("lang", "subject", "body"),
    [
        ("en", "Your code for a new phone", ENGLISH),
        ("ja", "新しいスマートフォンを登録するための確認コードをお送りします（10分間有効）", JAPANESE),
    ],
)
def test_both_languages_arrive_intact(lang: str, subject: str, body: str) -> None:
    with MailServer() as server:
        delivery = sender(server.port).send(mail(subject=subject, body=body, lang=lang))
        message = arrived(server)
        envelope = server.envelopes[0]
    assert delivery.ok
    assert delivery.provider_id == message["Message-ID"] == "<m-1@example.org>"
    assert (envelope.mail_from, envelope.rcpt_tos) == ("no-reply@example.org", ["misaki@example.net"])
    assert message["Subject"] == subject
    assert message["From"] == '"例の証券 (Example)" <no-reply@example.org>'
    assert message["To"] == "misaki@example.net"
    assert message["Date"].datetime == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == lang
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"
    assert message.get_content().replace("\r\n", "\n") == body


def test_no_link_and_no_second_part_is_added() -> None:
    with MailServer() as server:
        assert sender(server.port).send(mail()).ok
        message = arrived(server)
    assert not message.is_multipart()
    assert "http" not in message.as_string().lower()
    assert set(message.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "Content-Type",
        "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip


@pytest.mark.parametrize(
    "to",
    [
        "", "misaki", "@example.net", "misaki@", "a@example.net\r\nBcc: b@example.net", "a@example.net\n", "a@example.net, b@example.net",
        "a@example.net b@example.net", "Misaki <a@example.net>", "a@example.net>\r\nRCPT TO:<b@example.net", '"a b"@example.net',
        "a@b@example.net", "a@example.net\x00", "a(comment)@example.net", "a" * 250 + "@example.net", "a@[127.0.0.1]",
    ],
)  # fmt: skip
def test_what_is_not_one_address_is_never_sent_to(to: str) -> None:
    with MailServer() as server:
        delivery = sender(server.port).send(mail(to=to))
        assert (delivery.ok, delivery.permanent) == (False, True)
        assert not server.envelopes


@given(st.text(max_size=60), st.text(max_size=20))
@settings(max_examples=300)
def test_no_text_makes_two_recipients(local: str, tail: str) -> None:
    address = read_recipient(f"{local}@example.net{tail}")
    if address is not None:
        assert address.addr_spec.count("@") == 1
        assert address.addr_spec.isprintable()
        assert not set(address.addr_spec) & set(" ,;<>\r\n")


@pytest.mark.parametrize(
    "subject",
    [
        "Code\r\nBcc: thief@example.com",
        "Code\nX: y",
        "Code\u2028Bcc: x",
        "Code\r",
        "確認\r\nBcc: thief@example.com\r\n\r\nbody",
    ],
)
def test_a_subject_cannot_add_a_field(subject: str) -> None:
    with MailServer() as server:
        assert sender(server.port).send(mail(subject=subject)).ok
        message = arrived(server)
    assert message["Bcc"] is None
    assert message["X"] is None
    assert message["Subject"] == " ".join(subject.split())
    assert message.get_content().replace("\r\n", "\n") == ENGLISH


def test_a_body_of_dots_and_long_lines_arrives_intact() -> None:
    body = ".\n..\n.QUIT\n" + "x" * 2000 + "\n" + "長" * 1000 + "\nFrom here\n"
    with MailServer() as server:
        assert sender(server.port).send(mail(body=body)).ok
        assert arrived(server).get_content().replace("\r\n", "\n") == body


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # it cannot tell that all of it is TLS
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_tls_with_a_private_authority_and_login(security: Any, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with MailServer(security=security, certificate=authority.issue("127.0.0.1"), login=True) as server:
        good = {
            "security": security,
            "username": USERNAME.decode(),
            "password": PASSWORD.decode(),
            "ca_file": str(authority.file),
        }
        assert sender(server.port, **good).send(mail()).ok
        assert server.sessions[0].authenticated

        wrong = sender(server.port, **{**good, "password": "wrong"}).send(mail())
        assert (wrong.ok, wrong.permanent) == (False, False)
        assert wrong.detail.startswith("relay refused the credentials (535)")

        stranger = sender(server.port, **{**good, "ca_file": None}).send(mail())
        assert (stranger.ok, stranger.permanent) == (False, False)
        assert stranger.detail.startswith("TLS with the relay did not succeed")
        assert len(server.envelopes) == 1


def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with MailServer(security="starttls", certificate=authority.issue("mail.example")) as server:
        delivery = sender(server.port, security="starttls", ca_file=str(authority.file)).send(mail())
        assert not delivery.ok
        assert not server.envelopes


def test_starttls_is_never_given_up_silently() -> None:
    with MailServer() as server:  # it does not offer STARTTLS: an attacker in between would strike it out
        delivery = sender(server.port, security="starttls").send(mail())
        assert (delivery.ok, delivery.permanent) == (False, False)
        assert delivery.detail.startswith("relay lacks a feature: STARTTLS")
        assert not server.envelopes


def test_plain_stays_on_this_machine() -> None:
    def make(host: str, **changes: Any) -> Smtp:
        values = {"port": 25, "sender": "a@example.org", "security": "plain", **changes}
        return Smtp(MailSettings(host=host, **values), now=lambda: NOW, monotonic=time.monotonic)

    for host in ("127.0.0.1", "127.1.2.3", "::1", "localhost"):
        make(host)
    for host in ("mail.example.org", "10.0.0.1", "localhost.example.org", "::ffff:10.0.0.1", "2130706433"):
        with pytest.raises(ValueError, match=r"mail\.security"):
            make(host)
    make("10.0.0.1", allow_plain=True)
    with pytest.raises(ValueError, match=r"mail\.security"):
        make("10.0.0.1", allow_plain=True, username="u", password="p")


@pytest.mark.parametrize(("to", "permanent"), [("gone@example.net", True), ("full@example.net", False)])
def test_a_refused_recipient(to: str, permanent: bool) -> None:
    with MailServer() as server:
        delivery = sender(server.port).send(mail(to=to))
    assert (delivery.ok, delivery.permanent) == (False, permanent)
    assert delivery.detail.startswith("recipient refused (")
    assert "730115" not in delivery.detail


@pytest.mark.parametrize(("reply", "permanent"), [("554 5.7.1 Looks like spam", True), ("451 4.3.0 Later", False)])
def test_a_refused_mail(reply: str, permanent: bool) -> None:
    with MailServer(data_reply=reply) as server:
        delivery = sender(server.port).send(mail())
    assert (delivery.ok, delivery.permanent) == (False, permanent)


def test_a_relay_that_is_down_or_silent_is_left_in_time() -> None:
    assert sender(free_port()).send(mail()).detail == "relay not reachable"

    with Peer(lambda _connection, _request: None) as silent:
        started = time.monotonic()
        delivery = sender(silent.port, timeout=0.4).send(mail())
        assert (delivery.ok, delivery.permanent, delivery.detail) == (False, False, "relay did not answer in time")
        assert time.monotonic() - started < 30


def test_the_password_is_not_shown() -> None:
    assert "hunter2" not in repr(MailSettings(host="localhost", port=25, sender="a@example.org", password="hunter2"))
