"""One made-up value of every stored dataclass, with ids and hashes of its own each time."""

from __future__ import annotations

from typing import Any

from tests.support.fakes import START, FakeEntropy
from watchword.core.attempts import LIFE_SECONDS, Attempt, Context
from watchword.core.cases import Attachment, Case, Message
from watchword.core.codes import SentCode
from watchword.core.devices import Device, Phone
from watchword.core.enrolments import Enrolment
from watchword.core.recovery import Recovery
from watchword.core.sessions import Session
from watchword.core.users import Contact, Details, User
from watchword.flows.ports import Browser
from watchword.stores.engine import SqlStore

DETAILS = Details(
    given_names="Mária 花子",
    family_names="Øster-Yamada",
    birth_date="1980-02-29",
    addresses=("1 Main Street", "東京都千代田区1-1"),
    cities=("Zug",),
    postal_codes=("6300", "100-0001"),
    document_type="passport",
    document_number="X1234567",
)


class Samples:
    """Makers; keyword arguments replace fields."""

    def __init__(self, entropy: FakeEntropy) -> None:
        self.id = entropy.id
        self.bytes = entropy.bytes

    def user(self, **changes: Any) -> User:
        name = self.id()
        values = {
            "id": self.id(),
            "username": name.upper(),
            "username_key": name,
            "display_name": "Mária 花子 Øster",
            "given_name": "Mária",
            "lang": "ja",
            "zone": "Asia/Tokyo",
            "state": "active",
            "password_hash": "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA",
            "quiet_until": START + 7,
            "denied_at": START - 7,
            "created": START,
            "flagged": START - 1,
        }
        return User(**{**values, **changes})

    def contact(self, user: User, **changes: Any) -> Contact:
        values = {
            "id": self.id(),
            "user_id": user.id,
            "kind": "sms",
            "value": "+41791234567",
            "verified": 0,
            "is_default": False,
        }
        return Contact(**{**values, "on_file": START, **changes})

    def attempt(self, user_id: str, **changes: Any) -> Attempt:
        context = Context("203.0.113.9", "Zürich", "Example AS", "asn:64500", "Firefox 140", "Linux", True, False, True)
        values = {
            "id": self.id(),
            "user_id": user_id,
            "username": "Anna",
            "client": "portal",
            "state": "pending",
            "collector_hash": self.bytes(32),
            "bound_key": "x.y",
            "nonce": "bm9uY2U",
            "started": START,
            "expires": START + LIFE_SECONDS,
            "context": context,
            "browser_id": self.id(),
            "confirm": True,
            "confirm_reason": "several",
            "device_id": self.id(),
            "asked": (START, START + 30),
            "push_until": START + 180,
            "qr_turn": 2,
            "qr_until": START + 181,
            "challenge_state": "open",
            "challenge_turn": 3,
            "challenge_until": START + 300,
            "wrong": 1,
            "wrong_challenge": 2,
            "wrong_confirmation": 0,
            "decided": START + 9,
            "decided_by": "key_push",
            "amr": "pwd hwk mfa",
            "session_id": self.id(),
            "lang": "en",
        }
        return Attempt(**{**values, **changes})

    def case(self, user: User, **changes: Any) -> tuple[Case, Message, Attachment]:
        """A case with one message and one picture of it."""
        case_id, message_id = self.id(), self.id()
        values = {
            "id": case_id, "user_id": user.id, "topic": "key", "state": "open", "subject": "件名 <b>", "unread": 0, "stored": 0,
            "created": START, "touched": START,
        }  # fmt: skip
        message = Message(
            message_id, case_id, user.id, "person", user.id, self.id()[:22], "Text\nin 2 lines \U00020bb7", START, 0
        )
        picture = Attachment(self.id(), case_id, message_id, user.id, "png", "画面.png", 30, 4, 3, 0)
        return Case(**{**values, **changes}), message, picture

    def phone(self, **changes: Any) -> Phone:
        values = {
            "id": self.id(),
            "state": "active",
            "key_x": self.bytes(32),
            "key_y": self.bytes(32),
            "name": "Pixel 9",
            "platform": '{"os":"android"}',
            "signed_wrong": 0,
            "offline_wrong": 0,
            "created": START,
        }
        return Phone(**{**values, **changes})

    def device(self, user: User, phone: Phone, **changes: Any) -> Device:
        values = {
            "id": self.id(),
            "user_id": user.id,
            "phone_id": phone.id,
            "kind": "key",
            "state": "active",
            "name": "Anna's phone",
            "secret": self.bytes(32),
            "wrong_signed": 0,
            "wrong_offline": 0,
            "created": START,
            "last_used": 0,
        }
        return Device(**{**values, **changes})

    def enrolment(self, **changes: Any) -> Enrolment:
        values = {
            "id": self.id(),
            "user_id": self.id(),
            "road": "page",
            "state": "offered",
            "session_id": self.id(),
            "claim_hash": b"",
            "turn": 1,
            "qr_hash": self.bytes(32),
            "code_hash": self.bytes(32),
            "wrong": 0,
            "proved": START,
            "contact_id": self.id(),
            "new_number": "+81312345678",
            "phone_id": "",
            "device_id": "",
            "platform": "{}",
            "created": START,
            "expires": START + 600,
        }
        return Enrolment(**{**values, **changes})

    def code(self, **changes: Any) -> SentCode:
        values = {
            "id": self.id(),
            "user_id": self.id(),
            "purpose": "proof",
            "subject": self.id(),
            "contact_id": self.id(),
            "mac": self.bytes(32),
            "tries": 0,
            "expires": START + 600,
            "ended": 0,
            "sent": START,
        }
        return SentCode(**{**values, **changes})

    def session(self, **changes: Any) -> Session:
        values = {
            "id": self.id(),
            "user_id": self.id(),
            "username": "Anna",
            "kind": "portal",
            "client": "portal",
            "token_hash": self.bytes(32),
            "attempt_id": self.id(),
            "acr": "urn:watchword:two-elements",
            "amr": "pwd otp mfa",
            "created": START,
            "touched": START,
            "idle_seconds": 900,
            "expires": START + 36_000,
            "ended": 0,
            "proved": START,
        }
        return Session(**{**values, **changes})

    def recovery(self, **changes: Any) -> Recovery:
        values = {
            "id": self.id(),
            "user_id": self.id(),
            "subject": self.bytes(32),
            "username": "Anna 花子",
            "state": "half",
            "collector_hash": self.bytes(32),
            "proofs": "sms",
            "method": "questions",
            "contact_id": self.id(),
            "attempt_id": self.id(),
            "wrong_questions": 1,
            "wrong_personal": 2,
            "started": START,
            "expires": START + 900,
            "ended": 0,
            "lang": "ja",
        }
        return Recovery(**{**values, **changes})

    def browser(self, **changes: Any) -> Browser:
        values = {
            "id": self.id(),
            "user_id": self.id(),
            "networks": ("asn:64500", "203.0.113.0/24"),
            "places": ("Zürich",),
            "wrong": 0,
        }
        return Browser(**{**values, "last_used": START, **changes})


def added_user(store: SqlStore, samples: Samples, **changes: Any) -> User:
    """A user that is in the store."""
    user = samples.user(**changes)
    with store.write() as tx:
        tx.users.add(user, DETAILS)
    return user


def added_device(store: SqlStore, samples: Samples, user: User, phone: Phone | None = None) -> Device:
    """A device of `user` that is in the store, on a new phone unless one is given."""
    with store.write() as tx:
        if phone is None:
            phone = samples.phone()
            tx.phones.add(phone)
        device = samples.device(user, phone)
        tx.devices.add(device)
    return device
