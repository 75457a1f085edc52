"""Reading what an operator hands in about new users: every fault named, nothing guessed (A04, `watchword user add|import`)."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from watchword.core.users import MAX_USERNAME, Details, NewUser, username_key

USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{1,62})[a-z0-9]")
MAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
COUNTRY = re.compile(r"[A-Za-z]{2}")
NUMBER = re.compile(r"\+[1-9]\d{6,14}")
COUNTRIES = ("citizenship", "residence")
IDENTITY = ("birth_date", "document_type", "document_number", *COUNTRIES, "tax_number", "entity")
LANGUAGES = ("en", "ja")
LISTS = ("mails", "numbers", "addresses", "cities", "postal_codes")
PLAIN = (
    "username",
    "given_names",
    "family_names",
    "birth_date",
    "document_type",
    "document_number",
    "citizenship",
    "residence",
    "tax_number",
    "entity",
    "lang",
    "zone",
    "display_name",
    "paper_of",
)
FIELDS = (*PLAIN, *LISTS)
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field of one row."""

    field: str
    why: str


def read(row: Mapping[str, object], *, zone_known: Callable[[str], bool]) -> NewUser | list[Fault]:
    """A new user from a row of CSV or JSON Lines. Lists are JSON lists, or text parted by `;`."""
    faults = [Fault(str(name), "is not a field we know") for name in row if name not in FIELDS]
    texts = {name: _text(row.get(name), name, faults) for name in PLAIN}
    lists = {name: _list(row.get(name), name, faults) for name in LISTS}
    username = unicodedata.normalize("NFKC", texts["username"])
    if USERNAME.fullmatch(username_key(username)) is None or len(username) > MAX_USERNAME:
        faults.append(Fault("username", "takes 3 to 64 letters, digits, dots, hyphens and underscores"))
    faults += [
        Fault("mails", f"{mail!r} is no mail address") for mail in lists["mails"] if MAIL.fullmatch(mail) is None
    ]
    faults += [
        Fault("numbers", f"{number!r} is no number in the form +819012345678")
        for number in lists["numbers"]
        if NUMBER.fullmatch(number) is None
    ]
    if texts["paper_of"] and username_key(texts["paper_of"]) == username_key(username):
        faults.append(Fault("paper_of", "names another user: a paper account has a username of its own"))
    if not texts["paper_of"] and not lists["mails"] and not lists["numbers"]:
        faults.append(Fault("mails", "or numbers must hold one entry: the first code has to reach the person"))
    faults += _identity(texts)
    if texts["lang"] not in ("", *LANGUAGES):
        faults.append(Fault("lang", "is en or ja"))
    if texts["zone"] and not zone_known(texts["zone"]):
        faults.append(Fault("zone", "is no time zone such as Asia/Tokyo"))
    return faults or _made(username, texts, lists)


def corrected(row: Mapping[str, str]) -> dict[str, str] | list[Fault]:
    """What identifies somebody, put right: some of IDENTITY, "" for what is no longer on file."""
    faults = [Fault(name, "is not a field that identifies") for name in row if name not in IDENTITY]
    texts = {name: _text(value, name, faults) for name, value in row.items() if name in IDENTITY}
    faults += _identity(texts)
    return faults or {name: value.upper() if name in COUNTRIES else value for name, value in texts.items()}


def _identity(texts: Mapping[str, str]) -> list[Fault]:
    faults = []
    if texts.get("birth_date") and not _is_date(texts["birth_date"]):
        faults.append(Fault("birth_date", "takes the form 1987-04-23"))
    faults += [
        Fault(name, "takes the two letters of a country, such as JP")
        for name in COUNTRIES
        if texts.get(name) and COUNTRY.fullmatch(texts[name]) is None
    ]
    return faults


def _made(username: str, texts: Mapping[str, str], lists: Mapping[str, tuple[str, ...]]) -> NewUser:
    details = Details(
        given_names=texts["given_names"], family_names=texts["family_names"], birth_date=texts["birth_date"],
        addresses=lists["addresses"], cities=lists["cities"], postal_codes=lists["postal_codes"],
        document_type=texts["document_type"], document_number=texts["document_number"],
        citizenship=texts["citizenship"].upper(), residence=texts["residence"].upper(), tax_number=texts["tax_number"], entity=texts["entity"],
    )  # fmt: skip
    shown = texts["display_name"] or f"{texts['given_names']} {texts['family_names']}".strip() or username
    return NewUser(
        username,
        details,
        lists["mails"],
        lists["numbers"],
        texts["lang"] or "en",
        texts["zone"] or "UTC",
        shown,
        texts["paper_of"],
    )


def _text(value: object, name: str, faults: list[Fault]) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        faults.append(Fault(name, "takes text"))
        return ""
    text = value.strip()
    if len(text) > LONGEST or any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        faults.append(Fault(name, f"takes at most {LONGEST} printable characters"))
        return ""
    return text


def _list(value: object, name: str, faults: list[Fault]) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    items = value.split(";") if isinstance(value, str) else value
    if not isinstance(items, list) or len(items) > 20:
        faults.append(Fault(name, "takes a list of at most 20"))
        return ()
    texts = (_text(item, name, faults) for item in items)
    return tuple(text for text in texts if text)


def _is_date(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).year > 1880
    except ValueError:
        return False
