"""What an account may do: from what is held, what was chosen and what happened lately, to limits, restrictions and assurance (Q01, R01, R02, A12).

The rules this file stands for:
1. An account has the limits of its best devices, each number by itself; an institution's own limits stand in their place.
2. What lowers them (opting out, a recovery) is a ceiling over whatever they would be, and never raises them.
3. Nothing is decided here that is not said: every answer carries why it is so and what would raise it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from watchword.core.devices import Level

CENTS = 100  # amounts are whole US cents everywhere in the code
NOTHING = 0

OTC_TRADING = "otc_trading"  # Pink Sheet and OTCBB (Q01)
WITHDRAWALS = "withdrawals"
RESTRICTIONS = (OTC_TRADING, WITHDRAWALS)

# The groups of the table "withdrawal limits", strongest first, and the levels that are in them. No level is in two.
GROUPS: Mapping[str, tuple[Level, ...]] = MappingProxyType(
    {
        "card_plus": (Level.CARD_PLUS,),
        "key": (Level.PASSKEY_BOUND, Level.KEY_ONLINE, Level.PASSKEY_SYNCED, Level.KEY_OFFLINE),
        "totp_app": (Level.TOTP_APP,),
        "code_card": (Level.CODE_CARD,),
        "sms": (Level.SMS, Level.TEMPORARY),
    }
)
GROUP_OF: Mapping[Level, str] = MappingProxyType({level: name for name, levels in GROUPS.items() for level in levels})
OPTED_OUT, RECOVERED, NO_DEVICE = "opted_out", "recovered", "no_device"
# A ceiling over one signature, not over the account: the device that signs a withdrawal cannot show amount and payee.
UNSHOWN = "unshown"
SITUATIONS = (OPTED_OUT, RECOVERED, NO_DEVICE, UNSHOWN)


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be withdrawn on one day and within five business days, in US cents."""

    day: int
    five_days: int

    def over(self, other: Limits) -> Limits:
        """The higher of both, each number by itself."""
        return Limits(max(self.day, other.day), max(self.five_days, other.five_days))

    def under(self, ceiling: Limits) -> Limits:
        """No more than the ceiling, each number by itself."""
        return Limits(min(self.day, ceiling.day), min(self.five_days, ceiling.five_days))


NONE = Limits(NOTHING, NOTHING)


def dollars(day: int, five_days: int) -> Limits:
    """Limits from whole US dollars."""
    return Limits(day * CENTS, five_days * CENTS)


DEFAULT_LIMITS: Mapping[str, Limits] = MappingProxyType(
    {
        "card_plus": dollars(1_000_000, 1_500_000),
        "key": dollars(1_000_000, 1_000_000),
        "totp_app": dollars(500_000, 1_000_000),
        "code_card": dollars(200_000, 600_000),
        "sms": dollars(100_000, 200_000),
        OPTED_OUT: dollars(50_000, 100_000),
        RECOVERED: dollars(50_000, 100_000),
        NO_DEVICE: dollars(50_000, 100_000),
        UNSHOWN: dollars(100_000, 200_000),
    }
)


@dataclass(frozen=True, slots=True)
class Rules:
    """The operator's numbers: limits by group and by situation, and what somebody who opted out may not do."""

    limits: Mapping[str, Limits] = field(default_factory=lambda: DEFAULT_LIMITS)
    opted_out_restrictions: tuple[str, ...] = (OTC_TRADING,)


@dataclass(frozen=True, slots=True)
class Standing:
    """One account as it stands. `levels` are those of its active devices; `recovered_until` is when the time after a recovery ends,
    0 for none; `own` are the institution's limits for this account alone."""

    levels: tuple[Level, ...] = ()
    paper: bool = False
    opted_out: bool = False
    recovered_until: int = 0
    own: Limits | None = None


@dataclass(frozen=True, slots=True)
class Raise:
    """What would raise the limits: `opt_in`, `wait` (until `until`), or `device` of a `group`; and to what."""

    how: str
    limits: Limits
    group: str = ""
    until: int = 0


@dataclass(frozen=True, slots=True)
class Entitlements:
    """The answer. `because` names what the limits come from: a group, `own`, `no_device`, then each ceiling that lowered them (`opted_out`,
    `recovered`) or `paper`."""

    level: Level | None
    limits: Limits
    restrictions: tuple[str, ...]
    because: tuple[str, ...]
    raises: tuple[Raise, ...]

    @property
    def elements(self) -> int:
        """How many elements a login of this account takes."""
        return 1 if OPTED_OUT in self.because else 2


def entitlements(standing: Standing, rules: Rules) -> Entitlements:
    """What the account may do now."""
    if standing.paper:  # there is no money in it
        return Entitlements(best(standing.levels), NONE, (WITHDRAWALS,), ("paper",), ())
    limits, because = _limits(standing, rules)
    restrictions = rules.opted_out_restrictions if standing.opted_out else ()
    return Entitlements(best(standing.levels), limits, restrictions, because, _raises(standing, rules, limits))


def best(levels: Iterable[Level]) -> Level | None:
    """The highest level held."""
    return max(levels, default=None)


def _limits(standing: Standing, rules: Rules) -> tuple[Limits, tuple[str, ...]]:
    if standing.own is not None:
        limits, source = standing.own, "own"
    elif standing.levels:
        limits = NONE
        for level in standing.levels:
            limits = limits.over(rules.limits[GROUP_OF[level]])
        source = GROUP_OF[_leading(standing.levels, rules)]
    else:
        limits, source = rules.limits[NO_DEVICE], NO_DEVICE
    lowered = []
    for word, stands in ((OPTED_OUT, standing.opted_out), (RECOVERED, standing.recovered_until > 0)):
        if stands:
            limits = limits.under(rules.limits[word])
            lowered.append(word)
    return limits, (source, *lowered)


def _leading(levels: Iterable[Level], rules: Rules) -> Level:
    """The device that the limits mostly come from: the highest limits, then the highest level."""

    def rank(level: Level) -> tuple[int, int, int]:
        limits = rules.limits[GROUP_OF[level]]
        return limits.day, limits.five_days, level

    return max(levels, key=rank)


def _raises(standing: Standing, rules: Rules, now: Limits) -> tuple[Raise, ...]:
    """What raises a limit: every ceiling that stands, with what is reached when all of them are gone, and each device that would by itself."""
    free = _limits(replace(standing, opted_out=False, recovered_until=0), rules)[0]
    steps = []
    if standing.opted_out:
        steps.append(Raise("opt_in", free))
    if standing.recovered_until:
        steps.append(Raise("wait", free, until=standing.recovered_until))
    for group, levels in GROUPS.items():
        more = _limits(replace(standing, levels=(*standing.levels, levels[0])), rules)[0]
        steps.append(Raise("device", more, group=group))
    useful = [step for step in steps if step.limits.over(now) != now]
    return tuple(step for step in useful if step.how != "device" or step.group == _least(useful, step.limits))


def _least(steps: Iterable[Raise], limits: Limits) -> str:
    """Of the groups that lead to the same limits, the one that asks for least."""
    same = [step.group for step in steps if step.how == "device" and step.limits == limits]
    return same[-1]
