"""One driver for each factor: how a person has it, and how a right, a wrong and a foreign answer to a login are made and sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import update

from tests.support.authenticator import Authenticator
from tests.support.devices import add_passkey, options
from tests.support.installation import OTHER_PIN, Installation, Person
from tests.support.steps import STEP, asked, challenge, confirmation, logged_in
from watchword.core.attempts import CHALLENGE_SECONDS, LIFE_SECONDS, QR_SECONDS
from watchword.core.challenges import LIFE_SECONDS as QUESTION_SECONDS
from watchword.core.temporary import grouped
from watchword.flows import temporary
from watchword.stores import tables
from watchword_client.approval import Attempt
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
}  # fmt: skip
