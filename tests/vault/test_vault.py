"""The vault: what is sealed opens in its own row alone, what is derived is the same each time, and the key file guards itself."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from tests.support.crowd import together
from tests.support.fakes import START, FakeEntropy
from watchword.flows.ports import BusyError
from watchword.vault import dpop, keyring
from watchword.vault.commitments import commit
from watchword.vault.passwords import Passwords, Pool
from watchword.vault.vault import Vault, canonical, hkdf, sign_with, signature_right
from watchword_client import trust
from watchword_client.login import Prover
from watchword_client.system import System

ISS = "https://key.example.com"


@pytest.fixture
def ring(tmp_path: Path, entropy: FakeEntropy) -> keyring.KeyRing:
    """A key file, just made."""
    return keyring.create(tmp_path / "keys.json", entropy=entropy.bytes, now=START)


@pytest.fixture
def vault(ring: keyring.KeyRing, entropy: FakeEntropy) -> Vault:
    """A vault over it."""
    return Vault(ring, issuer=ISS, entropy=entropy.bytes)


def test_what_is_sealed_opens_for_its_row_and_purpose_only(vault: Vault) -> None:
    sealed = vault.seal("devices", b"secret", "devices|secret|1")
    assert vault.open("devices", sealed, "devices|secret|1") == b"secret"
    assert b"secret" not in sealed
    for purpose, bound in (
        ("devices", "devices|secret|2"),
        ("devices", "phones|secret|1"),
        ("recovery", "devices|secret|1"),
        ("personal", "devices|secret|1"),
    ):
        with pytest.raises(ValueError, match="row"):
            vault.open(purpose, sealed, bound)
    with pytest.raises(KeyError):
        vault.seal("anything", b"", "")


def test_every_bit_of_a_seal_counts(vault: Vault) -> None:
    sealed = vault.seal("personal", b"value", "row")
    for at in range(len(sealed)):
        with pytest.raises(ValueError, match="seal"):
            vault.open("personal", sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :], "row")
    for short in (b"", sealed[:1], sealed[:12], sealed[:-1]):
        with pytest.raises(ValueError, match=r"(?s).*"):
            vault.open("personal", short, "row")


def test_two_seals_of_one_value_differ(vault: Vault) -> None:
    assert vault.seal("personal", b"value", "row") != vault.seal("personal", b"value", "row")


def test_another_key_file_opens_nothing(vault: Vault, tmp_path: Path) -> None:
    other = keyring.create(tmp_path / "other.json", entropy=FakeEntropy("other").bytes, now=START)
    stranger = Vault(other, issuer=ISS, entropy=FakeEntropy("x").bytes)
    sealed = vault.seal("devices", b"secret", "row")
    with pytest.raises(ValueError, match="row"):
        stranger.open("devices", sealed, "row")
    assert stranger.mac("label", "value") != vault.mac("label", "value")
    assert stranger.derive("label", 1) != vault.derive("label", 1)
    assert stranger.peppered("password") != vault.peppered("password")


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_labels_keep_purposes_apart(one: str, value: str, other: str, second: str) -> None:
    vault = _VAULT()
    if "\0" not in one + other:
        assert (vault.mac(one, value) == vault.mac(other, second)) == ((one, value) == (other, second))
    assert vault.derive("qr", one) == vault.derive("qr", one)
    assert vault.derive("qr", one, 1) != vault.derive("qr", one, 2) != vault.derive("challenge", one, 2)


def _VAULT() -> Vault:  # noqa: N802 - one for all examples
    if not _MADE:
        master = {name: name.encode().ljust(32, b".") for name in ("devices", "recovery", "personal", "mac", "pepper")}
        _MADE.append(Vault(keyring.KeyRing(master, (), None, 0, ""), issuer=ISS, entropy=FakeEntropy("v").bytes))  # type: ignore[arg-type]
    return _MADE[0]


_MADE: list[Vault] = []


def test_the_key_file_is_made_once_and_guards_itself(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    made = keyring.create(path, entropy=FakeEntropy("a").bytes, now=START)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        keyring.create(path, entropy=FakeEntropy("b").bytes, now=START)
    assert keyring.load(path).master == made.master
    for mode in (0o640, 0o604, 0o610, 0o660):
        path.chmod(mode)
        with pytest.raises(PermissionError, match="chmod 600"):
            keyring.load(path)
    path.chmod(0o600)
    for broken in ("", "{}", "[]", '{"signing": [], "master": 1}', path.read_text().replace('"master"', '"nothing"')):
        path.write_text(broken)
        with pytest.raises(ValueError, match="not a Watchword key file"):
            keyring.load(path)


def test_a_key_file_made_twice_at_once_is_one(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"

    def make() -> bytes | None:
        try:
            return keyring.create(path, entropy=FakeEntropy(str(threading.get_ident())).bytes, now=START).master["mac"]
        except FileExistsError:
            return None

    made = [key for key in together([make] * 6) if key is not None]
    assert made == [keyring.load(path).master["mac"]]


def test_phones_follow_every_rotation_and_nothing_else(tmp_path: Path) -> None:
    """Spec 9, with the client's own rules: a phone that slept through several rotations still recognises the server."""
    path = tmp_path / "keys.json"
    entropy = FakeEntropy("r")
    ring = keyring.create(path, entropy=entropy.bytes, now=START)
    first = _config(ring, path)
    kept = trust.accept(ISS, [], first)

    def sign(signer: keyring.SigningKey, fields: dict[str, object]) -> dict[str, object]:
        return sign_with(signer, {"v": 1, "type": "successor", "iss": ISS, **fields, "time": START})

    for _ in range(3):
        ring = keyring.rotate(path, entropy=entropy.bytes, sign=sign)
    following = trust.accept(ISS, kept, _config(ring, path))
    assert [entry["kid"] for entry in following] == [key.kid for key in ring.signing]
    answer = sign_with(ring.signing[0], {"v": 1, "type": "login", "iss": ISS})
    assert trust.verify_answer(ISS, "login", following, answer)["type"] == "login"
    with pytest.raises(trust.Unrecognised):
        trust.accept(ISS, kept, {**_config(ring, path), "chain": []})
    other = keyring.create(tmp_path / "other.json", entropy=FakeEntropy("o").bytes, now=START)
    with pytest.raises(trust.Unrecognised):
        trust.accept(ISS, kept, _config(other, tmp_path / "other.json"))


