"""The server runs every vector of the protocol in which it has a part, through its own code; the others are named with the reason."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import from_json

from watchword.core import pin_guidelines, withdrawals
from watchword.core.crockford import ALPHABET as CROCKFORD
from watchword.core.devices import Device
from watchword.core.encoding import b64u, sha256, unb64u
from watchword.core.enrolments import normal_session_id
from watchword.core.otp import PURPOSES, SUITE, OcraInput, check_digit, hotp, ocra, plain_digits, totp
from watchword.core.refusals import Refusal
from watchword.factors.base import Accepted, Holder
from watchword.factors.key_push import BOUND, KeyPush
from watchword.vault import vault
from watchword.vault.keyring import unb64u as any_length

VECTORS = Path(__file__).parents[2] / "protocol" / "vectors"
Case = dict[str, Any]
VERIFIES = {"verifies": True}

PHONES_ALONE = {
    "pin": "a PIN never reaches the server",
    "camouflage": "the blob is made and opened on the phone",
    "slot": "the biometric slot is the phone's",
    "asked": "the phone says what it approves; what the server may ask is held in tests/core",
    "answer": "the phone judges what the server signed; `watchword_client` reads real answers in tests/journeys",
    "chain": "the phone follows the server's keys",
    "refusal": "the phone reads refusals; the server's own are held in tests/web_look and tests/docs",
}


class Refusing(Exception):
    """The server's code says no; it need not tell the reason."""


def load(name: str) -> Case:
    found: Case = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def raw(text: str) -> bytes:
    """Bytes that a vector gives as b64u."""
    return any_length(text)


def do_b64u(given: Case) -> Case:
    try:
        strict = any_length(given["text"])
    except ValueError as strange:
        raise Refusing from strange
    assert unb64u(given["text"], len(strict)) == strict
    return {"hex": strict.hex()}


def do_jcs(given: Case) -> Case:
    """As the routes do it: the body's JSON reader, then the canonical form."""
    try:
        return {"canonical": vault.canonical(from_json(given["json"])).decode()}
    except ValueError as strange:
        raise Refusing from strange


def do_es256(given: Case) -> Case:
    x, y = (unb64u(given["key"].get(name), 32) for name in ("x", "y"))
    if x is None or y is None or not vault.signature_right(x, y, vault.canonical(given["signed"]), given["signature"]):
        raise Refusing
    return VERIFIES


def user_key(given: Case, label: str = "") -> bytes:
    """K(label), as Vault.user_key makes it."""
    info = f"watchword/v1|{label or given['label']}|{given['iss']}|{given['user']}|{given['phone']}"
    made = vault.Vault.user_key(
        _Named(given["iss"]), label or given["label"], raw(given["secret"]), given["user"], given["phone"]
    )  # type: ignore[arg-type]
    assert made == vault.hkdf(raw(given["secret"]), info)
    return made


class _Named:
    """All that Vault.user_key takes from its vault."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer


def do_hmac(given: Case) -> Case:
    code = unb64u(given["hmac"], 32)
    if code is None or not hmac.compare_digest(
        hmac.digest(user_key(given), vault.canonical(given["signed"]), "sha256"), code
    ):
        raise Refusing
    return VERIFIES


def do_keys(given: Case) -> Case:
    return {"key": b64u(user_key(given))}


def do_guidelines(given: Case) -> Case:
    """Entries made by the server's code for the forbidden pieces stand in the list that phones read."""
    listed = load("guidelines")["guidelines"]
    assert (listed["iterations"], len(listed["hashes"])) == (pin_guidelines.ITERATIONS, pin_guidelines.SIZE)
    entries, folded = set(listed["hashes"]), pin_guidelines.fold(given["pin"])
    pieces = sorted({*_pieces(folded)})
    forbidden = [
        {"piece": piece, "kind": kind}
        for piece in pieces
        for kind in range(1, 8)
        if b64u(pin_guidelines.entry(piece, kind, raw(listed["salt"]))) in entries
    ]
    return {"folded": folded, "pieces": pieces, "forbidden": forbidden}


