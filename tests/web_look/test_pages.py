"""Every page in every state, in both languages, with hostile contents: well-formed, harmless, and within the strict policy."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web_look.samples import HOSTILE, NOW, QR, TOKYO, pages
from watchword.core.brand import Brand
from watchword.web.pages import (
    HELP_ANCHORS,
    ChallengePanel,
    LoginPage,
    QrPanel,
    Renderer,
    fold_code,
    plain_name,
    qr_path,
    safe_name,
)
from watchword.web.texts import LANGUAGES, Catalogue

RENDERER = Renderer(Catalogue.load())
VOID = {"meta", "link", "input", "br", "img"}
NAMES = tuple(pages(RENDERER, "en"))
SHAPES = {"path", "rect", "circle"}  # SVG's empty elements close themselves


def _page(lang: str, name: str, hostile: str | None = None) -> str:
    return RENDERER.page(pages(RENDERER, lang, hostile)[name], lang=lang, now=NOW, tz=TOKYO).decode()


class Tree(HTMLParser):
    """Collects what a test asks about and fails on tags that do not close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: Counter[str] = Counter()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.forms: list[set[str]] = []
        self.words = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        assert len(found) == len(attrs), f"an attribute twice on {tag}: {attrs}"
        self.tags.append((tag, found))
        if "id" in found:
            self.ids[found["id"] or ""] += 1
        if tag == "form":
            self.forms.append(set())
        if tag in ("input", "button", "select") and "form" in self.open:
            self.forms[-1].add(found.get("name") or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in SHAPES | {"use"}, tag
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open.pop() == tag, f"</{tag}> out of order"

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("hostile", [None, HOSTILE], ids=["ordinary", "hostile"])
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_page_is_well_formed_and_keeps_to_the_policy(name: str, lang: str, hostile: str | None) -> None:
    text = _page(lang, name, hostile)
    tree = Tree(text)
    assert text.startswith(f'<!doctype html>\n<html lang="{lang}">')
    assert [name for name, times in tree.ids.items() if times > 1] == []
    visible = [tag for tag, found in tree.tags if tag == "h1"]
    assert visible, "a page has a heading"
    for tag, found in tree.tags:
        assert tag != "style"
        assert tag != "script" or found.get("src", "").startswith("/static/portal/")
        assert "style" not in found, "the policy has no inline styles"
        assert not [key for key in found if key.startswith("on")], "nor inline scripts"
        for key in ("href", "src", "action"):
            value = found.get(key)
            assert value is None or re.match(r"(/|#|https?://|otpauth://)", value), (tag, key, value)
        for key in ("for", "aria-controls", "aria-labelledby"):
            assert key not in found or found[key] in tree.ids, (tag, key, found[key])
        for used in (found.get("aria-describedby") or "").split():
            assert used in tree.ids, (tag, used)
        if tag == "use":
            assert (found["href"] or "")[1:] in tree.ids, "an icon without its symbol"


@pytest.mark.parametrize("name", NAMES)
def test_every_form_posts_with_its_token(name: str) -> None:
    tree = Tree(_page("en", name))
    forms = [found for tag, found in tree.tags if tag == "form"]
    assert all(found["method"] == "post" for found in forms)
    assert all("csrf" in names for names in tree.forms)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_are_clipped_to_plain_text(name: str, lang: str) -> None:
    text = _page(lang, name, HOSTILE)
    assert "<script>alert" not in text
    assert not re.search("[\u0000-\u0008\u000b\u000c\u000e-\u001f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", text)
    assert "A" * 257 not in text
    assert "{{ 7*7 }}" in text or "49}" not in text
    assert len(text) < 60_000


@given(st.text())
def test_any_name_becomes_one_short_line(name: str) -> None:
    plain = plain_name(name)
    assert 1 <= len(plain) <= 64
    assert plain == plain.strip()
    assert not re.search(r"[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]", plain)
    assert "<" not in safe_name(name).removeprefix("<bdi>").removesuffix("</bdi>")


def test_names_keep_what_living_scripts_need() -> None:
    assert plain_name("美咲のPixel 8") == "美咲のPixel 8"
    assert plain_name("  Zoë\u0301\n’s   phone ") == "Zoë\u0301 ’s phone"
    assert plain_name("Z" + "\u0336" * 40) == "Z" + "\u0336" * 3
    assert plain_name("\u202e\u0000") == "–"
    assert safe_name("<b>") == "<bdi>&lt;b&gt;</bdi>"


@pytest.mark.parametrize(
    "typed", ["482915", "482 915", "482-915", "４８２９１５", " 482\u3000915\n", "482‐915", "482ー915"]
)
def test_codes_are_read_as_people_type_them(typed: str) -> None:
    assert fold_code(typed) == "482915"


def test_letters_in_a_code_stay_to_be_refused() -> None:
    assert fold_code("48a915") == "48a915"


def test_a_page_tells_its_language_and_offers_the_other() -> None:
    for lang, other in (("en", "ja"), ("ja", "en")):
        buttons = [
            found for tag, found in Tree(_page(lang, "login")).tags if tag == "button" and found.get("name") == "lang"
        ]
        assert [(found["value"], found["lang"]) for found in buttons] == [(other, other)]


def test_passwords_and_codes_are_never_put_back() -> None:
    for name in ("login-error", "start-error", "waiting-code-clock", "waiting-challenge-wrong", "enrol-code-wrong"):
        fields = [
            found for tag, found in Tree(_page("en", name)).tags if tag == "input" and found.get("type") != "hidden"
        ]
        assert {found["name"] for found in fields if found.get("value")} <= {"username"}


def test_help_has_every_anchor_that_others_point_to() -> None:
    ids = Tree(_page("en", "help")).ids
    assert all(ids[anchor] == 1 for anchor in HELP_ANCHORS)
    for name in NAMES:
        for link in re.findall(r'href="/help#([a-z0-9-]+)"', _page("en", name)):
            assert link in HELP_ANCHORS


@pytest.mark.parametrize(
    ("lang", "never"),
    [
        ("en", "you never need to share a device"),
        ("ja", "Keyをお使いの場合、デバイスの共用は不要です。"),
    ],
)
def test_help_and_guide_say_that_users_of_key_share_nothing(lang: str, never: str) -> None:
    """J03."""
    section = re.search(r'<section id="sharing".*?</section>', _page(lang, "help"), re.DOTALL)
    assert section and never in section[0]
    assert '<a href="#sharing">' in _page(lang, "help"), "the list of contents does not lead there"
    guide = (Path(__file__).parents[2] / "docs/user-guide.md").read_text("utf-8")
    assert never in guide


def test_the_confirmation_code_is_the_only_slip_and_can_be_read_aloud() -> None:
    text = _page("en", "waiting")
    assert text.count('class="slip ') == 1
    assert '<span class="away">4 8 2, 9 1 5</span><span aria-hidden="true">482<i></i>915</span>' in text
    assert 'class="slip ' not in _page("en", "waiting-plain")


def test_ways_come_in_the_order_push_qr_challenge_code_other() -> None:
    text = _page("en", "waiting-none")
    assert re.findall(r'data-way="(\w+)"', text) == ["qr", "challenge", "code", "other"]
    assert re.findall(r'data-way="(\w+)"[^>]* open', text) == ["other"]


def test_one_device_needs_no_list() -> None:
    assert 'data-way="other"' not in _page("en", "waiting")


WITHOUT_KEY = (
    "waiting-passkey-only", "waiting-temporary", "waiting-temporary-wrong", "waiting-sms-wrong", "waiting-sms-unsent", "waiting-code-app",
    "waiting-recovery-code", "waiting-card-wrong", "waiting-card-empty", "waiting-token",
)  # fmt: skip


@pytest.mark.parametrize("name", [name for name in NAMES if "waiting" in name])
def test_the_waiting_page_goes_on_without_scripts(name: str) -> None:
    text = _page("en", name)
    inside = re.findall(r"<noscript>(.*?)</noscript>", text, re.DOTALL)
    assert any('name="do" value="continue"' in one for one in inside)
    assert 'name="do" value="cancel"' in text
    if "data-passkey" in text:
        assert any("needs scripts" in one for one in inside) and 'data-options="/login/question"' in text
    if name in WITHOUT_KEY:
        assert 'data-way="qr"' not in text
        return
    only_qr = name in ("waiting-recover-first", "waiting-floor")
    assert only_qr == ('data-way="challenge"' not in text), "before a proof, and above what can be read out"
    for do in ("qr",) if only_qr else ("qr", "challenge", "response"):
        assert f'name="do" value="{do}"' in text
    plain = not only_qr and "waiting-confirm" not in name
    assert ('name="do" value="code"' in text) == plain, "six digits approve no change"


def test_panels_for_the_script_hold_the_same_as_the_page() -> None:
    qr = RENDERER.panel(QrPanel(text=QR, until=NOW + 180), lang="en", now=NOW, tz=TOKYO)
    assert (qr["way"], qr["size"], qr["valid"]) == ("qr", qr_path(QR)[0], "Valid until 14:35:28")
    assert qr["path"] in _page("en", "waiting-qr")
    challenge = RENDERER.panel(ChallengePanel(digits="1483029176", until=NOW), lang="ja", now=NOW, tz=TOKYO)
    assert challenge["groups"] == ["148", "302", "9176"]
    assert challenge["spoken"] == "1 4 8、3 0 2、9 1 7 6"


def test_the_address_is_heavy_where_nobody_else_can_register() -> None:
    def address(url: str) -> str:
        renderer = Renderer(Catalogue.load(), Brand(portal_url=url))
        text = renderer.page(LoginPage(), lang="en", now=NOW, tz=TOKYO).decode()
        found = re.search(r'<span class="address">(.*?)</span>', text)
        assert found
        return found[1]

    assert address("https://login.watchword.example") == "https://login.<b>watchword.example</b>"
    assert address("http://portal.localhost:8000") == "http://portal.<b>localhost:8000</b>"
    assert address("https://example") == "https://<b>example</b>"
    assert address("http://127.0.0.1:8000") == "http://<b>127.0.0.1:8000</b>"


def test_the_demonstration_script_is_there_only_in_the_demonstration() -> None:
    assert "demo-frame" not in _page("en", "login")
    shown = (
        Renderer(Catalogue.load(), demo_origin="http://demo.localhost:8000")
        .page(LoginPage(), lang="en", now=NOW, tz=TOKYO)
        .decode()
    )
    assert re.search(r'demo-frame\.js\?v=\w+" data-demo="http://demo\.localhost:8000"', shown)


def test_a_view_is_a_value() -> None:
    view = pages(RENDERER, "en")["login"]
    assert replace(view) == view