def _config(ring: keyring.KeyRing, path: Path) -> dict[str, object]:
    keys = [{"kid": key.kid, "key": key.public} for key in ring.signing]
    return {"keys": keys, "chain": keyring.statements(path)}


def test_a_signature_is_64_bytes_and_of_the_very_message(ring: keyring.KeyRing) -> None:
    made = sign_with(ring.signing[0], {"v": 1})
    point = ring.signing[0].public
    x, y = (keyring.unb64u(point[name]) for name in ("x", "y"))
    assert signature_right(x, y, canonical({"v": 1}), made["signature"])
    assert not signature_right(x, y, canonical({"v": 2}), made["signature"])
    assert not signature_right(y, x, canonical({"v": 1}), made["signature"])
    assert not signature_right(bytes(32), bytes(32), b"", made["signature"])
    for text in ("", "A", made["signature"] + "A", made["signature"] + "=", "é" * 86, "A" * 10_000):
        assert not signature_right(x, y, canonical({"v": 1}), text)


@pytest.mark.parametrize(
    "fields",
    [
        {"a": 1.5},
        {"a": [1, {"b": 2.0}]},
        {"a": float("nan")},
        {"a": 2**53},
        {"a": -(2**53)},
        {"a": "\ud800"},
        {"\udfff": 1},
        {"a": {1, 2}},
    ],
)
def test_what_json_cannot_carry_exactly_is_not_signed(fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="canonical|integer|surrogates"):
        canonical(fields)


def test_hkdf_has_no_salt_and_32_bytes() -> None:
    assert len(hkdf(b"ikm", "info")) == 32
    assert hkdf(b"ikm", "a") != hkdf(b"ikm", "b") != hkdf(b"other", "b")


def _passwords(pool: Pool, vault: Vault) -> Passwords:
    return Passwords(pool, vault.peppered, memory_kib=8, passes=1, lanes=1, dummy_salt=b"s" * 16)


