"""A whole installation as people meet it: the real application under a real server, on a clock that the test moves.

Only what a test begins with is put in by hand (a person with a password and, if wanted, phones with Key); everything that is tested
goes through the public HTTP interfaces, with the reference phone, the reference platform and a browser without scripts.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine, event

from tests.support.fakes import FakeClock
from tests.support.process import bindable, free_port
from watchword.app import serving
from watchword.app.clock import SystemEntropy
from watchword.app.server import Server, hosts
from watchword.app.settings import Settings
from watchword.app.wiring import Built, build
from watchword.core import devices as key
from watchword.core.users import Contact, Details, NewUser, User
from watchword.flows import accounts, first_number
from watchword.stores import connections
from watchword_client import crypto
from watchword_client.login import PlatformLogin
from watchword_client.phone import Phone
from watchword_client.pins import Unlocked
from watchword_client.portal import Browser
from watchword_client.refusal import Refused
from watchword_client.store import MemoryStore
from watchword_client.system import System
from watchword_client.transport import Localhost, http_client

PIN, OTHER_PIN = "M2cnef", "x9Z!qw"
PASSWORD, WRONG = "Kitahama-26!", "Kitahama-27!"
CHEAP = {"memory_kib": 8, "passes": 1, "waiting": 400, "patience": 20}
# Every stranger of a test comes from one address; tests of the throttle set limits of their own.
WIDE = {"address_tries": 10**6, "address_names": 10**6, "network_tries": 10**6, "network_names": 10**6}
_SALT = bytes(range(16))  # of every phone put in by hand, so that each PIN is hashed once in a run
_NUMBERS = itertools.count(10_000_001)
PATIENCE = 60  # seconds that an answer may take on a busy machine
_left: list[int] = []  # ports of servers that have ended: an address that was there before has its pages compiled


@dataclass(slots=True)
class Person:
    """Somebody on file, and the phones that were put in with Key on them. `number` and `mail` are nobody else's."""

    id: str
    username: str
    number: str
    mail: str
    password: str = PASSWORD
    phones: list[Phone] = field(default_factory=list)

    def greeted(self, lang: str) -> str:
        """The name that the home page greets by: in Japanese the whole one."""
        return f"Person {self.username[1:]}" if lang == "ja" else self.given

    @property
    def given(self) -> str:
        """What the person is called on their own page."""
        return f"Given{self.username[1:]}"

    @property
    def phone(self) -> Phone:
        """The first phone."""
        return self.phones[0]


