"""A factor that is no part of the package: given to a kit, it answers a login, is counted, claimed and graded like all others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from tests.support.installation import Installation
from watchword.core.devices import Device, Level
from watchword.core.refusals import TEMPORARY_WRONG, Refusal
from watchword.factors.base import Accepted, Holder, Rejected, Separate, Started, Verdict
from watchword.factors.registry import FACTORS
from watchword.flows import login, methods
from watchword.flows.kit import Kit, Visit
from watchword.flows.login import Opened


class Riddle(Separate):
    """A question, and the word that the device's row keeps."""

    kind = device = "riddle"
    level = Level.CODE_CARD
    amr = ("kba",)
    seconds = 60
    malformed = TEMPORARY_WRONG

    def read(self, given: Mapping[str, str]) -> Mapping[str, object] | None:
        return {"word": given["answer"]} if given.get("answer") else None

    def start(self, holder: Holder, *, challenge_id: str, now: int, entropy: bytes) -> Started:
        return Started(stored={"turn": entropy.hex()}, shown={"question": "What has roots as nobody sees?"})

    def verify(
        self, holder: Holder, challenge: Mapping[str, object], answer: Mapping[str, object], *, now: int
    ) -> Verdict:
        if str(answer["word"]).encode() == holder.device.secret and len(str(challenge["turn"])) == 64:
            return Accepted((f"riddle:{challenge['id']}",))
        return Rejected(TEMPORARY_WRONG, "riddle.mismatch")


def opened(here: Installation, kit: Kit) -> Opened:
    who = here.person(phones=0)
    now = kit.clock.now()
    device = Device(kit.entropy.id(), who.id, "", "riddle", "active", "Riddle", b"mountain", 0, 0, now, now)
    with kit.store.write() as tx:
        tx.devices.add(device)
    found = login.begin(kit, who.username, who.password, "portal", Visit())
    assert isinstance(found, Opened)
    return found


def test_a_factor_from_outside_logs_in(here: Installation) -> None:
    kit = replace(here.built.kit, factors=MappingProxyType({**FACTORS, "riddle": Riddle()}))
    found = opened(here, kit)
    assert not found.attempt.asked, "no phone rings"
    assert isinstance(methods.answer(kit, found.collector, "riddle", {"answer": "mountain"}), Refusal), (
        "nothing was asked yet"
    )
    asked = methods.ask(kit, found.collector, "riddle")
    assert not isinstance(asked, Refusal) and asked.shown["question"]
    wrong = methods.answer(kit, found.collector, "riddle", {"answer": "river"})
    assert isinstance(wrong, Refusal) and wrong.reason == "riddle.mismatch"
    assert not isinstance(methods.answer(kit, found.collector, "riddle", {"answer": "mountain"}), Refusal)
    collected = login.collect(kit, found.collector, Visit())
    assert not isinstance(collected, Refusal)
    assert (collected.session.level, collected.session.amr) == (Level.CODE_CARD, "pwd kba mfa")


def test_without_it_the_device_answers_nothing(here: Installation) -> None:
    kit = replace(here.built.kit, factors=MappingProxyType({**FACTORS, "riddle": Riddle()}))
    found = opened(here, kit)
    refused = methods.answer(here.built.kit, found.collector, "riddle", {"answer": "mountain"})
    assert isinstance(refused, Refusal) and refused.reason == "way.unknown"
