"""Steps of `watchword demo --check` at the staff console: the first administrators by one-time links, staff by two people, and their work.

All of it by the pages that people use, each member of staff with a browser and a phone of his own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from watchword.app import demo
from watchword.app.walk import PIN, Failed, Walk, hold
from watchword.core.staff import ADMINISTRATOR
from watchword.core.users import Details, NewUser, username_key
from watchword.flows.staff import first
from watchword_client.phone import Phone
from watchword_client.portal import Browser, Shown

CHOSEN = "Desk-2026!!"
CLIENT = demo.PEOPLE[1]  # whom they help
WORDS = {"reason": "asked by telephone", "evidence": "called back on the number on file"}
FOUNDERS = (
    NewUser("admin-hara", Details("Nao", "Hara"), ("nao.hara@staff.example",), (), "en", "Asia/Tokyo", "Nao Hara"),
    NewUser("admin-kudo", Details("Jun", "Kudo"), ("jun.kudo@staff.example",), (), "en", "Asia/Tokyo", "Jun Kudo"),
)
# Username, number and role of those whom the founders invite.
INVITED = (
    ("agent-ueda", "+819011113301", "client_services"),
    ("agent-doi", "+819011113302", "client_services"),
    ("officer-noda", "+819011113303", "compliance"),
)


@dataclass(slots=True)
class Seat:
    """One member of staff: a browser at the console and a phone with Key."""

    walk: Walk
    username: str
    browser: Browser
    phone: Phone

    def sign_in(self) -> Shown:
        """Password, then Key."""
        page = self.browser.login(self.username, CHOSEN)
        hold(page.path == "/login/wait", f"{self.username}: {page.path} {page.refusals}")
        self.approve()
        page = self.browser.post("/login/wait", do="continue")
        hold(page.path in ("/users", "/requests"), f"{self.username} signed in: {page.path} {page.refusals}")
        return page

    def approve(self) -> None:
        """What the waiting page asks for."""
        attempt = next(one for one in self.phone.pending().attempts if one.username == self.username)
        digits = next((found for found in self.browser.page.digits if len(found) == 6), "")
        hold(self.phone.approve(attempt, PIN, digits).result == "approved", "approved")

    def post(self, path: str, **fields: str) -> Shown:
        """Open a page and send its form; where Key is asked first, approve and send it again."""
        self.browser.get(path)
        page = self.browser.post(path, **fields)
        if page.path != "/login/wait":
            return page
        self.approve()
        self.browser.post("/login/wait", do="continue")
        return self.browser.post(path, **fields)

    def ask(self, kind: str, about: str) -> str:
        """The address of a new request."""
        page = self.post(f"/users/{about}/ask/{kind}", **WORDS)
        hold(page.path.startswith("/requests/"), f"asked: {page.path} {page.refusals}")
        return page.path.partition("?")[0]


def _origin(walk: Walk) -> str:
    return walk.built.settings.staff.url


def _id(walk: Walk, username: str) -> str:
    with walk.built.store.read() as tx:
        user = tx.users.by_key(username_key(username))
    if user is None:
        raise Failed(f"{username} is not on file")
    return user.id


def _refused(page: Shown, number: int, what: str) -> None:
    hold(page.refusals == [number], f"{what}: {page.path} {page.refusals}")


def _set_aside(walk: Walk) -> None:
    """Take the demonstration's own administrators off the staff: as on the first day nobody is."""
    now = walk.clock.now()
    with walk.built.store.write() as tx:
        for role in tx.staff.members():
            if ADMINISTRATOR in role.roles:
                tx.staff.put(role.user_id, frozenset(), "", now)


def first_administrators(walk: Walk) -> None:
    """The first administrators come in by one-time links, choose a password and activate Key; a used link and a late one are refused."""
    walk.clock.ahead += 3700
    _set_aside(walk)
    links = []
    for new in FOUNDERS:
        made = first.offer(walk.built.kit, new.username, new)
        if not isinstance(made, first.Offered):
            raise Failed(f"no link: {made}")
        links.append(f"/first/{made.token}")
    walk.memory["seats"] = {
        new.username: _come_in(walk, new.username, link) for new, link in zip(FOUNDERS, links, strict=True)
    }
    late = first.offer(walk.built.kit, "admin-late", FOUNDERS[0])
    hold(not isinstance(late, first.Offered) and late.kind.number == 7221, "no link once there is an administrator")


