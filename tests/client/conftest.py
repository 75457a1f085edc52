"""A phone on a fake server, with a machine whose clock and sleep the test holds."""

from __future__ import annotations

import pytest

from tests.client.fake_server import CODE, ISS, FakeServer, Machine
from tests.support.fakes import FakeClock, FakeEntropy
from watchword_client import FileStore, MemoryStore, Phone, User

PIN = "q8!zR2"


@pytest.fixture
def machine(clock: FakeClock, entropy: FakeEntropy) -> Machine:
    return Machine(clock, entropy)


@pytest.fixture
def server(clock: FakeClock) -> FakeServer:
    return FakeServer(clock, FakeEntropy("the server"))


@pytest.fixture
def phone(server: FakeServer, machine: Machine) -> Phone:
    """A phone without users."""
    return new_phone(server, machine)


@pytest.fixture
def user(phone: Phone) -> User:
    """The first user of `phone`, active."""
    return activate(phone)


def new_phone(server: FakeServer, machine: Machine, store: FileStore | MemoryStore | None = None) -> Phone:
    return Phone(ISS, store=store, http=server.http(), system=machine.system)


def activate(phone: Phone, username: str = "mtanaka01", pin: str = PIN) -> User:
    contacts = phone.activate_start(username, "correct horse")["contacts"]
    phone.activate_send(next(contact["id"] for contact in contacts if contact["kind"] == "sms"))
    phone.activate_prove(CODE)
    return phone.complete(pin, "Misaki’s terminal")
