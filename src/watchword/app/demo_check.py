"""`watchword demo --check`: the whole path, walked over the public HTTP interfaces with the Python phone, each step printed with its time.

The server is the demonstration's own, with a clock that the walk can put forward, so that ends can be seen without waiting.
"""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from watchword.app import (
    check_attack,
    check_audit,
    check_caller,
    check_codes,
    check_console,
    check_devices,
    check_key,
    check_limits,
    check_messages,
    check_recovery,
    check_settings,
    check_sharing,
    check_staff,
    check_token_signs,
    check_tokens,
    check_withdrawals,
    demo,
    serving,
)
from watchword.app.clock import monotonic
from watchword.app.walk import OTHER_PIN, PASSWORD, PERSON, PIN, Failed, MovableClock, Walk, hold, refused
from watchword.flows import accounts
from watchword_client.login import PlatformLogin
from watchword_client.phone import Phone
from watchword_client.portal import Browser
from watchword_client.transport import http_client


def add_user(walk: Walk) -> None:
    """The operator adds a person; username and code go out apart; she sets her password."""
    accounts.add(walk.built.kit, [PERSON])
    mails = walk.http.get(f"{walk.origin}/demo/outbox").json()["messages"]
    welcome = next(m for m in mails if m["channel"] == "mail" and m["to"] == PERSON.mails[0])
    hold(
        "walker01" in welcome["text"] and "http" not in welcome["text"], "the welcome carries the username and no link"
    )
    browser = walk.browser()
    browser.get("/start")
    page = browser.post(
        "/start", username="walker01", code=walk.code_sent("sms", PERSON.numbers[0]), password=PASSWORD, repeat=PASSWORD
    )
    hold(page.status == 200 and not page.refusals, f"first password: {page.status} {page.refusals}")


def start_code_used(walk: Walk) -> None:
    """The one-time code works once."""
    browser = Browser(walk.portal, http=walk.http)
    browser.get("/start")
    page = browser.post(
        "/start",
        username="walker01",
        code=walk.code_sent("sms", PERSON.numbers[0]),
        password="Other-2026!",
        repeat="Other-2026!",
    )
    hold(page.refusals == [1401], f"a used one-time code: {page.refusals}")


def password_alone(walk: Walk) -> None:
    """A right password without a device opens an enrolment session and nothing else."""
    browser = walk.browser()
    page = browser.login("walker01", PASSWORD)
    hold(page.path == "/enrol" and not page.links, "the password leads to enrolling, without a QR yet")
    hold(browser.get("/").path == "/enrol", "home stays closed")
    browser.post("/logout")


def activate_by_sms(walk: Walk) -> None:
    """Key is activated by a code to the number on file, all on the phone."""
    walk.clock.ahead += 61
    phone = walk.phone()
    begun = phone.activate_start("walker01", PASSWORD)
    number = next(contact for contact in begun["contacts"] if contact["kind"] == "sms")
    phone.activate_send(number["id"])
    refused(3204, lambda: phone.activate_prove("00000000"))
    phone.activate_prove(walk.code_sent("sms", PERSON.numbers[0]))
    hold(any(found.kind for found in phone.pin_faults("LS14")), "the guidelines know part of the address")
    user = phone.complete(PIN, "Wanda's phone")
    hold(user.username == "walker01", "activated")


def _confirmation(walk: Walk) -> str:
    digits = [found for found in walk.browser().page.digits if len(found) == 6]
    return digits[0] if digits else ""


def login_by_push(walk: Walk) -> None:
    """Push: the phone shows the login, asks the confirmation code of the new browser, approves; the page goes on."""
    browser = walk.browser()
    hold(browser.login("walker01", PASSWORD).path == "/login/wait", "the waiting page")
    attempt = walk.phone().pending().attempts[0]
    code = _confirmation(walk)
    hold(attempt.needs_confirmation and code, "a new browser asks for the code")
    refused(4303, lambda: walk.phone().approve(attempt, PIN, "000000" if code != "000000" else "111111"))
    hold(walk.phone().approve(attempt, PIN, code).result == "approved", "approved")
    page = browser.post("/login/wait", do="continue")
    hold(page.path == "/" and page.status == 200, f"home: {page.path} {page.status}")
    browser.post("/logout")


