"""Limits and restrictions: the table of the requirements, and what must hold for every account."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.core.devices import Level
from watchword.core.entitlements import (
    DEFAULT_LIMITS,
    GROUP_OF,
    GROUPS,
    NONE,
    OTC_TRADING,
    SITUATIONS,
    WITHDRAWALS,
    Limits,
    Rules,
    Standing,
    dollars,
    entitlements,
)

RULES = Rules()
UNTIL = 1_800_000_000

limits = st.builds(Limits, st.integers(0, 10**12), st.integers(0, 10**12))
rules = st.builds(Rules, st.fixed_dictionaries(dict.fromkeys(DEFAULT_LIMITS, limits)))
standings = st.builds(
    Standing,
    levels=st.lists(st.sampled_from(list(Level)), max_size=5).map(tuple),
    paper=st.booleans(),
    opted_out=st.booleans(),
    recovered_until=st.sampled_from([0, UNTIL]),
    own=st.none() | limits,
)


@pytest.mark.parametrize(
    ("level", "day", "five_days"),
    [
        (Level.PASSKEY_BOUND, 1_000_000, 1_000_000),
        (Level.CARD_PLUS, 1_000_000, 1_500_000),
        (Level.KEY_ONLINE, 1_000_000, 1_000_000),
        (Level.PASSKEY_SYNCED, 1_000_000, 1_000_000),
        (Level.KEY_OFFLINE, 1_000_000, 1_000_000),
        (Level.TOTP_APP, 500_000, 1_000_000),
        (Level.CODE_CARD, 200_000, 600_000),
        (Level.SMS, 100_000, 200_000),
        (Level.TEMPORARY, 100_000, 200_000),
    ],
)
def test_the_table_of_the_requirements(level: Level, day: int, five_days: int) -> None:
    found = entitlements(Standing((level,)), RULES)
    assert (found.limits, found.level, found.restrictions) == (dollars(day, five_days), level, ())
    out = entitlements(Standing((level,), opted_out=True), RULES)
    assert (out.limits, out.restrictions) == (dollars(50_000, 100_000), (OTC_TRADING,))


def test_every_level_is_in_one_group_and_every_group_has_limits() -> None:
    assert set(GROUP_OF) == set(Level)
    assert sum(len(levels) for levels in GROUPS.values()) == len(Level)
    assert set(DEFAULT_LIMITS) == {*GROUPS, *SITUATIONS}


def test_two_devices_give_the_better_of_each_number() -> None:
    found = entitlements(Standing((Level.PASSKEY_BOUND, Level.CARD_PLUS)), RULES)
    assert (found.limits, found.because) == (dollars(1_000_000, 1_500_000), ("card_plus",))
    assert found.level == Level.PASSKEY_BOUND, "the assurance of a login is that of the highest level"


def test_why_and_what_would_raise_it() -> None:
    found = entitlements(Standing((Level.SMS,), opted_out=True, recovered_until=UNTIL), RULES)
    assert found.because == ("sms", "opted_out", "recovered")
    assert [(step.how, step.limits) for step in found.raises] == [
        ("opt_in", dollars(100_000, 200_000)),
        ("wait", dollars(100_000, 200_000)),
    ], "what both lead to together: while one ceiling stands, a better device raises nothing"
    sms = entitlements(Standing((Level.SMS,)), RULES)
    assert [(step.how, step.group) for step in sms.raises] == [
        ("device", "card_plus"),
        ("device", "key"),
        ("device", "totp_app"),
        ("device", "code_card"),
    ]
    waiting = entitlements(Standing((Level.KEY_ONLINE,), recovered_until=UNTIL), RULES)
    assert [(step.how, step.until, step.limits) for step in waiting.raises] == [
        ("wait", UNTIL, dollars(1_000_000, 1_000_000))
    ]
    assert entitlements(Standing((Level.CARD_PLUS,)), RULES).raises == ()


def test_an_institution_has_limits_of_its_own() -> None:
    own = dollars(5_000_000, 20_000_000)
    assert entitlements(Standing((Level.SMS,), own=own), RULES).limits == own
    assert entitlements(Standing((), own=own), RULES).because == ("own",)
    assert entitlements(Standing((), own=own, opted_out=True), RULES).limits == DEFAULT_LIMITS["opted_out"]


def test_paper_has_no_money() -> None:
    found = entitlements(Standing((Level.CARD_PLUS,), paper=True), RULES)
    assert (found.limits, found.restrictions, found.because) == (NONE, (WITHDRAWALS,), ("paper",))


@given(standings, rules, st.sampled_from(list(Level)))
def test_one_more_device_never_lowers_anything(standing: Standing, numbers: Rules, level: Level) -> None:
    more = Standing(
        (*standing.levels, level), standing.paper, standing.opted_out, standing.recovered_until, standing.own
    )
    before, after = entitlements(standing, numbers), entitlements(more, numbers)
    if standing.levels:  # the operator may give those without any device more than a weak one has
        assert after.limits.under(before.limits) == before.limits
    assert (after.level or 0) >= (before.level or 0)


@given(standings, rules)
def test_a_ceiling_never_raises_and_every_step_named_does(standing: Standing, numbers: Rules) -> None:
    found = entitlements(standing, numbers)
    for word, stands in (("opted_out", standing.opted_out), ("recovered", standing.recovered_until > 0)):
        if stands and not standing.paper:
            assert found.limits.over(numbers.limits[word]) == numbers.limits[word]
            assert word in found.because
    for step in found.raises:
        assert step.limits.over(found.limits) != found.limits
    assert len({step.limits for step in found.raises if step.how == "device"}) == sum(
        step.how == "device" for step in found.raises
    ), "of several ways to the same limits the one that asks for least is named"