def test_a_password_fits_its_own_hash_under_its_own_pepper(vault: Vault) -> None:
    passwords = _passwords(Pool(2, 10, 5, time.monotonic), vault)
    encoded = passwords.hash("Kitahama-26!")
    assert encoded.startswith("$argon2id$v=19$m=8,t=1,p=1$") and "Kitahama" not in encoded
    assert passwords.verify(encoded, "Kitahama-26!")
    assert not passwords.verify(encoded, "kitahama-26!")
    assert not passwords.verify("", "nobody"), "the hash of nobody fits somebody"
    assert not passwords.verify("$argon2id$broken", "x")
    bare = Passwords(Pool(1, 1, 1, time.monotonic), str.encode, memory_kib=8, passes=1, lanes=1, dummy_salt=b"s" * 16)
    assert not bare.verify(encoded, "Kitahama-26!"), "a stolen hash can be searched without the key file"
    assert not passwords.stale(encoded)
    assert Passwords(
        Pool(1, 1, 1, time.monotonic), vault.peppered, memory_kib=16, passes=1, lanes=1, dummy_salt=b"s" * 16
    ).stale(encoded)


def test_the_pool_refuses_rather_than_queue_without_end() -> None:
    pool = Pool(1, 1, 0.05, time.monotonic)
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        entered.set()
        leave.wait(60)

    holder = threading.Thread(target=pool.run, args=(hold,))
    holder.start()
    assert entered.wait(60)
    began = time.monotonic()
    with pytest.raises(BusyError) as busy:
        pool.run(lambda: None)
    assert busy.value.retry_after >= 1 and time.monotonic() - began < 30
    outcomes = together([lambda: _tries(pool)] * 6)
    assert outcomes == [False] * 6
    leave.set()
    holder.join(60)
    assert _tries(pool), "a place that was given up is lost"


def _tries(pool: Pool) -> bool:
    try:
        return pool.run(lambda: True)
    except BusyError:
        return False


def test_commitments_hide_and_open() -> None:
    entropy = FakeEntropy("c")
    commitments, openings = commit({"address": "203.0.113.9"}, entropy.bytes)
    again, _ = commit({"address": "203.0.113.9"}, entropy.bytes)
    assert "203" not in json.dumps(commitments) and commitments != again
    salt, value = openings["address"]
    assert value == "203.0.113.9" and len(keyring.unb64u(salt)) == 16


URL = "https://login.example.com/api/v1/logins"


def _proof(**changes: object) -> str:
    prover = Prover(System(now=lambda: float(START)))
    return prover.proof(str(changes.get("method", "POST")), str(changes.get("url", URL)))


def test_a_proof_of_a_key() -> None:
    found = dpop.verify(_proof(), method="POST", url=URL, now=START)
    assert isinstance(found, dpop.Proof) and found.issued == START
    for off in (300, -300):
        assert isinstance(dpop.verify(_proof(), method="POST", url=URL, now=START + off), dpop.Proof)
    for off in (301, -301):
        assert dpop.verify(_proof(), method="POST", url=URL, now=START + off) == "dpop.time"
    assert dpop.verify(_proof(method="GET"), method="POST", url=URL, now=START) == "dpop.bound_elsewhere"
    assert dpop.verify(_proof(url=URL + "/"), method="POST", url=URL, now=START) == "dpop.bound_elsewhere"


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode), st.integers(0, 2))
def test_whatever_stands_in_the_header_is_a_reason_and_no_fault(raw: bytes, part: int) -> None:
    parts = _proof().split(".")
    parts[part] = raw.decode("latin-1")
    assert isinstance(dpop.verify(".".join(parts), method="POST", url=URL, now=START), str)
    assert isinstance(dpop.verify(raw.decode("latin-1"), method="POST", url=URL, now=START), str)


_MEMBERS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=8), _MEMBERS, max_size=8))
def test_the_quick_way_to_canonical_bytes_gives_those_of_the_library(fields: dict[str, object]) -> None:
    """RFC 8785: names in the order of their UTF-16 units, whatever they are."""
    try:
        expected = rfc8785.dumps(fields)
    except rfc8785.CanonicalizationError:
        with pytest.raises(ValueError):  # noqa: PT011 - half a surrogate pair, by either road
            canonical(fields)
    else:
        assert canonical(fields) == expected


@pytest.mark.parametrize("number", [2**53, -(2**53), 0.5, 1e300, float("nan")])
def test_numbers_that_json_readers_disagree_on_are_refused(number: float) -> None:
    with pytest.raises(ValueError, match="canonical|integer"):
        canonical({"n": {"deep": [number]}})