def login_by_qr(walk: Walk) -> None:
    """QR: scanned by the phone; on the known browser nothing is typed."""
    browser = walk.browser()
    browser.login("walker01", PASSWORD)
    page = browser.post("/login/wait", do="qr")
    attempt = walk.phone().scan(page.links[0])
    walk.memory["approved"] = attempt
    hold(walk.phone().approve(attempt, PIN).result == "approved", "approved")
    hold(browser.post("/login/wait", do="continue").path == "/", "home")
    browser.post("/logout")


def login_by_challenge(walk: Walk) -> None:
    """Challenge and response: the phone needs no network."""
    browser = walk.browser()
    browser.login("walker01", PASSWORD)
    page = browser.post("/login/wait", do="challenge")
    challenge = next(found for found in page.digits if len(found) == 10)
    walk.memory["response"] = walk.phone().respond(challenge, PIN)
    page = browser.post("/login/wait", do="response", response=walk.memory["response"])
    hold(page.path == "/", f"home: {page.path} {page.refusals}")
    browser.post("/logout")


def login_by_code(walk: Walk) -> None:
    """The six-digit code; a wrong PIN makes a wrong one, and a used one is refused."""
    browser = walk.browser()
    browser.login("walker01", PASSWORD)
    wrong = walk.phone().code(OTHER_PIN)
    page = browser.post("/login/wait", do="code", code=wrong)
    hold(page.refusals == [2101], f"a code of a wrong PIN: {page.refusals}")
    code = walk.phone().code(PIN)
    hold(browser.post("/login/wait", do="code", code=code).path == "/", "home")
    browser.post("/logout")
    browser.login("walker01", PASSWORD)
    page = browser.post("/login/wait", do="code", code=code)
    hold(page.refusals == [2103], f"the same code again: {page.refusals}")
    page = browser.post("/login/wait", do="code", code=walk.phone().code(PIN, at=walk.clock.now() - 240))
    hold(page.refusals == [2102] and "4 minutes" in page.text, f"a code of four minutes ago: {page.refusals}")
    browser.post("/login/wait", do="cancel")


def platform(walk: Walk) -> None:
    """A platform logs in over its API, bound to its own key, and checks and ends the session."""
    walk.clock.ahead += 700
    login = PlatformLogin(walk.portal, "terminal", http=walk.http, system=walk.system)
    made = login.start("walker01", PASSWORD, system="Linux")
    pending = walk.phone().pending().attempts[0]
    walk.phone().approve(pending, PIN, made.confirmation)
    hold(login.wait(5) == "approved", "approved")
    session = login.collect()
    hold(login.check(session.token)["active"] is True, "the session is alive")
    login.end(session.token)
    refused((6001, 6002), lambda: login.check(session.token))
    refused((6005, 1105), login.collect)


def second_user(walk: Walk) -> None:
    """A second user in the same app, by QR and Session ID from the portal, under the same PIN."""
    browser = Browser(walk.portal, http=walk.http)
    page = browser.login("mtanaka01", demo.PASSWORD)
    contact = _first_contact(page.html)
    page = browser.post("/enrol", do="send", contact=contact)
    to = demo.PEOPLE[0].numbers[0]
    page = browser.post("/enrol", do="code", code=walk.code_sent("sms", to))
    hold(len(page.session_id) == 8 and page.links, f"QR and Session ID: {page.path} {page.refusals}")
    walk.memory["activation"] = page.links[0]
    phone = walk.phone()
    refused(3201, lambda: phone.activate_session("hsato77", page.session_id))
    phone.activate_session("mtanaka01", page.session_id)
    refused(4304, lambda: phone.complete(OTHER_PIN, "Wanda's phone"))
    phone.complete(PIN, "Wanda's phone")
    hold({user.username for user in phone.users} == {"walker01", "mtanaka01"}, "two users on one phone")
    hold(browser.get("/enrol").path == "/enrol", "the page tells that it is done")


def _first_contact(page: str) -> str:
    return page.split('name="contact" value="')[1].split('"', maxsplit=1)[0]


def used_activation(walk: Walk) -> None:
    """The QR that was used is told to be used or too old, to everybody."""
    stranger = Phone(walk.built.settings.key.url, http=walk.http, system=walk.system)
    refused(3201, lambda: stranger.activate_scan(walk.memory["activation"]))


def replay(walk: Walk) -> None:
    """Yesterday's approval and response do nothing for another login."""
    walk.clock.ahead += 3700
    browser = walk.browser()
    browser.login("walker01", PASSWORD)
    refused((4301, 4201, 4202), lambda: _approve_other(walk))
    browser.post("/login/wait", do="challenge")
    page = browser.post("/login/wait", do="response", response=walk.memory["response"])
    hold(page.refusals == [2104], f"an old response: {page.refusals}")


