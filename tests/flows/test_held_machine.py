"""Logins at random, some of them begun with the phone (S01). All that test_login_machine.py holds them to, and besides:

1. An approval alone gives nothing, whichever page asks with its collector; nor does a code typed there.
2. Only the code on the page leads a phone there, and only a phone of that person.
3. At most five passwords are compared for one approval.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, multiple, rule

from tests.flows.machines import walks
from tests.flows.test_login_machine import MOSTLY, Logins
from tests.support.world import World
from watchword.core.encoding import b64u, sha256
from watchword.core.refusals import HELD_PASSWORD, Refusal
from watchword.flows import answers, approve, held, login
from watchword.flows.details import details
from watchword.flows.kit import Visit
from watchword_client.approval import decision_fields


class HeldLogins(Logins):
    """The same people, who may also begin with the phone."""

    begun = Bundle("begun")

    @rule(target=begun, who=st.integers(0, 3))
    def begin_with_the_phone(self, who: int) -> Any:
        """A username alone; the fourth is nobody's."""
        username = self.holdings[who].username if who < len(self.holdings) else "nobody"
        result = held.begin(self.world.kit, username, Visit("192.0.2.1", network_key="n"))
        if isinstance(result, Refusal):
            return multiple()
        self.collectors[result.attempt.id] = result.collector
        shown = answers.show(self.world.kit, result.collector, "qr")
        assert isinstance(shown, answers.Shown), "anybody's name gets a QR"
        return result.attempt.id

    @rule(
        attempt_id=begun,
        by=st.integers(0, 2),
        choice=st.sampled_from(["approve", "approve", "approve", "deny", "not_me"]),
        pin=MOSTLY,
        scanned=MOSTLY,
    )
    def scan(self, attempt_id: str, by: int, choice: str, pin: bool, scanned: bool) -> None:
        """Some phone scans the code and answers; or it answers without the code."""
        attempt, holding = self.attempt(attempt_id), self.holdings[by]
        shown = details(self.world.kit, attempt, holding.device, "live")
        assert shown["action"] == "login"
        secret = self.world.kit.vault.derive("qr", attempt.id, attempt.qr_turn)[:16]
        typed = b64u(sha256(secret)) if scanned else ""
        fields = decision_fields(
            shown, phone=holding.pocket.id, decision=choice, confirmation=typed, uv="pin", time=self.world.clock.now()
        )
        mac = self.world.key_of(holding, "hmac", right=pin) if choice == "approve" else b""
        named = {name: value for name, value in fields.items() if name not in ("v", "iss", "phone", "time")}
        result = approve.decide(self.world.kit, self.world.signed(holding.pocket, named, mac))
        if isinstance(result, approve.Decided) and choice == "approve" and attempt.state == "pending":
            assert scanned and self.world.clock.now() < attempt.qr_until, "approved without the code on the page"
        self._judge_decision(attempt, holding, choice, result, pin=pin, code=scanned)

    @rule(
        attempt_id=begun,
        password=st.sampled_from(["right", "right", "wrong"]),
        how=st.sampled_from(["finish", "finish", "finish", "collect", "code"]),
    )
    def end_with_the_password(self, attempt_id: str, password: str, how: str) -> None:
        """The page's last step; or one of another page, with this collector."""
        before, collector = self.attempt(attempt_id), self.collectors[attempt_id]
        if how != "finish":
            odd = (
                login.collect(self.world.kit, collector, Visit(network_key="n"))
                if how == "collect"
                else answers.answer(self.world.kit, collector, "code", "123456")
            )
            assert isinstance(odd, Refusal), "an approval alone gave something"
            return
        result = held.finish(self.world.kit, collector, password, Visit(network_key="n"))
        if isinstance(result, Refusal):
            self.wrong["password", attempt_id] += result.kind is HELD_PASSWORD
            return
        assert password == "right" and before.state == "approved" and self.world.clock.now() <= held.until(before)
        self.passwords.add(attempt_id)
        self.given[attempt_id].append(result.session.id)

    @rule(attempt_id=begun, password=st.sampled_from(["right", "wrong"]))
    def log_in_with_the_phone(self, attempt_id: str, password: str) -> None:
        """As people mostly do: their own phone scans and approves, the password follows."""
        user_id = self.attempt(attempt_id).user_id
        own = next((at for at, holding in enumerate(self.holdings) if holding.user == user_id), 0)
        answers.show(self.world.kit, self.collectors[attempt_id], "qr")
        self.scan(attempt_id, own, "approve", pin=True, scanned=True)
        self.end_with_the_password(attempt_id, password, "collect")
        self.end_with_the_password(attempt_id, password, "finish")


def test_logins_begun_with_the_phone(world: World) -> None:
    walks(HeldLogins, world=world, examples=40, steps=35)
