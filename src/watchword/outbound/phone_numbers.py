"""Phone numbers as a person types, reads and half sees them, by libphonenumber's data (F03, F04)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

# phonenumbers loads a region's data when first asked about it, so only the import itself (20 ms) is put off; the
# functions below import it where they need it, and a server that never shows a number never pays.


class Fault(StrEnum):
    """Why what was typed is not a mobile number (F04: explained, never corrected in silence)."""

    COUNTRY = "country"
    """No such country, or the number belongs to another one that shares its calling code."""
    DIGITS_ONLY = "digits_only"
    TRUNK_PREFIX = "trunk_prefix"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NOT_MOBILE_POSSIBLE = "not_mobile_possible"


class Country(NamedTuple):
    """A row of the country list: ISO 3166 code, calling code without the plus, name."""

    region: str
    calling_code: int
    name: str


_WIDE_TO_ASCII = str.maketrans("０１２３４５６７８９", "0123456789")
_SHOWN = 4
_LONGEST = 15  # ITU-T E.164 section 6.2


def parse(region: str, national: str) -> tuple[str, str]:
    """A number typed for a country, without its trunk prefix: `(E.164, "")`, or `("", Fault)`.

    Full-width digits count as digits and space around the number is ignored. Spaces or hyphens inside are a fault,
    and so is a number of another region under the same calling code: or else choosing the United States would reach
    Jamaica's numbers, whatever countries are allowed.
    """
    import phonenumbers  # noqa: PLC0415

    code = phonenumbers.country_code_for_region(region)
    if not code:
        return "", Fault.COUNTRY
    digits = national.strip().translate(_WIDE_TO_ASCII)
    if not (digits.isascii() and digits.isdigit()):
        return "", Fault.DIGITS_ONLY
    if len(digits) > _LONGEST:
        return "", Fault.TOO_LONG
    try:
        number = phonenumbers.parse(f"+{code}{digits}")
    except phonenumbers.NumberParseException:
        return "", Fault.TOO_SHORT
    # The parser takes a trunk prefix away; if the rest is another number than was typed, there was one.
    if phonenumbers.national_significant_number(number) != digits:
        return "", Fault.TRUNK_PREFIX
    fault = _length_fault(number) or _kind_fault(number, region)
    return ("", fault) if fault else (_e164(number), "")


def region(e164: str) -> str:
    """The ISO 3166 code of the country a number belongs to, such as "JP"; empty where there is none."""
    import phonenumbers  # noqa: PLC0415

    number = _read(e164)
    return "" if number is None else phonenumbers.region_code_for_number(number) or ""


@lru_cache(maxsize=4096)
def mask(e164: str) -> str:
    """The calling code and at most the last four digits: "+81 •• •••• 4210". Half of a number of fewer than eight."""
    number = _read(e164)
    if number is None:
        digits = [character for character in e164 if character.isdigit()]
        shown = min(_SHOWN, len(digits) // 2)
        return "•" * (len(digits) - shown) + "".join(digits[len(digits) - shown :])
    calling, _, national = _spaced(number).partition(" ")
    total = sum(character.isdigit() for character in national)
    hidden = total - min(_SHOWN, total // 2)
    seen, out = 0, ""
    for character in national:
        seen += character.isdigit()
        out += "•" if character.isdigit() and seen <= hidden else character
    return f"{calling} {out}"


def display(e164: str) -> str:
    """The number in its country's groups: "+81 90 1234 5678". What cannot be read comes back as it is."""
    number = _read(e164)
    return e164 if number is None else _spaced(number)


def countries(lang: str, allowed: Sequence[str]) -> list[Country]:
    """The countries a number may be of, by name in the language. `allowed` holds ISO 3166 codes; empty means all."""
    chosen = frozenset(region.upper() for region in allowed)
    return [country for country in _all_countries(lang) if not chosen or country.region in chosen]


@lru_cache(maxsize=4)
def _all_countries(lang: str) -> tuple[Country, ...]:
    import phonenumbers  # noqa: PLC0415
    from babel import Locale  # noqa: PLC0415

    names = Locale.parse("ja" if lang == "ja" else "en").territories
    rows = [
        Country(region, code, names[region])
        for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()  # asked by region, it would load each one's rules
        for region in regions
        if region in names and region in phonenumbers.SUPPORTED_REGIONS
    ]
    return tuple(sorted(rows, key=lambda row: _reading(row.name)))


# How the names that do not begin in kana are read, so that 日本 stands among ニ. Code points would put all of them
# last.
_READINGS = {
    "アメリカ合衆国": "アメリカ", "英": "エイ", "仏": "フツ", "米": "ベイ", "日": "ニホン", "中国": "チュウゴク",
    "中央": "チュウオウ", "中華": "チュウカ", "韓": "カン", "北": "キタ", "台": "タイワン", "南": "ミナミ",
    "東": "ヒガシ", "西": "ニシ", "赤": "セキ",
}  # fmt: skip


def _reading(name: str) -> str:
    for start, reading in _READINGS.items():
        if name.startswith(start):
            return reading + name[len(start) :]
    return name.casefold().replace("å", "a")


def _length_fault(number: PhoneNumber) -> Fault | None:
    from phonenumbers import ValidationResult, is_possible_number_with_reason  # noqa: PLC0415

    match is_possible_number_with_reason(number):
        case ValidationResult.IS_POSSIBLE:
            return None
        case ValidationResult.TOO_LONG:
            return Fault.TOO_LONG
        case ValidationResult.INVALID_LENGTH:
            return Fault.NOT_MOBILE_POSSIBLE
        case _:
            return Fault.TOO_SHORT


def _kind_fault(number: PhoneNumber, region: str) -> Fault | None:
    import phonenumbers  # noqa: PLC0415

    kinds = phonenumbers.PhoneNumberType
    if phonenumbers.number_type(number) not in (kinds.MOBILE, kinds.FIXED_LINE_OR_MOBILE):
        return Fault.NOT_MOBILE_POSSIBLE
    return None if phonenumbers.region_code_for_number(number) == region else Fault.COUNTRY


def _e164(number: PhoneNumber) -> str:
    from phonenumbers import PhoneNumberFormat, format_number  # noqa: PLC0415

    return format_number(number, PhoneNumberFormat.E164)


def _spaced(number: PhoneNumber) -> str:
    from phonenumbers import PhoneNumberFormat, format_number  # noqa: PLC0415

    return format_number(number, PhoneNumberFormat.INTERNATIONAL).replace("-", " ")


def _read(e164: str) -> PhoneNumber | None:
    import phonenumbers  # noqa: PLC0415

    if not e164.startswith("+"):
        return None
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return None
    return number if _e164(number) == e164 else None
