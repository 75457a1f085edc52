"""The message centre against other people, doubled and forged posts, and files that are not what they say (S07; THREATS: XSS, CSRF)."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import text

from tests.journeys.test_messages import TEXT, answer, cookies, new_case, opened_pictures
from tests.support import pictures
from tests.support.crowd import together, wide_client
from tests.support.installation import Installation
from tests.support.steps import logged_in
from watchword.core.cases import CASE_BYTES, LOOKS, MESSAGES, PICTURE_BYTES
from watchword.web.uploads import BODY_LIMIT
from watchword_client.portal import Browser

Send = Callable[..., httpx.Response]


def hidden(browser: Browser, name: str) -> str:
    """A hidden field of the present page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', browser.page.html)
    assert found, name
    return found[1]


def raw(
    here: Installation, browser: Browser, path: str, body: bytes, *, boundary: str = "x", **headers: str
) -> httpx.Response:
    """A body as it is."""
    given = {
        **cookies(browser),
        "origin": here.portal,
        "content-type": f"multipart/form-data; boundary={boundary}",
        **headers,
    }
    return here.http.post(here.portal + path, content=body, headers=given)


def part(name: str, body: bytes, *, file: str | None = None) -> bytes:
    """One part of a form."""
    named = f'; filename="{file}"' if file is not None else ""
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + body + b"\r\n"


def form(browser: Browser, *more: bytes, text: str = TEXT) -> bytes:
    """A whole form for a new case."""
    fields = {
        "csrf": hidden(browser, "csrf"),
        "post": hidden(browser, "post"),
        "topic": "key",
        "subject": "S",
        "text": text,
    }
    return b"".join([*(part(name, value.encode()) for name, value in fields.items()), *more, b"--x--\r\n"])


def count(here: Installation, table: str, user_id: str) -> int:
    """Rows of a person in a table."""
    with here.built.store.engine.connect() as connection:
        return int(
            connection.execute(text(f"SELECT count(*) FROM {table} WHERE user_id = :id"), {"id": user_id}).scalar_one()
        )


def test_another_persons_case_and_picture_are_as_unknown_as_none(here: Installation) -> None:
    owner, stranger = logged_in(here, here.person()), logged_in(here, here.person())
    case_id = new_case(here, owner, ("a.png", pictures.png()))
    picture = opened_pictures(owner)[0]
    unknown = stranger.get("/messages/case/" + "z" * 26)
    assert unknown.refusals == [7101] and unknown.status == 404
    for path in (f"/messages/case/{case_id}", picture):
        page = stranger.get(path)
        assert page.status == 404 and "don’t fit" not in page.text
        assert re.sub(r"\d\d:\d\d:\d\d|/messages/\S+", "", page.text) == re.sub(
            r"\d\d:\d\d:\d\d|/messages/\S+", "", unknown.text
        )
    for fields in ({"do": "reply", "text": "Let me in"}, {"do": "close"}, {"do": "reopen"}):
        stranger.get("/messages/new")
        assert stranger.send(f"/messages/case/{case_id}", ("a.png", pictures.png()), **fields).status == 404
    page = owner.get(f"/messages/case/{case_id}")
    assert "Let me in" not in page.text and "Reply" in page.text
    assert case_id not in stranger.get(f"/messages?after={case_id}").html
    assert here.browser().get(picture).html.startswith("<!doctype"), "without a session there is the login page"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "../../etc/passwd",
        "%2e%2e%2f",
        "A" * 26,
        "a" * 25,
        "a" * 27,
        "a" * 5000,
        "'--" + "a" * 23,
        "\u0430" * 13,
    ],
    ids=lambda value: value[:12],
)
def test_ids_that_are_none(here: Installation, path: str) -> None:
    browser = logged_in(here, here.person())
    for start in ("/messages/case/", "/messages/picture/"):
        assert browser.get(start + path).status in (404, 400)


