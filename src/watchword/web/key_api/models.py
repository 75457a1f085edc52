"""Requests and answers of the phone API (protocol/spec.md). `signed` is judged by its signature and the flows, not here."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from watchword.web.json_api import Body

Id = Annotated[str, Field(max_length=26)]
Short = Annotated[str, Field(max_length=256)]
Claim = Annotated[str, Field(max_length=64)]
Typed = Annotated[str, Field(max_length=64)]


class PlatformBody(Body):
    """What the phone says of itself (I01, I02)."""

    os: Literal["ios", "android", "other"]
    version: Annotated[str, Field(max_length=32)] = ""
    model: Annotated[str, Field(max_length=64)] = ""
    lock: bool | None = None
    rooted: bool | None = None


class Start(Body):
    username: Short
    password: Annotated[str, Field(max_length=1024)]
    platform: PlatformBody
    claim: Claim


class ContactBody(BaseModel):
    id: str
    kind: str
    masked: str
    default: bool


class Started(BaseModel):
    enrolment: str
    contacts: list[ContactBody]
    expires: int


class NumberBody(Body):
    country: Annotated[str, Field(max_length=2)]
    national: Annotated[str, Field(max_length=32)]


class SendActivation(Body):
    enrolment: Id
    claim: Claim
    contact: Id | None = None
    number: NumberBody | None = None


class SendProof(Body):
    enrolment: Id
    claim: Claim
    contact: Id


class Sent(BaseModel):
    to: str
    digits: int
    expires: int
    again: int


class Code(Body):
    enrolment: Id
    claim: Claim
    code: Typed


class Proved(BaseModel):
    proved: bool


class Scan(Body):
    secret: Typed
    platform: PlatformBody
    claim: Claim


class BySessionId(Body):
    username: Short
    session_id: Typed
    platform: PlatformBody
    claim: Claim


class Guidelines(BaseModel):
    salt: str
    iterations: int
    hashes: list[str]


class Ready(BaseModel):
    enrolment: str
    user: str
    username: str
    display_name: str
    nonce: str
    expires: int
    guidelines: Guidelines


class Signed(Body):
    signed: dict[str, Any]
    signature: Annotated[str, Field(max_length=128)]
    hmac: Annotated[str, Field(max_length=64)] = ""


class Complete(Body):
    signed: dict[str, Any]
    signature: Annotated[str, Field(max_length=128)]
    claim: Claim
    prove: Signed | None = None


class SignedAnswer(BaseModel):
    signed: dict[str, Any]
    signature: str
    kid: str


class Confirmed(BaseModel):
    active: bool
    username: str


class UserLine(BaseModel):
    user: str
    device: str
    username: str
    display_name: str
    state: str


class Pending(BaseModel):
    time: int
    attempts: list[SignedAnswer]
    users: list[UserLine]
    offline_paused: bool


class Decided(BaseModel):
    result: str
    quiet_until: int


class Checked(BaseModel):
    result: str
    quiet_until: int


class Nonce(BaseModel):
    nonce: str
    expires: int


class Right(BaseModel):
    right: bool


class Registered(BaseModel):
    registered: bool


class Config(BaseModel):
    protocol: int
    iss: str
    brand: dict[str, Any]
    portal: str
    time: int
    keys: list[dict[str, Any]]
    chain: list[dict[str, Any]]
    vapid: str
    countries: list[dict[str, Any]]
    pin: dict[str, int]
    argon2: dict[str, int]
