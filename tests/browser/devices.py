"""A computer and a phone, each a browser of its own, and what a person does on them: found by role and by the words they read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.browser.survey import SHOTS, Survey, read
from tests.browser.words import Words
from tests.support.installation import PIN, Installation, Person

COMPUTER = {"viewport": {"width": 1280, "height": 800}, "timezone_id": "Asia/Tokyo"}
PHONE = {
    "timezone_id": "Asia/Tokyo",
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
    "user_agent": "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
}
PHONE_NAME = "Pixel 8"
LOCALES = {"en": "en-GB", "ja": "ja-JP"}
PATIENCE = 30_000  # milliseconds: the machine may be busy with other tests

# A broken policy is told by the console too, but not from everywhere: this hears all of it.
_POLICY = "addEventListener('securitypolicyviolation', e => console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sample}`))"
_REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
_FILE = re.compile(r"/(?:static|assets)/|\.\w+$")


class Device:
    """One browser profile with one page in front. `heard` fills with what goes wrong in any page of it."""

    surface = ""
    widths: tuple[int, ...] = ()

    def __init__(
        self, here: Installation, context: BrowserContext, lang: str, survey: Survey, *, scripts: bool = True
    ) -> None:
        self.here, self.context, self.words, self.survey, self.scripts = here, context, Words(lang), survey, scripts
        self.heard: list[str] = []
        self.offline = False
        context.set_default_timeout(PATIENCE)
        context.add_init_script(_POLICY)
        context.on("weberror", lambda fault: self.heard.append(str(fault.error)))
        context.on("console", self._console)
        self.page: Page = context.new_page()

    @property
    def lang(self) -> str:
        """The person's language."""
        return self.words.lang

    def _console(self, message: ConsoleMessage) -> None:
        """A refusal of ours is an answer, no fault; without a network nothing can be fetched."""
        if message.type != "error" or (self.offline and "net::ERR_INTERNET_DISCONNECTED" in message.text):
            return
        if _REFUSED.match(message.text) and not _FILE.search(message.location["url"]):
            return
        self.heard.append(f"{message.text} ({message.location['url']})")

    def seen(self, name: str) -> None:
        """Every screen that a test comes past is looked over."""
        self.survey.look(self.page, self.surface, self.lang, name, self.widths, scripts=self.scripts)

    def texts(self) -> list[str]:
        """Everything the page says, but for names, addresses and codes."""
        return read(self.page)

    def heading(self, text: str) -> Locator:
        """The one heading of the first level."""
        return self.page.get_by_role("heading", level=1, name=text)

    def reads(self, text: str) -> None:
        """This heading comes, without anything being pressed."""
        expect(self.heading(text)).to_be_visible(timeout=PATIENCE)

    def press(self, name: str, role: Any = "button") -> None:
        """Press the one button of that name."""
        self.page.get_by_role(role, name=name, exact=True).click()

    def follow(self, found: Locator) -> None:
        """Press what leads to another page, and be there: its own heading may be anybody's name."""
        with self.page.expect_navigation():
            found.click()

    def alert(self, text: str) -> None:
        """An alert says so."""
        expect(self.page.get_by_role("alert").filter(has_text=text)).to_be_visible(timeout=PATIENCE)


