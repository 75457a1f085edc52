"""Writes our own test vectors from fixed inputs: `make.py` rewrites the files, `make.py --check` compares.

It uses the standard library, `cryptography`, `argon2` and `rfc8785`, and nothing of the implementations it tests.
ECDSA is the deterministic kind of RFC 6979, so every run gives the same bytes; an implementation need not be
deterministic, its vectors expect "verifies". The keys here are public: they may sign nothing but vectors.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from cases_crypto import b64u_cases, camouflage_cases, es256_cases, hmac_cases, jcs_cases, key_cases, slot_cases
from cases_messages import (
    answer_cases,
    asked_cases,
    chain_cases,
    context_cases,
    decision_cases,
    kept_cases,
    money_cases,
    refusal_cases,
)
from cases_typed import (
    challenge_cases,
    check_digit_cases,
    confirmation_cases,
    guideline_cases,
    link_cases,
    pin_cases,
    response_cases,
    session_id_cases,
    totp_cases,
)
from fixed import Json

HERE = Path(__file__).parent

FILES: dict[str, tuple[str, Callable[[], list[Json]]]] = {
    "b64u": ("spec.md 1: base64url, read strictly", b64u_cases),
    "keys": ("spec.md 3: K(label)", key_cases),
    "pin": ("spec.md 3: what was typed becomes the PIN", pin_cases),
    "camouflage": ("spec.md 3: A, pad and blob", camouflage_cases),
    "slot": ("spec.md 3: key of a biometric slot", slot_cases),
    "guidelines": (
        "spec.md 5.4: the pieces of a PIN and those that are forbidden; `guidelines` is one list for every case",
        guideline_cases,
    ),
    "jcs": ("spec.md 1: RFC 8785, integers only", jcs_cases),
    "es256": ("spec.md 1, 2: ES256 over JCS(signed)", es256_cases),
    "hmac": ("spec.md 3: HMAC over JCS(signed)", hmac_cases),
    "totp": ("spec.md 7: codes; the key is K(totp)", totp_cases),
    "check_digit": ("spec.md 7: ISO/IEC 7064 MOD 11,10 over nine digits", check_digit_cases),
    "challenge": (
        "spec.md 7: what was typed becomes a challenge; the check digit is looked at before the purpose",
        challenge_cases,
    ),
    "response": ("spec.md 7: responses; the key is K(ocra)", response_cases),
    "session_id": ("spec.md 5.3: what was typed becomes a Session ID", session_id_cases),
    "confirmation": ("spec.md 6.4: what was typed becomes a confirmation", confirmation_cases),
    "links": ("spec.md 5.2, 5.10, 6.3: what a QR code holds", link_cases),
    "asked": ("spec.md 6.2: what a phone says it is about to approve", asked_cases),
    "money": ("spec.md 6.10: what a phone shows of a withdrawal, or that it shows none", money_cases),
    "context": ("spec.md 6.2: the context of Details", context_cases),
    "decision": (
        "spec.md 6.4: a decision; `signature` verifies under `key`, another valid one is as good",
        decision_cases,
    ),
    "kept": ("spec.md 5.8: the confirmation of new secrets", kept_cases),
    "answer": ("spec.md 2: a signed answer, checked with the keys the phone keeps", answer_cases),
    "chain": ("spec.md 9: server keys; `kept` is what the phone keeps before and after", chain_cases),
    "refusal": ("spec.md 2: refusals; members that are not there are null", refusal_cases),
}


def document(name: str) -> str:
    about, make = FILES[name]
    cases = make()
    result: Json = {"about": about}
    if cases and "name" not in cases[0]:
        result |= cases.pop(0)
    return json.dumps(result | {"cases": cases}, ensure_ascii=False, indent=1) + "\n"


def main(arguments: list[str]) -> int:
    changed = []
    for name in FILES:
        path, text = HERE / f"{name}.json", document(name)
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        changed.append(path.name)
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
    sys.stdout.write(("\n".join(changed) or "nothing changed") + "\n")
    return 1 if changed and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