def _come_in(walk: Walk, username: str, link: str) -> Seat:
    browser = Browser(_origin(walk), http=walk.http)
    browser.get(link)
    browser.post(link)
    stranger = Browser(_origin(walk), http=walk.http)
    _refused(stranger.get(link), 7243, "a link that was opened")
    page = browser.post("/first", do="password", password=CHOSEN, repeat=CHOSEN)
    hold(page.links, f"the QR that activates Key: {page.path} {page.refusals}")
    phone = Phone(walk.built.settings.key.url, http=walk.http, system=walk.system)
    phone.activate_scan(page.links[0])
    phone.complete(PIN, f"{username}'s phone")
    browser.get("/first")
    page = browser.post("/first", do="finish")
    hold(page.status == 200 and not page.refusals, f"administrator: {page.path} {page.refusals}")
    seat = Seat(walk, username, browser, phone)
    hold(seat.sign_in().path == "/requests", "an administrator")
    return seat


def _seat(walk: Walk, username: str) -> Seat:
    """A member of staff with a live session."""
    seat: Seat = walk.memory["seats"][username]
    if (
        seat.browser.get("/requests").status != 200
        or seat.browser.page.path != "/requests"
        or "Log out" not in seat.browser.page.text
    ):
        seat.sign_in()
    return seat


def staff_by_two(walk: Walk) -> None:
    """Two agents and a compliance officer: invited by one administrator, approved by another, never by the one who asked."""
    one, two = (walk.memory["seats"][new.username] for new in FOUNDERS)
    for username, number, role in INVITED:
        fields = {
            "username": username,
            "number": number,
            "mail": f"{username}@staff.example",
            f"role_{role}": "1",
            **WORDS,
        }
        page = one.post("/members/invite", **fields)
        hold(page.path.startswith("/requests/"), f"invited: {page.path} {page.refusals}")
        path = page.path.partition("?")[0]
        _refused(one.post(path, do="approve", note="it was I who asked"), 7204, "approved by the one who asked")
        hold(
            two.post(path, do="approve", note="personnel confirmed").path.endswith("done=approved"),
            "approved by another",
        )
        walk.memory["seats"][username] = _begin(walk, username, number)


def _begin(walk: Walk, username: str, number: str) -> Seat:
    """The first password at the portal, Key by SMS, and only then the console."""
    portal = Browser(walk.portal, http=walk.http)
    portal.get("/start")
    page = portal.post("/start", username=username, code=walk.code_sent("sms", number), password=CHOSEN, repeat=CHOSEN)
    hold(page.status == 200, f"{username}: {page.refusals}")
    browser = Browser(_origin(walk), http=walk.http)
    _refused(browser.login(username, CHOSEN), 1301, "the password alone")
    walk.clock.ahead += 61
    phone = Phone(walk.built.settings.key.url, http=walk.http, system=walk.system)
    begun = phone.activate_start(username, CHOSEN)
    phone.activate_send(next(contact["id"] for contact in begun["contacts"] if contact["kind"] == "sms"))
    phone.activate_prove(walk.code_sent("sms", number))
    phone.complete(PIN, f"{username}'s phone")
    seat = Seat(walk, username, browser, phone)
    seat.sign_in()
    return seat


def unlock_and_lost_phone(walk: Walk) -> None:
    """An agent finds a locked client, unlocks him, and ends Key on his lost phone; a new Key then waits for two people."""
    walk.clock.ahead += 61
    phone = Phone(walk.built.settings.key.url, http=walk.http, system=walk.system)
    begun = phone.activate_start(CLIENT.username, demo.PASSWORD)
    phone.activate_send(next(contact["id"] for contact in begun["contacts"] if contact["kind"] == "sms"))
    phone.activate_prove(walk.code_sent("sms", CLIENT.numbers[0]))
    phone.complete(PIN, "Haruki's phone")
    for _ in range(6):
        page = Browser(walk.portal, http=walk.http).login(CLIENT.username, "Wrong-2026!")
    hold(page.refusals == [1102], f"locked: {page.refusals}")
    agent, about = _seat(walk, INVITED[0][0]), _id(walk, CLIENT.username)
    agent.browser.get("/users")
    hold(f"/users/{about}" in agent.browser.post("/users", text=CLIENT.username[:4]).html, "found")
    hold(not agent.post(f"/users/{about}/do/unlock").refusals, "unlocked")
    browser = Browser(walk.portal, http=walk.http)
    hold(browser.login(CLIENT.username, demo.PASSWORD).path == "/login/wait", "the password is read again")
    code = next((found for found in browser.page.digits if len(found) == 6), "")
    phone.approve(phone.pending().attempts[-1], PIN, code)
    hold(browser.post("/login/wait", do="continue").path == "/", "logged in")
    hold(not agent.post(f"/users/{about}/do/lost_phone").refusals, "Key has ended")
    _refused(Browser(walk.portal, http=walk.http).login(CLIENT.username, demo.PASSWORD), 7231, "a new Key waits")