class Installation:
    """One server in this process. `clock` stands still until it is told; `built` is what runs, for tests that look inside.

    With `serving` False the test starts a server of its own on `port`, over the same database and key file.
    """

    def __init__(
        self,
        database: str,
        folder: Path,
        *,
        clock: FakeClock | None = None,
        serving: bool = True,
        port: int = 0,
        **more: Any,
    ) -> None:
        self.clock = clock or FakeClock()
        self.port = port or _port()
        self.settings = _settings(database, folder, self.port, more)
        self.built: Built = build(self.settings, clock=self.clock, entropy=SystemEntropy(), keep_letters=True)
        _patient(self.built.store.engine)
        self.http = http_client()
        self.http.timeout = PATIENCE
        self._unlocked: dict[str, Unlocked] = {}
        self._served = _serve(self.built) if serving else None

    @property
    def portal(self) -> str:
        """The portal's origin."""
        return self.settings.portal.url

    @property
    def console(self) -> str:
        """The staff console's origin."""
        return self.settings.staff.url

    @property
    def key(self) -> str:
        """Key's origin, the issuer of the phone protocol."""
        return self.settings.key.url

    @property
    def system(self) -> System:
        """The machine of phones and platforms: this clock, no waiting."""
        return System(now=lambda: float(self.clock.now()), sleep=lambda _: None)

    def stop(self) -> None:
        """End the server."""
        self.http.close()
        if self._served is None:
            self.built.close()
            return
        server, thread = self._served
        server.should_exit = True
        thread.join(10)
        _left.append(self.port)

    def later(self, seconds: int) -> None:
        """Let time pass."""
        self.clock.advance(seconds)

    # Who comes to it

    def browser(self, *, language: str = "en", http: httpx.Client | None = None) -> Browser:
        """A browser that was never here."""
        return Browser(self.portal, http=http or self.http, language=language)

    def desk(self, *, language: str = "en", http: httpx.Client | None = None) -> Browser:
        """A browser at the staff console that was never there."""
        return Browser(self.console, http=http or self.http, language=language)

    def new_phone(self, *, platform: Mapping[str, Any] | None = None, language: str = "en") -> Phone:
        """A phone with nobody on it."""
        told = None if platform is None else dict(platform)
        return Phone(self.key, http=self.http, system=self.system, platform=told, language=language)

    def platform(self, client: str = "terminal", *, language: str = "en") -> PlatformLogin:
        """A platform's login, with a key of its own."""
        return PlatformLogin(self.portal, client, http=self.http, system=self.system, language=language)

    @contextmanager
    def elsewhere(self, address: str) -> Iterator[httpx.Client]:
        """A client whose connections come from `address` (127.x.y.z: another network to the server)."""
        local = Localhost(httpx.HTTPTransport(local_address=address))
        with httpx.Client(mounts={"all://*.localhost": local}, timeout=PATIENCE) as client:
            yield client

    # Who is on file

    def invite(self, new: NewUser) -> None:
        """Add somebody the operator's way: a welcome and a one-time code go out."""
        accounts.add(self.built.kit, [new])

    def person(
        self, *, phones: int = 1, lang: str = "en", password: str = PASSWORD, kind: str = "live", **details: Any
    ) -> Person:
        """Somebody new with a password, and with Key on so many phones of their own."""
        number = next(_NUMBERS)
        now, kit = self.clock.now(), self.built.kit
        username = f"u{number}"
        who = Person(kit.entropy.id(), username, f"+8190{number}", f"{username}@example.org", password)
        user = User(
            who.id,
            username,
            username,
            f"Person {number}",
            f"Given{number}",
            lang,
            "Asia/Tokyo",
            "active",
            "",
            0,
            0,
            now,
            kind=kind,
        )
        with kit.store.write() as tx:
            tx.users.add(user, Details(**details))
            tx.contacts.add(Contact(kit.entropy.id(), who.id, "sms", who.number, 0, True, now))
            tx.contacts.add(Contact(kit.entropy.id(), who.id, "mail", who.mail, 0, True, now))
            tx.users.set_password(who.id, kit.passwords.hash(password), now)
        for at in range(phones):
            self.put_key(who, f"Phone {at + 1}")
        return who

    def put_key(self, who: Person, name: str = "Phone", *, phone: Phone | None = None, pin: str = PIN) -> Phone:
        """Key for this person on a new phone, or beside the users of `phone`, as a finished activation leaves it."""
        now, kit = self.clock.now(), self.built.kit
        state = phone.wire.state if phone else None
        private = state.key if state else crypto.new_key(kit.entropy.bytes(48))
        point = private.public_key().public_numbers()
        phone_id, device_id = state.phone if state else kit.entropy.id(), kit.entropy.id()
        secret = kit.entropy.bytes(32)
        x, y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
        blob = crypto.camouflage(secret, self.pin(pin).pad(self.key, who.id, device_id))
        sealed = kit.vault.seal("recovery", _SALT + blob, f"devices|recovery|{device_id}")
        with kit.store.write() as tx:
            if state is None:
                tx.phones.add(key.Phone(phone_id, "active", x, y, name, "{}", 0, 0, now))
            # A minute ago: what a test puts in place next is newer, also within one second.
            tx.devices.add(key.Device(device_id, who.id, phone_id, "key", "active", name, secret, 0, 0, now - 60, 0))
            tx.devices.keep_recovery(device_id, sealed, first_number.keyed(kit, who.number))
        user = {
            "user": who.id, "username": who.username, "display_name": who.username, "device": device_id,
            "blob": crypto.b64u(blob), "enrolment": "", "confirmed": True,
        }  # fmt: skip
        made = self._phone_of(private, phone_id, [*(_plain(phone) if phone else []), user])
        who.phones.append(made)
        return made

    def _phone_of(self, private: crypto.PrivateKey, phone_id: str, users: list[dict[str, Any]]) -> Phone:
        kept = [{"kid": entry["kid"], "key": entry["key"]} for entry in self.built.vault.public_keys()]
        stored = {
            "iss": self.key, "key": crypto.dump_key(private), "salt": crypto.b64u(_SALT), "phone": phone_id, "kept": kept,
            "users": users, "offset": 0, "portal": "",
        }  # fmt: skip
        return Phone(store=MemoryStore(stored), http=self.http, system=self.system)

    def pin(self, typed: str = PIN) -> Unlocked:
        """A PIN, hashed once, for phones that were put in by hand."""
        if typed not in self._unlocked:
            self._unlocked[typed] = Unlocked(crypto.argon2(typed, _SALT))
        return self._unlocked[typed]

    # What went out

    def letters(self, *to: str) -> list[dict[str, str]]:
        """Letters to any of these numbers or addresses, newest first: `kind`, `subject`, `text`, `code`."""
        found = [kept.letter for kept in self.built.store.recent_letters(400) if kept.letter and kept.letter.to in to]
        return [
            {"kind": letter.kind, "subject": letter.subject, "text": letter.body, "code": letter.data.get("code", "")}
            for letter in found
        ]

    def code_to(self, *to: str) -> str:
        """The newest code that went to any of them."""
        return next(letter["code"] for letter in self.letters(*to) if letter["code"])


