"""A list of makers: signed, whole, in its time and by the right name, or not taken at all."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from tests.support.fakes import START
from tests.support.makers import SIGNER, YEAR, Authority, Publisher, entry, raw, rsa_key
from watchword.vault.makers import Makers, MdsFault, load

MODEL = "00000000-0000-4000-8000-000000000001"
ROOT = Authority("Example Keys Root")
ENTRIES = [entry(MODEL, "Example Key 5", ROOT, names={"ja-JP": "例示キー"})]
PUBLISHER = Publisher()


def loaded(blob: bytes, *, root: bytes = PUBLISHER.root.pem, now: int = START) -> Makers:
    return load(blob, root, signer=SIGNER, allowed=[raw(MODEL), bytes(range(16))], now=now)


def test_a_right_one() -> None:
    made = loaded(PUBLISHER.blob(ENTRIES) + b"\n")
    assert (made.number, made.models, made.signer_ends) == (7, 1, START + YEAR)
    assert made.name(raw(MODEL), "en") == "Example Key 5" and made.name(raw(MODEL), "ja") == "例示キー"
    assert made.name(bytes(16), "en") == "" and made.missing() == ["00010203-0405-0607-0809-0a0b0c0d0e0f"]


def test_one_whose_next_update_has_passed_serves_on() -> None:
    assert loaded(PUBLISHER.blob(ENTRIES, update=-10 * 86_400)).models == 1


def under_a_leaf() -> bytes:
    """Signed under the right name by somebody who has any certificate of the same root: its holder may issue none."""
    owner = Authority("owner.example", key=rsa_key("owner"))
    any_leaf = PUBLISHER.root.issue([(NameOID.COMMON_NAME, "owner.example")], owner.key)
    host = x509.SubjectAlternativeName([x509.DNSName(SIGNER)])
    forged = owner.issue([(NameOID.COMMON_NAME, SIGNER)], rsa_key("leaf"), more=[host])
    return PUBLISHER.signed(ENTRIES, [forged, any_leaf])


def altered() -> bytes:
    head, _, end = PUBLISHER.blob(ENTRIES).split(b".")
    return b".".join([head, PUBLISHER.blob([]).split(b".")[1], end])


GOOD = PUBLISHER.blob(ENTRIES)


@pytest.mark.parametrize(
    ("blob", "cause"),
    [
        (b"", "no signed BLOB"), (b"<html>", "no signed BLOB"), (GOOD.rpartition(b".")[0], "no signed BLOB"), (b"e30.e30.e30", "x5c"),
        (GOOD[:-40], "altered or cut off"), (altered(), "altered or cut off"), (GOOD.rpartition(b".")[0] + b".", "altered or cut off"),
        (PUBLISHER.signed(ENTRIES, []), "x5c"), (PUBLISHER.blob(ENTRIES, alg="none"), "signed with none"),
        (PUBLISHER.blob(ENTRIES, ends=-60), "holds from"), (PUBLISHER.blob(ENTRIES, signer="owner.example"), "by owner.example, not by"),
        (under_a_leaf(), "may issue none"), (PUBLISHER.blob([{"aaguid": MODEL}]), "cannot be read"),
    ],
)  # fmt: skip
def test_what_is_not_taken_says_why(blob: bytes, cause: str) -> None:
    with pytest.raises(MdsFault, match=cause):
        loaded(blob)


def test_another_root_and_one_that_is_none() -> None:
    for root, cause in ((Authority("Root of Lists", key=rsa_key("other")).pem, "do not lead"), (b"no PEM", "in PEM")):
        with pytest.raises(MdsFault, match=cause):
            loaded(GOOD, root=root)
    with pytest.raises(MdsFault, match="holds from"):
        loaded(GOOD, now=START + 2 * YEAR)
