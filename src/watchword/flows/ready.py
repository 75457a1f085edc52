"""What a phone receives once its enrolment is proven: who it is for, a nonce, and the hashed PIN guidelines (protocol/spec.md 5.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from watchword.core import pin_guidelines
from watchword.core.encoding import b64u
from watchword.core.enrolments import Enrolment
from watchword.core.refusals import ENROLMENT_OVER, Refusal
from watchword.core.users import Contact, Details, User
from watchword.flows.kit import Kit
from watchword.flows.ports import Tx

MOST_ASKED = 10


@dataclass(frozen=True, slots=True)
class Proven:
    """A proven enrolment and what the guidelines are made of, read inside the transaction."""

    enrolment: Enrolment
    user: User
    details: Details
    contacts: tuple[Contact, ...]


def gather(tx: Tx, enrolment: Enrolment, user: User) -> Proven | Refusal:
    """Read what `ready` needs; the slow part comes after the transaction, and a phone may repeat it a few times only."""
    if enrolment.turn >= MOST_ASKED:
        return Refusal(ENROLMENT_OVER, "ready.asked_too_often")
    tx.enrolments.set(enrolment.id, turn=enrolment.turn + 1)
    return Proven(enrolment, user, tx.users.details(user.id), tx.contacts.of(user.id))


def nonce(kit: Kit, enrolment: Enrolment) -> str:
    """The nonce that the activation request must carry."""
    return b64u(kit.vault.derive("activation-nonce", enrolment.id)[:16])


def ready(kit: Kit, proven: Proven) -> dict[str, object]:
    """The answer *Ready*. Deterministic for an enrolment, so that a repeated request gets the same one."""
    enrolment, user = proven.enrolment, proven.user
    return {
        "enrolment": enrolment.id,
        "user": user.id,
        "username": user.username,
        "display_name": user.display_name,
        "nonce": nonce(kit, enrolment),
        "expires": enrolment.expires,
        "guidelines": guidelines_for(kit, enrolment.id, ((user.username, proven.details, proven.contacts),)),
    }


def guidelines_for(
    kit: Kit, subject: str, people: Sequence[tuple[str, Details, tuple[Contact, ...]]]
) -> dict[str, object]:
    """The guidelines of every user of a phone in one list under one salt, so that the phone hashes a PIN once: 192 entries a user."""
    salt = kit.vault.derive("guidelines", subject)[:16]
    found: dict[str, int] = {}
    for username, details, contacts in people:
        found.update(pin_guidelines.fragments(username, details, contacts))
    entries = [pin_guidelines.entry(piece, kind, salt) for piece, kind in found.items()]
    decoys = (
        kit.vault.derive("decoy", subject, at)[: pin_guidelines.ENTRY_BYTES]
        for at in range(len(entries), pin_guidelines.SIZE * len(people))
    )
    return {
        "salt": b64u(salt),
        "iterations": pin_guidelines.ITERATIONS,
        "hashes": sorted(b64u(entry) for entry in (*entries, *decoys)),
    }
