"""Requests and answers of Key's life (protocol/spec.md 5.8 to 5.11, 6.7)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from watchword.web.json_api import Body
from watchword.web.key_api.models import Claim, Guidelines, Id, Signed, Typed

Hmac = Annotated[str, Field(max_length=64)]


class Claimed(Signed):
    claim: Claim


class Unlock(Claimed):
    prove: Signed | None = None


class Kept(Signed):
    hmacs: Annotated[list[Hmac], Field(max_length=200)]


class RenewalClaim(Body):
    renewal: Id
    claim: Claim


class SendRecovery(RenewalClaim):
    device: Id


class ProveRecovery(RenewalClaim):
    code: Typed


class Shown(BaseModel):
    renewal: str
    state: str
    expires: int


class Scanned(Shown):
    code: str


class Name(BaseModel):
    username: str
    display_name: str


class State(Shown):
    name: str
    users: list[Name] = []
    guidelines: Guidelines | None = None


class Approved(BaseModel):
    approved: bool


class Active(BaseModel):
    active: bool


class Ended(BaseModel):
    ended: bool


class LostPhone(BaseModel):
    device: str
    name: str
    to: str


class Recovering(BaseModel):
    renewal: str
    phones: list[LostPhone]
    expires: int


class Opened(BaseModel):
    renewal: str
    user: str
    username: str
    display_name: str
    device: str
    phone: str
    salt: str
    blob: str
    nonce: str
    expires: int


class TestSent(BaseModel):
    id: str
