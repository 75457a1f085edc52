"""Who is on file (THREATS): on the road of forgotten passwords nobody's name gets the same bytes for the same work as somebody's."""

from __future__ import annotations

import itertools
import re

import httpx
import pytest

from tests.support.crowd import counting_hashes, counting_statements
from tests.support.installation import Installation
from tests.support.raw import form
from tests.support.recovering import DETAILS, NEW, begin, choose


@pytest.fixture(autouse=True)
def _afresh(here: Installation) -> None:
    """Two days later: no limit is left of the tests before."""
    here.later(2 * 86_400)


STATES = ("with Key", "without Key", "suspended", "without a password", "without contacts")


@pytest.fixture(params=STATES)
def on_file(here: Installation, request: pytest.FixtureRequest) -> str:
    """Somebody on file, in one of the states a person can be in."""
    who = here.person(phones=1 if request.param == "with Key" else 0, **DETAILS)
    statements = {
        "suspended": f"UPDATE users SET state = 'suspended' WHERE id = '{who.id}'",
        "without a password": f"UPDATE users SET password_hash = '' WHERE id = '{who.id}'",
        "without contacts": f"DELETE FROM contacts WHERE user_id = '{who.id}'",
    }
    if request.param in statements:
        with here.built.store.engine.begin() as connection:
            connection.exec_driver_sql(statements[request.param])
    return who.username


_NAMES = itertools.count(90_000_001)

STEPS: dict[str, tuple[dict[str, str], ...]] = {
    "begin": ({"do": "begin"},),
    "sms": ({"do": "begin"}, {"do": "choose", "method": "sms"}),
    "mail": ({"do": "begin"}, {"do": "choose", "method": "mail"}),
    "wrong code": (
        {"do": "begin"},
        {"do": "choose", "method": "sms"},
        {"do": "code", "code": "000000"},
        {"do": "code", "code": "000001"},
    ),
    "spent code": (
        {"do": "begin"},
        {"do": "choose", "method": "mail"},
        *({"do": "code", "code": f"{at:06}"} for at in range(4)),
    ),
    "key": ({"do": "begin"}, {"do": "choose", "method": "key"}),
    "known": ({"do": "begin"}, {"do": "choose", "method": "questions"}, {"do": "choose", "method": "personal"}),
    "password": ({"do": "begin"}, {"do": "password", "password": NEW, "repeat": NEW}),
    "twice": ({"do": "begin"}, {"do": "choose", "method": "sms"}, {"do": "choose", "method": "sms"}),
}


def road(here: Installation, username: str, steps: tuple[dict[str, str], ...]) -> list[httpx.Response]:
    """Every answer of a browser that walks these steps, with the page it then sees."""
    browser = here.browser()
    browser.get("/recover")
    found = []
    for fields in steps:
        response = form(here, browser, "/recover", {"username": username, **fields})
        browser._keep(response)
        found.append(response)
        place = response.headers.get("location", "/recover")
        browser.get(place)
        seen = here.http.get(
            here.portal + place,
            headers={"cookie": "; ".join(f"{n}={v}" for n, v in browser.cookies.items()), "accept-language": "en"},
        )
        found.append(seen)
    return found


def plain(response: httpx.Response, username: str) -> tuple[int, str, tuple[str, ...]]:
    """What an attacker sees, without what differs between any two requests: names, tokens, secrets, times."""
    text = re.sub(r'name="csrf" value="[^"]*"', "", response.text.replace(username, "NAME"))
    text = re.sub(r'(?: d|data-qr|href)="(?:M[^"]*|http[^"]*/l#[^"]*)"', "QR", text)
    text = re.sub(r'data-(?:now|until)="\d+"|\d\d:\d\d(?::\d\d)?', "", text)
    left_out = {"date", "content-length"} if "QR" in text else {"date"}  # a drawing's length is as random as its secret
    headers = {
        name: re.sub(r"=[A-Za-z0-9_-]{20,}", "=SECRET", value)
        for name, value in response.headers.items()
        if name not in left_out
    }
    return response.status_code, text, tuple(sorted(f"{name}: {value}" for name, value in headers.items()))


@pytest.mark.parametrize("steps", STEPS)
def test_the_same_bytes_and_the_same_work(here: Installation, on_file: str, steps: str) -> None:
    walks = []
    for username in (on_file, f"u{next(_NAMES)}"):
        with counting_hashes(here) as hashes, counting_statements() as statements:
            seen = [plain(response, username) for response in road(here, username, STEPS[steps])]
        walks.append((seen, len(hashes.calls), list(statements)))
    assert walks[0] == walks[1]


def test_a_letter_to_nobody_goes_to_nobody(here: Installation) -> None:
    for username in (f"u{next(_NAMES)}", here.person().username):
        choose(begin(here, username), "sms")
    for kind in ("sms", "mail", "push", "nobody"):
        while here.built.dispatcher.run_once(kind):  # type: ignore[arg-type]
            pass
    kept = here.built.store.recent_letters(2)
    assert [one.state for one in kept] == ["sent", "sent"]
    assert kept[1].letter is not None and kept[1].letter.kind == "nobody" and kept[0].letter.kind == "sms"  # type: ignore[union-attr]
