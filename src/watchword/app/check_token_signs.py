"""Steps of `watchword demo --check`: a Digital Security Card+ signs withdrawals that it cannot show, and one that was signed is taken back."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from watchword.app.check_sharing import join, with_key
from watchword.app.check_tokens import asked, token_in_place
from watchword.app.check_withdrawals import PAYEE, call
from watchword.app.walk import PASSWORD, Walk, hold
from watchword.core.users import Details, NewUser
from watchword_client.login import PlatformLogin

PAGE = "/settings/withdrawals"
SELF = Details(
    "Mio", "Marsh", "1983-02-17", ("9 Kiln Lane",), ("Leeds",), ("LS1 4AB",), "passport", "GB7770001", citizenship="GB", residence="GB"
)  # fmt: skip
SIGNER = NewUser("signer01", SELF, ("mio@example.org",), ("+447911123461",), "en", "Europe/London", "Mio Marsh")
MOST = 100_000_00  # US cents a day for a device that cannot show them
_numbers = itertools.count(1)


def _by_token(walk: Walk) -> str:
    """A platform's session, by the token; a challenge of a login never begins with 4."""
    with PlatformLogin(walk.portal, "terminal", http=walk.http, system=walk.system) as login:
        login.start(SIGNER.username, PASSWORD)
        digits = str(login.show("card_plus")["value"])
        hold(digits[0] not in "04", f"a login asked {digits}")
        hold(login.answer("card_plus", walk.memory["signing"](digits)) == "approved", "logged in by the token")
        return str(login.collect().token)


def _asked_for(walk: Walk, token: str, amount: int) -> dict[str, Any]:
    wanted = {"amount": amount, "currency": "USD", "payee": PAYEE, "reference": f"signs-{next(_numbers)}"}
    return call(walk, token, "POST", "", wanted)[1]


def for_a_program(walk: Walk) -> None:
    """The challenge is made of amount and payee, fits no other withdrawal, and takes the lower limit; a cell signs nothing."""
    walk.clock.ahead += 3700
    join(walk, SIGNER)
    browser = walk.memory["signer"] = with_key(walk, SIGNER)
    respond, _ = token_in_place(walk, browser, SIGNER.username, "DEMO-7")
    walk.memory["signing"] = respond
    token = _by_token(walk)
    one, other = _asked_for(walk, token, 50_00), _asked_for(walk, token, 60_00)
    _, shown = call(walk, token, "POST", f"/{one['id']}/show", {"way": "card_plus"})
    hold(shown["value"][0] == "4" and shown["device_cannot_show"] == ["amount", "payee"] and shown["tell"], f"{shown}")
    typed = {"way": "card_plus", "answer": respond(shown["value"])}
    call(walk, token, "POST", f"/{other['id']}/show", {"way": "card_plus"})
    _, wrong = call(walk, token, "POST", f"/{other['id']}/answer", typed)
    hold(wrong.get("refusal", {}).get("number") == 2380, f"another withdrawal: {wrong}")
    _, done = call(walk, token, "POST", f"/{one['id']}/answer", typed)
    hold((done["state"], done["shown"]) == ("authorised", False), f"{done}")
    _, taken = call(walk, token, "POST", f"/{one['id']}/collect")
    hold(taken["state"] == "collected", "taken up to be paid")
    _, cell = call(walk, token, "POST", f"/{other['id']}/show", {"way": "code_card"})
    hold(cell["refusal"]["number"] == 8113, "a cell is bound to nothing")
    high = _asked_for(walk, token, MOST)
    hold("card_plus" not in high["signing"]["ways"], "too much for what cannot show it")
    for left in (other, high):
        call(walk, token, "POST", f"/{left['id']}/cancel")


def on_our_page_and_taken_back(walk: Walk) -> None:
    """The portal shows what the token cannot and takes its response; *this isn't mine* takes it back before it is collected."""
    token, browser = _by_token(walk), walk.memory["signer"]
    one = _asked_for(walk, token, 70_00)
    browser.get(PAGE)
    page = browser.post(PAGE, do="ask", withdrawal=one["id"])
    hold(PAYEE["account"] in page.text and "begins with 4" in page.text, f"what it stands for: {page.refusals}")
    page = browser.post(PAGE, do="answer", withdrawal=one["id"], answer=walk.memory["signing"](asked(page)))
    hold(page.path == f"{PAGE}?done=withdrawal_signed", f"signed: {page.refusals}")
    hold(call(walk, token, "GET", f"/{one['id']}")[1]["state"] == "authorised", "the program sees it")
    page = browser.post(PAGE, do="disown", withdrawal=one["id"])
    hold(page.path == "/password", f"a new password: {page.path} {page.refusals}")
    status, said = call(walk, token, "POST", f"/{one['id']}/collect")
    hold(status == 401, f"the session that asked is over: {said}")
    with walk.built.store.read() as tx:
        row = tx.withdrawals.get(one["id"])
    hold(row is not None and row.state == "recalled", "taken back")


STEPS: tuple[Callable[[Walk], None], ...] = (for_a_program, on_our_page_and_taken_back)