def recovery_by_two(walk: Walk) -> None:
    """Assisted recovery at the console: refused in every single-handed way, then approved by a second person."""
    walk.clock.ahead += 61
    about = _id(walk, CLIENT.username)
    agent, other, officer = (_seat(walk, username) for username, _, _ in INVITED)
    administrator = _seat(walk, FOUNDERS[0].username)
    _refused(agent.post(f"/users/{about}/ask/reset_password", **WORDS), 7214, "without an interview")
    page = agent.browser.get(f"/users/{about}/interview")
    pass_ = re.search(r'name="pass" value="([^"]+)"', page.html)
    hold(pass_, f"the questions: {page.path} {page.refusals}")
    day = datetime.fromtimestamp(walk.clock.now(), ZoneInfo("Asia/Tokyo")).date().isoformat()
    said = {
        "birth_date": CLIENT.details.birth_date,
        "address": CLIENT.details.postal_codes[0],
        "number": CLIENT.numbers[0],
    }
    page = agent.browser.post(
        f"/users/{about}/interview", **{"pass": pass_[1] if pass_ else ""}, **said, last_login_date=day
    )
    hold(
        page.path.endswith("/result") and CLIENT.details.birth_date not in page.html,
        "matched or not matched, and no answer",
    )
    kind = "reset_password" if "Enough" in page.text else "restart_enrolment"
    path = agent.ask(kind, about)
    for seat, number in ((agent, 7204), (other, 7203), (administrator, 7203)):
        _refused(seat.post(path, do="approve", note="let me"), number, f"approved by {seat.username}")
    _refused(other.post(path, do="withdraw"), 7204, "withdrawn by somebody else")
    hold(
        officer.post(path, do="approve", note="evidence read").path.endswith("done=approved"), "approved by compliance"
    )
    _refused(officer.post(path, do="approve", note="once more"), 7212, "approved twice")
    _refused(officer.browser.get("/requests/" + "0" * 26), 7211, "a forged id")


def _give_back(walk: Walk) -> None:
    """The demonstration's own administrators are staff again."""
    names = [person.username for person, role in demo.STAFF if role == ADMINISTRATOR]
    now = walk.clock.now()
    with walk.built.store.write() as tx:
        for name in names:
            user = tx.users.by_key(username_key(name))
            if user is not None:
                tx.staff.put(user.id, frozenset({ADMINISTRATOR}), "", now)


def role_taken_away(walk: Walk) -> None:
    """A role that is taken away counts at the next press; the page of somebody without one leads nowhere."""
    one, two = (_seat(walk, new.username) for new in FOUNDERS)
    agent, about = _seat(walk, INVITED[1][0]), _id(walk, INVITED[1][0])
    agent.browser.get(f"/users/{_id(walk, CLIENT.username)}/do/end_sessions")
    page = one.post(f"/users/{about}/ask/roles", **WORDS)
    path = page.path.partition("?")[0]
    hold(two.post(path, do="approve", note="left the desk").path.endswith("done=approved"), "taken off the staff")
    page = agent.browser.post(f"/users/{_id(walk, CLIENT.username)}/do/end_sessions")
    hold("Sign in to the staff console" in page.text, f"refused: {page.path} {page.refusals}")
    _give_back(walk)


STEPS: tuple[Callable[[Walk], None], ...] = (
    first_administrators, staff_by_two, unlock_and_lost_phone, recovery_by_two, role_taken_away,
)  # fmt: skip