def _pieces(folded: str) -> list[str]:
    """Spec 5.4: substrings of 4 to 6, of 2 or 3 that are letters only, and the whole."""
    spans = [folded[at : at + size] for size in range(2, 7) for at in range(len(folded) - size + 1)]
    return [folded, *(piece for piece in spans if len(piece) > 3 or piece.isalpha())]


def do_totp(given: Case) -> Case:
    step = given["time"] // 30
    return {"step": step, "code": totp(raw(given["key"]), step)}


def do_check_digit(given: Case) -> Case:
    return {"check": check_digit(given["digits"])}


SAYS = {digit: action for action, digit in PURPOSES.items()}


def do_challenge(given: Case) -> Case:
    digits = plain_digits(given["typed"])
    if digits is None or len(digits) != 10 or check_digit(digits[:9]) != digits[9] or digits[0] not in SAYS:
        raise Refusing
    return {"challenge": digits, "purpose": SAYS[digits[0]]}


def do_response(given: Case) -> Case:
    return {"response": ocra(SUITE, raw(given["key"]), OcraInput(given["challenge"]))}


def do_session_id(given: Case) -> Case:
    plain = normal_session_id(given["typed"])
    if len(plain) != 8 or any(character not in CROCKFORD for character in plain):
        raise Refusing
    return {"session_id": plain, "shown": f"{plain[:4]} {plain[4:]}"}


def do_confirmation(given: Case) -> Case:
    digits = plain_digits(given["typed"])
    if digits is None or len(digits) != 6:
        raise Refusing
    return {"confirmation": digits}


def do_links(given: Case) -> Case:
    """The server's half: sixteen bytes in the one form, and the hash by which a login is found."""
    start, _, secret = given["scanned"].rpartition("#")
    kind = {f"{given['iss']}/l": "login", f"{given['iss']}/a": "activation", f"{given['iss']}/t": "transfer"}.get(start)
    found = unb64u(secret, 16)
    if kind is None or found is None:
        raise Refusing
    return {"kind": kind, "secret": secret, "secret_hash": b64u(sha256(found))}


def do_money(given: Case) -> Case:
    """The server's half: it takes what can be shown whole, and nothing else."""
    details = given["details"]
    payee = {part: details[f"payee_{part}"] for part in ("name", "account") if f"payee_{part}" in details}
    wanted = withdrawals.read(details.get("amount"), details.get("currency"), payee, "r")
    if isinstance(wanted, Refusal):
        raise Refusing
    return {
        "amount": withdrawals.usd(wanted.amount), "currency": withdrawals.CURRENCY, "payee_name": wanted.payee.name,
        "payee_account": wanted.payee.account,
    }  # fmt: skip


def do_context(given: Case) -> Case:
    return {"context": b64u(sha256(vault.canonical(given["details"])))}


def do_kept(given: Case) -> Case:
    """The server's half: the HMACs it expects of the message, under the secrets it handed out; it cannot open a blob."""
    expected = next(case["expect"] for case in load("kept")["cases"] if case["input"] == given)
    message = vault.canonical(expected["signed"])
    keys = [
        user_key({"secret": one["secret"], "iss": given["iss"], "user": one["user"], "phone": given["phone"]}, "hmac")
        for one in given["users"]
    ]
    codes = [b64u(hmac.digest(key, message, "sha256")) for key in keys]
    return {"signed": expected["signed"], "canonical": message.decode(), "hmacs": codes}


def do_decision(given: Case) -> Case:
    """The factor itself judges the phone's approval, with what the server would expect of these details."""
    details, expected = given["details"], EXPECTED[vault.canonical(given)]
    signed = expected["signed"]
    message = vault.canonical(signed)
    x, y = (unb64u(given["key"][name], 32) or b"" for name in ("x", "y"))
    assert vault.signature_right(x, y, message, expected["signature"])
    device = Device(details["device"], details["user"], given["phone"], "key", "active", "", b"", 0, 0, 0, 0)
    key = user_key({**given, "iss": details["iss"], "user": details["user"]}, "hmac")
    fields = {name: details[name] for name in ("v", "iss", "attempt", "nonce", "user", "device", "action", "client")}
    context = b64u(sha256(vault.canonical(details)))
    challenge = {
        "fields": {**fields, "type": "decision", "phone": given["phone"], "context": context},
        "confirm": details["confirm"], "confirmation": "482915", "qr_hash": given["confirmation"] if len(given["confirmation"]) > 6 else "",
    }  # fmt: skip
    assert sorted(challenge["fields"]) == sorted(BOUND)
    code = unb64u(expected.get("hmac", ""), 32) or b""
    verdict = KeyPush().verify(
        Holder(device, hmac=key), challenge, {"signed": signed, "bytes": message, "hmac": code}, now=given["time"]
    )
    assert verdict == Accepted()
    built = {"signed": signed, "canonical": message.decode()}
    return built if given["decision"] != "approve" else {**built, "hmac": b64u(hmac.digest(key, message, "sha256"))}


