"""What each page is told: frozen dataclasses, one a page, each naming its template.

Times are whole seconds since 1970 UTC, 0 where there is none. Names of people, devices, browsers and places may be hostile: the templates
show them through `safe_name`. Nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Literal

from markupsafe import Markup

from watchword.core import refusals
from watchword.core.refusals import Kind

PushState = Literal["sent", "limited", "quiet", "none", "expired", "off", "other"]
ConfirmationReason = Literal["", "browser", "network", "denial", "several", "policy", "suspicion"]
Way = Literal[
    "", "qr", "challenge", "code", "other", "passkey", "temporary_code", "sms", "code_app", "recovery_code", "code_card", "online_card", "card_plus",
]  # fmt: skip
OverKind = Literal["denied", "not_me", "expired", "failed", "lapsed", "cancelled", "gone"]
EnrolStep = Literal["choose", "code", "scan", "done", "over", "no_contact"]
LoginWay = Literal[
    "push", "qr", "challenge", "code", "passkey", "temporary_code", "sms", "code_app", "recovery_code", "code_card", "online_card", "card_plus",
    "enrol", "password",
]  # fmt: skip
Outcome = Literal["complete", "denied", "not_me", "expired", "failed", "cancelled", "lapsed", "pending"]

_OVER: Mapping[str, Kind] = {
    "denied": refusals.DENIED, "not_me": refusals.NOT_ME, "expired": refusals.EXPIRED, "failed": refusals.FAILED,
    "lapsed": refusals.LAPSED, "cancelled": refusals.CANCELLED, "gone": refusals.ATTEMPT_GONE,
}  # fmt: skip
HELP_ANCHORS = (
    "address", "fake-apps", "activate", "camera", "activation-used", "already-active", "phone-only", "notifications",
    "sharing",
    "u01", "u02", "u03", "u04", "u05", "u06", "u07", "u08",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalView:
    """A refusal ready to be read: texts in the page's language. Made by `Renderer.refusal`."""

    number: int
    code: str
    reference: str  # "U01" … or ""
    what: Markup
    why: Markup
    do: Markup
    time: int
    meta: Markup  # "Reference U01 · 14:32:08"
    help: str = ""  # the page that tells its cause and fix at length
    faults: tuple[Markup, ...] = ()  # the single faults of a new password, each a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What every page has. `csrf` is the token of its forms; `path` is where switching the language comes back to.

    The last three are filled in by `showing.page` from the session: `signed_in` into the portal, `paper` account (A08), `unread` cases.
    """

    template: ClassVar[str] = ""
    csrf: str = ""
    path: str = "/login"
    signed_in: bool = False
    paper: bool = False
    unread: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginPage(Page):
    """Step 1 of 2: username and password (A02, A10, A11). `notice` is news, such as U06 after an idle logout."""

    template: ClassVar[str] = "login.html"
    username: str = ""
    error: RefusalView | None = None
    notice: RefusalView | None = None
    held: bool = False  # whether to offer beginning with the phone
    passkey: bool = False  # whether a passkey alone is offered
    logged_out: bool = False
    key_url: str = ""  # where Key opens; "" leaves the entry for activation on this phone out (F01)


@dataclass(frozen=True, slots=True, kw_only=True)
class QrPanel:
    """A QR code with its end. `text` is the whole address in the code; it is not needed once `ended`."""

    state: Literal["fresh", "ended"] = "fresh"
    text: str = ""
    until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengePanel:
    """Ten digits and their end. `spent`: three answers did not fit, a new challenge is needed."""

    state: Literal["fresh", "ended", "spent"] = "fresh"
    digits: str = ""
    until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPanel:
    """A code that was sent by SMS, and what became of the message (N04)."""

    to: str
    at: int
    until: int
    again_at: int
    delivery: Literal["queued", "sent", "delivered", "failed"] = "queued"
    delivery_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One device in the drop-down (A07). `name` is the person's own name for it; `kind` the factor's, or `key`."""

    id: str
    name: str
    kind: str = "key"
    count: int = 1  # how many the browser chooses from by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPage(Page):
    """Step 2 of 2: one attempt with all of its ways open (A06, A07, B04, C01, D01, D05, E01)."""

    template: ClassVar[str] = "waiting.html"
    path: str = "/login/wait"
    username: str
    action: str = "login"  # or confirm: a change inside a session; recover: one proof of a recovery
    operation: str = ""  # which change
    push: PushState
    sent_to: str = ""
    sent_at: int = 0
    valid_until: int = 0  # end of the push
    push_again: int = 0  # limited or quiet: from when a push may be sent again
    attempt_until: int = 0  # end of the attempt, renewals included
    confirmation: str = ""  # six digits, or "" where none is asked for
    confirmation_reason: ConfirmationReason = ""
    qr: QrPanel | None = None
    challenge: ChallengePanel | None = None
    text: TextPanel | None = None
    open_way: Way = ""
    errors: Mapping[str, RefusalView] = field(default_factory=lambda: MappingProxyType({}))  # by way, or "page"
    methods: tuple[Method, ...] = ()
    method: str = ""
    lead: str = "key"  # the kind of the method that stands first: that of the device chosen
    offline: bool = True  # whether what Key makes without a network reaches the floor
    qr_only: bool = False  # a recovery before its first proof: Key is asked by QR alone
    asked: Mapping[str, Mapping[str, object]] = field(default_factory=dict)  # by kind: what a card or token is asked
    asks: ClassVar[tuple[str, ...]] = ("code_card", "online_card", "card_plus")
    key_url: str = ""  # origin of Key, shown where a response is about to be typed

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of method that are open."""
        return frozenset(method.kind for method in self.methods)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverPage(Page):
    """An attempt that has ended, why, and the way on. `quiet_until`: after a denial no push goes out before it."""

    template: ClassVar[str] = "over.html"
    kind: OverKind
    reference: str = ""
    time: int = 0
    quiet_until: int = 0
    back: str = ""  # the settings page that asked, where this was a confirmation

    @property
    def quotable(self) -> str:
        """What a person can quote: the reference, else the number of the refusal that says the same."""
        return self.reference or str(_OVER[self.kind].number)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactView:
    """A number or mail address on file, masked: `+81 •• •••• 4210`."""

    id: str
    kind: Literal["sms", "mail"]
    masked: str
    default: bool = False
    verified: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolPanel:
    """QR and Session ID that activate Key (G01). `state` ∈ waiting, scanned, over."""

    text: str = ""
    session_id: str = ""  # eight characters, ungrouped
    until: int = 0
    state: Literal["waiting", "scanned", "over"] = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolPage(Page):
    """A person without a device: prove a contact, then activate (H01–H04, G01–G07).

    Steps: choose a contact → code sent to it → scan → done. `over`: the enrolment ended, log in again. `no_contact`: nothing on file.
    """

    template: ClassVar[str] = "enrol.html"
    path: str = "/enrol"
    username: str
    step: EnrolStep
    contacts: tuple[ContactView, ...] = ()
    contact: str = ""  # id of the chosen one
    sent_to: str = ""
    sent_at: int = 0
    code_until: int = 0
    again_at: int = 0  # from when another code may be sent
    panel: EnrolPanel | None = None
    device: str = ""  # name of the phone, when done
    error: RefusalView | None = None
    key_url: str = ""
    until: int = 0  # end of the enrolment session
    number: str = ""  # masked; codes by SMS to it log the person in from now on (N05)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRow:
    """One line of "your last logins"."""

    at: int
    way: LoginWay
    outcome: Outcome = "complete"
    place: str = ""
    browser: str = ""
    system: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """One device, in short. `online`: Key is registered for notifications."""

    name: str
    kind: str = "key"
    since: int = 0
    last_used: int = 0
    notifications: bool = True
    ends: int = 0  # of a temporary one


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage(Page):
    """The first page after logging in. `enrol` is there while the person has no Key."""

    template: ClassVar[str] = "home.html"
    path: str = "/"
    username: str
    name: str
    login_way: LoginWay
    login_at: int
    device: str = ""  # name of the device that confirmed this login
    enrol: EnrolPanel | None = None
    error: RefusalView | None = None
    just_activated: bool = False
    logins: tuple[LoginRow, ...] = ()
    devices: tuple[DeviceView, ...] = ()
    contacts: tuple[ContactView, ...] = ()
    idle_minutes: int = 15
    key_url: str = ""
    limited_until: int = 0  # end of the lower limits after a recovery
    card_runs_out: bool = False  # a code card with few cells left, and none on its way


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordRules:
    """The policy in force, as it is told before it is applied (S03)."""

    minimum: int = 8
    classes: bool = True  # upper and lower case, a digit, a special character
    history: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPage(Page):
    """The first password: username, the one-time code sent apart, the new password twice. `done` leads to the login."""

    template: ClassVar[str] = "start.html"
    path: str = "/start"
    username: str = ""
    rules: PasswordRules = PasswordRules()
    digits: int = 6  # of the one-time code
    error: RefusalView | None = None
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsPage(Page):
    """What every settings page has. `section` is the entry of the side navigation; `confirmed` whether changes are allowed now."""

    sections: ClassVar[tuple[tuple[str, str], ...]] = (
        ("overview", "/settings"),
        ("password", "/settings/password"),
        ("questions", "/settings/questions"),
        ("contacts", "/settings/contacts"),
        ("devices", "/settings/devices"),
        ("login", "/settings/login"),
        ("limits", "/settings/limits"),
        ("withdrawals", "/settings/withdrawals"),
        ("sessions", "/settings/sessions"),
        ("networks", "/settings/networks"),
        ("activity", "/settings/activity"),
        ("notices", "/settings/notices"),
        ("language", "/settings/language"),
    )
    section: ClassVar[str] = "overview"
    path: str = "/settings"
    username: str
    confirmed: bool = False
    error: RefusalView | None = None
    changed_by: str = ""  # who changes this user's security settings, where it is somebody else (Q02)
    said: str = ""  # what was just done: `settings.done_<word>`


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpPage(Page):
    """Every cause and its fix on one page (U01–U08, A10, A11, B04, G04–G07, L06)."""

    template: ClassVar[str] = "help.html"
    path: str = "/help"
    logged_in: bool = False
    key_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage(Page):
    """Anything else that stopped a request. `retry` names a path where trying again makes sense, or ""."""

    template: ClassVar[str] = "error.html"
    refusal: RefusalView
    retry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """A made-up person. Without `password` they start with the first-password page."""

    username: str
    password: str
    name: str = ""
    role: str = ""  # of staff


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDrawer:
    """What logs in without a phone: a token with its PIN and a card with its `cells`, whose each is, and a second username of each owner."""

    token_of: DemoAccount
    pin: str
    card_of: DemoAccount
    cells: tuple[str, ...]
    alike: DemoAccount
    unlike: DemoAccount
    columns: int = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPage(Page):
    """Computer, phone and outbox side by side. Origins as the browser writes them, without a trailing slash."""

    template: ClassVar[str] = "demo.html"
    path: str = "/"
    portal_url: str
    key_url: str
    accounts: tuple[DemoAccount, ...] = ()
    console_url: str = ""  # where `staff` sign in
    staff: tuple[DemoAccount, ...] = ()
    drawer: DemoDrawer | None = None
