"""Sharing a physical device between users of one person or entity (P01-P09): who may, which device, and what becomes of a sharing.

The rules this file stands for:
1. Only what is held in the hand is shared: a Digital Security Card+ or a Security Code Card (P01; Key takes any number of users itself, J03).
2. All three conditions hold, when it is asked for and again when it is approved: the same entity or the same identification (P02), nobody
   with a temporary device (P03), and no better device among all who take part than the one that is shared (P04).
3. Whoever shares a device with others holds it himself: there are no chains, so there are no circles.
4. What is not on file, and what is the same only when spelling is passed over, a person of compliance looks at. What differs is refused.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from watchword.core.devices import CARD_PLUS, CODE_CARD, ONLINE_CARD, TEMPORARY_CODE, Device, Level, usable
from watchword.core.machine import Machine
from watchword.core.users import Details

SHARING = Machine(
    "sharing",
    ("begun",),
    {
        ("begun", "prove"): "proven",
        ("begun", "drop"): "dropped",
        ("proven", "approve"): "active",
        ("proven", "wait"): "pending",
        ("proven", "drop"): "dropped",
        ("pending", "approve"): "active",
        ("pending", "refuse"): "refused",
        ("pending", "withdraw"): "withdrawn",
        ("pending", "expire"): "expired",
        ("active", "cancel"): "cancelled",
        ("active", "end"): "ended",
    },
)

SHAREABLE = (CARD_PLUS, CODE_CARD)
LEVELS = {CARD_PLUS: Level.CARD_PLUS, CODE_CARD: Level.CODE_CARD}
FOR_NOW = (TEMPORARY_CODE, ONLINE_CARD)
OPEN = ("begun", "proven")  # steps of a page that go on
STEP_SECONDS = 15 * 60  # from the owner's password to the end of the review
WAIT_SECONDS = 14 * 24 * 60 * 60  # how long a request waits for compliance
WRONG_LIMIT = 5  # answers for one password of the owner, as in a login
SHORTEST_ENTITY = 3  # letters; "N/A" names none
UNITED_STATES = frozenset({"us", "usa", "unitedstates", "unitedstatesofamerica"})

# What identifies a person (P02), in the order of the page; the last one stands in the place of the document for people of the United States.
FIELDS = ("birth_date", "citizenship", "residence", "document_type", "document_number")
FIELDS_US = ("birth_date", "citizenship", "residence", "tax_number")

Likeness = Literal["same", "spelled", "missing", "differs"]
Verdict = Literal["same", "doubt", "differs"]


@dataclass(frozen=True, slots=True)
class Sharing:
    """One row of `sharings`: `user_id` asks for the device `owner_device` of `owner_id`; `device_id` is the device that he has by it, "" before.

    `session_id` is the session whose pages lead through the steps, `wrong` how many answers did not fit, `request_id` the request that waits
    for compliance, `by` who ended it: `user`, `owner`, `staff`, or what became of the device.
    """

    id: str
    user_id: str
    owner_id: str
    owner_device: str
    device_id: str
    session_id: str
    state: str
    wrong: int
    request_id: str
    begun: int
    expires: int
    moved: int
    by: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One field of two people: how alike it is, and what is on file of each."""

    field: str
    likeness: Likeness
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Participant:
    """One user who takes part: the kind of account (`live`, `paper`) and every device of his."""

    user_id: str
    kind: str
    devices: tuple[Device, ...]


def state_at(sharing: Sharing, now: int) -> str:
    """The state with time taken into account."""
    if now < sharing.expires:
        return sharing.state
    event = "expire" if sharing.state == "pending" else "drop" if sharing.state in OPEN else ""
    return str(SHARING.step(sharing.state, event)) if event else sharing.state


