"""What is waiting for an answer, and the answer to it (spec.md 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchword_client import crypto
from watchword_client.crypto import Json
from watchword_client.trust import VERSION, Unrecognised

_TEXTS = (
    "attempt", "nonce", "user", "username", "device", "action", "operation", "client", "client_name", "portal",
    "place", "network", "address", "browser", "system", "confirm_reason",
)  # fmt: skip
_FLAGS = ("place_new", "network_new", "browser_new", "confirm")
_TIMES = ("started", "expires")
_OPERATIONS = (
    "password", "contacts", "devices", "sessions", "questions", "notices", "networks", "account",
    "staff", "staff_request", "staff_approval",
)  # fmt: skip
_CALLS = ("called_us", "we_called")
_MOST = 10**14
_LONGEST_NAME = 120
_ACCOUNT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ./-]{0,62}[A-Za-z0-9])?")
_COPIED = ("attempt", "nonce", "user", "device", "action", "client")


def asked(action: str, operation: str) -> str:
    """What a person is about to approve: `login`, `recover`, `withdraw`, `caller.<operation>`, or `confirm.<operation>` (`confirm.other` for one
    not known).

    Unrecognised `action` for what this program does not know: it is not to be shown (spec.md 6.2). Nor is a telephone call of which it
    cannot say who called whom.
    """
    if action == "confirm":
        return f"confirm.{operation if operation in _OPERATIONS else 'other'}"
    if action == "caller" and operation in _CALLS:
        return f"caller.{operation}"
    if action == "withdraw" and not operation:
        return "withdraw"
    if action not in ("login", "recover"):
        raise Unrecognised("action")
    return action


@dataclass(frozen=True, slots=True)
class Money:
    """What a withdrawal moves: `amount` as a person reads it, `1,234.50`, and to whom (spec.md 6.10)."""

    amount: str
    currency: str
    payee_name: str
    payee_account: str


def money(details: Mapping[str, Any]) -> Money:
    """What is to be shown of a withdrawal. Unrecognised `money` for one that cannot be shown whole, which is not to be shown at all."""
    amount, currency, name, account = (
        details.get(part) for part in ("amount", "currency", "payee_name", "payee_account")
    )
    right = (
        type(amount) is int
        and 1 <= amount <= _MOST
        and currency == "USD"
        and isinstance(name, str)
        and 0 < len(name) <= _LONGEST_NAME
        and name.isprintable()
        and name == name.strip()
        and isinstance(account, str)
        and _ACCOUNT.fullmatch(account) is not None
    )
    if not right:
        raise Unrecognised("money")
    cents = int(str(amount))
    return Money(f"{cents // 100:,}.{cents % 100:02}", str(currency), str(name), str(account))


@dataclass(frozen=True, slots=True)
class Attempt:
    """One login (or change, or recovery) that waits, as the server signed it. `secret_hash` is set when it came by a scanned QR code."""

    details: Json
    secret_hash: str = ""

    @classmethod
    def of(cls, details: Json, secret_hash: str = "") -> Attempt:
        """Unrecognised `form` when a member that a person must see is missing or of another kind."""
        whole = (
            all(isinstance(details.get(name), str) for name in _TEXTS)
            and all(isinstance(details.get(name), bool) for name in _FLAGS)
            and all(isinstance(details.get(name), int) for name in _TIMES)
            and isinstance(details.get("agent", ""), str)
        )
        if not whole:
            raise Unrecognised("form")
        if details["action"] == "withdraw":
            money(details)
        return cls(details, secret_hash)

    @property
    def id(self) -> str:
        return str(self.details["attempt"])

    @property
    def asked(self) -> str:
        """See `asked`."""
        return asked(str(self.details["action"]), str(self.details["operation"]))

    @property
    def username(self) -> str:
        return str(self.details["username"])

    @property
    def needs_confirmation(self) -> bool:
        """Whether the six digits are still to be typed; a scanned QR code stands in their place."""
        return bool(self.details["confirm"]) and not self.secret_hash

    @property
    def telephone(self) -> bool:
        """Whether it asks who is on the telephone: it logs nobody in and changes nothing."""
        return bool(self.details["action"] == "caller")

    @property
    def money(self) -> Money | None:
        """What it moves, None where it moves nothing."""
        return money(self.details) if self.details["action"] == "withdraw" else None

    @property
    def context(self) -> str:
        """`b64u(SHA256(JCS(Details)))` (spec.md 6.2)."""
        return crypto.digest(crypto.canonical(self.details))


@dataclass(frozen=True, slots=True)
class Pending:
    """The answer of `/v1/pending`. `users` are the server's view of this phone's users, `notices` what only they are told (6.8)."""

    attempts: tuple[Attempt, ...]
    users: tuple[Json, ...]
    offline_paused: bool
    notices: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a decision: `approved`, `denied` or `not_me`; no push before `quiet_until` (0: at any time)."""

    result: str
    quiet_until: int


def decision_fields(
    details: Mapping[str, Any], *, phone: str, decision: str, confirmation: str, uv: str, time: int
) -> Json:
    """The `signed` part of a decision (spec.md 6.4)."""
    return {
        "v": VERSION,
        "type": "decision",
        "iss": details["iss"],
        "phone": phone,
        **{name: details[name] for name in _COPIED},
        "context": crypto.digest(crypto.canonical(details)),
        "confirmation": confirmation,
        "decision": decision,
        "uv": uv,
        "time": time,
    }
