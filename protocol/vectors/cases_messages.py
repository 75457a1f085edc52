"""Messages: Details and decisions, signed answers, the chain of server keys, refusals."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import rfc8785
from argon2.low_level import Type, hash_secret_raw
from fixed import (
    ATTEMPT,
    DETAILS,
    DEVICE,
    ISS,
    NOTICE,
    OTHER_USER,
    PHONE,
    PHONE_KEY,
    SALT,
    SERVER,
    TIME,
    USER,
    Json,
    S,
    b64u,
    bad,
    entry,
    fixed,
    good,
    hkdf,
    public,
    sign,
    user_key,
    varied,
)

CALL = varied(
    DETAILS, action="caller", operation="called_us", client="staff", client_name="Example Securities", agent="Aoi Sato", place="",
    place_new=True, network="", network_new=True, address="", browser="", system="", browser_new=True, confirm_reason="policy",
)  # fmt: skip
MONEY = varied(
    DETAILS, action="withdraw", client="trader", client_name="Example Trader", amount=1_234_550, currency="USD",
    payee_name="Kita Estate K.K.", payee_account="JP12 3456 7890",
)  # fmt: skip
CALL_WORDS: Json = {
    "v": 1, "type": "caller_words", "iss": ISS, "attempt": ATTEMPT, "nonce": CALL["nonce"], "lang": "en",
    "words": ["lemon", "harbour", "tiger"],
}  # fmt: skip


def context_cases() -> list[Json]:
    def case(name: str, details: Json) -> Json:
        return good(name, {"details": details}, {"context": b64u(hashlib.sha256(rfc8785.dumps(details)).digest())})

    return [
        case("all known", DETAILS),
        case(
            "nothing known",
            varied(
                DETAILS, place="", network="", browser="", system="", place_new=True, confirm=False, confirm_reason=""
            ),
        ),
        case("a change", varied(DETAILS, action="confirm", operation="password")),
        case("a call", CALL),
        case("a call of ours", varied(CALL, operation="we_called", agent="佐藤 葵")),
        case("money", MONEY),
        case("money, a cent more", varied(MONEY, amount=1_234_551)),
        case("money, to another account", varied(MONEY, payee_account="JP12 3456 7891")),
        case("Japanese", varied(DETAILS, client_name="取引プラットフォーム", place="大阪府", username="田中")),
        case("a member of a later version", varied(DETAILS, later={"a": [1, 2]})),
    ]


OPERATIONS = (
    "password", "contacts", "devices", "sessions", "questions", "notices", "networks", "account", "staff", "staff_request",
    "staff_approval",
)  # fmt: skip


def asked_cases() -> list[Json]:
    def case(name: str, action: str, operation: str, asked: str) -> Json:
        return good(name, {"action": action, "operation": operation}, {"asked": asked})

    def no(name: str, action: str, operation: str = "") -> Json:
        return bad(name, {"action": action, "operation": operation}, "action")

    return [
        case("a login", "login", "", "login"),
        case("a recovery", "recover", "", "recover"),
        *(case(f"a change: {name}", "confirm", name, f"confirm.{name}") for name in OPERATIONS),
        case("a change it does not know", "confirm", "later", "confirm.other"),
        case("a change without a name", "confirm", "", "confirm.other"),
        case("a change named like a member of every object", "confirm", "constructor", "confirm.other"),
        case("a login with an operation is a login", "login", "password", "login"),
        *(case(f"a call: {name}", "caller", name, f"caller.{name}") for name in ("called_us", "we_called")),
        case("money", "withdraw", "", "withdraw"),
        no("money with an operation", "withdraw", "password"),
        no("a call without saying who called", "caller"),
        no("a call of a kind it does not know", "caller", "transferred"),
        no("a call named like a member of every object", "caller", "constructor"),
        no("a call named like a change", "caller", "contacts"),
        no("an action it does not know", "transfer"),
        no("no action", ""),
        no("another case of letters", "Login"),
        no("an action named like a member of every object", "constructor"),
    ]


def money_cases() -> list[Json]:
    def case(name: str, shown: str, **changes: Any) -> Json:
        details = varied(MONEY, **changes)
        expect = {"amount": shown, **{part: details[part] for part in ("currency", "payee_name", "payee_account")}}
        return good(name, {"details": details}, expect)

    def no(name: str, **changes: Any) -> Json:
        return bad(name, {"details": varied(MONEY, **changes)}, "money")

    def without(part: str) -> Json:
        details = {name: value for name, value in MONEY.items() if name != part}
        return bad(f"no {part}", {"details": details}, "money")

    return [
        case("thousands and cents", "12,345.50"),
        case("one cent", "0.01", amount=1),
        case("whole dollars show their cents too", "1,000,000.00", amount=100_000_000),
        case("the most there is", "1,000,000,000,000.00", amount=10**14),
        case("a Japanese name", "12,345.50", payee_name="北不動産株式会社"),
        case("a name from right to left", "12,345.50", payee_name="בנק לאומי"),
        case("a name with everything in it", "12,345.50", payee_name='<b>"K" & Söhne</b> {amount}'),
        case("the longest name and account", "12,345.50", payee_name="N" * 120, payee_account="4" * 64),
        no("nothing", amount=0),
        no("less than nothing", amount=-5),
        no("more than the most", amount=10**14 + 1),
        no("an amount as text", amount="1234550"),
        no("an amount that is a yes", amount=True),
        no("another currency", currency="EUR"),
        no("a name that turns what stands beside it", payee_name="abc\u202egnp"),
        no("a name of two lines", payee_name="Kita\nEstate"),
        no("a name of blanks", payee_name=" "),
        no("no name in it", payee_name=""),
        no("a name that is too long", payee_name="N" * 121),
        no("a name that is none", payee_name=["Kita"]),
        no("an account with other signs", payee_account="JP12<3456"),
        no("an account in wide digits", payee_account="１２３４"),
        no("an account that is too long", payee_account="4" * 65),
        no("an account that is a number", payee_account=12345),
        *(without(part) for part in ("amount", "currency", "payee_name", "payee_account")),
    ]


def decision(details: Json, choice: str, confirmation: str, uv: str) -> Json:
    copied = {name: details[name] for name in ("attempt", "nonce", "user", "device", "action", "client")}
    context = b64u(hashlib.sha256(rfc8785.dumps(details)).digest())
    return {
        "v": 1,
        "type": "decision",
        "iss": ISS,
        **copied,
        "phone": PHONE,
        "context": context,
        "confirmation": confirmation,
        "decision": choice,
        "uv": uv,
        "time": TIME,
    }


def decision_cases() -> list[Json]:
    def case(name: str, choice: str, confirmation: str, uv: str, details: Json = DETAILS) -> Json:
        signed = decision(details, choice, confirmation, uv)
        expect = {"signed": signed, "canonical": rfc8785.dumps(signed).decode(), "signature": sign(PHONE_KEY, signed)}
        if choice == "approve":
            expect["hmac"] = b64u(hmac.digest(user_key(S, "hmac"), rfc8785.dumps(signed), "sha256"))
        given = {
            "details": details,
            "phone": PHONE,
            "key": public(PHONE_KEY),
            "secret": b64u(S),
            "decision": choice,
            "confirmation": confirmation,
            "uv": uv,
            "time": TIME,
        }
        return good(name, given, expect)

    quiet = varied(DETAILS, confirm=False, confirm_reason="")
    return [
        case("approve with the digits", "approve", "482915", "pin"),
        case("approve without confirmation", "approve", "", "biometric", quiet),
        case("approve after a scan", "approve", b64u(hashlib.sha256(fixed("qr", 16)).digest()), "pin"),
        case("approve a change", "approve", "482915", "pin", varied(DETAILS, action="confirm", operation="contacts")),
        case("approve money", "approve", "482915", "pin", MONEY),
        case("approve a call", "approve", "482915", "pin", CALL),
        case("not the one on the telephone", "not_me", "", "none", CALL),
        case("approve a recovery", "approve", "482915", "pin", varied(DETAILS, action="recover")),
        case("deny", "deny", "", "none"),
        case("not me", "not_me", "", "none"),
    ]


def kept_cases() -> list[Json]:
    """What a phone confirms new secrets with: blobs under the new PIN, and an HMAC under each secret, in the order of the users."""

    def case(name: str, pin: str, users: list[tuple[str, str, bytes]], uv: str = "pin") -> Json:
        a = hash_secret_raw(pin.encode(), SALT, 2, 19456, 1, 32, Type.ID, 0x13)
        named = []
        for user, device, secret in users:
            pad = hkdf(a, f"watchword/v1|pad|{ISS}|{user}|{device}")
            named.append({"device": device, "blob": b64u(bytes(x ^ y for x, y in zip(secret, pad, strict=True)))})
        signed = {
            "v": 1, "type": "kept", "iss": ISS, "renewal": ATTEMPT, "phone": PHONE, "salt": b64u(SALT), "users": named, "uv": uv,
            "time": TIME,
        }  # fmt: skip
        message = rfc8785.dumps(signed)
        keys = [user_key(secret, "hmac", user=user) for user, _, secret in users]
        hmacs = [b64u(hmac.digest(key, message, "sha256")) for key in keys]
        given = {
            "pin": pin, "salt": b64u(SALT), "iss": ISS, "phone": PHONE, "renewal": ATTEMPT, "uv": uv, "time": TIME,
            "users": [{"user": user, "device": device, "secret": b64u(secret)} for user, device, secret in users],
        }  # fmt: skip
        return good(name, given, {"signed": signed, "canonical": message.decode(), "hmacs": hmacs})

    mine, other = (USER, DEVICE, fixed("new S")), (OTHER_USER, PHONE[::-1], fixed("new S of another"))
    return [
        case("one user", "t7Hk2s", [mine]),
        case("two users, in the order they came", "t7Hk2s", [mine, other]),
        case("the other order is another message", "t7Hk2s", [other, mine]),
        case("four digits", "8301", [mine]),
    ]


def answer_cases() -> list[Json]:
    kept = [entry(1), entry(2)]
    right = {"signed": DETAILS, "signature": sign(SERVER[1], DETAILS), "kid": "s1"}

    def no(name: str, answer: Json, reason: str, expected: str = "login") -> Json:
        return bad(name, {"iss": ISS, "type": expected, "kept": kept, "answer": answer}, reason)

    def signed(by: int, kid: str, **changes: Any) -> Json:
        body = varied(DETAILS, **changes)
        return {"signed": body, "signature": sign(SERVER[by], body), "kid": kid}

    given = {"iss": ISS, "type": "login", "kept": kept}
    return [
        good("by the current key", {**given, "answer": right}, {"verifies": True}),
        good("by the next key", {**given, "answer": signed(2, "s2")}, {"verifies": True}),
        good(
            "a notice",
            {
                **given,
                "type": "notice",
                "answer": {"signed": NOTICE, "signature": sign(SERVER[1], NOTICE), "kid": "s1"},
            },
            {"verifies": True},
        ),
        good(
            "what a caller must say",
            {
                **given,
                "type": "caller_words",
                "answer": {"signed": CALL_WORDS, "signature": sign(SERVER[1], CALL_WORDS), "kid": "s1"},
            },
            {"verifies": True},
        ),
        no(
            "words in place of a login",
            {"signed": CALL_WORDS, "signature": sign(SERVER[1], CALL_WORDS), "kid": "s1"},
            "fields",
        ),
        no("a login in place of words", right, "fields", "caller_words"),
        no(
            "other words under the signature of these",
            {
                "signed": varied(CALL_WORDS, words=["sugar", "river", "paper"]),
                "signature": sign(SERVER[1], CALL_WORDS),
                "kid": "s1",
            },
            "signature",
            "caller_words",
        ),
        no(
            "a notice in place of a login",
            {"signed": NOTICE, "signature": sign(SERVER[1], NOTICE), "kid": "s1"},
            "fields",
        ),
        no("a login in place of a notice", right, "fields", "notice"),
        no("a key not kept", signed(3, "s3"), "kid"),
        no("signed by the other key", signed(2, "s1"), "signature"),
        no("a stranger's key under our kid", signed(4, "s1"), "signature"),
        no("an altered place", {**right, "signed": varied(DETAILS, place="Tokyo, Japan")}, "signature"),
        no("another issuer", signed(1, "s1", iss="https://key.example.net"), "fields"),
        no("another type", right, "fields", "activated"),
        no("another version", signed(1, "s1", v=2), "fields"),
        no("no signature", {"signed": DETAILS, "kid": "s1"}, "form"),
        no("no kid", varied(right, kid=None), "form"),
    ]


def statement(signer: int, new: int, **changes: Any) -> Json:
    body = varied(
        {
            "v": 1,
            "type": "successor",
            "iss": ISS,
            "kid": f"s{new}",
            "key": public(SERVER[new]),
            "from": f"s{signer}",
            "time": TIME,
        },
        **changes,
    )
    return {"signed": body, "signature": sign(SERVER[signer], body), "kid": f"s{signer}"}


def chain_cases() -> list[Json]:
    def given(kept: list[int], keys: list[Json], chain: list[Json]) -> Json:
        return {"iss": ISS, "kept": [entry(n) for n in kept], "config": {"keys": keys, "chain": chain}}

    def case(name: str, kept: list[int], now: list[int], chain: list[Json]) -> Json:
        return good(name, given(kept, [entry(n) for n in now], chain), {"kept": [entry(n) for n in now]})

    def no(name: str, kept: list[int], now: list[Json], chain: list[Json], reason: str = "unrecognised") -> Json:
        return bad(name, given(kept, now, chain), reason)

    whole = [statement(0, 1), statement(1, 2), statement(2, 3)]
    by_stranger = {**statement(4, 3, **{"from": "s2"}), "kid": "s2"}
    renamed = {"kid": "s3", "key": public(SERVER[4])}
    return [
        case("first contact", [], [0, 1], []),
        case("nothing new", [0, 1], [0, 1], [statement(0, 1)]),
        case("one rotation", [0, 1], [1, 2], [statement(0, 1), statement(1, 2)]),
        case("two rotations while the phone was away", [0, 1], [2, 3], whole),
        case("the list begins before the phone's time", [1, 2], [2, 3], whole),
        case("the list begins later than the phone's time", [1, 2], [2, 3], [statement(2, 3)]),
        case(
            "a statement of another issuer is passed over",
            [1, 2],
            [2, 3],
            [statement(1, 3, iss="https://key.example.net"), statement(2, 3)],
        ),
        no("no statement", [0, 1], [entry(1), entry(2)], []),
        no("a step is missing", [0, 1], [entry(2), entry(3)], [statement(2, 3)]),
        no("statements in the wrong order", [0, 1], [entry(2), entry(3)], [statement(2, 3), statement(1, 2)]),
        no("signed by a key it never heard of", [1, 2], [entry(2), entry(4)], [statement(3, 4)]),
        no("signed by a stranger under a known kid", [1, 2], [entry(2), entry(3)], [by_stranger]),
        no(
            "an altered successor",
            [1, 2],
            [entry(2), renamed],
            [{**statement(2, 3), "signed": varied(statement(2, 3)["signed"], key=public(SERVER[4]))}],
        ),
        no("a retired key comes back", [2, 3], [entry(1), entry(2)], whole),
        no("a retired key names a successor", [2, 3], [entry(3), entry(4)], [statement(1, 4)]),
        no("the list names a key the statement did not", [1, 2], [entry(2), renamed], [statement(2, 3)]),
        no("a known kid with another key in the list", [1, 2], [{"kid": "s2", "key": public(SERVER[4])}, entry(1)], []),
        no(
            "a known kid gets another key",
            [1, 2],
            [entry(2), entry(3)],
            [statement(1, 4, kid="s2"), statement(2, 3)],
            "conflict",
        ),
        no(
            "a statement of another issuer",
            [1, 2],
            [entry(2), entry(3)],
            [statement(2, 3, iss="https://key.example.net")],
        ),
        no("a statement of another type", [1, 2], [entry(2), entry(3)], [statement(2, 3, type="activated")]),
        no("from does not name the signer", [1, 2], [entry(2), entry(3)], [statement(2, 3, **{"from": "s1"})]),
        no("only one key", [1, 2], [entry(2)], whole, "form"),
        no("the same key twice", [1, 2], [entry(2), entry(2)], whole, "form"),
        no("no key at first contact", [], [], [], "form"),
    ]


def refusal_cases() -> list[Json]:
    full = {
        "number": 4304,
        "code": "key.pin_wrong",
        "reference": "U08",
        "what": "That PIN is not right.",
        "why": "It opened to something else.",
        "do": "Type it again.",
        "left": 9,
    }
    clock = varied(full, number=4102, code="key.clock", reference="", left=None, time=TIME)
    limited = varied(full, number=3120, code="send.limited", left=None, retry_after=60)

    def case(name: str, status: int, refusal: Json) -> Json:
        expect = {
            "number": refusal["number"],
            "code": refusal["code"],
            "reference": refusal["reference"],
            "what": refusal["what"],
            "why": refusal["why"],
            "do": refusal["do"],
            "retry_after": refusal.get("retry_after"),
            "time": refusal.get("time"),
            "left": refusal.get("left"),
        }
        return good(name, {"status": status, "body": json.dumps({"refusal": refusal})}, expect)

    def no(name: str, status: int, body: Any) -> Json:
        return bad(
            name, {"status": status, "body": body if isinstance(body, str) else json.dumps(body)}, "not a refusal"
        )

    return [
        case("wrong PIN, nine left", 401, full),
        case("the clock", 401, clock),
        case("too many sends", 429, limited),
        case("a member of a later version", 401, varied(full, later=1)),
        no("a gateway's page", 502, "<html>Bad Gateway</html>"),
        no("nothing", 503, ""),
        no("another JSON", 404, {"detail": "Not Found"}),
        no("a list", 400, []),
        no("number as text", 401, {"refusal": varied(full, number="4304")}),
        no("no text", 401, {"refusal": varied(full, what=None)}),
        no("number is true", 401, {"refusal": varied(full, number=True)}),
    ]
