"""The pure rules of the settings: which contacts stay, which devices, and what a person is told."""

from __future__ import annotations

import pytest

from tests.docs.test_audit_events import documented
from watchword.core import activity, contacts, device_policy, notices, recovery
from watchword.core.devices import Device
from watchword.core.users import Contact
from watchword.web.texts import Catalogue

NOW = 1_800_000_000


def number(at: int, *, verified: bool = True, on_file: bool = True, default: bool = False) -> Contact:
    return Contact(
        f"{at:026}",
        "u" * 26,
        "sms",
        f"+8190000000{at:02}",
        NOW if verified else 0,
        default,
        NOW + at if on_file else 0,
    )


MAIL = Contact("m" * 26, "u" * 26, "mail", "a@example.org", 0, True, NOW)


def device(at: int, state: str = "active") -> Device:
    return Device(f"{at:026}", "u" * 26, "p" * 26, "key", state, "Phone", b"", 0, 0, NOW, NOW)


@pytest.mark.parametrize(
    ("all_of", "recovery", "fault"),
    [
        ([number(1)], 0, "last"),
        ([number(1), MAIL], 0, "verified"),
        ([number(1), number(2, verified=False), MAIL], 0, "verified"),
        ([number(1), number(2)], 0, ""),
        ([number(1, verified=False), MAIL], 0, ""),
        ([number(1, on_file=False, verified=False)], 1, ""),
        ([number(1), number(2)], 1, "recovery"),
        ([number(1), number(2)], 2, ""),
    ],
)
def test_which_number_stays(all_of: list[Contact], recovery: int, fault: str) -> None:
    by = number(recovery).id if recovery else ""
    assert contacts.removal_fault(all_of[0], all_of, recovery=by) == fault


def test_a_mail_address_may_go_while_a_number_is_left() -> None:
    assert contacts.removal_fault(MAIL, [MAIL, number(1)], recovery="") == ""
    assert contacts.removal_fault(MAIL, [MAIL], recovery="") == "last"
    assert contacts.removal_fault(MAIL, [MAIL, number(1, on_file=False, verified=False)], recovery="") == "last"


def test_the_heir_of_a_default_is_verified_and_longest_on_file() -> None:
    old = number(1, default=True)
    assert contacts.successor(old, [old, number(4), number(3), number(2, verified=False), MAIL]) == number(3)
    assert contacts.successor(old, [old, MAIL]) is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Anna.Muster+w@Example.ORG ", "Anna.Muster+w@example.org"), ("a@xn--r8jz45g.jp", "a@xn--r8jz45g.jp"), ("a@b", ""), ("@b.c", ""),
        ("a.@b.ch", ""), ("a..b@c.ch", ""), ("a@-b.ch", ""), ("a@b.1", ""), ("a@b.ch\n", "a@b.ch"), ("a@b\r\n.ch", ""), ("a" * 65 + "@b.ch", ""),
        ("<a@b.ch>", ""), ("a,b@c.ch", ""), ("a@b.ch,c@d.ch", ""), ("ａ@b.ch", ""),
    ],
)  # fmt: skip
def test_mail_addresses(typed: str, kept: str) -> None:
    assert contacts.mail_address(typed) == kept


@pytest.mark.parametrize(
    ("devices", "numbers", "restricted", "fault"),
    [
        ([device(1), device(2)], [], True, ""),
        ([device(1), device(2, "inactive")], [number(1)], False, ""),
        ([device(1)], [number(1)], False, ""),
        ([device(1)], [number(1)], True, "delay"),
        ([device(1)], [number(1, verified=False), MAIL], False, "staff"),
        ([device(1, "inactive"), device(2)], [number(1)], False, "inactive"),
        ([device(1, "issued"), device(2)], [number(1)], False, "inactive"),
    ],
)
def test_which_device_its_owner_may_deactivate(
    devices: list[Device], numbers: list[Contact], restricted: bool, fault: str
) -> None:
    assert device_policy.deactivation_fault(devices[0], devices, numbers, restricted=restricted) == fault


def test_a_recovery_restricts_for_a_day() -> None:
    assert recovery.restricted(0, NOW, 86400) == 0
    assert recovery.restricted(NOW, NOW + 86399, 86400) == NOW + 86400
    assert recovery.restricted(NOW, NOW + 86400, 86400) == 0


@pytest.mark.parametrize(
    ("notify", "new", "told"),
    [
        ("", True, ""),
        ("login_new", True, "login_new"),
        ("login_new", False, ""),
        ("login_all", False, "login_all"),
        ("login_all", True, "login_new"),
        ("nonsense", True, ""),
    ],
)
def test_which_notice_a_login_causes(notify: str, new: bool, told: str) -> None:
    assert notices.of_login(notify, browser_new=new) == told


def test_only_known_notices_are_stored() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        notices.stored(frozenset({"nonsense"}))
    assert notices.chosen("login_new nonsense") == {"login_new"}


def test_every_documented_event_is_told_in_both_languages_or_left_out_on_purpose() -> None:
    tags = set(documented())
    told = set(activity.KINDS)
    assert sorted(told & activity.UNTOLD) == []
    assert sorted(tags - told - activity.UNTOLD) == [], (
        "put it into core/activity.py, and its text into texts/*/activity.toml"
    )
    assert sorted((told | activity.UNTOLD) - tags) == [], "not in docs/audit-events.md"
    assert told >= activity.ALARMING
    catalogue = Catalogue.load()
    for lang in ("en", "ja"):
        assert [tag for tag in sorted(told) if not catalogue.has(lang, f"activity.{tag}")] == [], lang
    assert set(activity.tags("login")) | set(activity.tags("change")) == set(activity.tags())
