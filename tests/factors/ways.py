"""One driver for each factor: how a person has it, and how a right, a wrong and a foreign answer to a login are made and sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import update

from tests.support.authenticator import Authenticator
from tests.support.cards import asked_cells, asked_digits, typed
from tests.support.devices import add_app, add_passkey, make_recovery_codes, options
from tests.support.installation import OTHER_PIN, Installation, Person
from tests.support.steps import STEP, asked, challenge, confirmation, logged_in, waiting
from watchword.core import code_card
from watchword.core.attempts import CHALLENGE_SECONDS, LIFE_SECONDS, QR_SECONDS
from watchword.core.card_plus import Token
from watchword.core.challenges import LIFE_SECONDS as QUESTION_SECONDS
from watchword.core.codes import LIFE_SECONDS as CODE_SECONDS
from watchword.core.devices import Device
from watchword.core.otp import totp
from watchword.core.temporary import grouped
from watchword.flows import sms, temporary
from watchword.stores import tables
from watchword_client.approval import Attempt
from watchword_client.oath import Suite, ocra
from watchword_client.portal import Browser
from watchword_client.refusal import Refused

Send = Callable[[Browser], None]


@dataclass
class Way:
    """A person at a login. Each of `right`, `wrong` and `foreign` prepares an answer; what they return sends it from a browser."""

    here: Installation
    who: Person
    other: Person
    life = 0  # seconds after which what was asked takes no answer any more
    ends_attempt = True  # whether wrong answers are counted in the attempt; a signed one is counted on its phone
    reusable = False  # whether one answer is right at the next login too, by design
    device = "key"

    @classmethod
    def of(cls, here: Installation) -> Way:
        """Two people who have it."""
        made = cls(here, here.person(), here.person())
        made.equip()
        return made

    def equip(self) -> None:
        """Put it in place; Key is there."""

    def right(self, browser: Browser) -> Send:
        raise NotImplementedError

    def wrong(self, browser: Browser) -> Send:
        raise NotImplementedError

    def foreign(self, browser: Browser) -> Send:
        raise NotImplementedError

    def expire(self) -> None:
        """Let what was asked grow too old."""
        self.here.later(self.life + 1)


class Code(Way):
    life = 2 * STEP

    def equip(self) -> None:
        self.here.later(STEP)

    def right(self, browser: Browser) -> Send:
        return _typed("code", self.who.phone.code(self.here.pin(), self.who.username))

    def wrong(self, browser: Browser) -> Send:
        return _typed("code", _other(self.who.phone.code(self.here.pin(), self.who.username)))

    def foreign(self, browser: Browser) -> Send:
        return _typed("code", self.other.phone.code(self.here.pin(), self.other.username))


class Challenge(Way):
    life = CHALLENGE_SECONDS

    def respond(self, browser: Browser, who: Person) -> str:
        digits = challenge(browser.post("/login/wait", do="challenge"))
        return who.phone.respond(digits, self.here.pin(), who.username)

    def right(self, browser: Browser) -> Send:
        return _typed("response", self.respond(browser, self.who))

    def wrong(self, browser: Browser) -> Send:
        return _typed("response", _other(self.respond(browser, self.who)))

    def foreign(self, browser: Browser) -> Send:
        return _typed("response", self.respond(browser, self.other))


class Push(Way):
    life = LIFE_SECONDS
    ends_attempt = False

    def told(self, browser: Browser) -> Attempt:
        return asked(self.who.phone, self.who)

    def right(self, browser: Browser) -> Send:
        return self._decide(self.who, self.told(browser), confirmation(browser.page))

    def wrong(self, browser: Browser) -> Send:
        return self._decide(self.who, self.told(browser), confirmation(browser.page), OTHER_PIN)

    def foreign(self, browser: Browser) -> Send:
        return self._decide(self.other, self.told(browser), confirmation(browser.page))

    def _decide(self, who: Person, attempt: Attempt, digits: str, *pin: str) -> Send:
        def send(_: Browser) -> None:
            try:
                who.phone.approve(attempt, self.here.pin(*pin), digits)
            except (Refused, LookupError):
                return

        return send


class Qr(Push):
    life = QR_SECONDS

    def told(self, browser: Browser) -> Attempt:
        return self.who.phone.scan(browser.post("/login/wait", do="qr").links[0])

    def right(self, browser: Browser) -> Send:
        return self._decide(self.who, self.told(browser), "")  # the code that was scanned stands in for the digits


class Passkey(Way):
    life = QUESTION_SECONDS
    device = "passkey"

    def equip(self) -> None:
        self.keys = [self._add(who) for who in (self.who, self.other)]

    def _add(self, who: Person) -> Authenticator:
        browser = logged_in(self.here, who)
        made = add_passkey(self.here, who, browser)
        browser.post("/logout")
        return made

    def _answer(self, browser: Browser, made: Authenticator, **wrong: object) -> Send:
        answer = made.get(options(browser, "/login/question", kind="passkey"), **wrong)
        return _answered("passkey", answer)

    def right(self, browser: Browser) -> Send:
        return self._answer(browser, self.keys[0])

    def wrong(self, browser: Browser) -> Send:
        return self._answer(browser, self.keys[0], key=next(iter(self.keys[1].keys.values())))

    def foreign(self, browser: Browser) -> Send:
        return self._answer(browser, self.keys[1], credential=next(iter(self.keys[1].keys)))


class Temporary(Way):
    reusable = True
    device = "temporary_code"

    def equip(self) -> None:
        self.codes = [self._issue(who) for who in (self.who, self.other)]

    def _issue(self, who: Person) -> str:
        kit = self.here.built.kit
        with kit.store.write() as tx:
            user = tx.users.lock(who.id)
            assert user is not None
            contact = next(one for one in tx.contacts.of(who.id) if one.kind == "mail")
            temporary.issue(kit, tx, user, contact)
        return self.here.code_to(who.mail)

    def right(self, browser: Browser) -> Send:
        return _answered("temporary_code", self.codes[0])

    def wrong(self, browser: Browser) -> Send:
        return _answered("temporary_code", grouped("0" * 10))

    def foreign(self, browser: Browser) -> Send:
        return _answered("temporary_code", self.codes[1])

    def expire(self) -> None:
        """Its two days are over while the login is open."""
        table = tables.devices
        with self.here.built.store.engine.begin() as connection:
            ends = self.here.clock.now() - 1
            connection.execute(
                update(table).where(table.c.user_id == self.who.id, table.c.kind == self.device).values(ends=ends)
            )


class Card(Way):
    life = QUESTION_SECONDS
    device = "code_card"

    def equip(self) -> None:
        self.cells = [self._put(who) for who in (self.who, self.other)]

    def _put(self, who: Person) -> tuple[str, ...]:
        kit = self.here.built.kit
        card = code_card.Card(kit.entropy.bytes(code_card.SEED))
        _put_in_place(self.here, who, self.device, card.pack(), self.ends())
        return code_card.cells(card)

    def ends(self) -> int:
        return 0

    def answer(self, browser: Browser, cells: tuple[str, ...]) -> str:
        page = (
            browser.page
            if 'class="digits"><b>' in browser.page.html
            else browser.post("/login/wait", do="ask", kind=self.device)
        )
        return typed(cells, asked_cells(page))

    def right(self, browser: Browser) -> Send:
        return _answered(self.device, self.answer(browser, self.cells[0]))

    def wrong(self, browser: Browser) -> Send:
        right = self.answer(browser, self.cells[0])
        return _answered(self.device, ("1" if right[0] != "1" else "2") + right[1:])

    def foreign(self, browser: Browser) -> Send:
        return _answered(self.device, self.answer(browser, self.cells[1]))


class OnlineCard(Card):
    device = "online_card"

    def ends(self) -> int:
        return self.here.clock.now() + code_card.ONLINE_SECONDS


class CardPlus(Way):
    life = QUESTION_SECONDS
    device = "card_plus"
    suite = "OCRA-1:HOTP-SHA256-8:QN08"

    def equip(self) -> None:
        self.keys = [self.here.built.kit.entropy.bytes(32) for _ in range(2)]
        for who, key in zip((self.who, self.other), self.keys, strict=True):
            _put_in_place(self.here, who, self.device, Token(self.suite, key).pack(), 0)

    def respond(self, browser: Browser, key: bytes) -> str:
        return ocra(Suite.parse(self.suite), key, asked_digits(browser.page))

    def right(self, browser: Browser) -> Send:
        return _answered(self.device, self.respond(browser, self.keys[0]))

    def wrong(self, browser: Browser) -> Send:
        return _answered(self.device, _other(self.respond(browser, self.keys[0])))

    def foreign(self, browser: Browser) -> Send:
        return _answered(self.device, self.respond(browser, self.keys[1]))


def _put_in_place(here: Installation, who: Person, kind: str, secret: bytes, ends: int) -> None:
    """As its owner has put it in place; the way there has journeys of its own."""
    kit, now = here.built.kit, here.clock.now()
    with kit.store.write() as tx:
        tx.devices.add(Device(kit.entropy.id(), who.id, "", kind, "active", kind, secret, 0, 0, now, 0, ends=ends))


class Sms(Way):
    """By choice beside Key, and the one chosen: the code goes out when it stands first."""

    life = CODE_SECONDS["login"]
    device = "sms"

    def equip(self) -> None:
        for who in (self.who, self.other):
            self._add(who)
        self.here.later(61)

    def _add(self, who: Person) -> None:
        kit = self.here.built.kit
        with kit.store.write() as tx:
            user = tx.users.lock(who.id)
            contact = next(one for one in tx.contacts.of(who.id) if one.kind == "sms")
            assert user is not None
            tx.contacts.verified(contact.id, kit.clock.now())
            sms.put(kit, tx, user, contact, "", by=sms.BY_CHOICE)

    def right(self, browser: Browser) -> Send:
        return _answered("sms", self.here.code_to(self.who.number))

    def wrong(self, browser: Browser) -> Send:
        self.renew(browser)
        return _answered("sms", _other(self.here.code_to(self.who.number)))

    def renew(self, browser: Browser) -> None:
        """Three wrong ones end a code, and five the login: the next code is asked for a minute later."""
        self.here.later(61)
        _quietly(browser, do="send", kind="sms")

    def foreign(self, browser: Browser) -> Send:
        waiting(self.here, self.other)
        code = self.here.code_to(self.other.number)
        mine = self.here.code_to(self.who.number)
        return _answered("sms", code if code != mine else _other(mine))


class App(Way):
    life = 2 * STEP
    device = "code_app"

    def equip(self) -> None:
        self.keys = [self._add(who) for who in (self.who, self.other)]

    def _add(self, who: Person) -> bytes:
        browser = logged_in(self.here, who)
        key = add_app(self.here, browser)
        browser.post("/logout")
        self.here.later(STEP)
        return key

    def _code(self, key: bytes) -> str:
        return totp(key, self.here.clock.now() // STEP, algorithm="SHA1")

    def right(self, browser: Browser) -> Send:
        return _answered("code_app", self._code(self.keys[0]))

    def wrong(self, browser: Browser) -> Send:
        return _answered("code_app", _other(self._code(self.keys[0])))

    def foreign(self, browser: Browser) -> Send:
        return _answered("code_app", self._code(self.keys[1]))


class Paper(Way):
    device = "recovery_code"
    life = LIFE_SECONDS  # a code has no end; its login has

    def equip(self) -> None:
        self.codes = [self._make(who) for who in (self.who, self.other)]

    def _make(self, who: Person) -> list[str]:
        browser = logged_in(self.here, who)
        codes = make_recovery_codes(browser)
        browser.post("/logout")
        return codes

    def right(self, browser: Browser) -> Send:
        return _answered("recovery_code", self.codes[0][0])

    def wrong(self, browser: Browser) -> Send:
        return _answered("recovery_code", "0" * 26)

    def foreign(self, browser: Browser) -> Send:
        return _answered("recovery_code", self.codes[1][0])


def _typed(field: str, value: str) -> Send:
    return lambda browser: _quietly(browser, do=field, **{field: value})


def _answered(kind: str, value: str) -> Send:
    return lambda browser: _quietly(browser, do="answer", kind=kind, answer=value)


def _quietly(browser: Browser, **fields: str) -> None:
    kept = browser.page
    browser.post("/login/wait", **fields)
    browser.page = kept


def _other(digits: str) -> str:
    return f"{(int(digits) + 1) % 10 ** len(digits):0{len(digits)}}"


WAYS: dict[str, type[Way]] = {
    "key_push": Push, "key_qr": Qr, "key_challenge": Challenge, "key_code": Code, "passkey": Passkey, "temporary_code": Temporary,
    "sms": Sms, "code_app": App, "recovery_code": Paper,
    "code_card": Card, "online_card": OnlineCard, "card_plus": CardPlus,
}  # fmt: skip
