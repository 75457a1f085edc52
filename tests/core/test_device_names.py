"""Names that we gave a device are told apart from those that its owner gave."""

from __future__ import annotations

import pytest

from watchword.core.device_names import ON_SYSTEM, PLAIN, SYSTEMS, defaults, recognised
from watchword.outbound import useragent
from watchword.web.texts import LANGUAGES, Catalogue

TEXTS = Catalogue.load()
OURS = defaults({key: TEXTS.pattern(lang, key) for key in (*PLAIN, ON_SYSTEM)} for lang in LANGUAGES)


@pytest.mark.parametrize(
    ("kept", "english", "japanese"),
    [
        ("Security Code Card 7K2QXM4T", "Security Code Card 7K2QXM4T", "セキュリティコードカード 7K2QXM4T"),
        ("デジタル・セキュリティ・カード+ DEMO-0001", "Digital Security Card+ DEMO-0001", "デジタル・セキュリティ・カード+ DEMO-0001"),
        ("Security Code Card (m.tanaka-02)", "Security Code Card (m.tanaka-02)", "セキュリティコードカード (m.tanaka-02)"),
        ("Recovery codes", "Recovery codes", "リカバリーコード"),
        ("オンライン・セキュリティコードカード", "Online Security Code Card", "オンライン・セキュリティコードカード"),
        ("Passkey on Windows", "Passkey on Windows", "Windowsのパスキー"),
        ("セキュリティキー", "Security key", "セキュリティキー"),
    ],
)  # fmt: skip
def test_a_name_of_ours_follows_its_reader(kept: str, english: str, japanese: str) -> None:
    assert (TEXTS.device("en", kept), TEXTS.device("ja", kept)) == (english, japanese)


@pytest.mark.parametrize(
    "given",
    ["", "Mum's phone", "Security Code Card Mum", "Security Code Card (Mum's one)", "Passkey on my desk", "security code card", "Recovery codes 7K2QXM4T", "Passkey 2", "{system}", "Pixel 8", "銀行のカード"],
)  # fmt: skip
def test_a_name_that_somebody_gave_stays(given: str) -> None:
    assert recognised(given, OURS) is None
    assert [TEXTS.device(lang, given) for lang in LANGUAGES] == [given, given]


def test_every_system_that_a_passkey_is_named_after_is_known() -> None:
    assert set(useragent._SYSTEMS.values()) <= set(SYSTEMS)
