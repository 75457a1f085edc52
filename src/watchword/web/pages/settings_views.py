"""What each settings page is told. Times are whole seconds since 1970 UTC, 0 where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from watchword.core.floors import CHOICES
from watchword.web.pages.views import SettingsPage

Delivery = Literal["queued", "sent", "delivered", "failed"]
Where = Literal["", "number", "mail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewPage(SettingsPage):
    """What is on, and what would be better. `advice` ∈ number, device, second, mail, passkey, each with a page that mends it."""

    template: ClassVar[str] = "settings_overview.html"
    section: ClassVar[str] = "overview"
    devices: int = 0
    numbers: int = 0  # verified ones
    mails: int = 0
    sessions: int = 0
    password_changed: int = 0
    advice: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """One number or address, masked. With `code_until` a code can be typed; `delivery` is what became of its message."""

    id: str
    kind: Literal["sms", "mail"]
    masked: str
    default: bool = False
    verified: int = 0
    on_file: bool = True
    stays: str = ""  # why it cannot be removed: last, verified, recovery
    sent_at: int = 0
    code_until: int = 0
    again_at: int = 0
    delivery: Delivery | Literal[""] = ""
    delivery_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryRow:
    """A country in the list, as `libphonenumber` knows it."""

    region: str
    code: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsPage(SettingsPage):
    """Numbers and addresses (N01-N04). The error stands at the contact `at`, or at the form `where`; what was typed comes back."""

    template: ClassVar[str] = "settings_contacts.html"
    section: ClassVar[str] = "contacts"
    path: str = "/settings/contacts"
    rows: tuple[ContactRow, ...] = ()
    countries: tuple[CountryRow, ...] = ()
    at: str = ""
    where: Where = ""
    region: str = ""
    number: str = ""
    mail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRow:
    """One active device. `bars` 1-4; `stays` ∈ "", delay, staff says why it is not for its owner to deactivate."""

    id: str
    name: str
    kind: str = "key"
    bars: int = 4
    since: int = 0
    last_used: int = 0
    place: str = ""
    others: int = 0
    notified: bool = True
    stays: str = ""
    here: bool = False  # it approved the login of this session
    synced: bool = False  # a passkey that may be on several devices
    disabled: bool = False
    kept: bool = False  # put aside while another's is shared
    shared: bool = False  # another user's, shared with this one
    sharers: int = 0  # how many others share it
    left: int = -1  # recovery codes that were not used yet
    ends: int = 0  # of a temporary one


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRow:
    """A verified number, masked. `fresh` is until when it is too new to get codes, 0 where it is not."""

    id: str
    masked: str
    fresh: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TestPush:
    """What became of a test push. `none`: this phone gets no notifications."""

    device: str  # id
    state: Literal["queued", "sent", "failed", "none"]
    at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesPage(SettingsPage):
    """Device cards (L04), adding one, the weakest that may answer. `ask` is the device whose deactivation is asked about, `at` the one an error belongs to."""

    template: ClassVar[str] = "settings_devices.html"
    section: ClassVar[str] = "devices"
    path: str = "/settings/devices"
    rows: tuple[DeviceRow, ...] = ()
    at: str = ""
    typed: str = ""
    ask: str = ""
    tested: TestPush | None = None
    numbers: tuple[NumberRow, ...] = ()  # verified ones that get no codes by SMS yet
    accepted: Mapping[str, object] | None = None  # the passkeys that count, for the browser
    may_add: bool = False  # a temporary code may put a device in place, and change nothing else
    floor: int = 0
    post: str = ""  # the token of the form for recovery codes, good once
    floors: ClassVar[tuple[int, ...]] = tuple(int(one) for one in CHOICES)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAppPage(SettingsPage):
    """A key for a code app: what the QR holds, what is typed by hand, until when a code of it is taken."""

    template: ClassVar[str] = "settings_code_app.html"
    section: ClassVar[str] = "devices"
    path: str = "/settings/devices/app"
    address: str
    key: str
    until: int
    typed: str = ""  # the name


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodesPage(SettingsPage):
    """New recovery codes, shown this once."""

    template: ClassVar[str] = "settings_recovery_codes.html"
    section: ClassVar[str] = "devices"
    path: str = "/settings/devices"
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """One live session. Empty place, network, browser are not known."""

    id: str
    kind: Literal["portal", "platform", "enrolment"]
    program: str = ""
    place: str = ""
    network: str = ""
    browser: str = ""
    system: str = ""
    started: int = 0
    used: int = 0
    idle_end: int = 0
    end: int = 0
    this: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsPage(SettingsPage):
    """Every live session, this one first (T01, S06)."""

    template: ClassVar[str] = "settings_sessions.html"
    section: ClassVar[str] = "sessions"
    path: str = "/settings/sessions"
    rows: tuple[SessionRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRow:
    """One event; its sentence is `activity.<tag>`."""

    at: int
    tag: str
    alarming: bool = False
    place: str = ""
    network: str = ""
    browser: str = ""
    system: str = ""
    program: str = ""
    detail: str = ""  # a device's name or a masked contact


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPage(SettingsPage):
    """Logins and security events, PAGE at a time. `older` is where the next page begins."""

    template: ClassVar[str] = "settings_activity.html"
    section: ClassVar[str] = "activity"
    path: str = "/settings/activity"
    rows: tuple[ActivityRow, ...] = ()
    only: Literal["", "login", "change"] = ""
    older: int = 0
    newest: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguagePage(SettingsPage):
    """Language of messages and pages, and the time zone, with all that can be chosen."""

    template: ClassVar[str] = "settings_language.html"
    section: ClassVar[str] = "language"
    path: str = "/settings/language"
    chosen: str = "en"
    zone: str = "UTC"
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesPage(SettingsPage):
    """What is always told, and what may be chosen (N06). `mail` and `number` are where it goes, masked, "" for nowhere."""

    template: ClassVar[str] = "settings_notices.html"
    section: ClassVar[str] = "notices"
    path: str = "/settings/notices"
    logins: Literal["", "new", "all"] = ""
    account_sms: bool = True
    mail: str = ""
    number: str = ""