def test_a_form_sent_many_times_at_once_opens_one_case(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get("/messages/new")
    fields = {
        "csrf": hidden(browser, "csrf"),
        "post": hidden(browser, "post"),
        "topic": "key",
        "subject": "Twice?",
        "text": TEXT,
    }
    headers = {**cookies(browser), "origin": here.portal}
    with wide_client() as http:
        sent = together(
            [lambda: http.post(here.portal + "/messages/new", data=fields, headers=headers, follow_redirects=False)]
            * 40
        )
    assert {(one.status_code, one.headers.get("location")) for one in sent if one.status_code != 503} == {
        (303, sent[0].headers["location"])
    }
    assert (count(here, "cases", who.id), count(here, "case_messages", who.id)) == (1, 1)


def test_a_token_of_somebody_elses_form_is_no_way_into_his_case(here: Installation) -> None:
    """Form tokens count for their author only."""
    owner, stranger = logged_in(here, here.person()), logged_in(here, here.person())
    owner.get("/messages/new")
    token = hidden(owner, "post")
    case = owner.send("/messages/new", topic="key", subject="Mine", text=TEXT).path
    stranger.get("/messages/new")
    page = stranger.send("/messages/new", topic="key", subject="His", text="Other", post=token)
    assert page.status == 200 and page.path != case


def test_replies_at_once_keep_to_the_days_limit(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    case_id = new_case(here, browser)
    headers = {**cookies(browser), "origin": here.portal}
    csrf = hidden(browser, "csrf")

    def reply(at: int) -> httpx.Response:
        fields = {"csrf": csrf, "post": f"{at:022d}", "do": "reply", "text": "again"}
        return http.post(f"{here.portal}/messages/case/{case_id}", data=fields, headers=headers, follow_redirects=False)

    with wide_client() as http:
        together([lambda at=at: reply(at) for at in range(120)], threads=24)  # type: ignore[misc]
    assert count(here, "case_messages", who.id) == MESSAGES[0].limit


@pytest.mark.parametrize(
    ("name", "make", "number"),
    [
        ("page.png", lambda: pictures.SCRIPT, 7108), ("drawing.svg", pictures.svg, 7108), ("paper.pdf", lambda: b"%PDF-1.7", 7108),
        ("moving.gif", lambda: b"GIF89a" + bytes(200), 7108), ("cut.jpg", lambda: pictures.jpeg()[:-200], 7109), ("bomb.png", lambda: pictures.bomb(30_000, 30_000), 7111),
        ("note.png", pictures.text_bomb, 7109), ("large.png", lambda: pictures.png()[:8] + bytes(PICTURE_BYTES), 7110), ("", lambda: b"x", 7108),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_file_that_is_not_what_it_says_is_refused_and_leaves_nothing(
    here: Installation, name: str, make: Callable[[], bytes], number: int
) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get("/messages/new")
    body = form(browser, part("pictures", pictures.png(), file="good.png"), part("pictures", make(), file=name))
    response = raw(here, browser, "/messages/new", body)
    assert response.status_code == 422 and f'data-refusal="{number}"' in response.text
    assert count(here, "cases", who.id) == count(here, "attachments", who.id) == 0


def test_what_is_served_was_made_by_us(here: Installation) -> None:
    """A page behind a PNG's end and a photograph with its place: neither comes back, and a browser is told to run nothing."""
    browser = logged_in(here, here.person())
    new_case(here, browser, ("x.png", pictures.polyglot()), ("p.jpg", pictures.jpeg()))
    for address in opened_pictures(browser):
        got = here.http.get(here.portal + address, headers=cookies(browser))
        assert b"script" not in got.content and pictures.PLACE.encode() not in got.content
        assert got.headers["x-content-type-options"] == "nosniff"
        assert (
            "sandbox" in got.headers["content-security-policy"]
            and "default-src 'none'" in got.headers["content-security-policy"]
        )
        assert got.headers["cache-control"] == "no-store"
        assert got.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    "name",
    [
        '"><img src=x onerror=alert(1)>.png',
        "../../../etc/passwd",
        "..\\..\\boot.ini",
        "a\r\nX-Evil: 1.png",
        "\u202egnp.exe",
        "写真 1.png",
        "x" * 300 + ".png",
        ".",
        "CON.png",
    ],
    ids=lambda value: repr(value[:10]),
)
def test_hostile_names_of_files_do_no_harm(here: Installation, name: str) -> None:
    browser = logged_in(here, here.person())
    browser.get("/messages/new")
    page = browser.send(
        "/messages/new", (name, pictures.png()), topic="key", subject=name[:100].replace("\r\n", " "), text=name
    )
    assert page.status == 200 and page.path.startswith("/messages/case/"), page.refusals
    assert "<img src=x" not in page.html and "\u202e" not in page.html
    got = here.http.get(here.portal + opened_pictures(browser)[0], headers=cookies(browser))
    shown = got.headers["content-disposition"]
    assert re.fullmatch(r"inline; filename\*=UTF-8''[A-Za-z0-9._~%-]+\.png", shown), shown
    assert (
        "/" not in shown.partition("''")[2]
        and "%2F" not in shown
        and "%5C" not in shown
        and "x-evil" not in got.headers
    )


def test_more_than_a_message_or_a_case_holds(here: Installation) -> None:
    browser = logged_in(here, here.person())
    browser.get("/messages/new")
    small = part("pictures", pictures.png(), file="a.png")
    for many in (6, 40):
        assert 'data-refusal="7112"' in raw(here, browser, "/messages/new", form(browser, *[small] * many)).text
    large = part("pictures", bytes(BODY_LIMIT), file="a.png")
    response = raw(here, browser, "/messages/new", form(browser, large))
    assert response.status_code == 413 and 'data-refusal="7114"' in response.text and "次の行" in response.text
    case_id = new_case(here, browser)
    with here.built.store.engine.begin() as connection:
        connection.execute(
            text("UPDATE cases SET stored = :held WHERE id = :id"), {"held": CASE_BYTES - 10, "id": case_id}
        )
    browser.get(f"/messages/case/{case_id}")
    page = browser.send(f"/messages/case/{case_id}", ("a.png", pictures.png()), do="reply", text="One more")
    assert (page.status, page.refusals) == (422, [7113]) and "One more" in page.html


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x",
        b"--x--",
        b"--y\r\n\r\n--y--",
        b"--x\r\nContent-Disposition: form-data\r\n\r\n\r\n--x--",
        b"\0" * 1000,
        b"--x\r\n" + b"A: b\r\n" * 5000,
    ],
    ids=["empty", "cut", "over", "other", "nameless", "zeros", "heads"],
)
def test_forms_that_are_none(here: Installation, body: bytes) -> None:
    browser = logged_in(here, here.person())
    browser.get("/messages/new")
    assert raw(here, browser, "/messages/new", body).status_code in (400, 403)
    assert raw(here, browser, "/messages/new", body, boundary="").status_code in (400, 403)
    cut = form(browser, part("pictures", pictures.png(), file="a.png"))[:-60]
    assert raw(here, browser, "/messages/new", cut).status_code in (400, 403, 422)


def test_forged_and_foreign_forms_are_refused_before_they_are_read(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    browser.get("/messages/new")
    good = form(browser)
    assert raw(here, browser, "/messages/new", good, origin="https://evil.example").status_code == 403
    assert raw(here, browser, "/messages/new", good, **{"sec-fetch-site": "cross-site"}).status_code == 403
    assert (
        raw(here, browser, "/messages/new", good.replace(hidden(browser, "csrf").encode(), b"A" * 22)).status_code
        == 403
    )
    assert (
        raw(here, browser, "/messages/new", good.replace(hidden(browser, "post").encode(), b"short")).status_code == 403
    )
    assert 'name="password"' in raw(here, here.browser(), "/messages/new", good).text
    assert count(here, "cases", who.id) == 0
    picture = new_case(here, browser, ("a.png", pictures.png())) and opened_pictures(browser)[0]
    assert here.http.post(here.portal + picture, headers=cookies(browser)).status_code in (403, 405)


def test_a_form_without_a_session_is_answered_before_its_pictures_are_sent(here: Installation) -> None:
    """The head alone is enough for the answer: nobody makes us hold megabytes who is not logged in."""
    host = here.portal.removeprefix("http://")
    head = f"POST /messages/new HTTP/1.1\r\nHost: {host}\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 20000000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", here.port), timeout=20) as line:
        line.sendall(head.encode())
        assert line.recv(100).startswith(b"HTTP/1.1 ")


