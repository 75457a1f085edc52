"""Steps of `watchword demo --check` about Key's life: a new PIN, a transfer, a recovery, a forgotten PIN (L01, L02, L05)."""

from __future__ import annotations

from collections.abc import Callable

from watchword.app.walk import Walk, hold, refused
from watchword.core.users import Details, NewUser
from watchword.flows import accounts
from watchword_client.keylife import Recovery
from watchword_client.phone import Phone
from watchword_client.portal import Browser

PERSON = NewUser(
    "keeper01", Details("Kit", "Keeper", "1988-07-09", ("4 Quay Street",), ("Bristol",), ("BS1 4DJ",), "passport", "GB5550002"),
    ("kit@example.org",), ("+447911123457",), "en", "Europe/London", "Kit Keeper",
)  # fmt: skip
PASSWORD = "Harbour-2026!"  # of the person this walk adds
FIRST, SECOND, THIRD, FOURTH, WRONG = "T4nblu", "R7gwok", "Q2hzem", "V9jdap", "z8Q!ne"


def _phone(walk: Walk) -> Phone:
    found: Phone = walk.memory["kept phone"]
    return found


def _new_phone(walk: Walk) -> Phone:
    return Phone(walk.built.settings.key.url, http=walk.http, system=walk.system)


def _works(walk: Walk, phone: Phone, pin: str) -> bool:
    """A login of this person is approved on this phone by this PIN."""
    walk.clock.ahead += 3700
    browser = Browser(walk.portal, http=walk.http)
    page = browser.login(PERSON.username, PASSWORD)
    attempt = phone.pending().attempts[-1]
    digits = next((found for found in page.digits if len(found) == 6), "")
    approved = phone.approve(attempt, pin, digits).result == "approved"
    return approved and browser.post("/login/wait", do="continue").path == "/"


def _recovering(walk: Walk, phone: Phone) -> Recovery:
    walk.clock.ahead += 61
    recovery = phone.recover()
    recovery.start(PERSON.username, PASSWORD)
    recovery.send()
    recovery.prove(walk.code_sent("sms", PERSON.numbers[0]))
    return recovery


def new_pin(walk: Walk) -> None:
    """A new PIN: the old one is proven, holds until the new one is confirmed, and ends with it."""
    walk.clock.ahead += 3700
    accounts.add(walk.built.kit, [PERSON])
    browser = Browser(walk.portal, http=walk.http)
    browser.get("/start")
    code = walk.code_sent("sms", PERSON.numbers[0])
    page = browser.post("/start", username=PERSON.username, code=code, password=PASSWORD, repeat=PASSWORD)
    hold(page.status == 200 and not page.refusals, f"first password: {page.status} {page.refusals}")
    walk.clock.ahead += 61
    phone = walk.memory["kept phone"] = _new_phone(walk)
    begun = phone.activate_start(PERSON.username, PASSWORD)
    phone.activate_send(next(contact["id"] for contact in begun["contacts"] if contact["kind"] == "sms"))
    phone.activate_prove(walk.code_sent("sms", PERSON.numbers[0]))
    phone.complete(FIRST, "Kit's phone")
    refused(4304, lambda: phone.change_pin(WRONG))
    renewal = phone.change_pin(FIRST)
    hold(renewal.forbidden("BS14DJ"), "the guidelines know part of the address")
    hold(phone.check(FIRST), "the old PIN holds until the new one is confirmed")
    renewal.complete(SECOND)
    refused(4304, lambda: phone.check(FIRST))
    hold(_works(walk, phone, SECOND), "the new PIN approves")


def transfer(walk: Walk) -> None:
    """A transfer: who photographs the QR has digits that nobody types; the owner's new phone gets Key, and the old one ends."""
    old = _phone(walk)
    walk.clock.ahead += 3700
    photographed = old.transfer_show(SECOND)
    thief = _new_phone(walk).transfer_scan(photographed.link, "A stranger's phone")
    refused(4408, lambda: _new_phone(walk).transfer_scan(photographed.link, "Kit's new phone"))
    refused(4403, lambda: thief.complete(THIRD))
    offer = old.transfer_show(SECOND)
    new = _new_phone(walk)
    renewal = new.transfer_scan(offer.link, "Kit's new phone")
    refused(4407, lambda: offer.approve("000000" if renewal.code != "000000" else "111111"))
    hold(offer.approve(renewal.code) and renewal.look() == "proven", "approved by the six digits")
    hold(old.check(SECOND), "the old phone works until the new one has its PIN")
    renewal.complete(THIRD)
    refused(4101, old.pending)
    hold(_works(walk, new, THIRD), "the new phone approves")
    walk.memory["kept phone"] = new


def recovery_pin(walk: Walk) -> None:
    """The recovery PIN brings Key back after a reinstall; a wrong one is counted, and the lost phone ends."""
    lost, phone = _phone(walk), _new_phone(walk)
    recovery = _recovering(walk, phone)
    hold(refused(4304, lambda: recovery.unlock(WRONG, "Kit's phone")).refusal.left is not None, "tries left are told")
    recovery.unlock(THIRD, "Kit's phone").complete(THIRD)
    refused(4101, lost.pending)
    hold(_works(walk, phone, THIRD), "recovered")
    walk.memory["kept phone"] = phone


def forgotten_pin(walk: Walk) -> None:
    """With a forgotten PIN Key is set up anew, but not in the day after a recovery; every channel is told."""
    early = _new_phone(walk)
    refused(6103, lambda: early.recover_declined(_recovering(walk, early)))
    walk.clock.ahead += walk.built.kit.policy.recovery_delay_seconds + 60
    lost, phone = _phone(walk), _new_phone(walk)
    refused(3104, lambda: phone.activate_start(PERSON.username, PASSWORD))
    phone.recover_declined(_recovering(walk, phone))
    phone.complete(FOURTH, "Kit's phone")
    refused(4101, lost.pending)
    hold(_works(walk, phone, FOURTH), "set up anew")
    mails = walk.http.get(f"{walk.origin}/demo/outbox").json()["messages"]
    told = [m for m in mails if m["to"] in (*PERSON.mails, *PERSON.numbers) and "forgotten" in m["text"]]
    hold({m["channel"] for m in told} == {"mail", "sms"}, "mail and SMS tell of it")
    walk.memory["kept phone"] = phone


STEPS: tuple[Callable[[Walk], None], ...] = (new_pin, transfer, recovery_pin, forgotten_pin)
