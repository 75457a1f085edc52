"""Key's four ways as pure rules: what each accepts, refuses and spends."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.core.devices import Device, Level
from watchword.core.otp import SUITE, OcraInput, ocra, totp
from watchword.core.refusals import CODE_CLOCK, CODE_WRONG, CONFIRMATION_WRONG, FIELDS, PIN_WRONG, RESPONSE_WRONG
from watchword.factors.base import Accepted, Holder, Rejected
from watchword.factors.key_push import BOUND, CHECKS, confirmation_right, fields_equal, pin_right
from watchword.factors.registry import FACTORS

NOW = 1_795_000_000
DEVICE = Device("d" * 26, "u" * 26, "p" * 26, "key", "active", "Phone", b"", 0, 0, 0, 0)
HOLDER = Holder(DEVICE, totp=b"t" * 32, ocra=b"o" * 32, hmac=b"h" * 32)
CODE, CHALLENGE, PUSH, QR = (FACTORS[kind] for kind in ("key_code", "key_challenge", "key_push", "key_qr"))


def test_the_registry_has_each_by_its_own_name_with_its_strength() -> None:
    assert {kind: factor.kind for kind, factor in FACTORS.items()} == {kind: kind for kind in FACTORS}
    assert CODE.level == CHALLENGE.level == Level.KEY_OFFLINE
    assert PUSH.level == QR.level == Level.KEY_ONLINE
    assert "pop" in PUSH.amr and "pop" not in CODE.amr


@given(st.integers(-25, 25), st.integers(0, 29))
def test_a_code_is_judged_by_its_step(steps: int, second: int) -> None:
    """This step and the one before; up to ten minutes either way it is recognised, told, and spent for its step."""
    now = NOW - NOW % 30 + second
    step = now // 30 + steps
    verdict = CODE.verify(HOLDER, {}, {"code": totp(HOLDER.totp, step)}, now=now)
    claim = f"totp:{DEVICE.id}:{step}"
    if steps in (0, -1):
        assert verdict == Accepted((claim,))
    elif abs(steps) <= 20:
        assert isinstance(verdict, Rejected) and verdict.kind is CODE_CLOCK and claim in verdict.claims
        assert verdict.params == {"minutes": max(1, round(abs(steps) / 2)), "slow": steps < 0}
    else:
        assert isinstance(verdict, Rejected) and verdict.kind is CODE_WRONG and not verdict.claims


@given(st.text("0123456789", min_size=6, max_size=6))
def test_no_other_code_is_accepted(typed: str) -> None:
    step = NOW // 30
    verdict = CODE.verify(HOLDER, {}, {"code": typed}, now=NOW)
    assert isinstance(verdict, Accepted) == (typed in (totp(HOLDER.totp, step), totp(HOLDER.totp, step - 1)))


@given(st.binary(min_size=32, max_size=32))
def test_a_challenge_takes_its_own_response(entropy: bytes) -> None:
    digits = CHALLENGE.start(HOLDER, challenge_id="a:1", now=NOW, entropy=entropy).shown["digits"]
    challenge = {"digits": digits, "id": "a:1"}
    right = ocra(SUITE, HOLDER.ocra, OcraInput(str(digits)))
    assert CHALLENGE.verify(HOLDER, challenge, {"response": right}, now=NOW) == Accepted((f"ocra:{DEVICE.id}:a:1",))
    wrong = CHALLENGE.verify(
        HOLDER, challenge, {"response": right[::-1] if right[::-1] != right else "00000000"}, now=NOW
    )
    assert isinstance(wrong, Rejected) and wrong.kind is RESPONSE_WRONG
    other = Holder(DEVICE, ocra=b"x" * 32)
    assert isinstance(CHALLENGE.verify(other, challenge, {"response": right}, now=NOW), Rejected)


def test_a_qr_stores_only_the_hash_of_what_it_shows() -> None:
    started = QR.start(HOLDER, challenge_id="a", now=NOW, entropy=b"e" * 32)
    assert started.stored == {"qr_hash": hashlib.sha256(b"e" * 16).digest(), "qr_until": NOW + 180}
    assert started.shown == {"secret": "ZWVlZWVlZWVlZWVlZWVlZQ"}
    assert PUSH.start(HOLDER, challenge_id="a", now=NOW, entropy=b"").pushed


FIELDS_OF = {name: f"{name}-value" for name in BOUND}


def approval(**changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A challenge that asks for the code, and the approval that fits it."""
    signed = {**FIELDS_OF, "decision": "approve", "uv": "pin", "confirmation": "482915", **changes}
    challenge = {"fields": FIELDS_OF, "confirm": True, "confirmation": "482915", "qr_hash": "q" * 43}
    answer = {"signed": signed, "bytes": b"message", "hmac": hmac.digest(HOLDER.hmac, b"message", "sha256")}
    return challenge, answer


