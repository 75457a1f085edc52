"""The flows over a real store, without a server: people, phones and their signed words, for tests that walk at random."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.support.fakes import FakeClock, FakeEntropy
from watchword.app.settings import Settings
from watchword.app.wiring import build
from watchword.core import devices as key
from watchword.core.encoding import b64u
from watchword.core.users import Contact, Details, User
from watchword.flows.kit import Kit
from watchword.flows.phone_requests import Signed
from watchword_client import crypto


class PlainPasswords:
    """Port `Passwords` that compares at once, so that thousands of logins take seconds; it counts what it compares."""

    def __init__(self) -> None:
        self.compared = 0

    def hash(self, password: str, *, like: str = "") -> str:
        """The password, marked."""
        return f"plain:{password}"

    def used(self, password: str, encoded: str, earlier: Sequence[str]) -> bool:
        """Whether it is among them."""
        return encoded in earlier

    def full(self) -> bool:
        """Never."""
        return False

    def verify(self, encoded: str, password: str, *, known: bool = False) -> bool:
        """Whether it is the one."""
        self.compared += 1
        return encoded == f"plain:{password}"

    def stale(self, encoded: str) -> bool:
        """Never."""
        return False


@dataclass(frozen=True, slots=True)
class Pocket:
    """A phone with its signing key."""

    id: str
    private: crypto.PrivateKey


@dataclass(frozen=True, slots=True)
class Holding:
    """One person's Key on one phone, with the secret that only the right PIN opens."""

    user: str
    username: str
    device: str
    pocket: Pocket
    secret: bytes


class World:
    """A kit over SQLite or PostgreSQL. Time goes on from test to test; people are new each time."""

    def __init__(self, url: str, folder: Path) -> None:
        self.clock, self.passwords = FakeClock(), PlainPasswords()
        settings = Settings(
            environment="test", data_dir=folder, database={"url": url}, hash={"memory_kib": 8, "passes": 1},
            sms={"provider": "outbox"}, mail={"provider": "outbox"},
        )  # fmt: skip
        self.built = build(settings, clock=self.clock, entropy=FakeEntropy("world"), keep_letters=True)
        self.kit: Kit = replace(self.built.kit, passwords=self.passwords)

    def close(self) -> None:
        """Give it back."""
        self.built.close()

    def user(self) -> User:
        """Somebody with the password `right`."""
        entropy, now = self.kit.entropy, self.clock.now()
        made = entropy.id()
        name = f"w{made[:12]}"
        user = User(made, name, name, name, name, "en", "UTC", "active", "plain:right", 0, 0, now)
        with self.kit.store.write() as tx:
            tx.users.add(user, Details())
            tx.contacts.add(
                Contact(entropy.id(), made, "sms", f"+8190{int.from_bytes(entropy.bytes(3), 'big'):08}", 0, True, now)
            )
        return user

    def pocket(self) -> Pocket:
        """A phone with nobody on it."""
        private = crypto.new_key(self.kit.entropy.bytes(48))
        point = private.public_key().public_numbers()
        made = Pocket(self.kit.entropy.id(), private)
        x, y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
        with self.kit.store.write() as tx:
            tx.phones.add(key.Phone(made.id, "active", x, y, "Phone", "{}", 0, 0, self.clock.now()))
        return made

    def holding(self, user: User, pocket: Pocket) -> Holding:
        """This person's Key on this phone."""
        device, secret = self.kit.entropy.id(), self.kit.entropy.bytes(32)
        with self.kit.store.write() as tx:
            tx.devices.add(
                key.Device(device, user.id, pocket.id, "key", "active", "Phone", secret, 0, 0, self.clock.now(), 0)
            )
        return Holding(user.id, user.username, device, pocket, secret)

    def key_of(self, holding: Holding, label: str, *, right: bool = True) -> bytes:
        """K(label), or what a wrong PIN makes of it."""
        secret = holding.secret if right else bytes(byte ^ 255 for byte in holding.secret)
        return crypto.user_key(secret, label, self.kit.vault.issuer, holding.user, holding.pocket.id)

    def signed(self, pocket: Pocket, fields: dict[str, Any], mac_key: bytes = b"") -> Signed:
        """A signed request as the routes hand it to the flows."""
        whole = {"v": 1, "iss": self.kit.vault.issuer, "phone": pocket.id, "time": self.clock.now(), **fields}
        message = crypto.canonical(whole)
        code = crypto.unb64u(crypto.mac(mac_key, whole)) if mac_key else b""
        return Signed(whole, message, crypto.sign(pocket.private, whole), code)

    def fresh(self) -> str:
        """A nonce."""
        return b64u(self.kit.entropy.bytes(16))
