"""A platform that asks for withdrawals, as tests hold it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.installation import Installation, Person
from watchword.flows import sessions

_REFERENCES = itertools.count(1)
PAYEE = {"name": "Kita Estate K.K.", "account": "JP12 3456 7890"}


@dataclass(slots=True)
class Money:
    """A platform with a session of a person."""

    here: Installation
    token: str
    client: str = "terminal"

    def call(self, method: str, path: str, body: object = None, *, language: str = "en") -> httpx.Response:
        """One request of the platform API with the session."""
        headers = {"authorization": f"Bearer {self.token}", "accept-language": language}
        return self.here.http.request(
            method, f"{self.here.portal}/api/v1/withdrawals{path}", json=body, headers=headers
        )

    def wanted(self, amount: object = 12_345, **more: Any) -> dict[str, Any]:
        """A request that would be right, with what is changed about it."""
        reference = f"T-{next(_REFERENCES)}"
        return {"amount": amount, "currency": "USD", "payee": PAYEE, "reference": reference, **more}

    def ask(self, amount: object = 12_345, **more: Any) -> dict[str, Any]:
        """A withdrawal that must be taken."""
        answer = self.call("POST", "", self.wanted(amount, **more))
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def refused(self, amount: object = 12_345, **more: Any) -> dict[str, Any]:
        """What the refusal says of one that must not be taken."""
        answer = self.call("POST", "", self.wanted(amount, **more))
        assert answer.status_code >= 400, answer.text
        said: dict[str, Any] = answer.json()["refusal"]
        return said

    def look(self, one: dict[str, Any]) -> dict[str, Any]:
        """How it stands."""
        found: dict[str, Any] = self.call("GET", f"/{one['id']}").json()
        return found

    def cancel(self, one: dict[str, Any]) -> dict[str, Any]:
        """Take it back."""
        found: dict[str, Any] = self.call("POST", f"/{one['id']}/cancel").json()
        return found

    def show(self, one: dict[str, Any], way: str, **more: Any) -> dict[str, Any]:
        """What it is signed with in one way, or the refusal."""
        found: dict[str, Any] = self.call("POST", f"/{one['id']}/show", {"way": way, **more}).json()
        return dict(found.get("refusal", found))

    def answer(self, one: dict[str, Any], way: str, typed: str) -> dict[str, Any]:
        """A response, and how it stands then, or the refusal."""
        found: dict[str, Any] = self.call("POST", f"/{one['id']}/answer", {"way": way, "answer": typed}).json()
        return dict(found.get("refusal", found))

    def collect(self, one: dict[str, Any]) -> dict[str, Any]:
        """Take up a signed one, or the refusal."""
        found: dict[str, Any] = self.call("POST", f"/{one['id']}/collect").json()
        return dict(found.get("refusal", found))


def money(here: Installation, who: Person, client: str = "terminal") -> Money:
    """A platform's session of this person."""
    login = here.platform(client)
    login.start(who.username, who.password)
    assert login.answer("code", who.phone.code(here.pin())) == "approved"
    return Money(here, login.collect().token, client)


def sign(here: Installation, who: Person, one: dict[str, Any], platform: Money | None = None) -> str:
    """Its person approves it on the phone, with the digits that the platform shows; by QR where pushes have their rest."""
    attempt = next((found for found in who.phone.pending().attempts if found.id == one["id"]), None)
    if attempt is None:
        assert platform is not None, "the phone was not asked"
        shown = platform.call("POST", f"/{one['id']}/show", {"way": "qr"}).json()
        return who.phone.approve(who.phone.scan(shown["value"]), here.pin(), "").result
    return who.phone.approve(attempt, here.pin(), one["signing"]["confirmation"]).result


def session(here: Installation, who: Person, client: str = "terminal") -> Money:
    """The same as a finished login leaves it, for somebody whose phone is elsewhere."""
    with here.built.kit.store.write() as tx:
        user = tx.users.get(who.id)
        assert user is not None
        _, token = sessions.issue(
            here.built.kit, tx, user, kind="platform", client=client, attempt_id="", acr="", amr=("pwd", "hwk"), idle=900, life=3600
        )  # fmt: skip
    return Money(here, token, client)
