"""What a person types or scans, and what becomes of it: PIN, challenge, Session ID, confirmation, links, codes."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

from fixed import ISS, TIME, Json, S, b64u, bad, fixed, good, user_key


def pin_cases() -> list[Json]:
    return [
        good("four digits", {"typed": "8301"}, {"pin": "8301"}),
        good("six mixed", {"typed": "mK7!q~"}, {"pin": "mK7!q~"}),
        good("both ends of the range", {"typed": "!~!~"}, {"pin": "!~!~"}),
        good("full-width forms", {"typed": "８３ａＢ！"}, {"pin": "83aB!"}),
        good("a ligature counts as its two letters", {"typed": "ﬁ12"}, {"pin": "fi12"}),
        good("circled digits", {"typed": "①②③④"}, {"pin": "1234"}),
        bad("three characters", {"typed": "mK7"}, "length"),
        bad("seven characters", {"typed": "mK7!q~x"}, "length"),
        bad("ten after NFKC", {"typed": "㎒㎒㎒7"}, "length"),
        bad("nothing", {"typed": ""}, "length"),
        bad("a blank", {"typed": "12 45"}, "characters"),
        bad("an ideographic blank", {"typed": "12\u300045"}, "characters"),
        bad("a letter with an accent", {"typed": "abé12"}, "characters"),
        bad("a letter with a combining accent", {"typed": "abe\u030112"}, "characters"),
        bad("kana", {"typed": "あ1234"}, "characters"),
        bad("a control character", {"typed": "1234\x7f"}, "characters"),
    ]


def guideline_entry(piece: str, kind: int, salt: bytes) -> str:
    slow = hashlib.pbkdf2_hmac("sha256", piece.encode(), salt, 20000, 9)
    return b64u(slow[:8] + bytes([slow[8] ^ kind]))


def pieces(folded: str) -> list[str]:
    found = {folded}
    for start in range(len(folded)):
        for end in range(start + 2, len(folded) + 1):
            piece = folded[start:end]
            if len(piece) >= 4 or all("a" <= letter <= "z" for letter in piece):
                found.add(piece)
    return sorted(found)


def guideline_cases() -> list[Json]:
    salt = fixed("guideline salt", 16)
    kinds = {"1984": 1, "0412": 1, "5300": 2, "7734": 3, "9012": 4, "mt": 5, "tana": 5, "osa": 6, "mtan": 7}
    entries = [guideline_entry(piece, kind, salt) for piece, kind in kinds.items()]
    decoys = [b64u(fixed(f"decoy {n}", 9)) for n in range(192 - len(entries))]
    hashes_ = sorted(entries + decoys)

    def case(name: str, pin: str) -> Json:
        folded = unicodedata.normalize("NFKC", pin).lower()
        parts = pieces(folded)
        hits = [{"piece": part, "kind": kinds[part]} for part in parts if part in kinds]
        return good(name, {"pin": pin}, {"folded": folded, "pieces": parts, "forbidden": hits})

    head = {"guidelines": {"salt": b64u(salt), "iterations": 20000, "hashes": hashes_}}
    return [
        head,
        case("nothing forbidden", "q8!zR2"),
        case("birth year inside", "x1984!"),
        case("the whole PIN is part of the address", "5300"),
        case("initials in capitals", "MT82!z"),
        case("full-width digits", "９０１２"),
        case("a city in the middle", "9oSa!7"),
        case("three kinds at once", "mtana9"),
        case("two digits are no piece", "19x84!"),
        case("a sign parts the letters", "m-t829"),
        case("document number", "a7734b"),
    ]


def truncated(mac: bytes, digits: int) -> str:
    at = mac[-1] & 15
    return str((int.from_bytes(mac[at : at + 4]) & 0x7FFFFFFF) % 10**digits).zfill(digits)


def totp_cases() -> list[Json]:
    key = user_key(S, "totp")

    def case(name: str, at: int) -> Json:
        mac = hmac.digest(key, (at // 30).to_bytes(8), "sha256")
        return good(name, {"key": b64u(key), "time": at}, {"step": at // 30, "code": truncated(mac, 6)})

    zero = next(
        at
        for at in range(TIME, TIME + 30 * 100_000, 30)
        if truncated(hmac.digest(key, (at // 30).to_bytes(8), "sha256"), 6)[:2] == "00"
    )
    return [
        case("the first second", 0),
        case("the last second of the first step", 29),
        case("the second step", 30),
        case("today", TIME),
        case("last second before a step", TIME // 30 * 30 + 29),
        case("a step", TIME // 30 * 30 + 30),
        case("a code with leading zeros", zero),
        case("beyond 32 bits of seconds", 2**32 + 17),
        case("a step beyond 32 bits", 2**37),
    ]


def mod_11_10(digits: str) -> str:
    """ISO/IEC 7064 MOD 11,10: the hybrid system, n = 10."""
    p = 10
    for digit in digits:
        p = ((p + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - p) % 10)


def check_digit_cases() -> list[Json]:
    nines = ["100000000", "112345678", "199999999", "187654321", "130517739", "100000001", "000000000", "912345678"]
    return [good(nine, {"digits": nine}, {"check": mod_11_10(nine)}) for nine in nines]


def challenge_cases() -> list[Json]:
    nine = "148201937"
    right = nine + mod_11_10(nine)
    spaced = f"{right[:3]} {right[3:6]} {right[6:]}"
    wide = "".join(chr(ord(d) - ord("0") + 0xFF10) for d in right)
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    swapped = right[:4] + right[5] + right[4] + right[6:]
    expect = {"challenge": right, "purpose": "login"}

    def of(first: str) -> str:
        return first + nine[1:] + mod_11_10(first + nine[1:])

    return [
        good("plain", {"typed": right}, expect),
        good("grouped", {"typed": spaced}, expect),
        good("hyphens", {"typed": spaced.replace(" ", "-")}, expect),
        good("full-width digits", {"typed": wide}, expect),
        good("blanks around", {"typed": f"  {right}\t"}, expect),
        good("a change inside a session", {"typed": of("2")}, {"challenge": of("2"), "purpose": "confirm"}),
        good("a recovery", {"typed": of("3")}, {"challenge": of("3"), "purpose": "recover"}),
        bad("check digit", {"typed": wrong}, "check"),
        bad("two neighbours swapped", {"typed": swapped}, "check"),
        bad("one digit wrong", {"typed": right[:5] + str((int(right[5]) + 3) % 10) + right[6:]}, "check"),
        bad("the first digit wrong: reported as a slip, not as a purpose", {"typed": "2" + right[1:]}, "check"),
        good("money", {"typed": of("4")}, {"challenge": of("4"), "purpose": "withdraw"}),
        bad("an unknown purpose", {"typed": of("5")}, "purpose"),
        bad("purpose nine", {"typed": of("9")}, "purpose"),
        bad("purpose zero", {"typed": of("0")}, "purpose"),
        bad("nine digits", {"typed": right[:9]}, "length"),
        bad("eleven digits", {"typed": right + "0"}, "length"),
        bad("nothing", {"typed": ""}, "length"),
        bad("a letter", {"typed": right[:9] + "O"}, "digits"),
        bad("a sign", {"typed": right[:9] + "+"}, "digits"),
    ]


def response_cases() -> list[Json]:
    suite, key = "OCRA-1:HOTP-SHA256-8:QA10", user_key(S, "ocra")

    def case(name: str, nine: str, by: bytes = key) -> Json:
        challenge = nine + mod_11_10(nine)
        mac = hmac.digest(by, suite.encode() + b"\0" + challenge.encode().ljust(128, b"\0"), "sha256")
        return good(name, {"key": b64u(by), "challenge": challenge}, {"response": truncated(mac, 8)})

    return [
        case("a challenge", "148201937"),
        case("zeros", "100000000"),
        case("nines", "199999999"),
        case("another", "187654321"),
        case("the key a wrong PIN gives", "148201937", user_key(fixed("wrong S"), "ocra")),
    ]


def session_id_cases() -> list[Json]:
    def case(name: str, typed: str, plain: str = "7KQ4X9TM") -> Json:
        return good(name, {"typed": typed}, {"session_id": plain, "shown": f"{plain[:4]} {plain[4:]}"})

    return [
        case("as shown", "7KQ4 X9TM"),
        case("together", "7KQ4X9TM"),
        case("lower case", "7kq4 x9tm"),
        case("hyphens", "7kq-4x9-tm"),
        case("full-width", "７ＫＱ４　Ｘ９ＴＭ"),
        case("letters like digits", "oOiI lL12", "00111112"),
        case("blanks around", "  7KQ4 X9TM \t"),
        bad("U is no Crockford character", {"typed": "7KQ4 X9TU"}, "characters"),
        bad("a sign", {"typed": "7KQ4 X9T!"}, "characters"),
        bad("a long s is not an S", {"typed": "7KQ4 X9Tß"}, "characters"),
        bad("too short", {"typed": "7KQ4 X9T"}, "length"),
        bad("too long", {"typed": "7KQ4 X9TM2"}, "length"),
        bad("nothing", {"typed": " - "}, "length"),
    ]


def confirmation_cases() -> list[Json]:
    return [
        good("plain", {"typed": "482915"}, {"confirmation": "482915"}),
        good("grouped", {"typed": "482 915"}, {"confirmation": "482915"}),
        good("full-width", {"typed": "４８２－９１５"}, {"confirmation": "482915"}),
        good("leading zeros", {"typed": "000 017"}, {"confirmation": "000017"}),
        bad("five digits", {"typed": "48291"}, "length"),
        bad("seven digits", {"typed": "4829150"}, "length"),
        bad("a letter", {"typed": "48291O"}, "digits"),
    ]


def link_cases() -> list[Json]:
    secret = fixed("qr", 16)
    text, digest = b64u(secret), b64u(hashlib.sha256(secret).digest())

    def case(name: str, scanned: str, kind: str, iss: str = ISS) -> Json:
        return good(name, {"iss": iss, "scanned": scanned}, {"kind": kind, "secret": text, "secret_hash": digest})

    def no(name: str, scanned: str, reason: str) -> Json:
        return bad(name, {"iss": ISS, "scanned": scanned}, reason)

    loose = text[:-1] + chr(ord(text[-1]) + 1)
    return [
        case("login", f"{ISS}/l#{text}", "login"),
        case("activation", f"{ISS}/a#{text}", "activation"),
        case("transfer", f"{ISS}/t#{text}", "transfer"),
        case("an issuer with a port", f"http://key.localhost:8000/l#{text}", "login", "http://key.localhost:8000"),
        no("another host", f"https://key.example.net/l#{text}", "origin"),
        no("our host as the start of another", f"{ISS}.evil.example/l#{text}", "origin"),
        no("our host as a user name", f"https://key.example.com@evil.example/l#{text}", "origin"),
        no("without TLS", f"http://key.example.com/l#{text}", "origin"),
        no("another port", f"{ISS}:8443/l#{text}", "origin"),
        no("another path", f"{ISS}/x#{text}", "path"),
        no("a longer path", f"{ISS}/l/#{text}", "path"),
        no("a query", f"{ISS}/l?x=1#{text}", "path"),
        no("the secret as a query", f"{ISS}/l?{text}", "path"),
        no("no secret", f"{ISS}/l", "path"),
        no("an empty secret", f"{ISS}/l#", "secret"),
        no("fifteen bytes", f"{ISS}/l#{b64u(secret[:15])}", "secret"),
        no("seventeen bytes", f"{ISS}/l#{b64u(secret + b'x')}", "secret"),
        no("padding", f"{ISS}/l#{text}==", "secret"),
        no("unused bits set", f"{ISS}/l#{loose}", "secret"),
        no("a blank after it", f"{ISS}/l#{text} ", "secret"),
        no("some other QR code", "WIFI:S:guest;T:WPA;P:secret;;", "origin"),
        no("nothing", "", "origin"),
    ]
