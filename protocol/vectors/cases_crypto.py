"""Encodings, keys, signatures and the camouflage."""

from __future__ import annotations

import hmac
import json
import unicodedata

import rfc8785
from argon2.low_level import Type, hash_secret_raw
from fixed import (
    DEVICE,
    ISS,
    ORDER,
    OTHER_KEY,
    OTHER_USER,
    PHONE,
    PHONE_KEY,
    SALT,
    TIME,
    USER,
    Json,
    S,
    b64u,
    bad,
    der,
    es256,
    fixed,
    good,
    hkdf,
    public,
    user_key,
    varied,
)


def b64u_cases() -> list[Json]:
    return [
        good("empty", {"text": ""}, {"hex": ""}),
        good("one byte", {"text": "_w"}, {"hex": "ff"}),
        good("two bytes", {"text": "-_8"}, {"hex": "fbff"}),
        good("sixteen bytes", {"text": b64u(bytes(range(16)))}, {"hex": bytes(range(16)).hex()}),
        bad("padding", {"text": "_w=="}, "padding"),
        bad("the other alphabet", {"text": "+/8"}, "alphabet"),
        bad("a blank", {"text": "_w w"}, "alphabet"),
        bad("a line break", {"text": "_w\n"}, "alphabet"),
        bad("unused bits set in one byte", {"text": "_x"}, "trailing bits"),
        bad("unused bits set in two bytes", {"text": "-_9"}, "trailing bits"),
        bad("a single character", {"text": "_"}, "length"),
        bad("not ASCII", {"text": "é8"}, "alphabet"),
    ]


def key_cases() -> list[Json]:
    def case(name: str, label: str, secret: bytes = S, **context: str) -> Json:
        where = {"iss": ISS, "user": USER, "phone": PHONE, **context}
        return good(
            name, {"secret": b64u(secret), "label": label, **where}, {"key": b64u(user_key(secret, label, **where))}
        )

    return [
        *(case(f"{label} key", label) for label in ("hmac", "totp", "ocra", "proof")),
        case("another issuer", "totp", iss="https://key.localhost:8443"),
        case("another user", "totp", user=OTHER_USER),
        case("another phone", "totp", phone=DEVICE),
        case("a secret of zeros", "hmac", secret=bytes(32)),
    ]


def camouflage_cases() -> list[Json]:
    def case(
        name: str, typed: str, *, secret: bytes = S, salt: bytes = SALT, user: str = USER, device: str = DEVICE
    ) -> Json:
        pin = unicodedata.normalize("NFKC", typed)
        a = hash_secret_raw(
            pin.encode(), salt, time_cost=2, memory_cost=19456, parallelism=1, hash_len=32, type=Type.ID, version=0x13
        )
        pad = hkdf(a, f"watchword/v1|pad|{ISS}|{user}|{device}")
        given = {"pin": typed, "salt": b64u(salt), "iss": ISS, "user": user, "device": device, "secret": b64u(secret)}
        blob = bytes(x ^ y for x, y in zip(secret, pad, strict=True))
        return good(name, given, {"a": b64u(a), "pad": b64u(pad), "blob": b64u(blob)})

    return [
        case("four digits", "8301"),
        case("six mixed", "mK7!q~"),
        case("full-width forms give the same A as their ASCII", "８３０１"),
        case("another user, the same A", "8301", user=OTHER_USER),
        case("another device, the same A", "8301", device=PHONE),
        case("another salt", "8301", salt=fixed("another salt", 16)),
        case("a secret of zeros: the blob is the pad", "8301", secret=bytes(32)),
    ]


def slot_cases() -> list[Json]:
    def case(name: str, prf: bytes, phone: str) -> Json:
        return good(name, {"prf": b64u(prf), "phone": phone}, {"key": b64u(hkdf(prf, f"watchword/v1|slot|{phone}"))})

    return [
        case("biometric slot", fixed("prf"), PHONE),
        case("another phone", fixed("prf"), DEVICE),
        case("PRF output of zeros", bytes(32), PHONE),
    ]


def jcs_cases() -> list[Json]:
    def case(name: str, text: str) -> Json:
        return good(name, {"json": text}, {"canonical": rfc8785.dumps(json.loads(text)).decode()})

    return [
        case("members are sorted, blanks go", '{"b": 1, "a": [true, null, ""]}'),
        case("sorted by UTF-16 code units", '{"\\ufb33": 1, "\\ud83d\\ude00": 2, "z": 3}'),
        case("an empty object inside", '{"a": {}}'),
        case("escapes are the short ones", '{"a": "\\u0022\\u005c\\u002f\\u0008\\u000a\\u001f\\u007f"}'),
        case("kanji stay as they are", '{"name": "\\u7530\\u4e2d \\u7f8e\\u54b2"}'),
        case("NFC and NFD are two strings", '{"a": "\\u00e9", "b": "e\\u0301"}'),
        case("the largest integer", '{"n": 9007199254740991}'),
        case("the smallest integer", '{"n": -9007199254740991}'),
        case("numbers in names", '{"10": 1, "9": 2, "1": 3}'),
        bad("beyond the largest integer", {"json": '{"n": 9007199254740992}'}, "number"),
        bad("below the smallest integer", {"json": '{"n": -9007199254740993}'}, "number"),
        bad("a fraction", {"json": '{"n": 1.5}'}, "number"),
        bad("a number too large for a double", {"json": '{"n": 1e400}'}, "number"),
        bad("not a number", {"json": '{"n": NaN}'}, "json"),
        bad("a lone surrogate", {"json": '{"a": "\\ud83d"}'}, "string"),
        bad("a lone surrogate in a name", {"json": '{"\\udc00": 1}'}, "string"),
        bad("not JSON", {"json": "{'a': 1}"}, "json"),
    ]


