"""Passkeys and security keys (M01-M05): a signature by a key that is bound to this site, with the person verified by the device.

Nothing is typed, and a page in between gains nothing: the origin is in what is signed. A question is used up by its first answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from watchword.core.challenges import LIFE_SECONDS
from watchword.core.devices import PASSKEY, Device, Level
from watchword.core.encoding import b64u, unb64u_any
from watchword.core.refusals import PASSKEY_CLONED, PASSKEY_UNVERIFIED, PASSKEY_WRONG
from watchword.factors import webauthn
from watchword.factors.base import Accepted, Holder, Rejected, Separate, Site, Started, Verdict
from watchword.factors.webauthn import Credential, Expected

CHALLENGE_BYTES = 32
LONGEST_ANSWER = 8192
LONGEST_NEW = 12 * 1024  # with a maker's statement and its certificates; those of a TPM are the longest
KINDS = {"verified": PASSKEY_UNVERIFIED, "counter": PASSKEY_CLONED}


class Passkey(Separate):
    """`challenge` holds what `asked` made; `answer` is `{"response": AuthenticationResponseJSON}`."""

    kind = "passkey"
    device = PASSKEY
    level = Level.PASSKEY_BOUND
    amr = ("hwk", "pop", "user")
    seconds = LIFE_SECONDS
    resists = True
    browser = True

    def grade(self, device: Device) -> tuple[Level, tuple[str, ...]]:
        """A key that can be copied between devices (BE) counts for less than one that stays in its own."""
        if webauthn.unpack(device.secret).eligible:
            return Level.PASSKEY_SYNCED, ("swk", "pop", "user")
        return self.level, self.amr

    def read(self, given: Mapping[str, str]) -> Mapping[str, object] | None:
        """The response as the page's script wrote it."""
        response = parsed(given.get("answer", ""))
        return None if response is None else {"response": response}

    def ask(self, holders: Sequence[Holder], site: Site, *, challenge_id: str, now: int, entropy: bytes) -> Started:
        """Options for `navigator.credentials.get`. A page that does not know whom it deals with names no credential."""
        credentials = [webauthn.unpack(holder.device.secret) for holder in holders] if site.named else []
        options = {
            "challenge": b64u(entropy[:CHALLENGE_BYTES]), "rpId": site.rp_id, "timeout": self.seconds * 1000, "userVerification": "required",
            "allowCredentials": descriptors(credentials),
        }  # fmt: skip
        return Started(stored=bound(site, entropy), shown={"options": options})

    def pick(self, holders: Sequence[Holder], answer: Mapping[str, object]) -> Holder | None:
        """By the credential that answered."""
        response = answer["response"]
        named = webauthn.credential_id(response) if isinstance(response, Mapping) else b""
        return next((holder for holder in holders if webauthn.unpack(holder.device.secret).id == named), None)

    def verify(
        self, holder: Holder, challenge: Mapping[str, object], answer: Mapping[str, object], *, now: int
    ) -> Verdict:
        """The checks of factors/webauthn.py; right or wrong, this question is spent."""
        claims = (f"passkey:{challenge['id']}",)
        response = answer["response"]
        assert isinstance(response, Mapping)
        found = webauthn.asserted(expected(challenge), webauthn.unpack(holder.device.secret), response)
        if isinstance(found, Credential):
            return Accepted(claims, found.pack())
        return Rejected(KINDS.get(found, PASSKEY_WRONG), f"passkey.{found}", claims=claims, disables=found == "counter")


def creation_options(
    site: Site,
    entropy: bytes,
    *,
    name: str,
    display_name: str,
    site_name: str,
    known: Sequence[Credential],
    vouched: bool = False,
) -> Mapping[str, object]:
    """Options for `navigator.credentials.create`. A passkey that the site can find by itself is preferred, not required. `vouched` asks for the statement
    of the maker."""
    return {
        "challenge": b64u(entropy[:CHALLENGE_BYTES]),
        "rp": {"id": site.rp_id, "name": site_name},
        "user": {"id": b64u(site.user), "name": name, "displayName": display_name or name},
        "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in webauthn.ALGORITHMS],
        "timeout": LIFE_SECONDS * 1000,
        "attestation": "direct" if vouched else "none",
        "authenticatorSelection": {"residentKey": "preferred", "requireResidentKey": False, "userVerification": "required"},
        "excludeCredentials": descriptors(known),
        "extensions": {"credProps": True},
    }  # fmt: skip


def descriptors(credentials: Sequence[Credential]) -> list[dict[str, object]]:
    """Credentials as a browser is told of them."""
    return [
        {"type": "public-key", "id": b64u(one.id), **({"transports": list(one.transports)} if one.transports else {})}
        for one in credentials
    ]


def bound(site: Site, entropy: bytes) -> Mapping[str, object]:
    """What a question is bound to, as its row keeps it."""
    return {
        "challenge": b64u(entropy[:CHALLENGE_BYTES]), "rp_id": site.rp_id, "origin": site.origin, "user": b64u(site.user),
        "embedder": site.embedder,
    }  # fmt: skip


def expected(stored: Mapping[str, object]) -> Expected:
    """The same, as the checks take it."""
    return Expected(
        unb64u_any(stored["challenge"]), str(stored["rp_id"]), str(stored["origin"]), unb64u_any(stored["user"]), str(stored["embedder"])
    )  # fmt: skip


def parsed(text: str, longest: int = LONGEST_ANSWER) -> Mapping[str, Any] | None:
    """A response from a form's field; None where it is no JSON object, or longer than `longest` characters."""
    if not text or len(text) > longest:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