def _approve_other(walk: Walk) -> None:
    decision = walk.phone().decide(walk.memory["approved"], "deny")
    raise Failed(f"an attempt that is over was decided again: {decision}")


def expired(walk: Walk) -> None:
    """QR, challenge and the attempt itself end by time."""
    browser = walk.browser()
    page = browser.post("/login/wait", do="qr")
    link = page.links[0]
    walk.clock.ahead += 5 * 60 + 1
    refused(4202, lambda: walk.phone().scan(link))
    page = browser.post("/login/wait", do="response", response="12345678")
    hold(page.refusals == [2105], f"an expired challenge: {page.refusals}")
    walk.clock.ahead += 11 * 60
    page = browser.get("/login/wait")
    hold(page.status == 410, f"an expired attempt: {page.status}")


def wrong_pin(walk: Walk) -> None:
    """A wrong PIN on an approval is counted by the server, which tells how many are left."""
    walk.clock.ahead += 3700
    browser = walk.browser()
    browser.login("walker01", PASSWORD)
    attempt = next(found for found in walk.phone().pending().attempts if found.username == "walker01")
    code = _confirmation(walk)
    refusal = refused(4304, lambda: walk.phone().decide(attempt, "approve", confirmation=code, pin=OTHER_PIN, uv="pin"))
    hold(refusal.refusal.left is not None, "tries left are told")
    hold(walk.phone().deny(attempt).result == "denied", "denied")
    hold(browser.post("/login/wait", do="continue").status == 403, "the page tells of the denial")


def wrong_password(walk: Walk) -> None:
    """Five wrong passwords lock an unknown browser; a name that belongs to nobody locks alike."""
    for name in ("walker01", "nobody-here"):
        stranger = Browser(walk.portal, http=walk.http)
        numbers = [stranger.login(name, "Wrong-2026!").refusals for _ in range(6)]
        hold(numbers == [[1101]] * 4 + [[1102]] * 2, f"{name}: {numbers}")
    hold(
        walk.browser().login("walker01", PASSWORD).path == "/login/wait",
        "the owner still logs in from the browser we know",
    )


STEPS: tuple[Callable[[Walk], None], ...] = (
    *(add_user, start_code_used, password_alone, activate_by_sms, login_by_push, login_by_qr, login_by_challenge, login_by_code, platform),
    *(second_user, used_activation, replay, expired, wrong_pin, wrong_password),
    *check_attack.STEPS,
    *check_messages.STEPS,
    *check_settings.STEPS,
    *check_limits.STEPS,
    *check_codes.STEPS,
    *check_withdrawals.STEPS,
    *check_devices.STEPS,
    *check_tokens.STEPS,
    *check_sharing.STEPS,
    *check_token_signs.STEPS,
    *check_recovery.STEPS,
    *check_staff.STEPS,
    *check_caller.STEPS,
    *check_key.STEPS,
    *check_console.STEPS,
    *check_audit.STEPS,
)  # fmt: skip


def run() -> int:
    """Walk every step; 0 only if all held."""
    with _server() as walk:
        failures = sum(not _step(walk, step) for step in STEPS)
    typer.echo(f"{len(STEPS) - failures} of {len(STEPS)} steps held.")
    return 1 if failures else 0


def _step(walk: Walk, step: Callable[[Walk], None]) -> bool:
    started = monotonic()
    said = (step.__doc__ or "").strip().splitlines()[0]
    try:
        step(walk)
    except Exception as fault:  # noqa: BLE001 - every fault of a step is printed, and fails the walk
        typer.echo(f"FAILED  {said}\n        {type(fault).__name__}: {fault}")
        return False
    typer.echo(f"ok  {(monotonic() - started) * 1000:6.0f} ms  {said}")
    return True


@contextmanager
def _server() -> Iterator[Walk]:
    with tempfile.TemporaryDirectory(prefix="watchword-check-") as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        settings = demo.settings_for(port, Path(folder), log_level="error")
        serving.setup_logging(settings)
        clock = MovableClock()
        app, built, origin = demo.server(settings, clock=clock)
        listening = threading.Event()
        server = serving.Announcing(serving.config(app, settings), lambda _: listening.set())
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        if not listening.wait(20):
            raise Failed("the server did not start")
        with http_client() as http:
            yield Walk(built, clock, origin, http)
        server.should_exit = True
        thread.join(10)
