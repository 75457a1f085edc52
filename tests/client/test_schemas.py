"""The message schemas are schemas, cover every request of the spec, and say no to what is none."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema_rs
import pytest

from tests.client.fake_server import SCHEMAS, schema_names, validate

SPEC = (Path(SCHEMAS).parent / "spec.md").read_text(encoding="utf-8")
ANSWERED_BY_ANOTHER = {
    "activation-prove": "ready",
    "activation-scan": "ready",
    "activation-session": "ready",
    "scan": "details",
    "recovery-decline": "ready",
}
STREAMS = {"events"}


@pytest.mark.parametrize("name", sorted(schema_names()))
def test_a_schema_is_one(name: str) -> None:
    document = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    assert document["$id"].endswith(f"/{name}.json")
    assert document["$schema"].endswith("2020-12/schema")
    jsonschema_rs.meta.validate(document)


def test_every_request_of_the_spec_has_its_schemas() -> None:
    paths = set(re.findall(r"`/v1/([a-z/]+)[` ]", SPEC))
    names = {path.rstrip("/").replace("/", "-") for path in paths}
    assert {"pending", "decide", "scan", "activation-complete", "nonce"} <= names
    for name in names - {"config"}:
        assert f"{name}.request" in schema_names(), name
        answer = ANSWERED_BY_ANOTHER.get(name, f"{name}.answer")
        assert name in STREAMS or answer in schema_names(), name
    assert "config.answer" in schema_names()


def test_the_vectors_are_messages() -> None:
    vectors = SCHEMAS.parent / "vectors"
    for case in json.loads((vectors / "decision.json").read_text(encoding="utf-8"))["cases"]:
        expect = case["expect"]
        body = {name: expect[name] for name in ("signed", "signature", "hmac") if name in expect}
        validate("decide.request", body)
    for case in json.loads((vectors / "answer.json").read_text(encoding="utf-8"))["cases"]:
        if "expect" in case:
            validate(
                {"login": "details", "notice": "notice", "caller_words": "caller-words.answer"}[case["input"]["type"]],
                case["input"]["answer"],
            )
    for case in json.loads((vectors / "chain.json").read_text(encoding="utf-8"))["cases"]:
        if "expect" in case:
            for statement in case["input"]["config"]["chain"]:
                validate("successor", statement)


def test_an_approval_without_its_hmac_is_none() -> None:
    vectors = json.loads((SCHEMAS.parent / "vectors" / "decision.json").read_text(encoding="utf-8"))
    expect = vectors["cases"][0]["expect"]
    with pytest.raises(AssertionError):
        validate("decide.request", {"signed": expect["signed"], "signature": expect["signature"]})
