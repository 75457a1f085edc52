"""Users, what is on file about them, and how to reach them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

MAX_USERNAME = 64
NOBODY = "0" * 26


@dataclass(frozen=True, slots=True)
class Details:
    """What the institution has on file. It is stored sealed; only the PIN guidelines, staff matching and sharing read it.

    `paper_of` is the id of the person's live user, where this one trades on paper (A08). `citizenship` and `residence` (of law) are countries
    by their two letters, `tax_number` is a US Social Security Number, `entity` the institution's own number of whom the account belongs to (P02).
    """

    given_names: str = ""
    family_names: str = ""
    birth_date: str = ""
    addresses: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    postal_codes: tuple[str, ...] = ()
    document_type: str = ""
    document_number: str = ""
    paper_of: str = ""
    citizenship: str = ""
    residence: str = ""
    tax_number: str = ""
    entity: str = ""


@dataclass(frozen=True, slots=True)
class User:
    """One person's login. `state` is `active`, `suspended`, `invited` while a role as staff waits for approval, or `closed` for good where
    that came to nothing and the name went to somebody else; `password_hash` is "" until the first password is set.

    `kind` is `live` or `paper` (A08); a paper user shares nothing that logs in with the
    person's live one. `primary_id` is the user who changes this one's security settings, "" for himself. `recovered` is
    when the account was last recovered, `notify` the notices asked for beside those that always go out, parted by blanks. `floor` is the
    weakest level of device that the person lets answer for him, one of core/floors.py's CHOICES; `opted_out` is since when a password alone
    logs him in from a known browser (Q01).
    """

    id: str
    username: str
    username_key: str
    display_name: str
    given_name: str
    lang: str
    zone: str
    state: str
    password_hash: str
    quiet_until: int
    denied_at: int
    created: int
    flagged: int = 0
    kind: str = "live"
    primary_id: str = ""
    password_changed: int = 0
    recovered: int = 0
    notify: str = ""
    floor: int = 0
    opted_out: int = 0

    @property
    def is_primary(self) -> bool:
        """Whether this user changes security settings of the account himself (Q02)."""
        return not self.primary_id


def nobody(username: str, lang: str) -> User:
    """Who stands where a name is, or may be, nobody's: no letter reaches him, and nothing of his is shown."""
    return User(NOBODY, username, "", username, "", lang, "UTC", "absent", "", 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Contact:
    """A mobile number (`sms`, E.164) or a mail address (`mail`) of a user. `on_file` is when it came to be on file, 0 while it waits for
    the code that shows whose it is."""

    id: str
    user_id: str
    kind: str
    value: str
    verified: int
    is_default: bool
    on_file: int


@dataclass(frozen=True, slots=True)
class NewUser:
    """What `watchword user add|import` brings. `paper_of` is the username of the person whose paper-trading user this is, "" for a live one."""

    username: str
    details: Details
    mails: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    lang: str = "en"
    zone: str = "UTC"
    display_name: str = field(default="")
    paper_of: str = ""


def username_key(typed: str) -> str:
    """The form in which usernames are compared: NFKC, case folded, outer blanks dropped (RFC 8265 UsernameCaseMapped in spirit)."""
    return unicodedata.normalize("NFKC", typed.strip()[: MAX_USERNAME * 2]).casefold()


def mask_mail(address: str) -> str:
    """`m•••@example.org`: enough for the owner to know it, nothing for anybody else to use."""
    name, _, host = address.partition("@")
    return f"{name[:1]}•••@{host}"
