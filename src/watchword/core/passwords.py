"""What a password must be (S03, A05, the two profiles), and the form in which it is compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

MAX_LENGTH = 256
COMMON = frozenset(
    "password passw0rd password1 password123 qwerty qwertyuiop letmein welcome admin administrator iloveyou monkey dragon "
    "football baseball sunshine princess trustno1 abc123 111111 123456 1234567 12345678 123456789 1234567890 changeme "
    "watchword secret master login".split()
)
LEAST_WORD, LEAST_KANJI, LEAST_DIGITS = 3, 2, 6
_LEET = str.maketrans("@4031!$57", "aaoeiisst")
_FRILLS = "".join(map(chr, range(0x21, 0x41))) + "".join(map(chr, (*range(0x5B, 0x61), *range(0x7B, 0x7F)))) + " "

Listed = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a profile. `classes` asks for upper and lower case, a digit and a special character; `history` bars every earlier one."""

    minimum: int = 8
    classes: bool = True
    history: bool = True


BROKER = Rules()
STRICT = Rules(minimum=12, classes=False, history=False)


@dataclass(frozen=True, slots=True)
class Own:
    """What a password must not hold because strangers can know it: words without signs, folded, and runs of digits."""

    words: frozenset[str] = frozenset()
    digits: frozenset[str] = frozenset()


NOTHING = Own()


def normal(password: str) -> str:
    """The form that is hashed: NFC, so that the same keys on two systems give the same password; case is kept (A05)."""
    return unicodedata.normalize("NFC", password)


def faults(
    password: str, *, rules: Rules, own: Own = NOTHING, common: Listed = COMMON.__contains__, breached: Listed = lambda _: False
) -> tuple[str, ...]:  # fmt: skip
    """Codes of what is wrong with a new password, in the order a person should read them; empty when it is fine.

    `common` is asked for words, folded; `breached` for the password as it is. Codes: `short`, `long`, `upper`, `lower`, `digit`,
    `special`, `common`, `breached`, `own`.
    """
    text = normal(password)
    found = []
    if len(text) < rules.minimum:
        found.append("short")
    if len(text) > MAX_LENGTH:
        found.append("long")
    if rules.classes:
        found += [code for code, test in _CLASSES if not any(test(c) for c in text)]
    if len(set(text)) < 4 or any(word in COMMON or common(word) for word in cores(text)):
        found.append("common")
    elif breached(text):
        found.append("breached")
    if holds(text, own):
        found.append("own")
    return tuple(found)


def cores(password: str) -> tuple[str, ...]:
    """The words a password is dressed up from: without frills at the ends, without signs, and with letters for look-alikes."""
    text = unicodedata.normalize("NFKC", password).casefold()
    bare = _bare(text)
    core = text.strip(_FRILLS)
    return tuple(
        dict.fromkeys(word for word in (bare, bare.strip("0123456789"), core, _bare(core.translate(_LEET))) if word)
    )


def own_of(*, words: Iterable[str] = (), dates: Iterable[str] = (), numbers: Iterable[str] = ()) -> Own:
    """What is known of a person: names and the like, ISO dates, and telephone numbers, of which the last digits count."""
    bare = {_bare(part.casefold()) for word in words for part in (word, *re.split(r"[\s._+@-]+", word))}
    digits = {form for date in dates for form in _date_forms(date)}
    digits |= {run[-LEAST_DIGITS:] for run in map(_digits, numbers) if len(run) >= LEAST_DIGITS}
    return Own(frozenset(word for word in bare if len(word) >= _least(word)), frozenset(digits))


def holds(password: str, own: Own) -> bool:
    """Whether a password holds something of one's own, signs between the letters or digits or not."""
    text = unicodedata.normalize("NFKC", password).casefold()
    spelled = (_bare(text), _bare(text.translate(_LEET)))
    run = _digits(text)
    return any(word in form for word in own.words for form in spelled) or any(part in run for part in own.digits)


def _least(word: str) -> int:
    return LEAST_WORD if word.isascii() else LEAST_KANJI


def _bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isalnum())


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isascii() and c.isdigit())


def _date_forms(date: str) -> set[str]:
    """A date as people type it into passwords: 19870423, 870423, 23041987, 230487, 04231987, 042387."""
    year, _, rest = date.partition("-")
    month, _, day = rest.partition("-")
    if not (len(year) == 4 and len(month) == len(day) == 2):
        return set()
    short = year[2:]
    pairs = (month + day, day + month)
    return {form for pair in pairs for form in (pair + year, pair + short)} | {year + month + day, short + month + day}


_CLASSES = (
    ("upper", str.isupper),
    ("lower", str.islower),
    ("digit", str.isdecimal),
    ("special", lambda c: not c.isalnum() and not c.isspace()),
)
