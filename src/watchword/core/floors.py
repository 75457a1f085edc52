"""The least level of device that may answer, by program, operation and the person's own choice (THREATS: falling back to a weaker factor).

A floor is worked out here when an attempt is opened and kept in its row: no request carries one, so no request can lower one.
"""

from __future__ import annotations

from collections.abc import Iterable

from watchword.core.devices import Level

# Any device changes what matters, but for a temporary code: it went to a mailbox, and replaces a lost device for two days.
CHANGES = Level.SMS
# Putting a lasting device in place is what a temporary code is for: asked for `devices`, it confirms at its own level, which is enough for
# a new device and for nothing else there. Every channel is told.
ENROL = Level.TEMPORARY
# Staff show a passkey or Key, never less, whatever else their own account has.
STAFF = Level.KEY_OFFLINE

# Money takes what was made for approving: a code that does not name its purpose could be talked out of somebody for this one.
MONEY = Level.KEY_OFFLINE

ENROL_OPERATION = "devices"

# Whoever has Key, a passkey or a card of that rank confirms with one of them: a weaker device beside it, such as SMS, would else be enough to
# take it away.
STRONG = Level.KEY_OFFLINE

# What a person may choose as the weakest device that answers for him: anything; only what is approved or signed, so that there is no
# code to be talked out of; only what cannot be copied.
CHOICES = (0, Level.PASSKEY_SYNCED, Level.PASSKEY_BOUND)


def beside(levels: Iterable[int]) -> int:
    """The least level that confirms a change for somebody who has devices of these levels."""
    return STRONG if any(level >= STRONG for level in levels) else 0


def floor(client: str, action: str, operation: str, own: int) -> int:
    """The least level that may answer an attempt. `own` is what the person chose, one of CHOICES."""
    least = int(own)
    if client == "staff":
        least = max(least, STAFF)
    if action == "withdraw":
        least = max(least, MONEY)
    if action == "confirm" and operation != ENROL_OPERATION:
        least = max(least, CHANGES)
    return max(least, Level.TEMPORARY)