def es256_cases() -> list[Json]:
    signed = {"v": 1, "type": "pending", "iss": ISS, "phone": PHONE, "nonce": b64u(fixed("pending", 16)), "time": TIME}
    message = rfc8785.dumps(signed)
    raw = es256(PHONE_KEY, message)
    r, s = raw[:32], int.from_bytes(raw[32:])
    low, high = sorted((s, ORDER - s))
    key = public(PHONE_KEY)

    def case(signature: bytes, of: Json = signed, by: Json = key) -> Json:
        return {"key": by, "signed": of, "signature": b64u(signature)}

    altered = varied(signed, phone=DEVICE)
    reordered = dict(reversed(signed.items()))
    not_canonical = es256(PHONE_KEY, json.dumps(signed).encode())
    flipped = bytes([raw[0] ^ 1]) + raw[1:]
    return [
        good("valid, low s", case(r + low.to_bytes(32)), {"verifies": True}),
        good("valid, high s", case(r + high.to_bytes(32)), {"verifies": True}),
        good("members in another order", case(raw, reordered), {"verifies": True}),
        good(
            "an unknown member is covered",
            case(es256(PHONE_KEY, rfc8785.dumps(varied(signed, x="y"))), varied(signed, x="y")),
            {"verifies": True},
        ),
        bad("an unknown member added afterwards", case(raw, varied(signed, x="y")), "signature"),
        bad("altered member", case(raw, altered), "signature"),
        bad("member taken out", case(raw, varied(signed, nonce=None)), "signature"),
        bad("a number made a string", case(raw, varied(signed, time=str(TIME))), "signature"),
        bad("wrong key", case(raw, signed, public(OTHER_KEY)), "signature"),
        bad("signed bytes were not canonical", case(not_canonical), "signature"),
        bad("one bit of r", case(flipped), "signature"),
        bad("DER", case(der(PHONE_KEY, message)), "signature form"),
        bad("r and s swapped", case(raw[32:] + raw[:32]), "signature"),
        bad("r is zero", case(bytes(32) + raw[32:]), "signature"),
        bad("s is zero", case(raw[:32] + bytes(32)), "signature"),
        bad("all zeros", case(bytes(64)), "signature"),
        bad("r is the order of the curve", case(ORDER.to_bytes(32) + raw[32:]), "signature"),
        bad("s is the order of the curve", case(raw[:32] + ORDER.to_bytes(32)), "signature"),
        bad("63 bytes", case(raw[:63]), "signature form"),
        bad("65 bytes", case(raw + b"\0"), "signature form"),
        bad("empty signature", case(b""), "signature form"),
        bad("signature with padding", {**case(raw), "signature": b64u(raw) + "=="}, "signature form"),
        bad("key not on the curve", case(raw, signed, varied(key, y=b64u(bytes(31) + b"\1"))), "key"),
        bad("the point at infinity", case(raw, signed, {"x": b64u(bytes(32)), "y": b64u(bytes(32))}), "key"),
        bad("coordinate of 31 bytes", case(raw, signed, varied(key, x=b64u(fixed("short", 31)))), "key"),
    ]


def hmac_cases() -> list[Json]:
    signed = {
        "v": 1,
        "type": "confirm",
        "iss": ISS,
        "user": USER,
        "device": DEVICE,
        "phone": PHONE,
        "uv": "pin",
        "time": TIME,
    }

    def mac(label: str, of: Json = signed, secret: bytes = S) -> str:
        return b64u(hmac.digest(user_key(secret, label), rfc8785.dumps(of), "sha256"))

    def case(label: str, value: str, of: Json = signed) -> Json:
        return {
            "secret": b64u(S),
            "label": label,
            "iss": ISS,
            "user": USER,
            "phone": PHONE,
            "signed": of,
            "hmac": value,
        }

    prove = varied(signed, type="prove", purpose="check", nonce=b64u(fixed("prove", 16)))
    return [
        good("under K(hmac)", case("hmac", mac("hmac")), {"verifies": True}),
        good("prove, under K(proof)", case("proof", mac("proof", prove), prove), {"verifies": True}),
        bad("prove under K(hmac)", case("proof", mac("hmac", prove), prove), "hmac"),
        bad("another secret, as a wrong PIN gives", case("hmac", mac("hmac", secret=fixed("wrong S"))), "hmac"),
        bad("altered member", case("hmac", mac("hmac"), varied(signed, uv="biometric")), "hmac"),
        bad("cut to 16 bytes", case("hmac", mac("hmac")[:22]), "hmac"),
        bad("empty", case("hmac", ""), "hmac"),
    ]
