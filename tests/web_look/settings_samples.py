"""The settings pages in every state that looks different."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from watchword.core import code_card, refusals
from watchword.core.refusals import Kind
from watchword.web.pages import Page, RefusalView
from watchword.web.pages.limits_views import LimitsPage, OptingPage, StepRow, WithdrawalRow, WithdrawalsPage
from watchword.web.pages.orders_views import CardsPage, OrderReview, OrderRow
from watchword.web.pages.settings_views import (
    ActivityPage,
    ActivityRow,
    CodeAppPage,
    ContactRow,
    ContactsPage,
    CountryRow,
    DeviceRow,
    DevicesPage,
    LanguagePage,
    NoticesPage,
    NumberRow,
    OverviewPage,
    RecoveryCodesPage,
    SessionRow,
    SessionsPage,
    TestPush,
)

DAY = 86400


def settings_pages(no: Callable[..., RefusalView], lang: str, name: str | None, now: int) -> Mapping[str, Page]:
    """All of them by a name for the picture; `no(kind, **params)` makes a refusal, `name` replaces whatever a stranger may choose."""
    username, number, mail = name or "mtanaka01", name or "+81 •• •••• 4210", name or "m•••@example.org"
    phone, place = name or "Misaki’s Pixel 8", name or ("大阪" if lang == "ja" else "Osaka")
    common = {"username": username, "csrf": "token", "confirmed": True}
    sms = ContactRow(id="c1", kind="sms", masked=number, default=True, verified=now - 90 * DAY)
    fresh = ContactRow(id="c2", kind="sms", masked=number, stays="")
    waiting = ContactRow(
        id="c3", kind="sms", masked=number, on_file=False, sent_at=now - 5, code_until=now + 595, again_at=now + 55, delivery="queued", delivery_at=now - 5
    )  # fmt: skip
    address = ContactRow(id="m1", kind="mail", masked=mail, default=True)
    countries = (CountryRow(region="JP", code=81, name="日本" if lang == "ja" else "Japan"),)
    contacts = {**common, "countries": countries, "region": "JP"}
    device = DeviceRow(id="d1", name=phone, since=now - 200 * DAY, last_used=now - 60, place=place, others=2, here=True)
    tablet = DeviceRow(id="d2", name=name or "iPad", since=now - DAY, notified=False)
    passkey = DeviceRow(
        id="k1", name=name or "Blue key", kind="passkey", since=now - DAY, last_used=now - 60, place=place
    )
    synced = DeviceRow(id="k2", name=name or "Passkey on Windows", kind="passkey", synced=True, since=now - DAY)
    stopped = DeviceRow(
        id="k3", name=name or "Old key", kind="passkey", disabled=True, since=now - 300 * DAY, last_used=now - DAY
    )
    code = DeviceRow(
        id="t1", name=name or "Temporary code", kind="temporary_code", bars=1, since=now - 60, ends=now + 2 * DAY
    )
    sent = OrderRow(
        id="o1", kind="code_card", state="sent", charge="none", serial="7K2QX4M9", ordered=now - 9 * DAY, left=224
    )
    card = OrderRow(
        id="o2",
        kind="code_card",
        state="active",
        charge="paid",
        cents=1500,
        serial="B4T9R2WC",
        ordered=now - 300 * DAY,
        left=22,
    )
    token = OrderRow(
        id="o3", kind="card_plus", state="sent", charge="due", cents=5000, serial="T-1", ordered=now - 5 * DAY
    )
    returned = OrderRow(
        id="o4", kind="card_plus", state="returned", charge="waived", cents=5000, serial="T-0", ordered=now - 800 * DAY
    )
    session = SessionRow(
        id="s1", kind="portal", program="Watchword Portal", place=place, network=name or "NTT", browser=name or "Firefox", system=name or "Windows",
        started=now - 600, used=now - 5, idle_end=now + 895, end=now + 12 * 3600, this=True,
    )  # fmt: skip
    platform = SessionRow(
        id="s2",
        kind="platform",
        program=name or "Terminal",
        started=now - DAY,
        used=now - 999,
        idle_end=now + 60,
        end=now + 99,
    )

    app = {"address": "otpauth://totp/Watchword%3Awalker01?secret=" + "MFRGGZDF" * 4 + "&issuer=Watchword&algorithm=SHA1&digits=6&period=30", "key": "MFRGGZDF" * 4, "until": now + 600}  # fmt: skip

    def at(kind: Kind, row: str, **params: object) -> ContactsPage:
        return ContactsPage(rows=(sms, fresh, waiting, address), at=row, error=no(kind, **params), **contacts)

    return {
        "settings": OverviewPage(devices=2, numbers=1, mails=1, sessions=1, password_changed=now - DAY, **common),
        "settings-advice": OverviewPage(devices=1, sessions=2, advice=("number", "second", "mail", "passkey"), **common),
        "settings-secondary": OverviewPage(devices=1, numbers=1, mails=1, sessions=1, changed_by=name or "Hana Sato (hsato77)", **common),
        "settings-contacts": ContactsPage(rows=(sms, fresh, address), said="default", **contacts),
        "settings-contacts-code": ContactsPage(rows=(sms, waiting, address), **contacts),
        "settings-contacts-wrong": at(refusals.SENT_CODE_WRONG, "c3"),
        "settings-contacts-stays": at(refusals.CONTACT_LAST_VERIFIED, "c1"),
        "settings-contacts-first": ContactsPage(rows=(sms, fresh), **{**contacts, "confirmed": False}),
        "settings-contacts-form": ContactsPage(
            rows=(), where="number", number=name or "090-1234", error=no(refusals.NUMBER_FORM, fault="digits_only"), **contacts
        ),
        "settings-contacts-secondary": ContactsPage(rows=(sms, waiting, address), changed_by=name or "Hana Sato (hsato77)", **contacts),
        "settings-devices": DevicesPage(rows=(device, tablet), tested=TestPush(device="d1", state="sent", at=now), **common),
        "settings-devices-ask": DevicesPage(rows=(device,), ask="d1", **common),
        "settings-devices-first": DevicesPage(rows=(device, tablet), ask="d2", **{**common, "confirmed": False}),
        "settings-devices-name": DevicesPage(rows=(device,), at="d1", typed=name or "", error=no(refusals.DEVICE_NAME, most=64), **common),
        "settings-devices-stays": DevicesPage(rows=(DeviceRow(id="d1", name=phone, stays="staff"),), tested=TestPush(device="d1", state="none"), **common),
        "settings-devices-several": DevicesPage(rows=(device, passkey, synced, stopped, code), may_add=True, floor=6, **common),
        "settings-devices-unfit": DevicesPage(rows=(device,), may_add=True, error=no(refusals.PASSKEY_UNVERIFIED), **common),
        "settings-devices-temporary": DevicesPage(rows=(code,), may_add=True, **{**common, "confirmed": False}),
        "settings-devices-ask-passkey": DevicesPage(rows=(device, passkey), ask="k1", may_add=True, **common),
        "settings-devices-codes": DevicesPage(
            rows=(
                device,
                DeviceRow(id="a1", name=name or "Blue app", kind="code_app", bars=3, since=now - DAY, last_used=now - 60, place=place),
                DeviceRow(id="s1", name=name or "+81 •• •••• 4210", kind="sms", bars=1, since=now - DAY),
                DeviceRow(id="r1", name=name or "Recovery codes", kind="recovery_code", bars=1, since=now - DAY, left=7),
            ),
            may_add=True,
            numbers=(NumberRow(id="n1", masked="+44 •••• ••3457"), NumberRow(id="n2", masked="+44 •••• ••3458", fresh=now + 3600)),
            **common,
        ),
        "settings-code-app": CodeAppPage(**app, **common),
        "settings-code-app-clock": CodeAppPage(**app, typed=name or "Blue app", error=no(refusals.APP_CLOCK, minutes=4, slow=True), **common),
        "settings-recovery-codes": RecoveryCodesPage(codes=("7K2QX-M4T9B-0C8HD-2RWZ5-9NVJ3T",) * 10, **common),
        "settings-cards": CardsPage(rows=(sent, card, returned), kinds=("card_plus",), replaceable=(("t1", name or "Digital Security Card+ T-1"),), may_add=True, **common),
        "settings-cards-unsent": CardsPage(
            rows=(replace(sent, state="made", unsent=True), replace(token, state="withdrawn")), kinds=("card_plus",), may_add=True, said="withdrawn", **common
        ),
        "settings-cards-sent-late": CardsPage(rows=(sent,), kinds=("card_plus",), may_add=True, at="o1", error=no(refusals.ORDER_SENT), **common),
        "settings-cards-arrived": CardsPage(rows=(replace(sent, asked={"cells": [17, 203]}), replace(token, asked={"digits": "48213377", "length": 8})), kinds=(), may_add=True, **common),
        "settings-cards-review": CardsPage(
            review=OrderReview(kind="card_plus", replaces="t1", charge="20.00", ends=(name or "Digital Security Card+ T-1",), temporary=True), may_add=True, **common
        ),
        "settings-cards-review-free": CardsPage(review=OrderReview(kind="code_card"), may_add=True, **common),
        "settings-cards-wrong": CardsPage(
            rows=(replace(sent, asked={"cells": [17, 203]}),), kinds=(), may_add=True, at="o1", error=no(refusals.CARD_WRONG), **common
        ),
        "settings-cards-first": CardsPage(rows=(sent,), kinds=("card_plus",), **{**common, "confirmed": False}),
        "settings-cards-none": CardsPage(may_add=True, online=True, said="ordered", **common),
        "settings-cards-screen": CardsPage(cells=code_card.cells(code_card.Card(bytes(32))), cells_until=now + 21 * DAY, kinds=(), may_add=True, **common),
        "settings-cards-refused": CardsPage(rows=(card,), may_add=True, error=no(refusals.ORDER_OPEN), **common),
        "settings-devices-none": DevicesPage(**common),
        "settings-sessions": SessionsPage(rows=(session, platform, SessionRow(id="s3", kind="enrolment")), **common),
        "settings-sessions-gone": SessionsPage(rows=(session,), error=no(refusals.SESSION_GONE), **common),
        "settings-activity": ActivityPage(
            rows=(
                ActivityRow(at=now - 5, tag="login.session.issued", place=place, network=name or "NTT", browser=name or "Firefox", system=name or "Windows"),
                ActivityRow(at=now - 500, tag="login.password.refused", alarming=True, browser="Chrome"),
                ActivityRow(at=now - DAY, tag="device.name.set", detail=phone), ActivityRow(at=now - 400 * DAY, tag="user.account.added"),
            ),
            older=7, newest=False, only="login", **common,
        ),
        "settings-activity-none": ActivityPage(**common),
        "settings-limits": LimitsPage(
            day="50,000", five_days="100,000", source="key", ceilings=("opted_out", "recovered"), restrictions=("otc_trading",),
            steps=(StepRow(how="opt_in", group="", until=0, day="1,000,000", five_days="1,000,000"), StepRow(how="wait", group="", until=now + DAY, day="1,000,000", five_days="1,000,000")),
            **common,
        ),
        "settings-limits-more": LimitsPage(
            day="1,000,000", five_days="1,000,000", source="key",
            steps=(StepRow(how="device", group="card_plus", until=0, day="1,000,000", five_days="1,500,000"),), **common,
        ),
        "settings-limits-paper": LimitsPage(day="0", five_days="0", source="paper", restrictions=("withdrawals",), **common),
        "settings-withdrawals": WithdrawalsPage(
            day="1,000,000", five_days="1,000,000", left_day="987,654.50", left_five_days="0.00", older="1-x", newest=False, blind_day="100,000", blind_five_days="200,000", rows=(
                WithdrawalRow(id="2" * 26, amount="12,345.50", payee=name or "Kita Estate K.K.", account="JP12 3456 7890", at=now - 60, state="reserved", until=now + 540, program=name or "Trader"),
                WithdrawalRow(
                    id="0" * 26, amount="50.00", payee=name or "M" * 120, account="JP12 3456 7890", at=now - 90, state="reserved",
                    until=now + 510, program="Trader", signable=True, asked={"digits": "41234567", "length": 8}, disowned=True,
                ),
                WithdrawalRow(id="1" * 26, amount="70.00", payee="K", account="JP1", at=now - 95, state="reserved", until=now + 505, program="Trader", signable=True, disowned=True),
                WithdrawalRow(id="3" * 26, amount="7.00", payee="K", account="JP1", at=now - 3600, state="collected", shown=False, program="Trader"),
                WithdrawalRow(id="4" * 26, amount="8.00", payee="K", account="JP1", at=now - 3700, state="recalled", program="Trader"),
                WithdrawalRow(id="5" * 26, amount="1,000,000.00", payee="N" * 120, account="4" * 64, at=now - DAY, state="authorised", program="Trader"),
                WithdrawalRow(id="6" * 26, amount="0.01", payee="北不動産株式会社", account="JP1", at=now - 2 * DAY, state="authorised", shown=False, program="Trader"),
                WithdrawalRow(id="7" * 26, amount="5.00", payee="K", account="JP1", at=now - 3 * DAY, state="cancelled", program="Trader"),
                WithdrawalRow(id="8" * 26, amount="5.00", payee="K", account="JP1", at=now - 400 * DAY, state="expired", program="Trader"),
            ),
            **common,
        ),
        "settings-withdrawals-none": WithdrawalsPage(day="0", five_days="0", left_day="0.00", left_five_days="0.00", **common),
        "settings-login": OptingPage(possible=True, restrictions=("otc_trading",), day="50,000", five_days="100,000", **common),
        "settings-login-review": OptingPage(
            possible=True, review=True, restrictions=("otc_trading",), day="50,000", five_days="100,000", now_day="1,000,000", now_five_days="1,500,000", **common
        ),
        "settings-login-out": OptingPage(
            possible=True, opted_out=True, since=now - DAY, restrictions=("otc_trading",), day="50,000", five_days="100,000", **{**common, "confirmed": False}
        ),
        "settings-login-floored": OptingPage(possible=True, floored=True, day="50,000", five_days="100,000", **common),
        "settings-login-none": OptingPage(error=no(refusals.OPT_OUT_REFUSED), **common),
        "settings-language": LanguagePage(chosen=lang, zone="Asia/Tokyo", zones=("Asia/Tokyo", "Europe/Zurich", "UTC"), said="saved", **common),
        "settings-language-zone": LanguagePage(zone=name or "Tokio", zones=("Asia/Tokyo",), error=no(refusals.ZONE_UNKNOWN), **common),
        "settings-notices": NoticesPage(logins="new", mail=mail, number=number, **common),
        "settings-notices-first": NoticesPage(**{**common, "confirmed": False}),
    }  # fmt: skip
