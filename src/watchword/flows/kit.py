"""What every flow is given: the ports, the policy, and a few words about who asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from watchword.core.policy import Policy
from watchword.factors.registry import FACTORS, Factors
from watchword.flows.cases_ports import Pictures
from watchword.flows.passkey_ports import Makers
from watchword.flows.password_ports import Blocklist, Passwords
from watchword.flows.ports import Clock, Entropy, Events, Store, Vault
from watchword.flows.tokens_ports import Papers
from watchword.flows.withdrawal_ports import Calendar


class Texts(Protocol):
    """Final texts of letters and messages, in a language."""

    def plain(self, lang: str, key: str, **params: object) -> str:
        """The text of `key` with `params` filled in; no markup."""
        ...

    def device(self, lang: str, name: str) -> str:
        """A device's name as somebody of that language reads it: ours in the language, its owner's as it is."""
        ...

    def moment(self, lang: str, at: int, zone: str) -> str:
        """A date and time as people of that language write it, in their zone."""
        ...


class Numbers(Protocol):
    """Phone numbers: parsing, masking (F04)."""

    def parse(self, region: str, national: str) -> tuple[str, str]:
        """`(e164, "")`, or `("", fault code)`."""
        ...

    def mask(self, e164: str) -> str:
        """`+81 •• •••• 4210`."""
        ...

    def region(self, e164: str) -> str:
        """The region a number belongs to, such as `JP`."""
        ...

    def countries(self, lang: str, allowed: Sequence[str]) -> Sequence[tuple[str, int, str]]:
        """`(region, calling code, name)` of the countries a number may be of, by name; `allowed` empty means all."""
        ...


@dataclass(frozen=True, slots=True)
class Kit:
    """The outside, as flows see it. `makers` is None where nothing of a passkey's maker is asked."""

    store: Store
    clock: Clock
    entropy: Entropy
    passwords: Passwords
    blocklist: Blocklist
    vault: Vault
    events: Events
    texts: Texts
    numbers: Numbers
    policy: Policy
    pictures: Pictures
    calendar: Calendar
    papers: Papers
    factors: Factors = field(default_factory=lambda: FACTORS)
    makers: Makers | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a request comes from. `places` is the place in each language, {} where not known; `device_token` is the device cookie's value.

    `at_hand` is a terminal on the institution's own machine: no network lies between, so networks an account is kept to do not bear on it.
    """

    address: str = ""
    places: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    network: str = ""
    network_key: str = ""
    browser: str = ""
    system: str = ""
    device_token: str = ""
    lang: str = "en"
    at_hand: bool = False

    @property
    def place_key(self) -> str:
        """The place in the one form that is compared."""
        return self.places.get("en", "")

    def personal(self) -> dict[str, str]:
        """What of this visit goes into the audit as personal fields."""
        return {
            "address": self.address,
            "place": self.place_key,
            "network": self.network,
            "browser": f"{self.browser}/{self.system}",
        }
