"""The Python client runs every vector of the protocol: what must pass passes, what must fail fails for the reason named."""

from __future__ import annotations

import hmac
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from watchword_client import crypto, guidelines, oath, trust, typed
from watchword_client.approval import asked, decision_fields, money
from watchword_client.crypto import FormError
from watchword_client.pins import Unlocked
from watchword_client.refusal import Refusal
from watchword_client.renewals import kept_codes, kept_fields
from watchword_client.state import PhoneState, User

VECTORS = Path(__file__).parents[2] / "protocol" / "vectors"
Case = dict[str, Any]
VERIFIES = {"verifies": True}


def load(name: str) -> Case:
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


def do_b64u(given: Case) -> Case:
    return {"hex": crypto.unb64u(given["text"]).hex()}


def do_jcs(given: Case) -> Case:
    return {"canonical": crypto.canonical(crypto.read_json(given["json"])).decode()}


def do_es256(given: Case) -> Case:
    crypto.verify(given["key"], given["signed"], given["signature"])
    return VERIFIES


def do_hmac(given: Case) -> Case:
    key = crypto.user_key(crypto.unb64u(given["secret"]), given["label"], given["iss"], given["user"], given["phone"])
    if not hmac.compare_digest(crypto.mac(key, given["signed"]), given["hmac"]):
        raise FormError("hmac")
    return VERIFIES


def do_keys(given: Case) -> Case:
    names = ("label", "iss", "user", "phone")
    return {"key": crypto.b64u(crypto.user_key(crypto.unb64u(given["secret"]), *(given[name] for name in names)))}


def do_pin(given: Case) -> Case:
    return {"pin": typed.pin(given["typed"])}


def do_camouflage(given: Case) -> Case:
    a = crypto.argon2(typed.pin(given["pin"]), crypto.unb64u(given["salt"]))
    pad = crypto.pad(a, given["iss"], given["user"], given["device"])
    blob = crypto.camouflage(crypto.unb64u(given["secret"]), pad)
    assert crypto.camouflage(blob, pad) == crypto.unb64u(given["secret"])
    return {"a": crypto.b64u(a), "pad": crypto.b64u(pad), "blob": crypto.b64u(blob)}


def do_slot(given: Case) -> Case:
    return {"key": crypto.b64u(crypto.slot_key(crypto.unb64u(given["prf"]), given["phone"]))}


def do_guidelines(given: Case) -> Case:
    folded = guidelines.fold(typed.pin(given["pin"]))
    hits = guidelines.forbidden(given["pin"], load("guidelines")["guidelines"])
    forbidden = [{"piece": hit.piece, "kind": hit.kind} for hit in hits]
    return {"folded": folded, "pieces": guidelines.pieces(folded), "forbidden": forbidden}