def normal(text: str) -> str:
    """What is compared: letters and digits alone, full-width and capital forms folded, so that `TK 441-8203` is `tk4418203`."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def compare(one: Details, other: Details) -> tuple[Compared, ...]:
    """Field by field, what decides whether two users are the same person."""
    american = any(
        normal(country) in UNITED_STATES for who in (one, other) for country in (who.citizenship, who.residence)
    )
    return tuple(_field(name, getattr(one, name), getattr(other, name)) for name in (FIELDS_US if american else FIELDS))


def _field(name: str, one: str, other: str) -> Compared:
    likeness: Likeness = "same"
    if not normal(one) or not normal(other):
        likeness = "missing"
    elif normal(one) != normal(other):
        likeness = "differs"
    elif one != other:
        likeness = "spelled"
    return Compared(name, likeness, one, other)


def identity(one: Details, other: Details) -> Verdict:
    """Condition a (P02): the same entity, or the same person by everything that identifies one; `doubt` is for compliance."""
    entity = normal(one.entity)
    if len(entity) >= SHORTEST_ENTITY and entity == normal(other.entity):
        return "same" if one.entity.strip() == other.entity.strip() else "doubt"
    found = {field.likeness for field in compare(one, other)}
    if "differs" in found:
        return "differs"
    return "same" if found == {"same"} else "doubt"


def own(devices: Sequence[Device], now: int) -> tuple[Device, ...]:
    """The physical devices that somebody holds himself, put aside or not, the best first; among equals the one used last."""
    found = [
        device
        for device in devices
        if device.kind in SHAREABLE and not device.shared_from and (usable(device, now) or device.state == "kept")
    ]
    return tuple(sorted(found, key=lambda device: (-LEVELS[device.kind], -device.last_used, -device.created)))


def offered(devices: Sequence[Device], now: int) -> Device | None:
    """The device that an owner shares: the best of those that he holds and uses."""
    return next((device for device in own(devices, now) if device.state == "active"), None)


def temporary(devices: Sequence[Device], now: int) -> bool:
    """Whether somebody has a temporary device now (P03)."""
    return any(device.kind in FOR_NOW and usable(device, now) for device in devices)


def weaker(shared: Device, participants: Sequence[Participant], now: int) -> bool:
    """Whether somebody who takes part has a better device than the one to be shared (P04)."""
    best = max((LEVELS[one.kind] for who in participants for one in own(who.devices, now)), default=0)
    return LEVELS[shared.kind] < best


def shares(devices: Sequence[Device]) -> bool:
    """Whether somebody uses another's device."""
    return any(device.shared_from and device.state == "active" for device in devices)


def fault(
    requester: Participant,
    owner: Participant,
    others: Sequence[Participant],
    shared: Device | None,
    verdict: Verdict,
    now: int,
) -> str:
    """Why this sharing cannot be, or "". `others` share the same device already; `verdict` is `identity` of requester and owner.

    In order: `oneself`, `again`, `no_device`, `account`, `temporary`, `weak`, `identity`.
    """
    if requester.user_id == owner.user_id:
        return "oneself"
    if shares(requester.devices):
        return "again"
    if shared is None or shared.shared_from or shared.kind not in SHAREABLE or not usable(shared, now):
        return "no_device"
    if requester.kind != owner.kind:
        return "account"
    everybody = (requester, owner, *others)
    if any(temporary(who.devices, now) for who in everybody):
        return "temporary"
    if weaker(shared, everybody, now):
        return "weak"
    return "identity" if verdict == "differs" else ""


def waits(verdict: Verdict, *, always: bool, staff: bool) -> bool:
    """Whether compliance looks at it first (P07): identification in doubt, the operator's wish, or an account of staff."""
    return verdict == "doubt" or always or staff


def masked(text: str) -> str:
    """A number as compliance compares it: the last three letters or digits, and how the rest is written."""
    shown = 0
    found = []
    for character in reversed(text):
        plain = character.isalnum()
        shown += plain
        found.append(character if not plain or shown <= 3 else "•")
    return "".join(reversed(found)) if sum(c.isalnum() for c in text) > 4 else "•" * len(text)