def test_looking_at_pictures_has_an_end(here: Installation) -> None:
    browser = logged_in(here, here.person())
    browser.get("/messages/new")
    body = form(browser, part("pictures", b"none", file="a.png"))
    numbers = [
        re.findall(r'data-refusal="(\d+)"', raw(here, browser, "/messages/new", body).text)
        for _ in range(LOOKS[0].limit + 1)
    ]
    assert numbers == [["7108"]] * LOOKS[0].limit + [["7116"]]
    assert browser.send("/messages/new", topic="key", subject="S", text="without any").path.startswith(
        "/messages/case/"
    )


def test_markup_in_messages_is_text(here: Installation) -> None:
    browser = logged_in(here, here.person())
    hostile = "</textarea></p><script>alert(1)</script>{{ 7*7 }} \u202eevil\u200b %s"
    case_id = new_case(here, browser, subject=hostile[:110], text=hostile)
    answer(here, case_id, hostile)
    for path in ("/messages", f"/messages/case/{case_id}"):
        page = browser.get(path).html
        assert (
            "<script>alert" not in page
            and "\u202e" not in page
            and "\u200b" not in page
            and "49" not in re.sub(rf"\d\d:\d\d|{case_id}", "", page.partition("<h1")[2].partition("evil")[0])
        )
    browser.get("/messages/new")
    assert "<script>alert" not in browser.send("/messages/new", topic="", subject=hostile[:100], text=hostile).html


def test_nothing_written_or_attached_is_readable_in_the_database(here: Installation) -> None:
    who = here.person()
    browser = logged_in(here, who)
    case_id = new_case(
        here,
        browser,
        ("Unmistakable name.png", pictures.png()),
        subject="Unmistakable subject",
        text="Unmistakable text",
    )
    with here.built.store.engine.connect() as connection:
        for table in ("cases", "case_messages", "attachments", "audit", "outbox"):
            for row in connection.execute(text(f"SELECT * FROM {table} WHERE user_id = :id"), {"id": who.id}):
                held = b"|".join(
                    bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in row
                )
                assert b"Unmistakable" not in held and b"\x89PNG" not in held, table
    assert case_id
