"""The ways that a terminal can go with each kind of device, and what each asks a person to type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from watchword_client.login import Method
from watchword_client.typed import digits

KEY_WAYS = ("push", "qr", "challenge", "code")


@dataclass(frozen=True, slots=True)
class Typed:
    """A way that a person answers by typing. `ask` is the text of the question; `what` names the field for slips, `count` its digits, 0 for
    what is no number of known length; `shown` is the text that stands before what the server shows first, "" where it shows nothing."""

    ask: str
    what: str = "code"
    count: int = 0
    shown: str = ""

    def read(self, typed: str) -> str:
        """What is sent. Mistyped where digits are asked and something else was typed."""
        return digits(self.what, typed, self.count) if self.count else typed.strip()


TYPED = {
    "challenge": Typed("ask.response", count=8, shown="login.challenge"),
    "code": Typed("ask.login_code", count=6),
    "card_plus": Typed("ask.token_response", shown="login.token_challenge"),
    "code_card": Typed("ask.cells", shown="login.cells"),
    "online_card": Typed("ask.cells", shown="login.cells"),
    "sms": Typed("ask.sms", count=6, shown="login.texted"),
    "code_app": Typed("ask.app_code", count=6),
    "recovery_code": Typed("ask.recovery_code"),
    "temporary_code": Typed("ask.temporary_code"),
}
WAYS = (*KEY_WAYS, *(way for way in TYPED if way not in KEY_WAYS))


def open_to(methods: Iterable[Method]) -> tuple[str, ...]:
    """The ways of these devices that a terminal can go, in our order; a passkey's is none of them."""
    theirs = {way for method in methods for way in method.ways}
    return tuple(way for way in WAYS if way in theirs)
