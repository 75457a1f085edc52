"""What a password must be (S03, A05, the two profiles), and the form in which it is compared."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

MAX_LENGTH = 256
COMMON = frozenset(
    "password passw0rd password1 password123 qwerty qwertyuiop letmein welcome admin administrator iloveyou monkey dragon "
    "football baseball sunshine princess trustno1 abc123 111111 123456 1234567 12345678 123456789 1234567890 changeme "
    "watchword secret master login".split()
)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a profile. `classes` asks for upper and lower case, a digit and a special character."""

    minimum: int = 8
    classes: bool = True


BROKER = Rules()
STRICT = Rules(minimum=12, classes=False)


def normal(password: str) -> str:
    """The form that is hashed: NFC, so that the same keys on two systems give the same password; case is kept (A05)."""
    return unicodedata.normalize("NFC", password)


def faults(password: str, *, rules: Rules, own: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Codes of what is wrong with a new password, in the order a person should read them; empty when it is fine.

    `own` are names that it must not hold. Codes: `short`, `long`, `upper`, `lower`, `digit`, `special`, `common`, `own`.
    """
    text = normal(password)
    found = []
    if len(text) < rules.minimum:
        found.append("short")
    if len(text) > MAX_LENGTH:
        found.append("long")
    if rules.classes:
        found += [code for code, test in _CLASSES if not any(test(c) for c in text)]
    bare = "".join(c for c in text.casefold() if c.isalnum())
    if bare in COMMON or bare.strip("0123456789") in COMMON or len(set(text)) < 4:
        found.append("common")
    if any(len(name) > 2 and name.casefold() in text.casefold() for name in own):
        found.append("own")
    return tuple(found)


_CLASSES = (
    ("upper", str.isupper),
    ("lower", str.islower),
    ("digit", str.isdecimal),
    ("special", lambda c: not c.isalnum() and not c.isspace()),
)
