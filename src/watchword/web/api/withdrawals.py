"""Withdrawals in the platform API: the session stands for account and program, the withdrawal's id names one of theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from watchword.core import withdrawals as rules
from watchword.core.entitlements import UNSHOWN
from watchword.core.refusals import Refusal
from watchword.core.sessions import Session
from watchword.flows import platform, sessions, withdrawals
from watchword.flows.withdrawals import Seen
from watchword.web.api.handlers import bearer
from watchword.web.asking import Ask
from watchword.web.json_api import Body, Nothing, Route

PATH = "/api/v1/withdrawals"
UNSEEN = ("amount", "payee")
UNSHOWN_TEXTS = {"challenge": "withdrawals.unshown", "card_plus": "withdrawals.unshown_card_plus"}


class Asked(Body):
    """What is wanted. Each member is judged by itself, so that a wrong one has a refusal of its own."""

    amount: Annotated[Any, Field(description="Whole US cents, an integer from 1.")]
    currency: Annotated[Any, Field(description="`USD`.")]
    payee: Annotated[Any, Field(description="`{name, account}`, both texts.")]
    reference: Annotated[Any, Field(description="The platform's own, 1 to 64 of A-Z a-z 0-9 . _ : / -")]
    device_token: Annotated[str, Field(max_length=128)] = ""


# Every way of a login can be named, so that one that signs no money is refused with its reason.
Way = Literal[
    "qr",
    "challenge",
    "card_plus",
    "code",
    "code_app",
    "code_card",
    "online_card",
    "sms",
    "recovery_code",
    "temporary_code",
]


class Show(Body):
    way: Way
    method: Annotated[str, Field(max_length=26)] = ""


class Shown(BaseModel):
    way: str
    value: str
    expires: int
    device_cannot_show: list[str]
    tell: str


class PushAgain(Body):
    method: Annotated[str, Field(max_length=26)] = ""


class Answer(Body):
    way: Way = "challenge"
    answer: Annotated[str, Field(max_length=64)]


class Payee(BaseModel):
    name: str
    account: str


class Left(BaseModel):
    day: int
    five_days: int
    currency: Literal["USD"]
    unit: Literal["cents"]


class Signing(BaseModel):
    ways: list[str]
    pushed: bool
    confirmation: str
    confirmation_reason: str


class Withdrawal(BaseModel):
    id: str
    state: Literal["reserved", "authorised", "collected", "cancelled", "expired", "recalled"]
    amount: int
    currency: Literal["USD"]
    payee: Payee
    reference: str
    created: int
    expires: int
    closed: int
    shown: bool
    signing: Signing | None
    left: Left


def _session(ask: Ask) -> Session | Refusal:
    """Whose session it is. Asking for money counts as activity of the person; looking whether it was signed does not."""
    return platform.complete(sessions.find(ask.site.kit, bearer(ask), passive=ask.method == "GET"))


def _with(ask: Ask, work: Callable[[Session], Seen | Refusal]) -> dict[str, Any] | Refusal:
    session = _session(ask)
    seen = session if isinstance(session, Refusal) else work(session)
    return seen if isinstance(seen, Refusal) else view(seen)


def view(seen: Seen) -> dict[str, Any]:
    """A withdrawal as a program reads it."""
    row, attempt = seen.row, seen.attempt
    signing = None
    if row.state == "reserved" and attempt is not None:
        signing = {
            "ways": list(seen.ways), "pushed": bool(attempt.asked),
            "confirmation": seen.digits, "confirmation_reason": attempt.confirm_reason,
        }  # fmt: skip
    return {
        "id": row.id, "state": row.state, "amount": row.amount, "currency": rules.CURRENCY,
        "payee": {"name": row.payee_name, "account": row.payee_account}, "reference": row.reference,
        "created": row.at, "expires": row.expires, "closed": row.closed, "shown": row.shown, "signing": signing,
        "left": {"day": seen.left.day, "five_days": seen.left.five_days, "currency": rules.CURRENCY, "unit": "cents"},
    }  # fmt: skip


def ask_for(ask: Ask, body: Asked, _: str) -> dict[str, Any] | Refusal:
    """Reserve an amount and ask the phone."""
    session = _session(ask)
    if isinstance(session, Refusal):
        return session
    wanted = rules.read(body.amount, body.currency, body.payee, body.reference)
    if isinstance(wanted, Refusal):
        return wanted
    client = ask.site.kit.policy.clients[session.client]
    visit = replace(ask.visit(), browser=client.name, system="", device_token=body.device_token)
    seen = withdrawals.ask(ask.site.kit, session, wanted, visit)
    return seen if isinstance(seen, Refusal) else view(seen)


def look(ask: Ask, _body: object, withdrawal_id: str) -> dict[str, Any] | Refusal:
    """How it stands."""
    return _with(ask, lambda session: withdrawals.look(ask.site.kit, session, withdrawal_id))


def cancel(ask: Ask, _body: object, withdrawal_id: str) -> dict[str, Any] | Refusal:
    """Take it back."""
    return _with(ask, lambda session: withdrawals.cancel(ask.site.kit, session, withdrawal_id))


def collect(ask: Ask, _body: object, withdrawal_id: str) -> dict[str, Any] | Refusal:
    """Take up a signed one, to pay it."""
    return _with(ask, lambda session: withdrawals.collect(ask.site.kit, session, withdrawal_id))


def answer(ask: Ask, body: Answer, withdrawal_id: str) -> dict[str, Any] | Refusal:
    """The response to a challenge."""
    return _with(ask, lambda session: withdrawals.answer(ask.site.kit, session, withdrawal_id, body.way, body.answer))


def push(ask: Ask, body: PushAgain, withdrawal_id: str) -> dict[str, Any] | Refusal:
    """Ask the phone again, or another one."""
    session = _session(ask)
    if isinstance(session, Refusal):
        return session
    asked = withdrawals.push(ask.site.kit, session, withdrawal_id, body.method)
    if isinstance(asked, Refusal):
        return asked
    return _with(ask, lambda session: withdrawals.look(ask.site.kit, session, withdrawal_id))


def show(ask: Ask, body: Show, withdrawal_id: str) -> dict[str, Any] | Refusal:
    """A QR, or a challenge with what to say beside it: the device that answers sees neither amount nor payee."""
    kit, session = ask.site.kit, _session(ask)
    if isinstance(session, Refusal):
        return session
    shown = withdrawals.show(kit, session, withdrawal_id, body.way, device_id=body.method)
    if isinstance(shown, Refusal):
        return shown
    key = UNSHOWN_TEXTS.get(body.way, "")
    least = kit.policy.entitlements.limits[UNSHOWN]
    said = {"day": rules.usd(least.day), "five_days": rules.usd(least.five_days)}
    return {
        "way": shown.way, "value": shown.value, "expires": shown.expires,
        "device_cannot_show": list(UNSEEN) if key else [], "tell": ask.site.kit.texts.plain(ask.lang, key, **said) if key else "",
    }  # fmt: skip


_ONE = PATH + "/{withdrawal}"
_HEADERS = ("Authorization",)
ROUTES = (
    Route("POST", PATH, Asked, Withdrawal, ask_for, "Authorise an amount to a payee", 201, _HEADERS),
    Route("GET", _ONE, Nothing, Withdrawal, look, "How a withdrawal stands", headers=_HEADERS),
    Route("POST", _ONE + "/collect", Nothing, Withdrawal, collect, "Take up a signed one, to pay it", headers=_HEADERS),
    Route("POST", _ONE + "/cancel", Nothing, Withdrawal, cancel, "Take a withdrawal back", headers=_HEADERS),
    Route("POST", _ONE + "/show", Show, Shown, show, "Show a QR or a challenge for it", headers=_HEADERS),
    Route("POST", _ONE + "/push", PushAgain, Withdrawal, push, "Ask the phone again, or another one", headers=_HEADERS),
    Route("POST", _ONE + "/answer", Answer, Withdrawal, answer, "The response to a challenge", headers=_HEADERS),
)
