"""Algorithm and key confusion in proofs (THREATS): only ES256 with a public P-256 key in the header is a proof."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from tests.support.fakes import START
from watchword.vault import dpop
from watchword_client.crypto import b64u

URL = "https://login.example.com/api/v1/logins"
KEY = ECKey.generate_key("P-256")
CLAIMS: dict[str, Any] = {"htm": "POST", "htu": URL, "iat": START, "jti": "j" * 16}
HEADER: dict[str, Any] = {"typ": "dpop+jwt", "alg": "ES256", "jwk": KEY.as_dict(private=False)}


def made(header: dict[str, Any] | None = None, claims: object = None, key: Any = KEY, alg: str = "ES256") -> str:
    """A proof of these parts."""
    payload = json.dumps(CLAIMS if claims is None else claims).encode()
    return jws.serialize_compact(header or HEADER, payload, key, algorithms=[alg])


def judged(proof: str) -> dpop.Proof | str:
    """What the server says."""
    found: dpop.Proof | str = dpop.verify(proof, method="POST", url=URL, now=START)
    return found


def test_the_one_form() -> None:
    assert isinstance(judged(made()), dpop.Proof)


@pytest.mark.parametrize("name", ["typ", "alg", "jwk"])
def test_a_header_without_a_part(name: str) -> None:
    head, body, mark = made().split(".")
    short = {key: value for key, value in HEADER.items() if key != name}
    assert isinstance(judged(f"{b64u(json.dumps(short).encode())}.{body}.{mark}"), str)


def test_alg_none() -> None:
    for alg in ("none", "None", "NONE", ""):
        head = b64u(json.dumps({**HEADER, "alg": alg}).encode())
        body = b64u(json.dumps(CLAIMS).encode())
        for mark in ("", "AA", made().rpartition(".")[2]):
            assert isinstance(judged(f"{head}.{body}.{mark}"), str)


def test_a_symmetric_key_or_the_public_key_as_one() -> None:
    secret = OctKey.generate_key(256)
    header = {"typ": "dpop+jwt", "alg": "HS256", "jwk": secret.as_dict()}
    assert isinstance(judged(made(header, key=secret, alg="HS256")), str)
    public = OctKey.import_key(json.dumps(KEY.as_dict(private=False)))
    assert isinstance(judged(made({**HEADER, "alg": "HS256"}, key=public, alg="HS256")), str)


def test_other_keys_and_curves() -> None:
    for key, alg in (
        (ECKey.generate_key("P-384"), "ES384"),
        (RSAKey.generate_key(2048), "RS256"),
        (OKPKey.generate_key("Ed25519"), "EdDSA"),
    ):
        header = {"typ": "dpop+jwt", "alg": alg, "jwk": key.as_dict(private=False)}
        assert isinstance(judged(made(header, key=key, alg=alg)), str)


def test_a_private_key_in_the_header() -> None:
    assert isinstance(judged(made({**HEADER, "jwk": KEY.as_dict(private=True)})), str)


def test_the_key_of_another() -> None:
    assert isinstance(judged(made(key=ECKey.generate_key("P-256"))), str)


@pytest.mark.parametrize("typ", ["JWT", "jwt", "dpop", "at+jwt", "", "DPOP+JWT"])
def test_another_type(typ: object) -> None:
    assert isinstance(judged(made({**HEADER, "typ": typ})), str)


@pytest.mark.parametrize(
    "claims",
    [
        {**CLAIMS, "htm": "post"}, {**CLAIMS, "htm": None}, {**CLAIMS, "htu": URL + "?a=1"}, {**CLAIMS, "htu": URL.upper()}, {**CLAIMS, "iat": str(START)},
        {**CLAIMS, "iat": True}, {**CLAIMS, "iat": None}, {**CLAIMS, "iat": START + 0.5}, {**CLAIMS, "jti": ""}, {**CLAIMS, "jti": "short"}, {**CLAIMS, "jti": 12345678},
        {**CLAIMS, "jti": "j" * 129}, {}, [], "text", 5, None,
    ],
)  # fmt: skip
def test_claims_that_do_not_fit(claims: object) -> None:
    assert isinstance(judged(made(claims=claims if claims is not None else [None])), str)


def test_a_critical_extension_is_not_passed_over() -> None:
    """RFC 7515 4.1.11: what must be understood and is not, is refused."""
    head = b64u(json.dumps({**HEADER, "crit": ["exp"], "exp": 1}).encode())
    body = b64u(json.dumps(CLAIMS).encode())
    point = KEY.private_key
    r, s = decode_dss_signature(point.sign(f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256())))
    mark = b64u(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    assert isinstance(judged(f"{head}.{body}.{mark}"), str)


def test_padding_blanks_and_more_parts() -> None:
    proof = made()
    for other in (
        proof + "=",
        proof + ".",
        "." + proof,
        proof + ".x",
        " " + proof,
        proof.replace(".", ".."),
        proof + "\n",
        "a" * 3000,
        "…",
    ):
        assert isinstance(judged(other), str), other[-5:]
