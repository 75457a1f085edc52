"""The catalogue: English and Japanese have the same texts with the same placeholders, and every text keeps the rules of the voice."""

from __future__ import annotations

import re
import string
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import pytest
from babel.dates import get_day_names, get_month_names

from tests.web_look.samples import NOW, TOKYO
from watchword.core import codes, refusals
from watchword.core.brand import Brand
from watchword.core.refusals import Refusal
from watchword.flows.notices import LONGEST_MESSAGE
from watchword.outbound.gsm import fits_gsm
from watchword.web.pages import Renderer
from watchword.web.pages.clock import Clock
from watchword.web.texts import LANGUAGES, Catalogue, read

SOURCES = {lang: dict(read(files("watchword") / "texts" / lang)) for lang in LANGUAGES}
WEB = Path(__file__).parents[2] / "src/watchword/web"
FILL = {
    "username": "mtanaka01",
    "code": "48219037",
    "host": "login.watchword.example",
    "key_host": "key.watchword.example",
    "device": "Pixel 8",
    "number": "+81 •• •••• 4210",
    "name": "Misaki Tanaka (mtanaka01)",
    "text": "x" * LONGEST_MESSAGE,
    "until": "23 Nov 2026, 14:32",
    "who": "mtanaka01",
    "amount": "1,000,000,000.00",
}
PARAMS = {
    "until": NOW + 900,
    "minutes": 4,
    "slow": True,
    "digits": 6,
    "needed": "Android 7",
    "field": "username",
    "name": "a.png",
    "length": 10_001,
    "limit": 10_000,
    "left": 4,
    "day": "100,000.00",
    "five_days": "200,000.00",
    "least": 3,
    "range": "203.0.113.0/33",
    "most": 5,
}


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_texts_and_placeholders() -> None:
    assert SOURCES["en"].keys() == SOURCES["ja"].keys()
    differing = [key for key, text in SOURCES["en"].items() if _placeholders(text) != _placeholders(SOURCES["ja"][key])]
    dated = [key for key in differing if key.startswith("dates.")]  # the weekday stands only in Japanese dates
    assert differing == dated


@pytest.mark.parametrize("lang", LANGUAGES)
def test_texts_hold_no_markup_but_bold(lang: str) -> None:
    for key, text in SOURCES[lang].items():
        assert not re.search(r"<(?!/?b>)|&|\{\{|\{%", text), key
        assert text.count("<b>") == text.count("</b>"), key
        if not key.startswith("messages."):
            assert '"' not in text, f"{key} may stand in an attribute"
            assert text == text.strip() or key in ("common.error", "wait.remaining"), key


def test_english_keeps_the_voice() -> None:
    banned = re.compile(
        r"\b(invalid|oops|please wait|token|credentials?|OTP|MFA|authenticator|secure|whoops)\b", re.IGNORECASE
    )
    for key, text in SOURCES["en"].items():
        assert not banned.search(text.replace("Less secure device", "")), (key, text)  # P09 asks for these words
        assert "!" not in text.replace("such as ! or -", ""), (key, text)


