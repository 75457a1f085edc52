"""Codes by SMS and mail: limited sends, limited tries, a new one ends the old (table "SMS, mail and activation codes"; THREATS: toll fraud)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from watchword.core import codes
from watchword.core.codes import SentCode
from watchword.core.encoding import b64u
from watchword.core.otp import plain_digits
from watchword.core.rates import Window
from watchword.core.refusals import (
    ANSWER_FORM,
    NUMBER_COUNTRY,
    SEND_LIMITED,
    SENT_CODE_OVER,
    SENT_CODE_TRIES,
    SENT_CODE_WRONG,
    Refusal,
)
from watchword.core.users import NOBODY, Contact, User, mask_mail
from watchword.flows import letters
from watchword.flows.kit import Kit
from watchword.flows.ports import AuditRow, Tx

Budget = tuple[str, tuple[Window, ...]]


@dataclass(frozen=True, slots=True)
class Sent:
    """A code is on its way. `again` is when it may be sent again."""

    to: str
    digits: int
    expires: int
    again: int


def masked(kit: Kit, contact: Contact) -> str:
    """The contact as its owner recognises it."""
    return kit.numbers.mask(contact.value) if contact.kind == "sms" else mask_mail(contact.value)


def send(
    kit: Kit, tx: Tx, user: User, contact: Contact, purpose: str, subject: str,
    *, budget: Budget | None = None, life: int = 0, letter: str = "",
) -> Sent | Refusal:  # fmt: skip
    """Put a new code into the outbox, if country, number and user allow one more; it ends the one before.

    `budget` takes the place of the user's own where nobody has proven to be the user yet. `life` in seconds and `letter`, a key of
    `messages`, are the purpose's own unless given.
    """
    now = kit.clock.now()
    refused = _allowed(kit, tx, budget or (f"user:{user.id}", codes.SENDS), contact, user.id, now)
    if refused is not None:
        return refused
    life = life or codes.LIFE_SECONDS[purpose]
    digits = codes.digits_from(kit.entropy.bytes(16), codes.DIGITS[purpose])
    tx.codes.end(purpose, subject, now)
    code = SentCode(
        id=kit.entropy.id(), user_id=user.id, purpose=purpose, subject=subject, contact_id=contact.id,
        mac=keyed(kit, purpose, subject, digits), tries=0, expires=now + life, ended=0, sent=now,
    )  # fmt: skip
    tx.codes.add(code)
    until = kit.texts.moment(user.lang, code.expires, user.zone)
    letters.put(
        kit, tx, user, contact, letter or f"{purpose}_code", ref=code.id, code=digits, minutes=life // 60, until=until
    )
    tx.audit.write(
        AuditRow(f"code.{purpose}.sent", user.id, subject, {"kind": contact.kind}, {"to": masked(kit, contact)}), now
    )
    return Sent(masked(kit, contact), codes.DIGITS[purpose], code.expires, now + codes.SENDS[0].seconds)


def unsent(kit: Kit, tx: Tx, user_id: str, purpose: str, subject: str) -> None:
    """A code that nobody gets, in place of one that a limit kept back: nothing that is asked afterwards tells the two apart."""
    now = kit.clock.now()
    tx.codes.end(purpose, subject, now)
    mac = kit.vault.mac(f"code:{purpose}:{subject}", b64u(kit.entropy.bytes(16)))
    expires = now + codes.LIFE_SECONDS[purpose]
    tx.codes.add(SentCode(kit.entropy.id(), user_id, purpose, subject, NOBODY, mac, 0, expires, 0, now))


def _allowed(kit: Kit, tx: Tx, budget: Budget, contact: Contact, user_id: str, now: int) -> Refusal | None:
    address = kit.vault.mac("send", contact.value).hex()
    keys: list[Budget] = [
        (f"send:{budget[0]}", budget[1]),
        (f"send:to:{address}", codes.SENDS),
    ]
    if contact.kind == "sms":
        region = kit.numbers.region(contact.value)
        if kit.policy.countries and region not in kit.policy.countries:
            return Refusal(NUMBER_COUNTRY, "country.not_allowed")
        keys.append((f"send:region:{region}", (Window(codes.PER_PREFIX, 3600),)))
    for key, windows in keys:
        until = tx.rates.take(key, windows, now)
        if until:
            tx.audit.write(AuditRow("code.send.limited", user_id, "", {"limit": key.split(":")[1]}), now)
            return Refusal(SEND_LIMITED, f"send.{key.split(':')[1]}", {"until": until}, retry_after=until - now)
    return None


def check(
    kit: Kit, tx: Tx, user_id: str, purpose: str, subject: str, typed: str, *, spend: bool = True
) -> SentCode | Refusal:
    """Judge a typed code: the try is counted first, over this code and over the user's day. The right one is spent.

    With `spend` False the caller spends it in the same transaction, or leaves it good when something else was wrong.
    """
    now = kit.clock.now()
    digits = plain_digits(typed[:64])
    wanted = codes.DIGITS[purpose]
    if digits is None or len(digits) != wanted:
        return Refusal(ANSWER_FORM, "code.form", {"digits": wanted})
    code = take(kit, tx, user_id, purpose, subject)
    if isinstance(code, Refusal):
        return code
    if not hmac.compare_digest(code.mac, keyed(kit, purpose, subject, digits)):
        tx.audit.write(AuditRow(f"code.{purpose}.refused", user_id, subject), now)
        return Refusal(SENT_CODE_WRONG, "code.mismatch")
    if spend and not tx.codes.spend(code.id, now):
        return Refusal(SENT_CODE_OVER, "code.spent")
    return code


def keyed(kit: Kit, purpose: str, subject: str, digits: str) -> bytes:
    """How a code is kept and compared."""
    return kit.vault.mac(f"code:{purpose}:{subject}", digits)


def take(kit: Kit, tx: Tx, user_id: str, purpose: str, subject: str) -> SentCode | Refusal:
    """Count one try at the code that was sent, over it and over the user's day, before anything is compared; the code to compare with."""
    now = kit.clock.now()
    counted = purpose not in (
        "start",
        "recover",
    )  # nobody has proven anything yet: a stranger's tries must not use up the owner's day
    until = tx.rates.take(f"tries:user:{user_id}", codes.PER_USER_TRIES, now) if counted else 0
    if until:
        return Refusal(SENT_CODE_TRIES, "tries.day", {"until": until}, retry_after=until - now)
    code = tx.codes.current(purpose, subject)
    if code is None or now >= code.expires or not tx.codes.take(code.id, codes.TRIES[purpose]):
        return Refusal(SENT_CODE_OVER, "code.over")
    return code
