"""The demonstration's drawer: a Digital Security Card+ and a printed Security Code Card of two made-up people, to log in with on the page.

Both are devices like any other and are judged by the same factors; the token is the emulator of `watchword phone dsc`, with its PIN, its count
of wrong ones and its lock. A second username of each owner is there to share them with. What only a demonstration does is to put the devices
in place without a letter, and to show them to everybody.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from pathlib import Path

from watchword.app.wiring import Built
from watchword.core import code_card, crockford
from watchword.core.card_plus import Token
from watchword.core.devices import CARD_PLUS, CODE_CARD, usable
from watchword.core.orders import Order
from watchword.core.users import Details, NewUser, User
from watchword.flows import accounts, orders, token_stock
from watchword.flows.ports import AuditRow, Tx
from watchword.web.demo.drawer import Answer, Card
from watchword.web.pages import DemoAccount
from watchword_client import dsc
from watchword_client.store import FileStore

log = logging.getLogger("watchword.demo")

TOKEN_PIN = "24680"
TOKEN_SERIAL = "DEMO-0001"
CARD_SERIAL = 8
TOKEN_OF = NewUser(
    "yhayashi02", Details("Yuto", "Hayashi", "1991-09-14", ("3-1 Sakaemachi",), ("Nagoya",), ("460-0008",), "passport", "NG5510427",
        citizenship="JP", residence="JP"),
    ("yuto.hayashi@example.jp",), ("+819055500191",), "en", "Asia/Tokyo", "Yuto Hayashi",
)  # fmt: skip
CARD_OF = NewUser(
    "eokada03", Details("Emi", "Okada", "1969-06-30", ("1-8 Tenjin",), ("Fukuoka",), ("810-0001",), "passport", "FK2207741", citizenship="JP", residence="JP"),
    ("emi.okada@example.jp",), ("+819055500169",), "ja", "Asia/Tokyo", "岡田 恵美",
)  # fmt: skip


# Second usernames of those two, without a device of their own: one is the same person by everything on file, of the other the document's
# number is written differently, so that compliance looks first (P02, P07).
ALIKE = replace(TOKEN_OF, username="yhayashi-fx", mails=("yuto.fx@example.jp",))
UNLIKE = replace(
    CARD_OF, username="eokada-fund", mails=("emi.fund@example.jp",), details=replace(CARD_OF.details, document_number="fk 220-7741")
)  # fmt: skip


class Drawer:
    """See watchword.web.demo.drawer.Drawer. `password` is that of its people, who live in `zone`; the token is kept in `folder`."""

    pin = TOKEN_PIN

    def __init__(self, built: Built, folder: Path, password: str, zone: str) -> None:
        self._built, self._zone, self._password = built, zone, password
        self._file = FileStore(folder / "dsc.json", "dsc")
        self._one = threading.Lock()
        self.token_of, self.card_of, self.alike, self.unlike = (
            DemoAccount(username=who.username, password=password, name=who.display_name)
            for who in (TOKEN_OF, CARD_OF, ALIKE, UNLIKE)
        )
        log.warning("the demonstration shows a made-up person's token with its PIN, and another's code card")

    def fill(self) -> None:
        """The two people with what is theirs, and their second usernames, unless they are there already."""
        kit = self._built.kit
        with kit.store.read() as tx:
            filled, shared = (tx.users.by_key(who.username) is not None for who in (TOKEN_OF, ALIKE))
        if not filled:
            self._owners()
        if not shared:
            self._added(ALIKE, UNLIKE)

    def _added(self, *people: NewUser) -> list[User]:
        """These people, their password set."""
        kit = self._built.kit
        made = accounts.add(kit, [replace(who, zone=self._zone) for who in people], invite=False, by="demo")
        encoded = kit.passwords.hash(self._password)
        with kit.store.write() as tx:
            for user in made:
                tx.users.set_password(user.id, encoded, kit.clock.now())
        return made

    def _owners(self) -> None:
        kit, (token_owner, card_owner) = self._built.kit, self._added(TOKEN_OF, CARD_OF)
        kept, key = dsc.made(TOKEN_SERIAL, TOKEN_PIN, kit.entropy.bytes(dsc.SALT + dsc.KEY))
        with self._one:
            self._file.save(kept)
        token_stock.add(kit, [(TOKEN_SERIAL, "emulated", Token(dsc.SUITE, key))])
        with kit.store.write() as tx:
            self._give_token(tx, token_owner)
            self._give_card(tx, card_owner)

    def respond(self, pin: str, challenge: str) -> Answer:
        """The token's answer, by the emulator. Two at once wait for each other: each wrong PIN counts."""
        with self._one:
            kept = self._file.load()
            if kept is None:
                return Answer(said="demo.token_none")
            try:
                return Answer(dsc.respond(kept, pin, challenge, self._file.save))
            except dsc.Locked:
                return Answer(said="demo.token_locked")
            except dsc.WrongPin as wrong:
                return Answer(said="demo.token_wrong", left=wrong.left)
            except ValueError:
                return Answer(said="demo.token_form")

    def card(self) -> Card:
        """The card that is in place now."""
        kit = self._built.kit
        with kit.store.read() as tx:
            user = tx.users.by_key(CARD_OF.username)
            mine = tx.devices.of_user(user.id) if user else ()
            found = [one for one in mine if one.kind == CODE_CARD and usable(one, kit.clock.now())]
            if not found:
                return Card()
            order = tx.orders.of_device(found[-1].id)
        return Card(order.serial if order else "", code_card.cells(code_card.unpack(found[-1].secret)))

    def _give_token(self, tx: Tx, user: User) -> None:
        token = tx.tokens.by_serial(TOKEN_SERIAL)
        if token is None or not tx.tokens.move(token, "assigned", b"", self._built.kit.clock.now()):
            raise RuntimeError("the demonstration's token is not in stock")
        self._in_place(tx, user, CARD_PLUS, token.secret, TOKEN_SERIAL)

    def _give_card(self, tx: Tx, user: User) -> None:
        entropy = self._built.kit.entropy
        card = code_card.Card(entropy.bytes(code_card.SEED))
        self._in_place(tx, user, CODE_CARD, card.pack(), crockford.spelled(entropy.bytes(CARD_SERIAL), CARD_SERIAL))

    def _in_place(self, tx: Tx, user: User, kind: str, secret: bytes, serial: str) -> None:
        """A device as it is after its receipt, with its order, so that every page and command finds what it expects."""
        kit, now = self._built.kit, self._built.kit.clock.now()
        device = orders.issued(kit, tx, user, kind, secret, serial)
        tx.devices.receive(device.id, "")
        order = Order(kit.entropy.id(), user.id, kind, "active", "none", 0, device.id, serial, "", "", now, now)
        tx.orders.add(order)
        fields = {"order": order.id}
        tx.audit.write(AuditRow(f"device.{orders.TAGS[kind]}.added", user.id, device.id, fields), now)
