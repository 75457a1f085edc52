"""Steps of `watchword demo --check` about paper trading and the message centre (A08, S07)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

from PIL import Image, PngImagePlugin

from watchword.app.walk import PERSON, Walk, hold
from watchword.core.refusals import Refusal
from watchword.core.users import Details, NewUser
from watchword.flows import accounts, cases
from watchword_client.phone import Phone
from watchword_client.portal import Browser

PAPER = NewUser("walker01-paper", Details(), (), (), "en", "Europe/London", "walker01-paper", PERSON.username)
PASSWORD, PIN = "Humber-Tide-26!", "T4nblu"
STAFF = "0" * 26
TELLING = "taken at 9 Mill Lane"


def paper_account(walk: Walk) -> None:
    """A paper account of the same person has a password and a Key of its own, and every page says what it is."""
    walk.clock.ahead += 3700
    accounts.add(walk.built.kit, [PAPER])
    browser = walk.memory["paper browser"] = Browser(walk.portal, http=walk.http)
    browser.get("/start")
    code = walk.code_sent("sms", PERSON.numbers[0])
    page = browser.post("/start", username=PAPER.username, code=code, password=PASSWORD, repeat=PASSWORD)
    hold(page.status == 200 and not page.refusals, f"first password: {page.status} {page.refusals}")
    hold(
        browser.login(PERSON.username, PASSWORD).refusals == [1101], "the paper password does not open the live account"
    )
    walk.clock.ahead += 61
    phone = walk.memory["paper phone"] = Phone(walk.built.settings.key.url, http=walk.http, system=walk.system)
    begun = phone.activate_start(PAPER.username, PASSWORD)
    phone.activate_send(next(contact["id"] for contact in begun["contacts"] if contact["kind"] == "sms"))
    phone.activate_prove(walk.code_sent("sms", PERSON.numbers[0]))
    phone.complete(PIN, "Paper phone")
    walk.clock.ahead += 61
    browser.login(PAPER.username, PASSWORD)
    page = browser.post("/login/wait", do="code", code=phone.code(PIN))
    hold(page.path == "/", f"home: {page.path} {page.refusals}")
    hold("Paper trading" in page.text, "the first page says that it is paper trading")
    hold("Paper trading" not in walk.browser().get("/help").text, "nobody else is told so")


def message_with_picture(walk: Walk) -> None:
    """A message with a picture: what is beside the pixels is gone, what is no picture is refused, and strangers see neither."""
    browser: Browser = walk.memory["paper browser"]
    browser.get("/messages/new")
    page = browser.send("/messages/new", ("page.png", b"<script>"), topic="key", subject="A picture", text="See here")
    hold(page.refusals == [7108] and "See here" in page.text, f"a page called a picture: {page.refusals}")
    page = browser.send("/messages/new", ("a.png", _telling()), topic="key", subject="A picture", text="See here")
    found = re.search(r'src="(/messages/picture/\w+)"', page.html)
    hold(page.status == 200 and found, f"the case: {page.status} {page.refusals}")
    address = found[1] if found else ""
    walk.memory["case"] = page.path
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    served = walk.http.get(walk.portal + address, headers={"cookie": cookies})
    hold(served.content.startswith(b"\x89PNG") and TELLING.encode() not in served.content, "pixels alone are served")
    hold("img" not in Browser(walk.portal, http=walk.http).get(address).html, "a stranger sees the login page")


def answer_to_it(walk: Walk) -> None:
    """Staff answer; a mail tells that there is something to read, without a link and without a word of it."""
    browser: Browser = walk.memory["paper browser"]
    answer = cases.answer(
        walk.built.kit, lambda _: STAFF, str(walk.memory["case"]).rpartition("/")[2], "Thank you for the picture"
    )
    hold(not isinstance(answer, Refusal), "answered")
    letters = walk.http.get(f"{walk.origin}/demo/outbox").json()["messages"]
    mail = next(m for m in letters if m["channel"] == "mail" and m["to"] == PERSON.mails[0])
    hold("message" in mail["subject"] and "picture" not in mail["text"] and "http" not in mail["text"], "the notice")
    hold("1 unread" in browser.get("/messages").text, "an unread mark")
    hold("Thank you for the picture" in browser.get(str(walk.memory["case"])).text, "the answer is there")
    hold("unread" not in browser.get("/messages").text, "and counts as read")
    browser.post("/logout")


def _telling() -> bytes:
    """A picture that says where it was taken."""
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", TELLING)
    out = io.BytesIO()
    Image.new("RGB", (320, 200), "teal").save(out, "PNG", pnginfo=notes)
    return out.getvalue()


STEPS: tuple[Callable[[Walk], None], ...] = (paper_account, message_with_picture, answer_to_it)
