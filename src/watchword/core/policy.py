"""The policy of an installation: the profile and the numbers that may be set, as one value that flows read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from watchword.core.attempts import LIFE_SECONDS, STRICT_LIFE_SECONDS
from watchword.core.entitlements import Rules as EntitlementRules
from watchword.core.passwords import BROKER, STRICT, Rules
from watchword.core.throttle import Limits

OWN_CLIENTS = ("portal", "staff")  # no platform may be called so


@dataclass(frozen=True, slots=True)
class Client:
    """A program that logs people in: the portal or a registered platform. Times in seconds; `names` by language, where one differs; `host` is
    that of its pages, "" for the portal's."""

    id: str
    name: str
    idle_seconds: int
    life_seconds: int
    names: Mapping[str, str] = field(default_factory=dict)
    host: str = ""

    def called(self, lang: str) -> str:
        """Its name in a language."""
        return self.names.get(lang) or self.name


@dataclass(frozen=True, slots=True)
class Passkeys:
    """Where passkeys hold. `rp_id` is the host they are bound to, `origins` the one page of each own client that may use them, `embedder`
    the one origin that may frame those pages, "" for none; `alone` whether one that verified the person logs in without the password, `related`
    the origins outside `rp_id` that may use them all the same (WebAuthn Level 3, section 5.11)."""

    rp_id: str = "localhost"
    origins: Mapping[str, str] = field(default_factory=dict)
    embedder: str = ""
    alone: bool = True
    related: tuple[str, ...] = ()


def common_host(hosts: Sequence[str]) -> str:
    """The name that passkeys of all these hosts can share: their longest common end of two labels or more, else the first of them.

    Two hosts that share an end are the operator's own, so that nobody else can register under it.
    """
    ends = [host.split(".")[::-1] for host in hosts]
    shared = []
    for labels in zip(*ends, strict=False):
        if len(set(labels)) > 1:
            break
        shared.append(labels[0])
    return ".".join(reversed(shared)) if len(shared) > 1 else hosts[0]


@dataclass(frozen=True, slots=True)
class Policy:
    """`profile` is `broker` or `strict`; `countries` limits where SMS go, empty for everywhere; `log_origin` is what the sealed log is
    called in its heads, of which there is one in `heads_seconds` at most."""

    profile: str = "broker"
    portal_host: str = "localhost"
    brand_name: str = "Watchword"
    support_phone: str = ""
    countries: tuple[str, ...] = ()
    clients: Mapping[str, Client] = field(default_factory=dict)
    devices_per_user: int = 5
    throttle: Limits = field(default_factory=Limits)
    recovery_delay_seconds: int = 24 * 60 * 60
    entitlements: EntitlementRules = field(default_factory=EntitlementRules)
    log_origin: str = "localhost/audit"
    heads_seconds: int = 60
    passkeys: Passkeys = field(default_factory=Passkeys)
    sharing_always: bool = False  # whether compliance looks at every sharing of a device first
    charges: Mapping[str, int] = field(default_factory=dict)  # US cents by the kind of device that is ordered

    @property
    def passwords(self) -> Rules:
        """Rules for new passwords."""
        return STRICT if self.profile == "strict" else BROKER

    @property
    def known_counts(self) -> bool:
        """Whether security questions and personal data may be one of two proofs."""
        return self.profile != "strict"

    @property
    def sent_apart(self) -> bool:
        """Whether a code by SMS and one by mail are two proofs of a recovery, and not one (SP 800-63B-4 section 4.2.2.2)."""
        return self.profile != "strict"

    @property
    def always_confirm(self) -> bool:
        """Whether every push asks for the confirmation code."""
        return self.profile == "strict"

    @property
    def attempt_seconds(self) -> int:
        """How long a login waits for the held element."""
        return STRICT_LIFE_SECONDS if self.profile == "strict" else LIFE_SECONDS

    @property
    def opting_out(self) -> bool:
        """Whether a person may log in with a password alone from a known browser (Q01)."""
        return self.profile != "strict"

    @property
    def sms_alone(self) -> bool:
        """Whether a code by SMS may be the only device of a person; else it is restricted (SP 800-63B-4 section 3.2.9)."""
        return self.profile != "strict"

    @property
    def pin_minimum(self) -> int:
        """Shortest PIN of Key."""
        return 6 if self.profile == "strict" else 4
