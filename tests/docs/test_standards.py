"""docs/asvs.md and docs/nist-800-63b-4.md judge every requirement and name tests that exist; docs/security-profiles.md tells the code's values.

Columns of the first two: requirement, level or strength, in our words, verdict, shown by, remark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest

from tests.docs.test_conformance import exists
from tests.support.markdown import bare, code, rows
from tests.support.tree import document
from watchword.app import wiring
from watchword.app.settings import ClientSettings, SessionSettings
from watchword.core import (
    attempts,
    codes,
    devices,
    enrolments,
    lockout,
    passwords,
    pushes,
    recovery,
    renewals,
    sessions,
    suspicion,
)
from watchword.core.assurance import acr
from watchword.core.policy import Policy
from watchword.core.rates import Window
from watchword.core.throttle import Limit
from watchword.factors.registry import FACTORS
from watchword.flows import held, offers, password_step
from watchword.flows import sessions as session_flows
from watchword.flows.staff import members

YES, NO, NOTHING, PARTLY = "yes", "no", "does not apply", "partly"
VERDICTS = (YES, NO, NOTHING, PARTLY)
# How many requirements each section of ASVS 5.0.0 has.
ASVS = {
    "6.1": 3, "6.2": 12, "6.3": 8, "6.4": 6, "6.5": 8, "6.6": 4, "6.7": 2, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 3, "7.6": 2,
}  # fmt: skip
STANDARDS = {
    "docs/asvs.md": (r"\d\.\d\.\d+", ("1", "2", "3")),
    "docs/nist-800-63b-4.md": (r"\d(\.\d+){0,3}/\d+", ("shall", "should")),
}
_COLUMNS = 6


def judged(page: str) -> list[list[str]]:
    """The rows of requirements in a document; heads of tables and rows of other tables have no id."""
    ident = re.compile(STANDARDS[page][0])
    return [cells for cells in rows(document(page)) if ident.fullmatch(bare(cells[0]))]


ROWS = [(page, cells) for page in STANDARDS for cells in judged(page)]


@pytest.mark.parametrize(("page", "cells"), ROWS, ids=[f"{page}:{cells[0]}" for page, cells in ROWS])
def test_row(page: str, cells: list[str]) -> None:
    assert len(cells) == _COLUMNS, "columns are: requirement, level, in our words, verdict, shown by, remark"
    _, level, words, verdict, shown_by, remark = cells
    assert level in STANDARDS[page][1]
    assert words.strip(), "what it asks for, in our words"
    assert verdict in VERDICTS
    tests = [place for place in code(shown_by) if place.startswith(("tests/", "frontend/"))]
    assert len(tests) == len(code(shown_by)), "shown by tests, and nothing else"
    named = [place for place in code(f"{shown_by} {remark}") if place.startswith(("tests/", "frontend/"))]
    assert [place for place in named if not exists(place)] == [], "tests that are not there"
    if verdict == YES:
        assert tests, "yes wants a test"
    else:
        assert remark.strip(), f"{verdict} wants a word on why"


@pytest.mark.parametrize("page", list(STANDARDS))
def test_a_requirement_has_one_row(page: str) -> None:
    ids = [bare(cells[0]) for cells in judged(page)]
    assert sorted({ident for ident in ids if ids.count(ident) > 1}) == []
    assert ids, "the document judges nothing"


def test_every_table_of_requirements_is_read() -> None:
    """A row whose id is mistyped would fall out of every other test here."""
    for page in STANDARDS:
        read = {tuple(cells) for cells in judged(page)}
        others = [cells for cells in rows(document(page)) if len(cells) == _COLUMNS and tuple(cells) not in read]
        assert {cells[0] for cells in others} <= {"requirement"}, page


def test_asvs_is_there_whole() -> None:
    ids = [bare(cells[0]) for cells in judged("docs/asvs.md")]
    assert ids == [f"{section}.{at}" for section, count in ASVS.items() for at in range(1, count + 1)]


@pytest.mark.parametrize("page", list(STANDARDS))
def test_a_row_stands_under_its_section(page: str) -> None:
    section = ""
    for line in document(page).splitlines():
        head = re.match(r"## V?(\d[\d.]*) ", line)
        if head:
            section = head[1].rstrip(".")
        row = re.match(r"\| (\d[\d.]*)", line)
        if row:
            assert section and row[1].startswith(section), f"{row[1]} stands under {section or 'nothing'}"


# What the profiles' page tells, and what the code does.

PROFILES = "docs/security-profiles.md"


def part(heading: str) -> str:
    """The text under a heading of the profiles' page."""
    _, _, after = document(PROFILES).partition(f"\n## {heading}\n")
    assert after, f"{PROFILES} has no part {heading}"
    return after.partition("\n## ")[0]


