"""Members of staff at the console: a browser, a phone, and what they do there in several steps."""

from __future__ import annotations

from dataclasses import dataclass

from tests.support.installation import Installation, Person
from tests.support.staff import give
from tests.support.steps import STEP, approve, challenge, waiting
from watchword_client.portal import Browser, Shown


@dataclass(slots=True)
class Seat:
    """One member of staff, signed in at a browser of his own."""

    here: Installation
    who: Person
    browser: Browser

    @property
    def page(self) -> Shown:
        """What the browser shows."""
        return self.browser.page

    def get(self, path: str) -> Shown:
        """Open a page."""
        return self.browser.get(path)

    def post(self, path: str, **fields: str) -> Shown:
        """Send the form of the page, and where Key is asked first, approve and come back."""
        page = self.browser.post(path, **fields)
        return self.confirmed() if page.path == "/login/wait" else page

    def confirmed(self) -> Shown:
        """Approve with Key what the waiting page asks for."""
        approve(self.here, self.who, self.browser)
        return self.browser.post("/login/wait", do="continue")


def signed_in(here: Installation, *roles: str, who: Person | None = None, language: str = "en") -> Seat:
    """Somebody with these roles, signed in at the console by challenge and response, which confirm what follows."""
    person = who or here.person()
    if roles:
        give(here, person, *roles)
    desk = waiting(here, person, here.desk(language=language))
    here.later(STEP)
    digits = challenge(desk.post("/login/wait", do="challenge"))
    page = desk.post("/login/wait", do="response", response=person.phone.respond(digits, here.pin(), person.username))
    assert page.status == 200 and "__Host-ww_s" in desk.cookies, f"{page.path} {page.status} {page.refusals}"
    return Seat(here, person, desk)


def found(seat: Seat, text: str) -> Shown:
    """The page of a search."""
    seat.get("/users")
    return seat.post("/users", text=text)


def open_person(seat: Seat, who: Person) -> Shown:
    """A person's page, by way of a search."""
    page = found(seat, who.username)
    path = f"/users/{who.id}"
    assert f'href="{path}"' in page.html, page.refusals
    return seat.get(path)
