"""Signed heads and proofs as files: the published formats, by other programs' examples, and nothing else is taken for one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from tests.support.fakes import FakeEntropy
from watchword.core import audit_rows, checkpoints, merkle
from watchword.core.audit_rows import Row
from watchword.core.checkpoints import Head, read_head, read_note
from watchword.vault import commitments, keyring, notes, proofs

KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))
HEAD = Head("login.example.com/audit", 20852163, bytes(range(32)))
KNOWN = notes.key_of(HEAD.origin, KEY)
# From the tests of the Go module golang.org/x/mod/sumdb/note, which the format comes from.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_note_and_a_key_that_another_program_made() -> None:
    key, note = notes.read_key(GO_KEY), read_note(GO_NOTE)
    assert key is not None and note is not None
    assert key.written() == GO_KEY
    (one,) = note.signatures
    assert (one.name, one.key_id) == ("PeterNeumann", key.id(notes.PLAIN))
    Ed25519PublicKey.from_public_bytes(key.public).verify(one.value, note.text.encode())
    assert note.written() == GO_NOTE
    assert notes.check(GO_NOTE, [key]) is None, "it is no head"


def test_a_head_is_three_lines_under_signatures_of_both_kinds() -> None:
    written = notes.sign(HEAD, [KEY], 1_700_000_000)
    text, plain, timed = written.partition("\n\n")[0], *written.splitlines()[4:]
    assert text.splitlines() == ["login.example.com/audit", "20852163", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="]
    assert plain.startswith("— login.example.com/audit ") and timed.startswith("— login.example.com/audit ")
    assert notes.check(written, [KNOWN]) == notes.Signed(HEAD, 1_700_000_000, KNOWN.id(notes.PLAIN).hex())


def test_keys_that_are_not_known_count_neither_way() -> None:
    both = notes.sign(HEAD, [KEY, OTHER], 5)
    stranger = notes.key_of(HEAD.origin, OTHER)
    assert notes.check(both, [KNOWN]) is not None
    assert notes.check(both, [stranger]) is not None
    assert notes.check(notes.sign(HEAD, [OTHER], 5), [KNOWN]) is None
    assert notes.check(notes.sign(HEAD, [KEY], 5), []) is None
    assert notes.check(notes.sign(HEAD, [KEY], 5), [notes.key_of("another.log/audit", KEY)]) is None


def test_a_wrong_signature_of_a_known_key_spoils_the_note() -> None:
    lines = notes.sign(HEAD, [KEY], 5).splitlines()
    other = notes.sign(Head(HEAD.origin, 7, HEAD.root), [KEY], 5).splitlines()
    assert notes.check("\n".join([*lines[:5], other[5]]) + "\n", [KNOWN]) is None
    assert notes.check("\n".join([*lines[:4], lines[5]]) + "\n", [KNOWN]) is not None, "the timed one alone is enough"


@given(st.data())
def test_no_altered_head_is_taken(data: st.DataObject) -> None:
    """Any character changed, dropped or put in: the note is refused, or says the same (an end of base64 with spare bits does not)."""
    written = notes.sign(HEAD, [KEY], 1_700_000_000)
    at = data.draw(st.integers(0, len(written) - 1))
    how = data.draw(st.sampled_from(("change", "drop", "put")))
    letter = data.draw(st.characters(codec="utf-8").filter(lambda one: one != written[at]))
    changed = written[:at] + {"change": letter, "drop": "", "put": letter + written[at]}[how] + written[at + 1 :]
    found = notes.check(changed, [KNOWN])
    assert found is None or found.head == HEAD


@pytest.mark.parametrize(
    "text",
    [
        "", "a\n", "a\n1\n", "a\n01\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", "a\n1\nAAEC\n", "a\n-1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "a\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", "a\n٣\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
    ],
)  # fmt: skip
def test_what_is_no_head(text: str) -> None:
    assert read_head(text) is None


@pytest.mark.parametrize(
    "text", ["", "a\n", "a\n\n", "a\n\nb\n", "a\n\n— name\n", "a\n\n— na me AAAAAAAA\n", "a\n\n— name AAAA\n", "a\n\n— name AAAAAAA\x01=\n", "a\n\n" + "— x AAAAAAAA\n" * 70]
)  # fmt: skip
def test_what_is_no_note(text: str) -> None:
    assert read_note(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a+b",
        "a+b+c",
        f"x{GO_KEY}",
        GO_KEY[:-4],
        GO_KEY.replace("c74f20a3", "c74f20a4"),
        GO_KEY.replace("+AR", "+AB"),
    ],
)
def test_what_is_no_key(text: str) -> None:
    assert notes.read_key(text) is None


def test_many_heads_in_one_file_are_told_apart() -> None:
    heads = [notes.sign(Head(HEAD.origin, size, HEAD.root), [KEY, OTHER], size) for size in (1, 20, 300)]
    for file in ("".join(heads), "\n".join(heads), "\n\n".join(heads) + "\n\n\n"):
        found = [notes.check(one, [KNOWN]) for one in checkpoints.notes(file.split("\n"))]
        assert [one and one.head.size for one in found] == [1, 20, 300]
    assert [notes.check(one, [KNOWN]) for one in checkpoints.notes(["nonsense", "", "more"])] == [None]


_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)


@given(st.integers(-(2**53) + 1, 2**53 - 1), st.integers(0, 2**53 - 1), st.lists(_text, min_size=5, max_size=5))
def test_the_sealed_bytes_of_a_row_are_rfc_8785(number: int, at: int, texts: list[str]) -> None:
    row = Row(number, at, *texts)
    assert audit_rows.canonical(row.sealed()) == rfc8785.dumps(dict(row.sealed()))


def test_columns_of_another_kind_give_other_bytes_and_no_error() -> None:
    honest = Row(1, 2, "a.b.c", "", "", "{}", "{}")
    strange: list[Any] = [b"{}", 1.0, True, None, float("nan"), "\ud800"]
    found = {audit_rows.leaf(Row(1, 2, "a.b.c", "", "", one, "{}")) for one in (honest.fields, *strange)}
    assert len(found) == 1 + len(strange)
    assert audit_rows.leaf(Row(True, 2, "a.b.c", "", "", "{}", "{}")) != audit_rows.leaf(honest)


def test_openings_and_commitments() -> None:
    promised, shown = commitments.commit({"address": "203.0.113.9", "place": "大阪"}, FakeEntropy("x").bytes)
    texts = json.dumps(promised), json.dumps(shown)
    assert audit_rows.mistaken(*texts) == ()
    assert audit_rows.values(texts[1]) == {"address": "203.0.113.9", "place": "大阪"}
    for wrong, names in (
        ({**shown, "place": [shown["place"][0], "東京"]}, ("place",)),
        ({**shown, "place": [shown["address"][0], "大阪"]}, ("place",)),
        ({"address": shown["address"]}, ("place",)),
        ({**shown, "more": shown["place"]}, ("more",)),
        ({"address": shown["place"], "place": shown["address"]}, ("address", "place")),
        ({**shown, "place": "大阪"}, ("place",)),
        ({**shown, "place": [shown["place"][0], "\ud800"]}, ("place",)),
        ([], ("",)),
    ):
        assert audit_rows.mistaken(texts[0], json.dumps(wrong)) == names
    assert audit_rows.mistaken(texts[0], "{" * 5000) == ("",)
    assert audit_rows.mistaken("nonsense", texts[1]) == ("",)


def proven() -> tuple[dict[str, Any], list[notes.Key]]:
    """A proof of the second of three rows, with its personal value."""
    promised, shown = commitments.commit({"address": "203.0.113.9"}, FakeEntropy("proof").bytes)
    rows = [Row(number, 9, "a.b.c", "u", "s", '{"n":1}', json.dumps(promised)) for number in (1, 2, 3)]
    tree, nodes = merkle.Frontier(), {}
    for place, row in enumerate(rows):
        nodes[0, place] = audit_rows.leaf(row)
        nodes |= {(height, at): node for height, at, node in tree.append(nodes[0, place])}
    path = merkle.inclusion(1, 3, lambda height, place: nodes[height, place])
    note = notes.sign(Head(HEAD.origin, 3, tree.root()), [KEY], 77)
    document = {
        "format": proofs.FORMAT, "kind": "inclusion", "row": rows[1].sealed(), "personal": shown, "position": 1,
        "path": [notes.base64.b64encode(one).decode() for one in path], "head": note,
    }  # fmt: skip
    return json.loads(json.dumps(document)), [KNOWN]


def test_a_proof_holds_by_itself() -> None:
    document, keys = proven()
    judged = proofs.judge(document, keys)
    assert isinstance(judged, proofs.Judged)
    assert (judged.row, judged.position, judged.head.at) == (document["row"], 1, 77)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"format": "other"}, "form"), ({"kind": "other"}, "form"), ({"path": []}, "path"), ({"path": ["AA=="]}, "form"), ({"path": None}, "form"),
        ({"path": ["x"] * 100}, "form"), ({"position": 2}, "path"), ({"position": True}, "form"), ({"position": -1}, "path"), ({"row": {}}, "form"),
        ({"row": []}, "form"), ({"head": 5}, "form"), ({"head": "x"}, "head"), ({"personal": []}, "form"), ({"personal": {"address": ["", ""]}}, "personal"),
        ({"kind": "consistency"}, "head"), ({"kind": "consistency", "old": "x"}, "head"),
    ],
)  # fmt: skip
def test_what_does_not_hold(change: dict[str, Any], why: str) -> None:
    document, keys = proven()
    assert proofs.judge({**document, **change}, keys) == why


@pytest.mark.parametrize("member", ["id", "at", "tag", "user", "subject", "fields", "commitments"])
def test_every_member_of_the_row_is_proven(member: str) -> None:
    document, keys = proven()
    value = document["row"][member]
    document["row"][member] = value + (1 if isinstance(value, int) else "x")
    assert proofs.judge(document, keys) == "path"


def test_proofs_of_nothing() -> None:
    _, keys = proven()
    for document in (None, [], "x", 5, {}):
        assert proofs.judge(document, keys) == "form"


def test_a_key_file_of_an_earlier_version_gets_its_key_once(tmp_path: Path) -> None:
    entropy, path = FakeEntropy("ring"), tmp_path / "keys.json"
    keyring.create(path, entropy=entropy.bytes, now=1)
    document = json.loads(path.read_text())
    del document["audit"]
    path.write_text(json.dumps(document))
    assert keyring.load(path).audit == ()
    made = keyring.with_audit(path, entropy=entropy.bytes)
    assert len(made.audit) == 1
    again = keyring.with_audit(path, entropy=entropy.bytes)
    assert _public(again) == _public(made)
    assert path.stat().st_mode & 0o777 == 0o600


def test_rotating_keeps_the_key_before_and_no_other(tmp_path: Path) -> None:
    entropy, path = FakeEntropy("ring"), tmp_path / "keys.json"
    rings = [keyring.create(path, entropy=entropy.bytes, now=1)]
    rings += [keyring.rotate_audit(path, entropy=entropy.bytes) for _ in range(2)]
    first, second, third = (_public(ring)[0] for ring in rings)
    assert len({first, second, third}) == 3
    assert [_public(ring) for ring in rings] == [[first], [second, first], [third, second]]
    signed = notes.sign(HEAD, rings[1].audit, 5)
    assert notes.check(signed, [notes.Key(HEAD.origin, first)]) is not None
    keyring.rotate(path, entropy=entropy.bytes, sign=lambda _, fields: fields)
    assert _public(keyring.load(path)) == [third, second], "the keys of phones and of heads go their own ways"


def _public(ring: keyring.KeyRing) -> list[bytes]:
    return [private.public_key().public_bytes_raw() for private in ring.audit]
