"""WebAuthn against others: the test vectors of Level 3, and a second library over a corpus of altered responses."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers.exceptions import InvalidAuthenticationResponse, InvalidRegistrationResponse, WebAuthnException

from tests.support.authenticator import Authenticator
from watchword.core.encoding import b64u, unb64u_any
from watchword.factors import passkey, webauthn
from watchword.factors.base import Site
from watchword.factors.webauthn import ALGORITHMS, Credential, Expected, asserted, registered

LEVEL3 = json.loads((Path(__file__).parent / "webauthn_level3.json").read_text())
VECTORS = {vector["name"]: vector for vector in LEVEL3["vectors"]}
ORIGIN, RP, USER = "https://login.example.org", "example.org", b"u" * 32


def told(vector: Mapping[str, Any], part: str) -> Expected:
    """What a vector's ceremony was begun with; it may be framed by the top origin of the vectors, as some are."""
    challenge = bytes.fromhex(vector[part]["challenge"])
    return Expected(challenge, LEVEL3["rp_id"], LEVEL3["origin"], USER, LEVEL3["top_origin"])


def response(vector: Mapping[str, Any], part: str) -> dict[str, Any]:
    """The same in the JSON form that a browser sends."""
    credential = b64u(bytes.fromhex(vector["credential_id"]))
    inner = {name: b64u(bytes.fromhex(value)) for name, value in vector[part].items() if name != "challenge"}
    return {"id": credential, "rawId": credential, "type": "public-key", "response": inner}


@pytest.mark.parametrize("name", VECTORS)
def test_the_vectors_of_level_3(name: str) -> None:
    vector = VECTORS[name]
    made = registered(told(vector, "registration"), response(vector, "registration"))
    alg = webauthn.AttestationObject(
        bytes.fromhex(vector["registration"]["attestationObject"])
    ).auth_data.credential_data
    assert alg is not None
    if alg.public_key[3] not in ALGORITHMS:
        assert made == "algorithm", "it was never asked for"
        return
    if made == "verified":  # the vectors vary this flag, and here it is always required: everything before it was right
        auth = webauthn.AttestationObject(bytes.fromhex(vector["registration"]["attestationObject"])).auth_data
        assert not auth.is_user_verified()
        made = Credential(
            alg.credential_id, webauthn.cbor.encode(alg.public_key), 0, auth.is_backup_eligible(), auth.is_backed_up()
        )
    assert isinstance(made, Credential)
    found = asserted(told(vector, "authentication"), made, response(vector, "authentication"))
    verified = bytes.fromhex(vector["authentication"]["authenticatorData"])[32] & 4
    assert isinstance(found, Credential) if verified else found == "verified"
    broken = response(vector, "authentication")
    broken["response"]["clientDataJSON"] = broken["response"]["clientDataJSON"][:-4] + "AAAA"
    assert isinstance(asserted(told(vector, "authentication"), made, broken), str)


@pytest.mark.parametrize("name", ["none-es256-crossOrigin", "none-es256-topOrigin"])
def test_vectors_in_a_frame_are_refused_where_nobody_may_frame_the_page(name: str) -> None:
    vector = VECTORS[name]
    plain = told(vector, "registration")
    alone = Expected(plain.challenge, plain.rp_id, plain.origin, USER)
    assert registered(alone, response(vector, "registration")) == "frame"


def ceremony(seed: str, **more: Any) -> tuple[Authenticator, Expected, dict[str, Any], Credential]:
    """A passkey, and a question to it."""
    site = Site(RP, ORIGIN, USER)
    made = Authenticator(seed, ORIGIN, **more)
    entropy = hashlib.sha256(seed.encode()).digest()
    creation = passkey.creation_options(site, entropy, name="anna", display_name="Anna", site_name="Test", known=())
    begun = passkey.expected(passkey.bound(site, entropy))
    credential = registered(begun, json.loads(made.create(creation)))
    assert isinstance(credential, Credential)
    options = {"challenge": b64u(entropy), "rpId": RP, "allowCredentials": [{"id": b64u(credential.id)}]}
    return made, begun, options, credential


def second(expected: Expected, credential: Credential, text: str) -> bool:
    """The verdict of py_webauthn on an assertion."""
    try:
        verify_authentication_response(
            credential=json.loads(text), expected_challenge=expected.challenge, expected_rp_id=expected.rp_id,
            expected_origin=expected.origin, credential_public_key=credential.key, credential_current_sign_count=credential.count,
            require_user_verification=True,
        )  # fmt: skip
    except (InvalidAuthenticationResponse, WebAuthnException, ValueError, TypeError, KeyError, IndexError):
        return False
    return True