def table(heading: str) -> dict[str, list[str]]:
    """A table under a heading: first cell to the others, without its head."""
    found = rows(part(heading))[1:]
    assert len({cells[0] for cells in found}) == len(found), "two rows of one name"
    return {bare(cells[0]): cells[1:] for cells in found}


def minutes(*seconds: int) -> str:
    """Spans as the page writes them."""
    return f"{', '.join(str(span // 60) for span in seconds)} minute{'' if seconds == (60,) else 's'}"


def windows(limits: Iterable[Window]) -> str:
    """Windows as the page writes them: `3 in 10 minutes, 5 in 60 minutes`."""
    day = 24 * 60 * 60
    return ", ".join(f"{one.limit} in {'24 hours' if one.seconds == day else minutes(one.seconds)}" for one in limits)


def rate(limit: Limit) -> str:
    """A limit of wrong passwords as the page writes it."""
    return f"{limit.tries}, of {limit.names} names"


LIMITS = {
    "wrong passwords in a row before a pause": str(lockout.IN_A_ROW),
    "pauses, one after the other": minutes(*lockout.LOCKS_SECONDS),
    "wrong passwords in a row after which browsers that are not known are read no more": str(lockout.CAP),
    "wrong passwords from one address within an hour (setting)": rate(Policy().throttle.address),
    "wrong passwords from one network within an hour (setting)": rate(Policy().throttle.network),
    "beginnings with the phone from one address": windows(held.WINDOWS),
    "time for the password after the phone approved first": minutes(attempts.HELD_SECONDS),
    "*this isn't me* within a day that closes a name to browsers that are not known": str(suspicion.NOT_ME_LOCKS_AT),
    "wrong passwords after which a known browser counts as unknown": str(password_step.BROWSER_DIES_AT),
    "wrong answers that end one login": str(attempts.WRONG_FOR_ATTEMPT),
    "wrong responses that end one challenge": str(attempts.WRONG_FOR_CHALLENGE),
    "wrong confirmation codes that end one login": str(attempts.WRONG_CONFIRMATIONS),
    "wrong PINs with a right signature that end Key on a phone": str(devices.SIGNED_WRONG_LIMIT),
    "wrong codes and responses that pause the offline ways of a phone": str(devices.OFFLINE_WRONG_LIMIT),
    "notifications to one person": windows(pushes.WINDOWS),
    "silence after a denial": minutes(pushes.QUIET_SECONDS),
    "tries of a code that was sent": str(codes.TRIES["proof"]),
    "tries of sent codes a person has": windows(codes.PER_USER_TRIES),
    "codes sent to one person, and to one number": windows(codes.SENDS),
    "wrong Session IDs that end one offer": str(enrolments.WRONG_SESSION_IDS),
    "Session IDs one network may try": windows(offers.NETWORK_TRIES),
    "wrong answers to security questions, or personal data, in one recovery": str(recovery.WRONG_KNOWN),
    "the same of one person": windows(recovery.PER_DAY_KNOWN),
    "recoveries of one name begun from one network": windows(recovery.STARTS_OF_A_NAME),
    "recoveries one network may begin": windows(recovery.STARTS_OF_A_NETWORK),
    "recovery codes to one person from browsers that are not known": windows(recovery.SENDS_OF_A_NAME),
    "life of a recovery": minutes(recovery.LIFE_SECONDS),
    "changes of the PIN that one phone may begin": windows(renewals.BEGINS),
    "wrong codes that end a move to another phone": str(renewals.WRONG_CODES),
    "life of a login; under strict": f"{minutes(attempts.LIFE_SECONDS)}; {minutes(attempts.STRICT_LIFE_SECONDS)}",
    "life of a QR code": minutes(attempts.QR_SECONDS),
    "life of a challenge": minutes(attempts.CHALLENGE_SECONDS),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_a_limit_is_told_as_it_is(limit: str) -> None:
    assert table("What slows guessing").get(limit) == [LIMITS[limit]]


def test_no_limit_is_told_that_nobody_compares() -> None:
    assert set(table("What slows guessing")) == set(LIMITS)


def bound(settings: type[Any], name: str, kind: str) -> Any:
    """The default or the upper bound of a setting."""
    field = settings.model_fields[name]
    return field.default if kind == "default" else next(one.le for one in field.metadata if hasattr(one, "le"))


def test_the_ends_of_sessions_are_told_as_they_are() -> None:
    told = {name: cells[0] for name, cells in table("Sessions").items()}
    assert told == {
        "portal, idle": f"{bound(SessionSettings, 'idle_minutes', 'default')} minutes",
        "portal, in all": f"{bound(SessionSettings, 'life_hours', 'default')} hours",
        "portal, idle, at most": f"{bound(SessionSettings, 'idle_minutes', 'most')} minutes",
        "portal, in all, at most": f"{bound(SessionSettings, 'life_hours', 'most')} hours",
        "platform, idle": f"{bound(ClientSettings, 'idle_minutes', 'default')} minutes",
        "platform, in all": f"{bound(ClientSettings, 'life_hours', 'default')} hours",
        "session for enrolling, in all": minutes(session_flows.ENROLMENT_LIFE_SECONDS),
        "staff, idle": minutes(wiring.STAFF_IDLE_SECONDS),
        "staff, in all": f"{wiring.STAFF_LIFE_SECONDS // 3600} hours",
        "emergency session, in all": minutes(members.EMERGENCY_SECONDS),
        "an approval of changes lasts": minutes(sessions.CONFIRMED_SECONDS),
    }


def test_the_words_that_no_password_holds_are_told() -> None:
    told = [word for word in code(part("Words that no password holds")) if "." not in word]
    assert sorted(told) == sorted(passwords.COMMON)
    for word in told:
        assert "common" in passwords.faults(word, rules=passwords.STRICT)


def test_every_way_in_is_told_with_its_strength() -> None:
    told = table("Ways in")
    assert set(told) == set(FACTORS)
    for kind, factor in FACTORS.items():
        assert tuple(code(told[kind][1])) == factor.amr, kind
        assert code(told[kind][2]) == [acr(factor.amr, factor.level)], kind


@pytest.mark.parametrize(("profile", "column"), [("broker", 0), ("strict", 1)])
def test_the_profiles_are_told_as_they_are(profile: str, column: int) -> None:
    told = {matter: cells[column] for matter, cells in table("Side by side").items()}
    policy = Policy(profile=profile)
    rules = policy.passwords
    assert told["new password"].startswith(f"{rules.minimum} characters")
    assert ("a special character" in told["new password"]) is rules.classes
    assert told["longest password"] == f"{passwords.MAX_LENGTH} characters"
    assert ("none of the earlier ones" in told["history"]) is rules.history
    assert (told["push"] == "the code, always") is policy.always_confirm
    assert (told["security questions"] != "off") is policy.known_counts
    assert ("SMS and mail count as one" not in told["forgotten password"]) is policy.sent_apart
    assert told["PIN of Key"] == ("6" if policy.pin_minimum == 6 else f"{policy.pin_minimum} to 6 characters")
