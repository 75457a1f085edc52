"""The audit at the console: who reads it, what a search finds and refuses, one row with its proof, files, and the log's page."""

from __future__ import annotations

import csv
import io
import json
import re

import httpx
import pytest

from tests.support.console import Seat, signed_in
from tests.support.installation import Installation
from tests.support.staff import tags
from watchword.vault import proofs


@pytest.fixture
def auditor(here: Installation) -> Seat:
    """An auditor at the console."""
    return signed_in(here, "auditor")


def sealed(here: Installation) -> None:
    while here.built.sealing.seal():
        pass


def searched(seat: Seat, **fields: str) -> str:
    seat.get("/audit")
    page = seat.post("/audit", **fields)
    assert page.status == 200, page.refusals
    return page.html


def test_only_auditor_and_compliance_see_it(here: Installation) -> None:
    for role, status in (("auditor", 200), ("compliance", 200), ("client_services", 403), ("administrator", 403)):
        seat = signed_in(here, role)
        for path in ("/audit", "/audit/1", "/audit/1/proof", "/audit/export?form=csv", "/audit/log"):
            page = seat.get(path)
            assert page.status == status or (status == 200 and page.status == 409), (role, path, page.status)
            assert page.refusals == ([7203] if status == 403 else page.refusals)
        assert ('href="/audit"' in seat.get("/").html) == (status == 200)


def test_a_search_finds_and_stands_in_no_address(here: Installation, auditor: Seat) -> None:
    who = here.person()
    here.browser().login(who.username, "Wrong-2026!")
    found = searched(auditor, person=who.username, outcome="refused", words="password.wrong")
    assert "login.password.refused" in found and who.username in found
    assert re.fullmatch(r"/audit\?s=[0-9a-z]{26}", auditor.page.path)
    other = signed_in(here, "auditor")
    assert f'value="{who.username}"' not in other.get(auditor.page.path).html, "a search belongs to its session alone"
    assert "staff.audit.searched" in tags(here, auditor.who.id)


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ({"words": "x" * 10_000}, 7502), ({"tag": "<script>"}, 7502), ({"since": "yesterday"}, 7502), ({"person": "nobody-of-that-name"}, 7205),
        ({"words": "a b c d e f g h i"}, 7502), ({"subject": "y" * 300}, 7502), ({"until": "9999-12-31"}, 7502), ({"since": "1000-01-01"}, 0),
    ],
)  # fmt: skip
def test_strange_searches_are_refused_beside_their_field(auditor: Seat, fields: dict[str, str], number: int) -> None:
    auditor.get("/audit")
    page = auditor.post("/audit", **fields)
    assert page.refusals == ([number] if number else [])
    if number:
        assert f'id="{next(iter(fields))}-e"' in page.html and "<script>" not in page.html


def test_pages_go_further_back(here: Installation, auditor: Seat) -> None:
    who = here.person()
    for _ in range(60):
        with here.built.store.write() as tx:
            tx.users.set_state(who.id, "active")
        auditor.get("/audit/log")
    first = searched(auditor, tag="staff.log.shown", person=auditor.who.username)
    older = re.search(r'href="(/audit\?s=[0-9a-z]{26}&amp;after=[0-9.]+)"', first)
    assert older is not None
    second = auditor.get(older[1].replace("&amp;", "&")).html
    ids = [set(re.findall(r'href="/audit/(\d+)"', page)) for page in (first, second)]
    assert len(ids[0]) == 50 and len(ids[1]) == 10 and not ids[0] & ids[1]


def test_a_row_with_what_is_personal_and_its_proof(here: Installation, auditor: Seat) -> None:
    who = here.person()
    here.browser().login(who.username, "Wrong-2026!")
    found = searched(auditor, person=who.username)
    row = re.findall(r'href="/audit/(\d+)"', found)[-1]
    sealed(here)
    page = auditor.get(f"/audit/{row}")
    assert "127.0.0.1" in page.text and who.username in page.text
    answer = _fetched(auditor, f"/audit/{row}/proof")
    assert answer.headers["content-disposition"] == f'attachment; filename="watchword-audit-{row}.json"'
    judged = proofs.judge(json.loads(answer.text), here.built.vault.head_keys(here.built.kit.policy.log_origin))
    assert isinstance(judged, proofs.Judged)
    for strange in ("0", "x", "-1", "9" * 30, f"{row}/more", f"{row}/proof/x"):
        assert auditor.get(f"/audit/{strange}").status == 404


def test_files_to_take_along(here: Installation, auditor: Seat) -> None:
    found = searched(auditor, tag="login")
    draft = auditor.page.path.partition("s=")[2]
    assert f"/audit/export?s={draft}" in found
    assert auditor.get(f"/audit/export?s={draft}").status == 200
    answer = _fetched(auditor, f"/audit/export?s={draft}&form=csv&personal=1")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert rows and all(row["tag"].startswith("login.") for row in rows)
    answer = _fetched(auditor, f"/audit/export?s={draft}&form=jsonl")
    assert all("personal" not in json.loads(line) for line in answer.text.splitlines())
    assert "staff.audit.exported" in tags(here, auditor.who.id)


def test_the_log_says_how_far_it_is(here: Installation, auditor: Seat) -> None:
    sealed(here)
    here.later(61)
    here.built.sealing.heads()
    page = auditor.get("/audit/log")
    assert here.built.kit.policy.log_origin in page.text and "Last signed heads" in page.text
    assert "audit.heads_file" in page.text, "no place outside is set"


def _fetched(seat: Seat, path: str) -> httpx.Response:
    """A file, as the browser of this seat downloads it."""
    cookies = "; ".join(f"{name}={value}" for name, value in seat.browser.cookies.items())
    return seat.here.http.get(f"{seat.here.console}{path}", headers={"cookie": cookies})
