"""Both OpenAPI documents against the running server. Whatever is sent:

1. No answer is a fault: nothing from 500 up but 503, which says when to come back.
2. Every answer's status is one that the document names, and its JSON is of the schema named for it.
3. What does not fit the document's schema is not accepted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from tests.support.installation import Installation, Person
from watchword_client import crypto
from watchword_client.crypto import Json

EXAMPLES = 12
BOUNDED = settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))


class Documented:
    """One document: its operations, and what it says of their answers."""

    def __init__(self, here: Installation, url: str) -> None:
        self.here = here
        self.document: Json = here.http.get(url).json()
        self.base = self.document["servers"][0]["url"]
        loaded = schemathesis.openapi.from_dict(self.document)
        self.operations = {found.ok().label: found.ok() for found in loaded.get_all_operations()}

    def check(self, label: str, response: httpx.Response) -> None:
        """1 and 2."""
        method, _, path = label.partition(" ")
        assert response.status_code < 500 or (response.status_code == 503 and "retry-after" in response.headers), (
            response.text
        )
        answers = self.document["paths"][path][method.lower()]["responses"]
        documented = answers.get(str(response.status_code))
        assert documented is not None, f"{response.status_code} is not in the document: {response.text[:300]}"
        content = documented.get("content")
        if content is None:
            assert not response.content
            return
        schema = {**content["application/json"]["schema"], "components": self.document["components"]}
        jsonschema_rs.validator_for(schema).validate(response.json())


@pytest.fixture(scope="session")
def documents(here: Installation) -> dict[str, Documented]:
    """The phone API's and the platform API's."""
    return {
        "key": Documented(here, f"{here.key}/openapi.json"),
        "platform": Documented(here, f"{here.portal}/api/openapi.json"),
    }


KEY = (
    "GET /v1/config", "POST /v1/activation/start", "POST /v1/activation/send", "POST /v1/activation/proof/send", "POST /v1/activation/proof",
    "POST /v1/activation/prove", "POST /v1/activation/scan", "POST /v1/activation/session", "POST /v1/activation/complete",
    "POST /v1/activation/confirm", "POST /v1/nonce", "POST /v1/prove", "POST /v1/pending", "POST /v1/scan", "POST /v1/decide", "POST /v1/push",
    "POST /v1/renewal", "POST /v1/renewal/complete", "POST /v1/renewal/confirm", "POST /v1/renewal/cancel", "POST /v1/pin/change",
    "POST /v1/transfer/offer", "POST /v1/transfer/scan", "POST /v1/transfer/approve", "POST /v1/recovery/start", "POST /v1/recovery/send",
    "POST /v1/recovery/prove", "POST /v1/recovery/unlock", "POST /v1/recovery/decline", "POST /v1/push/test",
    "POST /v1/caller/words", "POST /v1/caller/checked",
)  # fmt: skip
PLATFORM = (
    "POST /api/v1/logins", "POST /api/v1/logins/{login}/show", "POST /api/v1/logins/{login}/push", "POST /api/v1/logins/{login}/answer",
    "POST /api/v1/logins/{login}/cancel", "POST /api/v1/logins/{login}/collect", "POST /api/v1/logins/{login}/poll", "GET /api/v1/session",
    "DELETE /api/v1/session", "GET /api/v1/entitlements", "POST /api/v1/phone-first", "POST /api/v1/logins/{login}/password",
    "POST /api/v1/withdrawals", "GET /api/v1/withdrawals/{withdrawal}", "POST /api/v1/withdrawals/{withdrawal}/show",
    "POST /api/v1/withdrawals/{withdrawal}/push", "POST /api/v1/withdrawals/{withdrawal}/answer", "POST /api/v1/withdrawals/{withdrawal}/cancel",
    "POST /api/v1/withdrawals/{withdrawal}/collect",
)  # fmt: skip
ALL = [*(("key", label) for label in KEY), *(("platform", label) for label in PLATFORM)]


def test_the_documents_name_every_route(documents: dict[str, Documented]) -> None:
    assert set(documents["key"].operations) == set(KEY)
    assert set(documents["platform"].operations) == set(PLATFORM)
    for found in documents.values():
        assert found.document["openapi"] == "3.1.0" and found.document["info"]["version"]


def send(found: Documented, case: Any, *, proof: Callable[[str, str], str] | None = None) -> httpx.Response:
    """A case as schemathesis would send it, over our own connections. A `wait` is taken as no wait."""
    given_ = case.as_transport_kwargs(base_url=found.base)
    body = given_.get("json")
    if isinstance(body, dict) and isinstance(body.get("wait"), int):
        body["wait"] = min(body["wait"], 0)
    url = httpx.URL(given_["url"])
    headers = [
        (name.encode("latin-1", "replace"), str(value).encode("latin-1", "replace"))
        for name, value in given_["headers"].items()
    ]
    if proof is not None:
        headers = [(name, value) for name, value in headers if name.lower() != b"dpop"]
        headers.append((b"dpop", proof(given_["method"], f"{found.base}{httpx.URL(url).path}").encode()))
    content = given_.get("data", b"") if body is None and "json" not in given_ else json.dumps(body).encode()
    try:
        return found.here.http.request(
            given_["method"], url, params=given_.get("params"), content=content, headers=headers
        )
    except (httpx.LocalProtocolError, httpx.InvalidURL):
        assume(False)
        raise


@pytest.mark.parametrize(("name", "label"), ALL, ids=[label for _, label in ALL])
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fits", "does not fit"])
def test_any_request(documents: dict[str, Documented], name: str, label: str, mode: GenerationMode) -> None:
    found = documents[name]
    operation = found.operations[label]
    if (
        mode is GenerationMode.NEGATIVE
        and not operation.body
        and not operation.headers
        and not operation.path_parameters
    ):
        return  # nothing in it could fail to fit

    @BOUNDED
    @given(operation.as_strategy(generation_mode=mode), st.booleans())
    def walk(case: Any, proven: bool) -> None:
        prover = found.here.platform()._prover
        response = send(found, case, proof=prover.proof if proven and name == "platform" else None)
        found.check(label, response)
        if mode is GenerationMode.NEGATIVE and operation.body:
            assert response.status_code >= 400 or response.status_code == 204

    walk()


@pytest.fixture(scope="session")
def owner(here: Installation) -> Iterator[Person]:
    """Somebody whose phone signs whatever it is given."""
    return here.person()


TYPES = {"POST /v1/nonce": "nonce", "POST /v1/prove": "prove", "POST /v1/pending": "pending", "POST /v1/scan": "scan", "POST /v1/decide": "decision",
         "POST /v1/push": "push", "POST /v1/activation/confirm": "confirm", "POST /v1/activation/complete": "activate",
         "POST /v1/renewal": "renewal", "POST /v1/renewal/cancel": "cancel", "POST /v1/transfer/approve": "transfer_approve",
         "POST /v1/push/test": "push_test"}  # fmt: skip
TEXTS = st.text(max_size=40) | st.sampled_from(
    ["", "approve", "deny", "not_me", "pin", "0" * 26, "A" * 22, "A" * 43, "https://push.example/x"]
)
SAFE = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS
MEMBERS = st.sampled_from(
    ["attempt", "renewal", "digits", "nonce", "user", "device", "action", "client", "context", "confirmation", "decision", "uv", "secret_hash", "endpoint", "p256dh", "auth",
     "enrolment", "purpose", "recovery", "key", "name", "platform", "time", "v", "type", "iss", "phone"]
)  # fmt: skip
WORDS = st.dictionaries(
    MEMBERS | st.text(max_size=6),
    SAFE | st.dictionaries(st.text(max_size=5), SAFE, max_size=3) | st.lists(SAFE, max_size=3),
    max_size=10,
)


SPOILT = st.dictionaries(
    st.sampled_from(["v", "type", "iss", "time", "user", "device"]), SAFE | st.lists(SAFE, max_size=2), max_size=2
)


@pytest.mark.parametrize("label", TYPES)
def test_whatever_a_real_phone_signs(
    here: Installation, documents: dict[str, Documented], owner: Person, label: str
) -> None:
    """Behind a right signature: every member of every kind, its own values among them."""
    found, phone = documents["key"], owner.phone
    real = {"user": owner.id, "device": phone.users[0].device}
    state = phone.wire.state

    @settings(BOUNDED, max_examples=3 * EXAMPLES)
    @given(WORDS, SPOILT, st.binary(max_size=32))
    def walk(words: Json, spoilt: Json, code: bytes) -> None:
        base = {"v": 1, "type": TYPES[label], "iss": here.key, "phone": phone.id, "time": here.clock.now()}
        signed = {**real, **words, **base, **spoilt}
        try:
            signature = crypto.sign(state.key, signed)
        except crypto.FormError:
            assume(False)
        body: Json = {"signed": signed, "signature": signature}
        body |= {"claim": crypto.b64u(bytes(16))} if label.endswith("complete") else {"hmac": crypto.b64u(code)}
        response = here.http.post(f"{here.key}{label.partition(' ')[2]}", json=body)
        found.check(label, response)

    walk()


def test_whatever_a_platform_says_of_a_real_login(
    here: Installation, documents: dict[str, Documented], owner: Person
) -> None:
    """Behind a right proof and a right collector."""
    found = documents["platform"]
    labels = [label for label in PLATFORM if "{login}" in label]

    @settings(BOUNDED, max_examples=3 * EXAMPLES)
    @given(
        st.sampled_from(labels),
        st.dictionaries(
            st.sampled_from(["way", "answer", "method", "wait", "more"]),
            SAFE | st.sampled_from(["qr", "challenge", "code"]),
            max_size=4,
        ),
    )
    def walk(label: str, words: Json) -> None:
        here.later(700)
        login = here.platform()
        made = login.start(owner.username, owner.password)
        path = label.partition(" ")[2].replace("{login}", made.id)
        body = {"collector": made.collector, **words, **({"wait": 0} if isinstance(words.get("wait"), int) else {})}
        response = here.http.post(
            here.portal + path, json=body, headers={"dpop": login._prover.proof("POST", here.portal + path)}
        )
        found.check(label, response)

    walk()