EXPECTED = {vault.canonical(case["input"]): case["expect"] for case in load("decision")["cases"]}


def do_rfc4226(given: Case) -> Case:
    return {
        "code": hotp(bytes.fromhex(given["key_hex"]), given["counter"], digits=given["digits"], algorithm=given["hash"])
    }


def do_rfc5869(given: Case) -> Case:
    """Where the empty salt and 32 bytes of the protocol fit, through the vault; the first block of every other by its own steps."""
    ikm, info, salt = (bytes.fromhex(given[f"{name}_hex"]) for name in ("ikm", "info", "salt"))
    prk = hmac.digest(salt or bytes(32), ikm, "sha256")
    okm, block = b"", b""
    for number in range(1, -(-given["length"] // 32) + 1):
        block = hmac.digest(prk, block + info + bytes([number]), "sha256")
        okm += block
    if not salt and info.isascii():
        assert vault.hkdf(ikm, info.decode()) == okm[:32]
    return {"prk_hex": prk.hex(), "okm_hex": okm[: given["length"]].hex()}


def do_rfc6238(given: Case) -> Case:
    return {
        "code": totp(
            bytes.fromhex(given["key_hex"]), given["time"] // 30, digits=given["digits"], algorithm=given["hash"]
        )
    }


def do_rfc6287(given: Case) -> Case:
    asked = OcraInput(
        given["question"],
        counter=given.get("counter", 0),
        pin_hash=bytes.fromhex(given.get("pin_hash_hex", "")),
        time=given.get("time_steps", 0),
    )
    return {"response": ocra(given["suite"], bytes.fromhex(given["key_hex"]), asked)}


def do_rfc6979(given: Case) -> Case:
    x, y = (bytes.fromhex(given[f"{name}_hex"]) for name in ("x", "y"))
    if not vault.signature_right(x, y, given["message"].encode(), b64u(bytes.fromhex(given["signature_hex"]))):
        raise Refusing
    return VERIFIES


DO: dict[str, Callable[[Case], Case]] = {
    name.removeprefix("do_"): function for name, function in list(globals().items()) if name.startswith("do_")
}
DO["rfc8785"] = do_jcs
CASES = [(name, case) for name in sorted(DO) for case in load(name)["cases"]]


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}: {case['name']}" for name, case in CASES])
def test_vector(name: str, case: Case) -> None:
    if "must_fail" in case:
        with pytest.raises(Refusing):
            DO[name](case["input"])
        return
    expected = {
        member: value for member, value in case["expect"].items() if not (name == "decision" and member == "signature")
    }
    assert DO[name](case["input"]) == expected


def test_every_file_is_run_or_named() -> None:
    files = {path.stem for path in VECTORS.glob("*.json")}
    assert files == set(DO) | set(PHONES_ALONE)
    assert not set(DO) & set(PHONES_ALONE)


def test_the_list_a_server_makes_is_read_by_the_vectors_rules() -> None:
    """A list made by our own code from somebody's details forbids what the rules of the vectors find in it."""
    salt = hashlib.sha256(b"salt").digest()[:16]
    made = {pin_guidelines.entry(piece, kind, salt) for piece, kind in (("1984", 1), ("mt", 5), ("5300", 2))}
    for piece, kind in (("1984", 1), ("mt", 5), ("5300", 2)):
        slow = hashlib.pbkdf2_hmac("sha256", piece.encode(), salt, 20_000, 9)
        assert any(entry[:8] == slow[:8] and entry[8] ^ slow[8] == kind for entry in made)