def test_japanese_is_japanese() -> None:
    same = {
        key
        for key, text in SOURCES["ja"].items()
        if text == SOURCES["en"][key]
        and re.search(r"[A-Za-z]{3}", re.sub(r"\{\w+\}", "", text).replace("Watchword Key", ""))
    }
    assert same == {"enrol.by_sms"}
    for key, text in SOURCES["ja"].items():
        assert "拒否" not in text, key
        assert "間違って" not in text, key
        assert "！" not in text, key
        assert not re.search(r"[０-９Ａ-Ｚａ-ｚ]", text), f"{key}: digits and Latin letters are half-width"
    assert "English" in SOURCES["ja"]["common.other_language"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_refusal_has_what_why_and_do(lang: str) -> None:
    catalogue = Catalogue.load()
    renderer = Renderer(catalogue)
    for kind in refusals.ALL.values():
        said = renderer.refusal_json(Refusal(kind, params=PARAMS), lang=lang, now=NOW, tz=TOKYO)["refusal"]
        assert all(said[part] for part in ("what", "why", "do")), kind
        assert "<" not in said["what"] + said["why"] + said["do"]
        shown = renderer.refusal(Refusal(kind, params=PARAMS), lang=lang, now=NOW, tz=TOKYO)
        assert (kind.reference or str(kind.number)) in shown.meta


def test_no_text_is_left_over_for_a_refusal_that_is_gone() -> None:
    numbers = {
        key.split(".")[1] for key in SOURCES["en"] if key.startswith("refusals.") and key.split(".")[1].isdigit()
    }
    assert numbers == {str(number) for number in refusals.ALL}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_clock_that_is_off_is_told_in_words(lang: str) -> None:
    renderer = Renderer(Catalogue.load())
    slow, fast = (
        renderer.refusal(
            Refusal(refusals.CODE_CLOCK, params={"minutes": 4, "slow": slow}), lang=lang, now=NOW, tz=TOKYO
        )
        for slow in (True, False)
    )
    assert "4" in slow.why
    assert slow.why != fast.why


def test_refused_passwords_name_each_fault() -> None:
    refusal = Refusal(refusals.PASSWORD_POLICY, params={"faults": ("short", "digit"), "minimum": 8})
    for lang in LANGUAGES:
        assert len(Renderer(Catalogue.load()).refusal(refusal, lang=lang, now=NOW, tz=TOKYO).faults) == 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_messages_carry_no_links_and_every_mail_has_a_subject(lang: str) -> None:
    for key, text in SOURCES[lang].items():
        if not key.startswith("messages."):
            continue
        assert "http" not in text, key
        assert "www." not in text, key
        if key.endswith("_mail"):
            assert key.replace("_mail", "_subject") in SOURCES[lang], key
            assert key.replace("_mail", "_sms") in SOURCES[lang], key


def test_english_sms_fit_one_message() -> None:
    catalogue = Catalogue.load()
    for key in catalogue.keys("en"):
        if key.startswith("messages.") and key.endswith("_sms"):
            text = catalogue.plain("en", key, **(FILL | {"number": "+81 4210", "left": "9"}))
            assert fits_gsm(text), key
            assert len(text) <= 160, (key, len(text))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("key", ["proof_code", "start_code", "contact_code", "login_code", "confirm_code"])
def test_codes_that_a_browser_fills_in_are_bound_to_the_host(lang: str, key: str) -> None:
    text = Catalogue.load().plain(lang, f"messages.{key}_sms", **FILL)
    assert text.splitlines()[-1] == "@login.watchword.example #48219037"


def test_messages_tell_the_life_of_their_code() -> None:
    for key, life in codes.LIFE_SECONDS.items():
        days, minutes = life // 86400, life // 60
        for form in ("sms",) if key == "login" else ("sms", "mail"):  # a code for a login never goes to a mailbox
            english, japanese = (SOURCES[lang][f"messages.{key}_code_{form}"] for lang in LANGUAGES)
            assert (f"{days} days" if days else f"{minutes} minutes") in english
            assert (f"{days}日間" if days else f"{minutes}分間") in japanese


def test_every_key_that_a_template_names_exists() -> None:
    for template in (WEB / "templates").glob("*.html"):
        for key in re.findall(r'"([a-z0-9_-]+\.[a-z0-9_.-]+)"\|(?:t|pattern)\b', template.read_text()):
            assert key in SOURCES["en"], f"{template.name}: {key}"


def test_no_text_is_never_used() -> None:
    places = [
        *WEB.rglob("*.html"),
        *WEB.rglob("*.py"),
        *WEB.parent.glob("flows/*.py"),
        *WEB.parent.glob("app/*.py"),
        *WEB.parent.glob("outbound/*.py"),
        WEB.parent / "app/wiring.py",
    ]
    sources = "\n".join(path.read_text() for path in places)
    named = set(re.findall(r'"([a-z0-9_-]+\.[a-z0-9_.-]+)"', sources))
    named |= {f"{about}{end}" for end in re.findall(r'about ~ "(\.[a-z_]+)"', sources) for about in ("wait", "confirm")}
    families = set(re.findall(r'\(?"([a-z_]+(?:\.[a-z_]*)+)" ~', sources)) | {
        "refusals.",
        "faults.",
        "messages.",
        "dates.",
        "help.",
        "staff.",  # tests/app/test_staff_texts.py
        "audit.",  # tests/app/test_audit_texts.py
    }
    unused = [
        key for key in SOURCES["en"] if key not in named and not any(key.startswith(family) for family in families)
    ]
    assert unused == []


def test_the_brand_is_filled_in_once_and_escaped() -> None:
    catalogue = Catalogue.load(
        Brand(name="A & B <i>", support={"en": "+44 1", "ja": "0120"}, portal_url="https://in.example.org:8443")
    )
    assert (
        catalogue.t("en", "wait.address")
        == "You should be at <b>in.example.org:8443</b>. Check the address bar before typing a code."
    )
    assert catalogue.plain("en", "messages.welcome_subject") == "Your username for A & B <i>"
    assert "A &amp; B &lt;i&gt;" in catalogue.t("en", "messages.welcome_subject")


def test_unknown_texts_and_missing_parameters_are_faults() -> None:
    catalogue = Catalogue.load()
    with pytest.raises(KeyError):
        catalogue.t("en", "login.no_such_text")
    with pytest.raises(KeyError):
        catalogue.t("en", "dates.left", minutes=2)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_months_and_weekdays_are_those_of_the_unicode_consortium(lang: str) -> None:
    texts = SOURCES[lang]
    months = get_month_names("abbreviated", locale=lang)
    days = get_day_names("abbreviated", locale=lang)
    assert [texts[f"dates.month.{n}"] for n in range(1, 13)] == [months[n] for n in range(1, 13)]
    assert [texts[f"dates.weekday.{n}"] for n in range(1, 8)] == [days[n - 1] for n in range(1, 8)]


def test_dates_and_times_as_each_language_writes_them() -> None:
    english, japanese = (Clock(Catalogue.load(), lang, NOW, TOKYO) for lang in LANGUAGES)
    assert english.full(NOW) == "22 Nov 2026, 14:32"
    assert japanese.full(NOW) == "2026年11月22日（日）14:32"
    assert (english.moment(NOW), japanese.moment(NOW)) == ("Today 14:32", "今日 14:32")
    assert english.moment(NOW - 86400) == "Yesterday 14:32"
    assert english.moment(NOW - 3 * 86400) == "19 Nov 14:32"
    assert japanese.moment(NOW - 400 * 86400) == "2025年10月18日"
    # A limit that ends in January, looked at in December, ends at an hour.
    assert (english.moment(NOW + 40 * 86400), japanese.moment(NOW + 40 * 86400)) == (
        "1 Jan 2027, 14:32",
        "2027年1月1日（金）14:32",
    )
    assert (english.left(NOW + 160), japanese.left(NOW + 160)) == ("2 min 40 s left", "残り2分40秒")
    assert (english.until(NOW + 900), english.until(NOW + 86400)) == ("14:47", "23 Nov 14:32")


@pytest.mark.parametrize(
    ("hour", "greeting"),
    [(4, "evening"), (5, "morning"), (11, "morning"), (12, "afternoon"), (17, "afternoon"), (18, "evening")],
)
def test_greetings_follow_the_time_of_day(hour: int, greeting: str) -> None:
    at = int(datetime(2026, 11, 22, hour, tzinfo=TOKYO).timestamp())
    assert Clock(Catalogue.load(), "en", at, TOKYO).greeting() == greeting


def test_the_end_of_a_wait_is_true_when_it_has_come() -> None:
    """Under five minutes to the second, with what is left; a longer one is rounded up, so that nobody comes back too early."""
    english, japanese = (Clock(Catalogue.load(), lang, NOW, TOKYO) for lang in LANGUAGES)
    assert (english.wait(NOW + 40), japanese.wait(NOW + 40)) == ("14:33:08 (40 s left)", "14:33:08（残り40秒）")
    assert (english.wait(NOW + 299), japanese.wait(NOW + 160)) == (
        "14:37:27 (4 min 59 s left)",
        "14:35:08（残り2分40秒）",
    )
    assert (english.wait(NOW + 901), english.wait(NOW + 86400)) == ("14:48", "23 Nov 14:33")
    for lang, what in (
        ("en", "No more codes are sent until 14:33:08 (40 s left)."),
        ("ja", "14:33:08（残り40秒）までコードをお送りできません。"),
    ):
        shown = Renderer(Catalogue.load()).refusal(
            Refusal(refusals.SEND_LIMITED, params={"until": NOW + 40}), lang=lang, now=NOW, tz=TOKYO
        )
        assert str(shown.what) == what