class Computer(Device):
    """The portal in a browser at a desk."""

    surface = "portal"
    widths = (1280, 390, 320) if SHOTS else (1280, 320)  # tests/web_look asks of every portal page at 390 too

    def visit(self, path: str = "/") -> None:
        """Open a page of the portal."""
        self.page.goto(self.here.portal + path)

    def log_in(self, who: Person, password: str = "") -> None:
        """Username and password."""
        self.visit("/login")
        self.page.get_by_label(self.words.portal("common.username"), exact=True).fill(who.username)
        self.page.get_by_label(self.words.portal("common.password"), exact=True).fill(password or who.password)
        self.press(self.words.portal("login.continue"))

    def waits(self) -> str:
        """The waiting page is there: the confirmation code it shows, "" where it shows none."""
        expect(
            self.page.get_by_text(self.words.portal("wait.waiting" if self.scripts else "wait.waiting_plain"))
        ).to_be_visible(timeout=PATIENCE)
        return self.confirmation()

    def confirmation(self) -> str:
        """The confirmation code as it stands there, "" where there is none."""
        shown = self.page.locator(".slip .digits [aria-hidden]")
        return re.sub(r"\D", "", shown.inner_text()) if shown.count() else ""

    def open_way(self, name: str) -> Locator:
        """Open one of the ways on the waiting page."""
        way = self.page.locator("details", has=self.page.locator("summary", has_text=self.words.portal(f"wait.{name}")))
        way.locator("summary").click()
        return way

    def link(self) -> str:
        """What the QR code on the page says."""
        code = self.page.locator(".qr[data-qr]")
        expect(code).to_have_attribute("data-qr", re.compile("^http"))
        expect(code).to_be_visible()
        return str(code.get_attribute("data-qr"))

    def at_home(self, who: Person) -> None:
        """Logged in, with nothing pressed."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(
            who.greeted(self.words.lang), timeout=PATIENCE
        )
        assert self.page.url == self.here.portal + "/"

    def log_out(self) -> None:
        """End the session."""
        self.press(self.words.portal("common.log_out"))
        expect(self.page.get_by_role("status").filter(has_text=self.words.portal("login.logged_out"))).to_be_visible()


class Phone(Device):
    """Key in a phone's browser."""

    surface = "key"
    widths = (390, 320)

    def open(self, path: str = "/") -> None:
        """Open the app; a link as the phone's camera does: in a page of its own."""
        self.page.goto("about:blank")
        self.page.goto(path if path.startswith("http") else self.here.key + path)

    def press_key(self, name: str, **fill: object) -> None:
        """Press the button with this text."""
        self.press(self.words.key(name, **fill))

    def row(self, name: str) -> None:
        """Take a row of a list: its first line is the name."""
        self.page.get_by_role("button").filter(has=self.page.get_by_text(self.words.key(name), exact=True)).click()

    def field(self, name: str) -> Locator:
        """A field by its label."""
        return self.page.get_by_label(self.words.key(name), exact=True)

    def reads_key(self, name: str, **fill: object) -> None:
        """The heading of a screen."""
        self.reads(self.words.key(name, **fill))

    def choose_pin(self, pin: str = PIN) -> None:
        """A new PIN, typed twice."""
        self.reads_key("pin.title")
        self.field("pin.new").fill(pin)
        self.field("pin.again").fill(pin)
        self.press_key("pin.activate")

    def is_activated(self, who: Person) -> None:
        """Notifications are declined, the outcome is shown, and Done leads to the codes."""
        asked, done = self.words.key("notify.ask"), self.words.key("activated.title", username=who.username)
        expect(self.heading(asked).or_(self.heading(done))).to_be_visible(timeout=PATIENCE)
        if self.heading(asked).count():
            self.seen("notifications")
            self.press_key("notnow")
        self.reads(done)
        self.seen("activated")
        self.press_key("done")
        expect(self.page.get_by_role("button", name=f"{self.words.key('codes.show')}: {who.username}")).to_be_visible()

    def activate(self, link: str, who: Person, pin: str = PIN) -> None:
        """Activate by a link, as the phone's camera opens it."""
        self.open(link)
        self.reads_key("opened.a.title")
        self.seen("opened-activation")
        self.press_key("next")
        self.choose_pin(pin)
        self.is_activated(who)

    def open_waiting(self, asked: str = "") -> None:
        """The app tells that a login waits, or what else is `asked` (`confirm.<operation>`, `recover`); take it."""
        self.page.get_by_role("link").filter(
            has_text=self.words.key("waiting.other" if asked else "waiting.one")
        ).click()
        self.reads_key(f"ask.{asked}" if asked else "approve.title")

    def type_confirmation(self, code: str, *, asked: str = "") -> None:
        """The six digits of the login page, or of the page that asks for something else."""
        self.page.get_by_label(self.words.key("ask.code" if asked else "approve.code")).fill(code)

    def approve(self, pin: str = PIN) -> None:
        """Approve what is on the screen, by the PIN."""
        self.press_key("approve.pin")
        self.reads_key("approve.pin.title")
        self.field("pin.yours").fill(pin)
        self.seen("approve-pin")
        self.press_key("approve.do")

    def press_key_tab(self, name: str) -> None:
        """One of the four tabs."""
        self.page.get_by_role("link", name=self.words.key(f"tab.{name}"), exact=True).click()

    def go_offline(self) -> None:
        """No network from now on; the app's own files are on the phone by then."""
        self.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        self.offline = True
        self.context.set_offline(True)

    def code(self, who: Person, pin: str = PIN) -> str:
        """The six digits of this user, opened by the PIN."""
        self.page.get_by_role("button", name=f"{self.words.key('codes.show')}: {who.username}").click()
        self.field("pin.yours").fill(pin)
        self.seen("code-pin")
        self.page.get_by_role("button", name=self.words.key("codes.show"), exact=True).click()
        shown = self.page.get_by_role("img", name=re.compile(f"^{self.words.key('codes.spoken')}"))
        expect(shown).to_be_visible(timeout=PATIENCE)
        return re.sub(r"\D", "", shown.inner_text())

    def type_session_id(self, who: Person, session_id: str) -> None:
        """From the list of ways to the Session ID, typed with the username it was made for."""
        self.reads_key("method.title")
        self.row("method.session")
        self.reads_key("session.title")
        self.field("field.username").fill(who.username)
        self.field("field.session").fill(session_id)
        self.seen("session-id")
        self.press_key("next")

    def settings(self) -> Iterator[str]:
        """Walk the pages under More, and yield the name of each while it is shown."""
        self.press_key_tab("more")
        self.reads_key("more.title")
        yield "more"
        for name in ("more.users", "more.notify", "more.check", "install.title", "server.title", "phone.title"):
            self.row(name)
            back = self.page.get_by_role("banner").get_by_role("button", name=self.words.key("back"))
            expect(back).to_be_visible()
            yield name.replace(".", "-")
            back.click()
            self.reads_key("more.title")
        self.press_key_tab("scan")
        self.reads_key("scan.title")
        yield "scan"