def do_totp(given: Case) -> Case:
    return {"step": given["time"] // oath.STEP, "code": oath.key_code(crypto.unb64u(given["key"]), given["time"])}


def do_check_digit(given: Case) -> Case:
    return {"check": oath.check_digit(given["digits"])}


def do_challenge(given: Case) -> Case:
    found = typed.challenge(given["typed"])
    return {"challenge": found.digits, "purpose": found.purpose}


def do_response(given: Case) -> Case:
    return {"response": oath.key_response(crypto.unb64u(given["key"]), given["challenge"])}


def do_session_id(given: Case) -> Case:
    plain = typed.session_id(given["typed"])
    return {"session_id": plain, "shown": f"{plain[:4]} {plain[4:]}"}


def do_confirmation(given: Case) -> Case:
    return {"confirmation": typed.confirmation(given["typed"])}


def do_links(given: Case) -> Case:
    found = typed.link(given["iss"], given["scanned"])
    return {"kind": found.kind, "secret": found.secret, "secret_hash": found.secret_hash}


def do_asked(given: Case) -> Case:
    return {"asked": asked(given["action"], given["operation"])}


def do_money(given: Case) -> Case:
    return asdict(money(given["details"]))


def do_context(given: Case) -> Case:
    return {"context": crypto.digest(crypto.canonical(given["details"]))}


def do_kept(given: Case) -> Case:
    """As a phone does it: the secrets wrapped under the PIN, opened again, and an HMAC under each."""
    salt = crypto.unb64u(given["salt"], 16)
    unlocked = Unlocked(crypto.argon2(typed.pin(given["pin"]), salt))
    users = []
    for one in given["users"]:
        pad = unlocked.pad(given["iss"], one["user"], one["device"])
        blob = crypto.b64u(crypto.camouflage(crypto.unb64u(one["secret"], 32), pad))
        users.append(User(one["user"], "", "", one["device"], blob))
    phone = PhoneState(given["iss"], crypto.new_key(bytes(48)), salt, given["phone"])
    fields = kept_fields(given["renewal"], phone, users)
    signed = {"v": 1, "type": "kept", "iss": given["iss"], **fields, "uv": given["uv"], "time": given["time"]}
    codes = kept_codes(signed, phone, users, unlocked)
    return {"signed": signed, "canonical": crypto.canonical(signed).decode(), "hmacs": codes}


def do_answer(given: Case) -> Case:
    assert trust.verify_answer(given["iss"], given["type"], given["kept"], given["answer"]) == given["answer"]["signed"]
    return VERIFIES


def do_chain(given: Case) -> Case:
    return {"kept": trust.accept(given["iss"], given["kept"], given["config"])}


def do_refusal(given: Case) -> Case:
    found = Refusal.parse(given["status"], given["body"])
    if found is None:
        raise FormError("not a refusal")
    names = ("number", "code", "reference", "what", "why", "do", "retry_after", "time", "left")
    assert found.status == given["status"]
    return {name: getattr(found, name) for name in names}


def do_decision(given: Case) -> Case:
    """Builds the decision, and checks the vector's signature and one of its own under the vector's key."""
    names = ("phone", "decision", "confirmation", "uv", "time")
    signed = decision_fields(given["details"], **{name: given[name] for name in names})
    crypto.verify(given["key"], signed, EXPECTED_SIGNATURES[_whose(signed)])
    built = {"signed": signed, "canonical": crypto.canonical(signed).decode()}
    if given["decision"] == "approve":
        details = given["details"]
        key = crypto.user_key(crypto.unb64u(given["secret"]), "hmac", details["iss"], details["user"], given["phone"])
        built["hmac"] = crypto.mac(key, signed)
    return built


def _whose(signed: Case) -> tuple[str, ...]:
    return tuple(signed[name] for name in ("context", "decision", "confirmation"))


EXPECTED_SIGNATURES = {
    _whose(found["signed"]): found["signature"] for found in (case["expect"] for case in load("decision")["cases"])
}


def do_rfc4226(given: Case) -> Case:
    code = oath.hotp(bytes.fromhex(given["key_hex"]), given["counter"], given["digits"], given["hash"])
    return {"code": code}


def do_rfc5869(given: Case) -> Case:
    prk = crypto.hkdf_extract(bytes.fromhex(given["salt_hex"]), bytes.fromhex(given["ikm_hex"]))
    okm = crypto.hkdf_expand(prk, bytes.fromhex(given["info_hex"]), given["length"])
    return {"prk_hex": prk.hex(), "okm_hex": okm.hex()}


def do_rfc6238(given: Case) -> Case:
    return {"code": oath.totp(bytes.fromhex(given["key_hex"]), given["time"], given["digits"], given["hash"])}


def do_rfc6287(given: Case) -> Case:
    response = oath.ocra(
        oath.Suite.parse(given["suite"]),
        bytes.fromhex(given["key_hex"]),
        given["question"],
        counter=given.get("counter", 0),
        pin_hash=bytes.fromhex(given.get("pin_hash_hex", "")),
        time_steps=given.get("time_steps", 0),
    )
    return {"response": response}


def do_rfc6979(given: Case) -> Case:
    key = {name: crypto.b64u(bytes.fromhex(given[f"{name}_hex"])) for name in ("x", "y")}
    raw = bytes.fromhex(given["signature_hex"])
    crypto.verify_bytes(crypto.load_public(key), given["message"].encode(), raw)
    return VERIFIES


DO: dict[str, Callable[[Case], Case]] = {
    name.removeprefix("do_"): function for name, function in list(globals().items()) if name.startswith("do_")
}
DO["rfc8785"] = do_jcs
CASES = [(name, case) for name in sorted(DO) for case in load(name)["cases"]]


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}: {case['name']}" for name, case in CASES])
def test_vector(name: str, case: Case) -> None:
    if "must_fail" in case:
        with pytest.raises(FormError) as raised:
            DO[name](case["input"])
        assert raised.value.reason == case["must_fail"]
        return
    expected = case["expect"]
    if name == "decision":
        expected = {member: value for member, value in expected.items() if member != "signature"}
    assert DO[name](case["input"]) == expected


def test_every_file_is_run_and_described() -> None:
    files = {path.stem for path in VECTORS.glob("*.json")}
    readme = (VECTORS / "README.md").read_text(encoding="utf-8")
    assert files == set(DO)
    assert {name for name in files if not name.startswith("rfc") and f"| `{name}` |" not in readme} == set()
    for name in files:
        names = [case["name"] for case in load(name)["cases"]]
        assert len(set(names)) == len(names), name
        assert load(name).get("source") or not name.startswith("rfc")


def test_the_files_are_what_the_script_writes() -> None:
    done = subprocess.run([sys.executable, str(VECTORS / "make.py"), "--check"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "nothing changed\n"), done.stderr
