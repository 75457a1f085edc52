"""Steps of `watchword demo --check` in which staff help somebody: unlocking, assisted recovery by two people, a lost phone (S02, S05, L03).

The flows are those that `watchword staff …` runs, each with a session that password and Key gave.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from watchword.app import demo
from watchword.app.walk import PASSWORD, PERSON, PIN, Failed, Walk, hold, refused
from watchword.core.refusals import Refusal
from watchword.core.sessions import Session
from watchword.flows import answers, login
from watchword.flows.kit import Visit
from watchword.flows.staff import access, interview, people, requests
from watchword_client.phone import Phone
from watchword_client.portal import Browser

TERMINAL = Visit(browser="Terminal", system="Linux")
AGENT, OFFICER, ADMINISTRATOR = "agent-kato", "officer-mori", "admin-ito"
NEW_PASSWORD = "Walked-2026!"
WORDS = ("asked by telephone", "called back on the number on file")
Found = TypeVar("Found")


def done(found: Found | Refusal) -> Found:
    """What was found. Raises Failed for a refusal."""
    if isinstance(found, Refusal):
        raise Failed(f"refused: {found}")
    return found


def refused_with(number: int, found: object) -> None:
    """A flow must have refused with this number."""
    hold(isinstance(found, Refusal) and found.kind.number == number, f"not refused with {number}: {found}")


def phone_of(walk: Walk, username: str) -> Phone:
    """The phone of a member of staff, with Key activated as everybody's is: by a code to the number on file."""
    phones = walk.memory.setdefault("staff", {})
    if username not in phones:
        person = next(person for person, _ in demo.STAFF if person.username == username)
        phone = Phone(walk.built.settings.key.url, http=walk.http, system=walk.system)
        begun = phone.activate_start(username, demo.PASSWORD)
        phone.activate_send(next(contact["id"] for contact in begun["contacts"] if contact["kind"] == "sms"))
        phone.activate_prove(walk.code_sent("sms", person.numbers[0]))
        phone.complete(PIN, f"{username}'s phone")
        phones[username] = phone
    return phones[username]  # type: ignore[no-any-return]


def _collected(walk: Walk, username: str, password: str, phone: Phone) -> login.Collected | Refusal:
    """Password, then Key on this phone, as `watchword staff login` does it."""
    kit = walk.built.kit
    opened = login.begin(kit, username, password, "staff", TERMINAL)
    if not isinstance(opened, login.Opened):
        raise Failed(f"{username}: {opened}")
    attempt = next(one for one in phone.pending().attempts if one.username == username)
    phone.approve(attempt, PIN, answers.confirmation_of(kit, opened.attempt))
    return login.collect(kit, opened.collector, TERMINAL)


def signed_in(walk: Walk, username: str) -> Session:
    """A staff session of one of the demonstration's staff."""
    collected = done(_collected(walk, username, demo.PASSWORD, phone_of(walk, username)))
    return done(access.current(walk.built.kit, collected.token))


def staff_only(walk: Walk) -> None:
    """Staff sign in with password and Key; somebody without a role is refused after both."""
    walk.clock.ahead += 3700
    hold(signed_in(walk, AGENT).kind == "staff", "a staff session")
    refused_with(7202, _collected(walk, "walker01", PASSWORD, walk.phone()))


def unlock(walk: Walk) -> None:
    """A locked name is unlocked by client services; every channel on file is told."""
    for _ in range(6):
        Browser(walk.portal, http=walk.http).login("walker01", "Wrong-2026!")
    stranger = Browser(walk.portal, http=walk.http)
    hold(stranger.login("walker01", PASSWORD).refusals == [1102], "locked")
    done(people.unlock(walk.built.kit, signed_in(walk, AGENT), "walker01"))
    hold(Browser(walk.portal, http=walk.http).login("walker01", PASSWORD).path == "/login/wait", "unlocked")


def assisted_recovery(walk: Walk) -> None:
    """Assisted recovery: an interview, a request, refused single-handed, approved by another; a one-time code goes out."""
    walk.clock.ahead += 3700
    kit = walk.built.kit
    agent, officer = signed_in(walk, AGENT), signed_in(walk, OFFICER)
    refused_with(7214, requests.ask(kit, agent, "reset_password", "walker01", *WORDS, {}))
    day = datetime.fromtimestamp(walk.clock.now(), ZoneInfo(PERSON.zone)).date().isoformat()
    said = {"birth_date": "1990-02-03", "document_number": "GB0000000", "address": "LS1 4AP", "last_login_date": day}
    held = done(interview.hold(kit, agent, "walker01", said))
    hold("document_number" not in held.matched and len(held.matched) == 3, f"matched: {held.matched}")
    made = done(requests.ask(kit, agent, "reset_password", "walker01", *WORDS, {}))
    refused_with(7204, requests.approve(kit, agent, made.request.id, "it was I who asked"))
    done(requests.approve(kit, officer, made.request.id, "evidence read"))
    hold(
        Browser(walk.portal, http=walk.http).login("walker01", PASSWORD).refusals == [1101], "the old password is gone"
    )
    browser = Browser(walk.portal, http=walk.http)
    browser.get("/start")
    code = walk.code_sent("mail", PERSON.mails[0])
    page = browser.post("/start", username="walker01", code=code, password=NEW_PASSWORD, repeat=NEW_PASSWORD)
    hold(page.status == 200 and not page.refusals, f"a new password: {page.status} {page.refusals}")


def lost_phone(walk: Walk) -> None:
    """A lost phone is ended by one; activating Key anew takes two."""
    walk.clock.ahead += 3700
    kit = walk.built.kit
    agent, officer = signed_in(walk, AGENT), signed_in(walk, OFFICER)
    hold(done(people.lost_phone(kit, agent, "walker01")).held, "a new Key is held back")
    page = Browser(walk.portal, http=walk.http).login("walker01", NEW_PASSWORD)
    hold(page.refusals == [7231], f"the password alone: {page.refusals}")
    finder = Phone(walk.built.settings.key.url, http=walk.http, system=walk.system)
    refused(7231, lambda: finder.activate_start("walker01", NEW_PASSWORD))
    made = done(requests.ask(kit, agent, "restart_enrolment", "walker01", *WORDS, {}))
    refused_with(7204, requests.approve(kit, agent, made.request.id, "it was I who asked"))
    done(requests.approve(kit, officer, made.request.id, "called back"))
    hold(Browser(walk.portal, http=walk.http).login("walker01", NEW_PASSWORD).path == "/enrol", "Key anew")


STEPS: tuple[Callable[[Walk], None], ...] = (staff_only, unlock, assisted_recovery, lost_phone)
