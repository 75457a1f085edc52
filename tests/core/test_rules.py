"""The small rules: windows, locks, pushes, codes, sessions, levels, assurance, names."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.samples import Samples
from tests.support.fakes import FakeEntropy
from watchword.core import assurance, codes, lockout, pushes, sessions
from watchword.core.attempts import ATTEMPT, whose
from watchword.core.crockford import ALPHABET as CROCKFORD
from watchword.core.devices import Level, Platform, platform_fault
from watchword.core.encoding import b64u, unb64u
from watchword.core.enrolments import normal_session_id, session_id_from
from watchword.core.lockout import Tries
from watchword.core.rates import Window, first_free, kept
from watchword.core.refusals import ALL
from watchword.core.users import mask_mail, username_key

NOW = 1_795_000_000
WINDOWS = (Window(1, 60), Window(5, 3600), Window(10, 86400))


@given(st.lists(st.integers(0, 100_000), max_size=60), st.permutations(range(3)))
def test_no_window_is_ever_over_full(gaps: list[int], order: list[int]) -> None:
    """Taking one whenever it is allowed never breaks a limit, and what is refused would have broken one."""
    windows = [WINDOWS[at] for at in order]
    stamps: list[int] = []
    now = 0
    for gap in gaps:
        now += gap % 400 if gap % 3 else gap
        free = first_free(stamps, now, windows)
        full = any(sum(at > now - window.seconds for at in stamps) >= window.limit for window in windows)
        assert (free > now) == full
        if free <= now:
            stamps.append(now)
        elif now < free:
            assert first_free(stamps, free, windows) <= free, "the time that was named is not yet free"
            assert first_free(stamps, free - 1, windows) > free - 1, "it would have been free before"


@given(st.lists(st.integers(0, 200_000), max_size=40), st.integers(0, 200_000))
def test_what_is_forgotten_no_longer_matters(stamps: list[int], now: int) -> None:
    past = [at for at in stamps if at <= now]
    assert (
        first_free(kept(past, now, WINDOWS), now, WINDOWS) == first_free(past, now, WINDOWS)
        or first_free(past, now, WINDOWS) <= now
    )
    assert list(kept(past, now, WINDOWS)) == sorted(at for at in past if at > now - 86400)


def test_a_window_ends_at_its_second() -> None:
    assert first_free([NOW], NOW + 59, (Window(1, 60),)) == NOW + 60
    assert first_free([NOW], NOW + 60, (Window(1, 60),)) <= NOW + 60
    assert first_free([NOW, NOW + 30], NOW + 59, (Window(2, 60),)) == NOW + 60
    assert kept([NOW], NOW + 60, (Window(1, 60),)) == ()


def test_without_windows_everything_is_allowed() -> None:
    assert first_free([NOW] * 100, NOW, ()) <= NOW


def test_locks_last_15_30_and_then_always_60_minutes() -> None:
    tries, lengths = Tries(), []
    for _ in range(5):
        tries = lockout.wrong(Tries(5, tries.locks, tries.locked_until), NOW)
        lengths.append(tries.locked_until - NOW)
        assert tries.wrong == 0
    assert lengths == [900, 1800, 3600, 3600, 3600]


@given(st.integers(0, 4), st.integers(0, 9))
def test_under_five_in_a_row_nothing_changes(wrong: int, locks: int) -> None:
    tries = Tries(wrong, locks)
    assert lockout.wrong(tries, NOW) == tries


def test_a_lock_ends_at_its_second() -> None:
    tries = Tries(locked_until=NOW)
    assert lockout.locked(tries, NOW - 1) and not lockout.locked(tries, NOW)


@given(st.lists(st.integers(NOW - 4000, NOW), max_size=8), st.integers(NOW - 1000, NOW + 1000))
def test_a_phone_is_asked_within_its_limits_and_never_in_its_quiet_time(stamps: list[int], quiet: int) -> None:
    ask = pushes.may_ask(stamps, quiet_until=quiet, now=NOW)
    if quiet > NOW:
        assert (ask.allowed, ask.why, ask.until) == (False, "quiet", quiet)
        return
    ten, hour = sum(at > NOW - 600 for at in stamps), sum(at > NOW - 3600 for at in stamps)
    assert ask.allowed == (ten < 3 and hour < 5)
    assert ask.allowed or (ask.why == "limited" and ask.until > NOW)


@given(st.binary(min_size=16, max_size=40), st.sampled_from([6, 8, 10]))
def test_codes_have_their_length(entropy: bytes, count: int) -> None:
    digits = codes.digits_from(entropy, count)
    assert len(digits) == count and digits.isascii() and digits.isdigit()


def test_the_lengths_and_lives_of_codes() -> None:
    ten_minutes = ("proof", "recover", "activation", "key_recovery", "contact", "login")
    assert codes.DIGITS == {
        "proof": 6,
        "recover": 6,
        "activation": 8,
        "key_recovery": 8,
        "contact": 6,
        "login": 6,
        "start": 10,
    }
    assert [codes.LIFE_SECONDS[kind] for kind in ten_minutes] == [600] * 6
    assert [codes.TRIES[kind] for kind in ten_minutes] == [3] * 6


@given(st.binary(min_size=5, max_size=5))
def test_a_session_id_is_its_own_normal_form(entropy: bytes) -> None:
    made = session_id_from(entropy)
    assert len(made) == 8 and set(made) <= set(CROCKFORD)
    for typed in (
        made,
        made.lower(),
        f" {made[:4]}-{made[4:]} ",
        made.replace("0", "o").replace("1", "l"),
        made.replace("1", "I"),
    ):
        assert normal_session_id(typed) == made


@given(st.binary(max_size=40))
def test_base64url_goes_both_ways_in_one_form(data: bytes) -> None:
    text = b64u(data)
    assert unb64u(text, len(data)) == data
    for other in (text + "=", text + "A", text[:-1], " " + text, text.replace("-", "+").replace("_", "/") + " "):
        if other != text:
            assert unb64u(other, len(data)) is None
    assert unb64u(text, len(data) + 1) is None
    assert unb64u(None, 0) is None


@pytest.mark.parametrize(
    ("platform", "fault"),
    [
        (Platform("ios", "13.0"), None), (Platform("ios", "12.99"), "old"), (Platform("ios", "13"), None), (Platform("ios", "9"), "old"),
        (Platform("android", "7.0"), None), (Platform("android", "7"), None), (Platform("android", "6.0.1"), "old"), (Platform("android", "14"), None),
        (Platform("android", ""), None), (Platform("android", "Tiramisu"), None), (Platform("other", "1"), None),
        (Platform("ios", "17", rooted=True), "rooted"), (Platform("ios", "17", lock=False), "no_lock"), (Platform("ios", "17", lock=None, rooted=None), None),
        (Platform("android", "5", rooted=True, lock=False), "rooted"), (Platform("ios", "13.x"), None), (Platform("ios", "٩.٠"), "old"),
    ],
)  # fmt: skip
def test_what_a_phone_says_of_itself(platform: Platform, fault: str | None) -> None:
    """I01, I02: what cannot be told passes."""
    assert platform_fault(platform) == fault


def test_levels_stand_in_the_tables_order() -> None:
    order = [
        "PASSKEY_BOUND",
        "CARD_PLUS",
        "KEY_ONLINE",
        "PASSKEY_SYNCED",
        "KEY_OFFLINE",
        "TOTP_APP",
        "CODE_CARD",
        "SMS",
        "TEMPORARY",
    ]
    assert [level.name for level in sorted(Level, reverse=True)] == order


def test_assurance_says_what_was_used_and_no_more() -> None:
    assert assurance.amr(("hwk", "pop", "pin")) == ("pwd", "hwk", "pop", "pin", "mfa")
    assert assurance.amr(("otp",)) == ("pwd", "otp", "mfa")
    assert assurance.acr(("hwk", "pop", "pin")).endswith(":online")
    assert not assurance.acr(("otp", "pin")).endswith(":online")


def _session(**changes: int) -> sessions.Session:
    given = {
        "created": NOW,
        "touched": NOW,
        "idle_seconds": 900,
        "expires": NOW + 43200,
        "ended": 0,
        "proved": 0,
        **changes,
    }
    return sessions.Session("s", "u", "n", "portal", "portal", b"", "", "", "", **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("session", "after", "alive"),
    [
        (_session(), 899, True), (_session(), 900, False), (_session(touched=NOW + 43199), 43199, True),
        (_session(touched=NOW + 43199), 43200, False), (_session(ended=NOW), 1, False),
    ],
)  # fmt: skip
def test_a_session_lives_until_it_idles_ends_or_is_old(session: sessions.Session, after: int, alive: bool) -> None:
    assert sessions.alive(session, NOW + after) is alive


@given(st.text(max_size=80))
def test_a_username_is_compared_in_one_form(typed: str) -> None:
    key = username_key(typed)
    assert username_key(f" {typed.strip()} ") == key or len(typed) > 126
    assert len(key) <= 128 * 18 * 3


def test_usernames_that_look_alike_to_a_person_are_one() -> None:
    assert username_key("MTanaka01 ") == username_key("ｍｔａｎａｋａ０１") == "mtanaka01"
    assert username_key("Straße") == username_key("STRASSE")


def test_a_mail_address_is_masked_beyond_use() -> None:
    assert mask_mail("misaki.tanaka@example.jp") == "m•••@example.jp"
    assert mask_mail("nonsense") == "n•••@"


def test_refusals_keep_their_numbers() -> None:
    """Numbers are stable: other programs act on them."""
    acted_on = {
        3110: "activation.proof_first", 3201: "activation.used", 3202: "activation.already", 3204: "sent_code.wrong", 4101: "key.signature",
        4102: "key.clock", 4201: "key.over", 4202: "key.not_for_you", 4303: "key.confirmation_wrong", 4304: "key.pin_wrong",
        4305: "key.pins_spent", 6003: "platform.proof", 1301: "login.no_device", 1103: "login.busy",
    }  # fmt: skip
    assert {number: ALL[number].code for number in acted_on} == acted_on
    assert ALL[1103].status == 503
    assert all(
        400 <= kind.status < 500 for kind in ALL.values() if kind.number not in (1103, 5009) and kind.status != 503
    )


def test_whose_audit_an_attempt_stands_in_comes_with_it() -> None:
    attempt = Samples(FakeEntropy()).attempt("u" * 26)
    held = replace(attempt, action="held")
    for state in ATTEMPT.states:
        assert whose(replace(attempt, state=state)) == "u" * 26, state
        nobodys = state in ("pending", "expired", "cancelled")
        assert whose(replace(held, state=state)) == ("" if nobodys else "u" * 26), state
        assert whose(replace(held, state=state), device="d" * 26) == "u" * 26, "his own device says that it is his"
