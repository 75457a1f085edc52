"""Made-up people in a database of the benchmark: users with a phone, a known browser and some logins behind them."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace

from bench import argon
from watchword.app.wiring import Built
from watchword.core.attempts import Attempt, Context
from watchword.core.client_address import network_key
from watchword.core.devices import Device, Phone
from watchword.core.encoding import b64u, sha256
from watchword.core.passwords import normal
from watchword.core.users import Contact, Details, User, username_key
from watchword.flows import device_tokens
from watchword.flows.ports import Browser, Tx
from watchword_client import crypto

PASSWORD = "Bench-2026 horse"
DAY = 24 * 60 * 60
PAST_LOGINS = 5
BATCH = 500


@dataclass(frozen=True, slots=True)
class Person:
    """What the load generator holds of one user: the phone's key, the keys of its secret, and the browser's cookie."""

    username: str
    user: str
    device: str
    phone: str
    signing: int
    hmac: bytes
    totp: bytes
    ocra: bytes
    cookie: str


def encoded_password(built: Built, *, cheap: bool) -> str:
    """The stored hash of PASSWORD, the same for everybody: a verification costs the same whosesoever it is."""
    return argon.hasher(cheap=cheap).hash(built.vault.peppered(normal(PASSWORD)))


def add(built: Built, count: int, *, cheap: bool = False, start: int = 0) -> list[Person]:
    """Add `count` users, `bench000000` and so on, each ready to log in. `cheap` gives them a hash that costs nothing."""
    encoded = encoded_password(built, cheap=cheap)
    made: list[Person] = []
    for at in range(start, start + count, BATCH):
        with built.store.write() as tx:
            made += [_one(built, tx, number, encoded) for number in range(at, min(at + BATCH, start + count))]
    return made


def _one(built: Built, tx: Tx, number: int, encoded: str) -> Person:
    kit, now = built.kit, built.kit.clock.now()
    username = f"bench{number:06d}"
    user = User(
        id=kit.entropy.id(), username=username, username_key=username_key(username), display_name=f"Person {number}", given_name="Person",
        lang="en", zone="Europe/London", state="active", password_hash=encoded, quiet_until=0, denied_at=0, created=now - 100 * DAY,
    )  # fmt: skip
    tx.users.add(
        user,
        Details(
            "Person",
            str(number),
            "1980-01-01",
            ("1 Bench Road",),
            ("London",),
            ("N1 1AA",),
            "passport",
            f"B{number:07d}",
        ),
    )
    for kind, value in (("sms", f"+4479{number:08d}"), ("mail", f"{username}@example.org")):
        tx.contacts.add(Contact(kit.entropy.id(), user.id, kind, value, now - 90 * DAY, True, now - 100 * DAY))
    person, token = _equipped(built, tx, user)
    for past in range(PAST_LOGINS):
        tx.attempts.add(_past(built, person, now - (past + 1) * DAY))
    browser = Browser(kit.entropy.id(), user.id, (network_key("127.0.0.1", None),), (), 0, now - 600)
    tx.browsers.add(browser, sha256(token.encode()))
    return person


def _equipped(built: Built, tx: Tx, user: User) -> tuple[Person, str]:
    """A phone with a key and a secret, and a device cookie; everything that an activation and a first login leave."""
    kit, now = built.kit, built.kit.clock.now()
    key = crypto.new_key(os.urandom(48))
    point = key.public_key().public_numbers()
    phone = Phone(
        kit.entropy.id(), "active", point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big"), "Phone", "{}", 0, 0, now - 90 * DAY
    )  # fmt: skip
    secret = os.urandom(32)
    device = Device(
        kit.entropy.id(), user.id, phone.id, "key", "active", "Phone", secret, 0, 0, now - 90 * DAY, now - DAY
    )
    tx.phones.add(phone)
    tx.devices.add(device)
    keys = {
        name: crypto.user_key(secret, name, kit.vault.issuer, user.id, phone.id) for name in ("hmac", "totp", "ocra")
    }
    token = device_tokens.make(kit, user.id)
    return Person(
        user.username, user.id, device.id, phone.id, key.private_numbers().private_value, cookie=token, **keys
    ), token


def _past(built: Built, person: Person, at: int) -> Attempt:
    entropy = built.kit.entropy
    context = Context("127.0.0.1", "", "", network_key("127.0.0.1", None), "Firefox", "Linux", True, False, False)
    return Attempt(
        id=entropy.id(), user_id=person.user, username=person.username, client="portal", state="collected",
        collector_hash=hashlib.sha256(entropy.bytes(16)).digest(), bound_key="", nonce=b64u(entropy.bytes(16)), started=at,
        expires=at + 900, context=context, browser_id="", confirm=False, confirm_reason="", device_id=person.device, asked=(at,),
        push_until=at + 180, qr_turn=0, qr_until=0, challenge_state="none", challenge_turn=0, challenge_until=0, wrong=0,
        wrong_challenge=0, wrong_confirmation=0, decided=at + 8, decided_by=f"{person.device}:approve:push", amr="hwk pop pin",
        session_id=entropy.id(), lang="en",
    )  # fmt: skip


def open_attempt(
    built: Built, tx: Tx, person: Person, collector: str, at: int, *, client: str = "portal", bound_key: str = ""
) -> Attempt:
    """A login that waits for its phone, as a right password leaves it."""
    waiting = replace(
        _past(built, person, at), state="pending", client=client, bound_key=bound_key, collector_hash=sha256(collector.encode()),
        decided=0, decided_by="", amr="", session_id="",
    )  # fmt: skip
    tx.attempts.add(waiting)
    return waiting
