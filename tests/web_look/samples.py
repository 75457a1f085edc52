"""Every page in every state that looks different, with ordinary and with hostile contents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from tests.web_look.settings_samples import settings_pages
from tests.web_look.sharing_samples import sharing_pages
from watchword.core import refusals
from watchword.core.refusals import Kind, Refusal
from watchword.web.pages import (
    ChallengePanel,
    ChangePasswordPage,
    ContactView,
    DemoAccount,
    DemoDrawer,
    DemoPage,
    DeviceView,
    EnrolPage,
    EnrolPanel,
    ErrorPage,
    HelpPage,
    HomePage,
    LoginPage,
    LoginRow,
    Method,
    OverPage,
    Page,
    PasswordPage,
    PasswordRules,
    QrPanel,
    QuestionsPage,
    RecoverPage,
    RefusalView,
    Renderer,
    StartPage,
    TextPanel,
    WaitingPage,
)
from watchword.web.pages.helping import TOPICS, TopicPage
from watchword.web.pages.messages_views import (
    CasePage,
    CaseRow,
    MessagesPage,
    MessageView,
    NewCasePage,
    PictureView,
    UnsentPage,
)
from watchword.web.pages.protection_views import HeldPage

TOKYO = timezone(timedelta(hours=9), "Asia/Tokyo")
NOW = int(datetime(2026, 11, 22, 5, 32, 28, tzinfo=UTC).timestamp())
QR = "https://key.watchword.example/l#Zm9vYmFyYmF6cXV4enp6eg"
HOSTILE = '"><script>alert(1)</script>\u202eevil\u0000\u200b{{ 7*7 }}{username}' + "A" * 10_000


def _messages(name: str | None, no: Callable[..., RefusalView]) -> Mapping[str, Page]:
    """The pages of the message centre."""
    subject = (name or "The QR code isn’t read")[:5000]
    row = CaseRow(id="c" * 26, topic="key", subject=subject, state="answered", touched=NOW - 60, unread=True)
    old = CaseRow(id="d" * 26, topic="other", subject=subject, state="closed", touched=NOW - 90 * 86400)
    picture = PictureView(id="p" * 26, name=subject, width=1280, height=800, size=90_000)
    said = (
        MessageView(staff=False, at=NOW - 600, text="First line\n\n<b>third</b>\u202e", pictures=(picture, picture)),
        MessageView(staff=True, at=NOW - 60, text="An answer"),
    )
    common = {"csrf": "token", "signed_in": True}
    case: dict[str, Any] = {**common, "post": "p" * 22, "path": "/messages/case/" + "c" * 26, "messages": said}
    return {
        "messages-empty": MessagesPage(**common),
        "messages": MessagesPage(**common, unread=1, cases=(row, old), later=True, more=old.id),
        "message-new": NewCasePage(**common, post="p" * 22),
        "message-new-head": NewCasePage(
            **common,
            post="p" * 22,
            text="</textarea><script>alert(1)</script>",
            subject=subject,
            error=no(refusals.CASE_HEAD),
        ),
        "message-new-picture": NewCasePage(
            **common, post="p" * 22, topic="key", subject=subject, error=no(refusals.PICTURE_TYPE, name=subject)
        ),
        "message-new-text": NewCasePage(**common, post="p" * 22, topic="key", error=no(refusals.TEXT_EMPTY)),
        "message-case": CasePage(**case, case=row),
        "message-case-limit": CasePage(
            **case, case=row, text="kept", error=no(refusals.MESSAGE_LIMIT, until=NOW + 90_000)
        ),
        "message-case-closed": CasePage(**case, case=old, text="kept", error=no(refusals.CASE_CLOSED)),
        "message-unsent": UnsentPage(csrf="token", refusal=no(refusals.SESSION_OVER, minutes=15), text="kept"),
    }


def refused(renderer: Renderer, lang: str, kind: Kind, **params: object) -> RefusalView:
    """A refusal as a route would make it."""
    return renderer.refusal(Refusal(kind, params=params), lang=lang, now=NOW, tz=TOKYO)


@lru_cache(8)  # each of the thousand tests of pages asks for one of them
def pages(renderer: Renderer, lang: str, name: str | None = None) -> Mapping[str, Page]:
    """All pages by a name for the picture; `name` replaces whatever a stranger may choose."""
    username = name or "mtanaka01"
    phone = name or ("美咲のPixel 8" if lang == "ja" else "Misaki’s Pixel 8")
    contacts = (
        ContactView(id="c1", kind="sms", masked=name or "+81 •• •••• 4210", default=True),
        ContactView(id="c2", kind="mail", masked=name or "m•••@example.org", verified=False),
    )
    panel = EnrolPanel(text=QR.replace("/l#", "/a#"), session_id="7KQ4X9TM", until=NOW + 600)
    waiting = {
        "username": username,
        "sent_to": phone,
        "sent_at": NOW - 20,
        "valid_until": NOW + 160,
        "attempt_until": NOW + 880,
        "csrf": "token",
        "methods": (Method(id="a", name=phone),),
        "method": "a",
    }
    both = (Method(id="p", name=name or "Blue key", kind="passkey", count=2), Method(id="a", name=phone))
    text = Method(id="s", name=name or "+81 •• •••• 4210", kind="sms")
    sent = TextPanel(
        to="+81 •• •••• 4210", at=NOW - 20, until=NOW + 580, again_at=NOW + 40, delivery="sent", delivery_at=NOW - 15
    )
    coded = {"confirmation": "482915", "confirmation_reason": "browser"}

    def no(kind: Kind, **params: object) -> RefusalView:
        return refused(renderer, lang, kind, **params)

    def wait(push: str = "sent", **more: object) -> WaitingPage:
        return WaitingPage(push=push, **{**waiting, "key_url": "https://key.watchword.example", **more})  # type: ignore[arg-type]

    return {
        "login": LoginPage(csrf="token", key_url="https://key.watchword.example", passkey=True),
        "login-name": LoginPage(passkey=True, error=no(refusals.NAME_FIRST)),
        "held": HeldPage(csrf="token", username=username, step="scan", qr=QrPanel(text=QR, until=NOW + 180), until=NOW + 600),
        "held-passkey": HeldPage(csrf="token", username=username, step="passkey", until=NOW + 600),
        "held-passkey-wrong": HeldPage(username=username, step="passkey", until=NOW + 600, error=no(refusals.PASSKEY_WRONG)),
        "held-password": HeldPage(csrf="token", username=username, step="password", until=NOW + 60, by_phone=False),
        "login-error": LoginPage(username=username, error=no(refusals.CREDENTIALS)),
        "login-locked": LoginPage(username=username, error=no(refusals.LOCKED, until=NOW + 900)),
        "login-idle": LoginPage(notice=no(refusals.SESSION_OVER, minutes=15)),
        "login-out": LoginPage(logged_out=True),
        "waiting": wait(**coded),
        "waiting-plain": wait(),
        "waiting-qr": wait(**coded, qr=QrPanel(text=QR, until=NOW + 180), open_way="qr"),
        "waiting-qr-ended": wait(qr=QrPanel(state="ended"), open_way="qr"),
        "waiting-challenge": wait(**coded, challenge=ChallengePanel(digits="1483029176", until=NOW + 300), open_way="challenge"),
        "waiting-challenge-wrong": wait(
            challenge=ChallengePanel(digits="1483029176", until=NOW + 300), open_way="challenge", errors={"challenge": no(refusals.RESPONSE_WRONG)}
        ),
        "waiting-challenge-spent": wait(challenge=ChallengePanel(state="spent"), open_way="challenge", errors={"challenge": no(refusals.CHALLENGE_SPENT)}),
        "waiting-code-clock": wait(open_way="code", errors={"code": no(refusals.CODE_CLOCK, minutes=4, slow=True)}),
        "waiting-expired": wait("expired", **coded),
        "waiting-limited": wait("limited", push_again=NOW + 600, errors={"push": no(refusals.PUSH_LIMITED, until=NOW + 600)}),
        "waiting-quiet": wait("quiet", push_again=NOW + 900, confirmation="482915", confirmation_reason="denial"),
        "waiting-none": wait("none", **coded, open_way="other", methods=(Method(id="a", name=phone), Method(id="b", name=name or "iPad")), method="b"),
        **{f"over-{kind}": OverPage(kind=kind, time=NOW, quiet_until=NOW + 900) for kind in ("denied", "not_me", "expired", "failed", "lapsed", "cancelled", "gone")},  # type: ignore[arg-type]
        "enrol-choose": EnrolPage(username=username, step="choose", contacts=contacts, key_url="https://key.watchword.example"),
        "enrol-choose-mail": EnrolPage(username=username, step="choose", contacts=contacts[1:], key_url="https://key.watchword.example"),
        "enrol-choose-limited": EnrolPage(username=username, step="choose", contacts=contacts, error=no(refusals.SEND_LIMITED, until=NOW + 60)),
        "enrol-code": EnrolPage(
            username=username, step="code", contacts=contacts, contact="c1", sent_to=contacts[0].masked, sent_at=NOW - 5, code_until=NOW + 595,
            again_at=NOW + 55, key_url="https://key.watchword.example",
        ),
        "enrol-code-wrong": EnrolPage(
            username=username, step="code", contacts=contacts[:1], contact="c1", sent_to=contacts[0].masked, sent_at=NOW - 90, code_until=NOW + 510,
            again_at=NOW - 30, error=no(refusals.SENT_CODE_WRONG),
        ),
        "enrol-scan": EnrolPage(username=username, step="scan", panel=panel, key_url="https://key.watchword.example"),
        "enrol-scanned": EnrolPage(username=username, step="scan", panel=EnrolPanel(text=panel.text, session_id="7KQ4X9TM", until=NOW + 300, state="scanned")),
        "enrol-used": EnrolPage(username=username, step="scan", panel=EnrolPanel(state="over"), error=no(refusals.USED_OR_OLD)),
        "enrol-done": EnrolPage(username=username, step="done", device=phone),
        "enrol-over": EnrolPage(username=username, step="over"),
        "enrol-no-contact": EnrolPage(username=username, step="no_contact"),
        "home": HomePage(
            username=username, name=name or ("田中 美咲" if lang == "ja" else "Misaki"), login_way="push", login_at=NOW - 5, device=phone, csrf="token",
            logins=(
                LoginRow(at=NOW - 5, way="push", place=name or ("大阪" if lang == "ja" else "Osaka"), browser=name or "Firefox", system=name or "Windows", current=True),
                LoginRow(at=NOW - 86400, way="code", place="", browser="Safari", system="iPhone"),
                LoginRow(at=NOW - 3 * 86400, way="challenge", outcome="failed", place="Lyon, France", browser="Chrome", system="Linux"),
                LoginRow(at=NOW - 400 * 86400, way="qr", outcome="not_me", browser="", system=""),
            ),
            devices=(DeviceView(name=phone, since=NOW - 90 * 86400, last_used=NOW - 5), DeviceView(name=name or "iPad", notifications=False)),
            contacts=contacts,
        ),
        "home-enrol": HomePage(username=username, name="", login_way="enrol", login_at=NOW - 5, enrol=panel, contacts=contacts),
        "home-activated": HomePage(username=username, name=name or "Misaki", login_way="enrol", login_at=NOW - 5, just_activated=True, device=phone, devices=(DeviceView(name=phone, since=NOW),)),
        "home-paper": HomePage(username=username, name=name or "Misaki", login_way="push", login_at=NOW - 5, paper=True, signed_in=True, unread=3),
        **_messages(name, no),
        **{f"help-{topic}": TopicPage(topic=topic, see=TOPICS[topic], rules=PasswordRules() if topic == "password-rules" else None) for topic in TOPICS},
        "start": StartPage(csrf="token", digits=10),
        "start-error": StartPage(username=username, error=no(refusals.PASSWORD_POLICY, faults=("short", "special", "common"))),
        "start-done": StartPage(done=True),
        "password": PasswordPage(username=username, csrf="token"),
        "password-wrong": PasswordPage(username=username, error=no(refusals.PASSWORD_CURRENT)),
        "settings-password": ChangePasswordPage(username=username, csrf="token", confirmed=True, changed_at=NOW - 86400, done=True),
        "settings-password-unconfirmed": ChangePasswordPage(username=username, csrf="token", error=no(refusals.CONFIRM_FIRST)),
        "settings-password-faults": ChangePasswordPage(username=username, csrf="token", confirmed=True, error=no(refusals.PASSWORD_POLICY, faults=("breached", "previous", "own"))),
        "settings-questions": QuestionsPage(username=username, csrf="token", confirmed=True, chosen=("first_trip", "dream_job", "first_film")),
        "settings-questions-faults": QuestionsPage(username=username, csrf="token", confirmed=True, picked=("first_trip", name or "", ""), error=no(refusals.QUESTIONS_FORM, faults=("same", "short"))),
        "settings-questions-done": QuestionsPage(username=username, csrf="token", done=True, chosen=("first_trip", "dream_job", "first_film")),
        "settings-password-secondary": ChangePasswordPage(username=username, csrf="token", confirmed=True, changed_by=name or "Hana Sato (hsato77)", error=no(refusals.PRIMARY_ONLY, name=name or "Hana Sato (hsato77)")),
        "settings-questions-secondary": QuestionsPage(username=username, csrf="token", changed_by=name or "Hana Sato (hsato77)"),
        "settings-questions-off": QuestionsPage(username=username, csrf="token", off=True),
        "settings-questions-limited": QuestionsPage(username=username, csrf="token", confirmed=True, limited_until=NOW + 3600),
        "home-limited": HomePage(username=username, name="", login_way="push", login_at=NOW - 5, limited_until=NOW + 3600),
        "recover": RecoverPage(step="name", csrf="token"),
        "recover-limited": RecoverPage(step="name", csrf="token", username=username, error=no(refusals.RECOVERY_LIMITED, until=NOW + 900)),
        "recover-first": RecoverPage(step="choose", csrf="token", username=username, methods=("key", "sms", "mail"), until=NOW + 800, key_waits=True),
        "recover-strict": RecoverPage(step="choose", csrf="token", username=username, methods=("key", "sms", "mail"), until=NOW + 800, strict=True),
        "recover-code": RecoverPage(step="code", csrf="token", username=username, kind="sms", code_until=NOW + 500, again_at=NOW + 40, until=NOW + 800),
        "recover-code-wrong": RecoverPage(step="code", csrf="token", username=username, kind="mail", code_until=NOW + 500, until=NOW + 800, error=no(refusals.SENT_CODE_WRONG)),
        "recover-second": RecoverPage(step="choose", csrf="token", username=username, given=("sms",), methods=("key", "mail", "questions", "personal"), contacts=contacts, until=NOW + 700),
        "recover-no-second": RecoverPage(step="choose", csrf="token", username=username, given=("mail",), until=NOW + 700),
        "recover-no-key": RecoverPage(step="choose", csrf="token", username=username, given=("sms",), until=NOW + 700, strict=True),
        "recover-questions": RecoverPage(step="questions", csrf="token", username=username, given=("sms",), questions=("first_trip", "dream_job", "first_film"), until=NOW + 700),
        "recover-personal": RecoverPage(step="personal", csrf="token", username=username, given=("sms",), until=NOW + 700, error=no(refusals.PROOF_UNFIT)),
        "recover-password": RecoverPage(step="password", csrf="token", username=username, given=("sms", "mail"), until=NOW + 600),
        "recover-done": RecoverPage(step="done", csrf="token", username=username, limited_until=NOW + 86400),
        "waiting-recover": WaitingPage(**{**waiting, "push": "sent", "action": "recover", "operation": "recover", "confirmation": "482190"}),
        "waiting-recover-first": WaitingPage(**{**waiting, "methods": (), "push": "none", "sent_to": "", "action": "recover", "operation": "recover_first", "qr_only": True, "open_way": "qr", "qr": QrPanel(text=QR, until=NOW + 170)}),
        "password-same": PasswordPage(username=username, error=no(refusals.PASSWORD_POLICY, faults=("same",))),
        **settings_pages(no, lang, name, NOW),
        **sharing_pages(no, name, NOW),
        **{f"stopped-{kind}": OverPage(kind=kind, time=NOW, quiet_until=NOW + 900, back="/settings/contacts") for kind in ("denied", "not_me", "expired", "failed", "lapsed", "cancelled", "gone")},  # type: ignore[arg-type]
        "waiting-passkey": wait("other", lead="passkey", method="p", methods=both),
        "waiting-passkey-only": wait("other", lead="passkey", method="p", methods=both[:1]),
        "waiting-passkey-wrong": wait("other", lead="passkey", method="p", methods=both, errors={"passkey": no(refusals.PASSKEY_UNVERIFIED)}),
        "waiting-passkey-beside": wait(**coded, methods=(*both, Method(id="t", name="T", kind="temporary_code")), open_way="passkey", errors={"passkey": no(refusals.PASSKEY_WRONG)}),
        "waiting-temporary": wait("other", lead="temporary_code", method="t", methods=(both[0], Method(id="t", name="T", kind="temporary_code"))),
        "waiting-card": wait("other", lead="code_card", method="t", methods=(Method(id="t", name="T", kind="code_card"), *both), asked={"code_card": {"cells": [17, 203]}}),
        "waiting-card-wrong": wait(
            "other", lead="code_card", method="t", methods=(Method(id="t", name="T", kind="code_card"),), asked={"code_card": {"cells": [17, 203]}},
            errors={"code_card": no(refusals.CARD_WRONG)},
        ),
        "waiting-card-empty": wait("other", lead="code_card", method="t", methods=(Method(id="t", name="T", kind="code_card"),), asked={"code_card": {"cells": []}}),
        "waiting-token": wait(
            "other", lead="card_plus", method="t", methods=(Method(id="t", name="T", kind="card_plus"),), asked={"card_plus": {"digits": "48213377", "length": 8}},
        ),
        "waiting-token-beside": wait(
            **coded, methods=(*both, Method(id="t", name="T", kind="card_plus"), Method(id="u", name="U", kind="online_card")), open_way="card_plus",
            asked={"card_plus": {"digits": "48213377", "length": 8}},
        ),
        "home-card": HomePage(username=username, name="", login_way="code_card", login_at=NOW - 5, device=name or "Security Code Card 7K2Q", card_runs_out=True),
        "waiting-temporary-wrong": wait("other", lead="temporary_code", method="t", methods=(Method(id="t", name="T", kind="temporary_code"),), errors={"temporary_code": no(refusals.TEMPORARY_WRONG)}),
        "waiting-sms": wait("other", lead="sms", method="s", methods=(both[1], text), text=sent),
        "waiting-sms-wrong": wait("other", lead="sms", method="s", methods=(text,), text=sent, errors={"sms": no(refusals.SMS_WRONG)}),
        "waiting-sms-unsent": wait("other", lead="sms", method="s", methods=(text,), errors={"sms": no(refusals.SEND_LIMITED, until=NOW + 60)}),
        "waiting-codes-beside": wait(**coded, methods=(*both, text, Method(id="c", name="Blue app", kind="code_app"), Method(id="r", name="R", kind="recovery_code")), open_way="sms"),
        "waiting-code-app": wait("other", lead="code_app", method="c", methods=(Method(id="c", name="Blue app", kind="code_app"),), errors={"code_app": no(refusals.APP_CLOCK, minutes=4, slow=True)}),
        "waiting-recovery-code": wait("other", lead="recovery_code", method="r", methods=(Method(id="r", name="R", kind="recovery_code"),)),
        "waiting-none-left": wait("other", lead="none", methods=both[1:], errors={"page": no(refusals.PASSKEY_CLONED)}),
        "waiting-floor": wait(**coded, offline=False),
        "waiting-confirm": wait(**coded, action="confirm", operation="contacts"),
        "waiting-confirm-none": wait("none", **coded, action="confirm", operation="devices"),
        "help": HelpPage(),
        "help-in": HelpPage(logged_in=True, csrf="token"),
        "error": ErrorPage(refusal=no(refusals.NOT_FOUND)),
        "error-busy": ErrorPage(refusal=no(refusals.BUSY), retry="/login"),
        "error-field": ErrorPage(refusal=no(refusals.INVALID, field=name or "username")),
        "demo": DemoPage(portal_url="http://portal.localhost:8000", key_url="http://key.localhost:8000", accounts=(DemoAccount(username="mtanaka01", password="Demo-2026!", name="Misaki Tanaka"), DemoAccount(username="lweber", password="", name=name or "Lena Weber"),), csrf="token"),
        "demo-drawer": DemoPage(portal_url="http://portal.localhost:8000", key_url="http://key.localhost:8000", accounts=(DemoAccount(username="mtanaka01", password="Demo-2026!"),), csrf="token", drawer=DemoDrawer(token_of=DemoAccount(username="yhayashi02", password="Demo-2026!", name=name), pin="24680", card_of=DemoAccount(username="eokada03", password="Demo-2026!"), alike=DemoAccount(username="yhayashi-fx", password="Demo-2026!", name=name), unlike=DemoAccount(username="eokada-fund", password="Demo-2026!"), cells=tuple(f"{at:03d}" for at in range(224)))),
        "demo-drawer-empty": DemoPage(portal_url="http://portal.localhost:8000", key_url="http://key.localhost:8000", csrf="token", drawer=DemoDrawer(token_of=DemoAccount(username="yhayashi02", password="Demo-2026!"), pin="24680", card_of=DemoAccount(username="eokada03", password="Demo-2026!"), alike=DemoAccount(username="yhayashi-fx", password="Demo-2026!", name=name), unlike=DemoAccount(username="eokada-fund", password="Demo-2026!"), cells=())),
    }  # fmt: skip