def refused(*numbers: int, work: Callable[[], object]) -> Refused:
    """The refusal of `work`, which must be one of these numbers."""
    try:
        result = work()
    except Refused as refusal:
        assert refusal.number in numbers, f"refused with {refusal.number}, not {numbers}: {refusal}"
        return refusal
    raise AssertionError(f"was not refused with {numbers}: {result!r}")


def _plain(phone: Phone) -> list[dict[str, Any]]:
    users: list[dict[str, Any]] = phone.wire.state.write()["users"]
    return users


def _settings(database: str, folder: Path, port: int, more: Mapping[str, Any]) -> Settings:
    base: dict[str, Any] = {
        "environment": "test",
        "data_dir": folder,
        "database": {"url": database},
        "portal": {"url": f"http://portal.watchword.localhost:{port}"},
        "key": {"url": f"http://key.watchword.localhost:{port}"},
        "staff": {"url": f"http://staff.watchword.localhost:{port}"},
        "listen": {"host": "127.0.0.1", "port": port},
        "hash": CHEAP,
        "throttle": WIDE,
        "sms": {"provider": "outbox"},
        "mail": {"provider": "outbox"},
        "log_level": "warning",
    }
    return Settings(**{**base, **more})


def _port() -> int:
    while _left:
        if bindable(port := _left.pop()):
            return port
    return free_port()


def _patient(engine: Engine) -> None:
    """Hundreds at once on a busy machine wait for a connection, a lock or the one writer; that a server says so in time has tests of its own."""
    connections.BUSY_SECONDS = PATIENCE
    engine.pool._timeout = PATIENCE  # type: ignore[attr-defined]

    @event.listens_for(engine, "connect")
    def wait(connection: Any, _record: object) -> None:
        if engine.dialect.name == "postgresql":
            connection.execute(
                f"SET statement_timeout = '{PATIENCE}s'; SET lock_timeout = '{PATIENCE}s'", prepare=False
            )
        else:
            connection.execute(f"PRAGMA busy_timeout = {PATIENCE}000").close()


def _serve(built: Built) -> tuple[serving.Announcing, threading.Thread]:
    listening = threading.Event()
    app = Server(built, hosts(built), worker=False)
    server = serving.Announcing(serving.config(app, built.settings), lambda _: listening.set())
    thread = threading.Thread(target=server.run, daemon=True, name="installation")
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    thread.start()
    assert listening.wait(20), "the server did not start"
    return server, thread