def test_an_approval_that_fits() -> None:
    for confirmation in ("482915", "q" * 43):
        challenge, answer = approval(confirmation=confirmation)
        assert PUSH.verify(HOLDER, challenge, answer, now=NOW) == Accepted()


@pytest.mark.parametrize("name", BOUND)
@pytest.mark.parametrize("value", ["", None, 0, [], "another"])
def test_every_bound_field_is_compared(name: str, value: object) -> None:
    challenge, answer = approval(**{name: value})
    verdict = PUSH.verify(HOLDER, challenge, answer, now=NOW)
    assert isinstance(verdict, Rejected) and (verdict.kind, verdict.reason) == (FIELDS, f"fields.{name}")
    del answer["signed"][name]
    assert isinstance(PUSH.verify(HOLDER, challenge, answer, now=NOW), Rejected)


def test_the_checks_come_in_their_order_and_the_first_that_fails_is_told() -> None:
    """Each part counts on its own: a wrong code the attempt, a wrong PIN the phone."""
    assert (fields_equal, confirmation_right, pin_right) == CHECKS
    challenge, answer = approval(attempt="x", confirmation="000000")
    answer["hmac"] = b""
    order = []
    for mend in ({"attempt": FIELDS_OF["attempt"]}, {"confirmation": "482915"}):
        verdict = PUSH.verify(HOLDER, challenge, answer, now=NOW)
        assert isinstance(verdict, Rejected)
        order.append(verdict.kind)
        answer["signed"].update(mend)
    last = PUSH.verify(HOLDER, challenge, answer, now=NOW)
    assert isinstance(last, Rejected)
    assert [*order, last.kind] == [FIELDS, CONFIRMATION_WRONG, PIN_WRONG]


@pytest.mark.parametrize("given_", ["", "48291", "4829150", "482916", 482915, None, "q" * 42, "Q" * 43])
def test_no_other_code_stands_in(given_: object) -> None:
    challenge, answer = approval(confirmation=given_)
    verdict = PUSH.verify(HOLDER, challenge, answer, now=NOW)
    assert isinstance(verdict, Accepted if given_ == 482915 else Rejected)


def test_without_a_qr_on_the_page_an_empty_code_is_no_code() -> None:
    challenge, answer = approval(confirmation="")
    challenge["qr_hash"] = ""
    assert isinstance(PUSH.verify(HOLDER, challenge, answer, now=NOW), Rejected)


@pytest.mark.parametrize("uv", ["none", "", None, "PIN", 1, "passcode"])
def test_an_approval_says_how_the_person_was_verified(uv: object) -> None:
    challenge, answer = approval(uv=uv)
    assert isinstance(PUSH.verify(HOLDER, challenge, answer, now=NOW), Rejected)


@pytest.mark.parametrize("decision", ["deny", "not_me"])
def test_saying_no_takes_neither_code_nor_pin_but_the_right_fields(decision: str) -> None:
    challenge, answer = approval(decision=decision, confirmation="", uv="none")
    answer["hmac"] = b""
    assert PUSH.verify(HOLDER, challenge, answer, now=NOW) == Accepted()
    answer["signed"]["nonce"] = "x"
    assert isinstance(PUSH.verify(HOLDER, challenge, answer, now=NOW), Rejected)