def flipped(text: str, field: str, at: int) -> str:
    """One bit of one field of the response changed."""
    body = json.loads(text)
    raw = bytearray(unb64u_any(body["response"][field]))
    raw[at % len(raw)] ^= 1 << (at % 8)
    body["response"][field] = b64u(bytes(raw))
    return json.dumps(body)


def cut(text: str, field: str, at: int) -> str:
    """One field of the response shorter or longer."""
    body = json.loads(text)
    raw = unb64u_any(body["response"][field])
    body["response"][field] = b64u(raw[: at % len(raw)] if at % 2 else raw + b"x")
    return json.dumps(body)


WRONG: list[dict[str, Any]] = [
    {}, {"origin": "https://login.example.org.evil.example"}, {"origin": ORIGIN + "/"}, {"origin": ORIGIN.upper()}, {"type": "webauthn.create"},
    {"rp": "evil.example"}, {"challenge": b64u(b"another one of thirty-two bytes!")}, {"flags": 0}, {"flags": 1}, {"flags": 4}, {"flags": 5},
    {"flags": 5 | 16}, {"count": 0}, {"signature": b""}, {"signature": bytes(70)}, {"count": 2**32 - 1},
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_second_library_says_the_same(wrong: dict[str, Any]) -> None:
    made, expected, options, credential = ceremony("compare")
    text = made.get(options, **wrong)
    assert isinstance(asserted(expected, credential, json.loads(text)), Credential) == second(
        expected, credential, text
    )


@settings(max_examples=150, deadline=None)
@given(
    field=st.sampled_from(["clientDataJSON", "authenticatorData", "signature"]), at=st.integers(0, 4000),
    change=st.sampled_from([flipped, cut]),
)  # fmt: skip
def test_a_second_library_says_the_same_of_altered_bytes(
    field: str, at: int, change: Callable[[str, str, int], str]
) -> None:
    made, expected, options, credential = ceremony("altered")
    text = change(made.get(options), field, at)
    ours = isinstance(asserted(expected, credential, json.loads(text)), Credential)
    assert ours == second(expected, credential, text)
    assert not ours, "every byte is signed"


STRICTER: list[tuple[dict[str, Any], str]] = [
    ({"extra": {"crossOrigin": True}}, "frame"), ({"extra": {"topOrigin": "https://evil.example"}}, "frame"),
    ({"user": b"somebody else"}, "user"), ({"flags": 5 | 8}, "backup"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "word"), STRICTER, ids=lambda value: str(value)[:30])
def test_where_we_refuse_what_the_second_library_leaves_to_its_caller(wrong: dict[str, Any], word: str) -> None:
    made, expected, options, credential = ceremony("stricter")
    text = made.get(options, **wrong)
    assert asserted(expected, credential, json.loads(text)) == word
    assert second(expected, credential, text)


@pytest.mark.parametrize("wrong", [{}, *WRONG[1:11], {"alg": -65535}], ids=str)
def test_a_second_library_says_the_same_of_registrations(wrong: dict[str, Any]) -> None:
    site, entropy = Site(RP, ORIGIN, USER), bytes(range(32))
    creation = passkey.creation_options(site, entropy, name="anna", display_name="", site_name="Test", known=())
    changed = {"type": "webauthn.get"} if wrong.get("type") else wrong
    text = Authenticator("register", ORIGIN).create(creation, **changed)
    ours = isinstance(registered(passkey.expected(passkey.bound(site, entropy)), json.loads(text)), Credential)
    try:
        verify_registration_response(
            credential=json.loads(text),
            expected_challenge=entropy,
            expected_rp_id=RP,
            expected_origin=ORIGIN,
            require_user_verification=True,
        )
        theirs = True
    except (InvalidRegistrationResponse, WebAuthnException, ValueError, TypeError, KeyError, IndexError):
        theirs = False
    assert ours == theirs


@pytest.mark.parametrize("count", [0, 1, 5])
def test_a_counter_that_does_not_grow_is_told_apart(count: int) -> None:
    made, expected, options, credential = ceremony("counter")
    once = asserted(expected, credential, json.loads(made.get(options, count=5)))
    assert isinstance(once, Credential) and once.count == 5
    assert asserted(expected, once, json.loads(made.get(options, count=count))) == "counter"


def test_an_authenticator_that_keeps_no_count_is_none_that_was_copied() -> None:
    made, expected, options, credential = ceremony("none", counter=None)
    for _ in range(3):
        found = asserted(expected, credential, json.loads(made.get(options)))
        assert isinstance(found, Credential) and found.count == 0
