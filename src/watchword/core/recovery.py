"""A forgotten password: two independent proofs, then a new one (S04; THREATS: taking over by recovery).

Rules this file stands for:
1. No new password without two proofs that stand on different things: a number, a mailbox, the phone with Key, what is known. In the strict
   profile a number and a mailbox are one thing: to SP 800-63B-4 section 4.2.2.2 both are codes that were sent, so Key is one of the two.
2. What is known (security questions, personal data) is never the first proof, never both, and counts in the broker profile only.
3. A proof counts once; a recovery that is over never opens again.
4. Nothing before the first proof differs between a name that is on file and one that is not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from watchword.core.machine import Machine
from watchword.core.rates import Window

RECOVERY = Machine(
    "recovery",
    ("open",),
    {
        ("open", "prove"): "half",
        ("half", "prove"): "proven",
        ("proven", "set"): "done",
        ("open", "cancel"): "cancelled",
        ("half", "cancel"): "cancelled",
        ("proven", "cancel"): "cancelled",
        ("open", "expire"): "expired",
        ("half", "expire"): "expired",
        ("proven", "expire"): "expired",
        ("open", "fail"): "failed",
        ("half", "fail"): "failed",
        ("proven", "fail"): "failed",
    },
)
OPEN = ("open", "half", "proven")

LIFE_SECONDS = 15 * 60
WRONG_KNOWN = 3  # answers or personal data, each, in one recovery
PER_DAY_KNOWN = (Window(10, 24 * 60 * 60),)
STARTS_OF_A_NAME = (Window(5, 60 * 60), Window(10, 24 * 60 * 60))  # from one network
STARTS_OF_A_NETWORK = (Window(30, 60 * 60),)
SENDS_OF_A_NAME = (
    Window(1, 60),
    Window(3, 60 * 60),
    Window(5, 24 * 60 * 60),
)  # of one channel, from browsers we do not know
FIRST = "recover_first"  # the operation of an attempt that asks Key before anything was proven: by QR alone
SECOND = "recover"

# What each proof stands on; two on the same thing are one.
STANDS_ON = {"sms": "number", "mail": "mailbox", "key": "phone", "questions": "knowledge", "personal": "knowledge"}
SENT = ("number", "mailbox")
FIRST_PROOFS = ("key", "sms", "mail")
PROOFS = (*FIRST_PROOFS, "questions", "personal")


@dataclass(frozen=True, slots=True)
class Recovery:
    """One row of `recoveries`. `user_id` is NOBODY's for a name that is not on file; times are seconds since the epoch.

    `subject` is the keyed hash of the name, `proofs` the kinds that were given, parted by blanks, `method` the one that is being given.
    """

    id: str
    user_id: str
    subject: bytes
    username: str
    state: str
    collector_hash: bytes
    proofs: str
    method: str
    contact_id: str
    attempt_id: str
    wrong_questions: int
    wrong_personal: int
    started: int
    expires: int
    ended: int
    lang: str

    @property
    def given(self) -> tuple[str, ...]:
        """The proofs given so far."""
        return tuple(self.proofs.split())


def state_at(recovery: Recovery, now: int) -> str:
    """The state with time taken into account."""
    if recovery.state in OPEN and now >= recovery.expires:
        return str(RECOVERY.step(recovery.state, "expire"))
    return recovery.state


def _stands_on(proof: str, *, sent_apart: bool) -> str:
    thing = STANDS_ON.get(proof, "")
    return thing if sent_apart or thing not in SENT else "what was sent"


def allowed(method: str, given: Iterable[str], *, known_counts: bool, sent_apart: bool) -> bool:
    """Whether `method` may be the next proof. Both are the broker profile: what is known counts as a second, and SMS and mail are two."""
    before = tuple(given)
    if method not in STANDS_ON or len(before) >= 2:
        return False
    if STANDS_ON[method] == "knowledge" and not (known_counts and before):
        return False
    return _stands_on(method, sent_apart=sent_apart) not in {_stands_on(one, sent_apart=sent_apart) for one in before}


def enough(given: Iterable[str], *, sent_apart: bool) -> bool:
    """Whether these proofs set a new password: two, on different things, not on knowledge first."""
    proofs = tuple(given)
    things = [_stands_on(one, sent_apart=sent_apart) for one in proofs]
    return len(proofs) == 2 and len(set(things)) == 2 and "" not in things and things[0] != "knowledge"


def restricted(recovered: int, now: int, delay_seconds: int) -> int:
    """Until when an account that was recovered at `recovered` has lower limits, 0 when it has none (any more).

    Meanwhile numbers, mail addresses, devices and security questions cannot be changed.
    """
    until = recovered + delay_seconds if recovered else 0
    return until if now < until else 0
