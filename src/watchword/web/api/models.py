"""Requests and answers of the platform API (docs/platform-api.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from watchword.web.json_api import Body

Collector = Annotated[str, Field(max_length=64)]


class Begin(Body):
    client: Annotated[str, Field(max_length=64)]
    username: Annotated[str, Field(max_length=256)]
    password: Annotated[str, Field(max_length=1024)]
    device_token: Annotated[str, Field(max_length=128)] = ""
    system: Annotated[str, Field(max_length=64)] = ""


class PhoneFirst(Body):
    client: Annotated[str, Field(max_length=64)]
    username: Annotated[str, Field(max_length=256)]
    system: Annotated[str, Field(max_length=64)] = ""


class Password(Body):
    collector: Collector
    password: Annotated[str, Field(max_length=1024)]


class Method(BaseModel):
    id: str
    kind: str
    name: str
    ways: list[str]


class Push(BaseModel):
    sent: bool
    sent_to: str
    expires: int


class Login(BaseModel):
    login: str
    collector: str
    expires: int
    state: str
    methods: list[Method]
    method: str
    push: Push
    confirmation: str
    confirmation_reason: str


class Poll(Body):
    collector: Collector
    wait: Annotated[int, Field(ge=0, le=25)] = 0
    confirmation: Annotated[str, Field(max_length=6)] | None = None


class State(BaseModel):
    state: str


class Polled(BaseModel):
    state: str
    confirmation: str
    confirmation_reason: str


class Show(Body):
    collector: Collector
    way: Literal["qr", "challenge", "sms", "code_card", "online_card", "card_plus"]


class Shown(BaseModel):
    way: str
    value: str
    expires: int


class PushAgain(Body):
    collector: Collector
    method: Annotated[str, Field(max_length=26)] = ""


class Answer(Body):
    collector: Collector
    way: Literal[
        "challenge",
        "code",
        "temporary_code",
        "sms",
        "code_app",
        "recovery_code",
        "code_card",
        "online_card",
        "card_plus",
    ]
    answer: Annotated[str, Field(max_length=64)]


class Collect(Body):
    collector: Collector


class Session(BaseModel):
    token: str
    token_type: str
    user: str
    username: str
    account: Literal["live", "paper"]
    acr: str
    amr: list[str]
    auth_time: int
    idle_seconds: int
    expires: int
    device_token: str


class Limits(BaseModel):
    day: int
    five_days: int
    currency: Literal["USD"]
    unit: Literal["cents"]


class Raise(BaseModel):
    how: Literal["opt_in", "wait", "device"]
    group: str | None
    until: int | None
    day: int
    five_days: int


class Entitlements(BaseModel):
    level: str | None
    limits: Limits
    restrictions: list[str]
    because: list[str]
    would_raise: list[Raise]


class Check(BaseModel):
    active: bool
    user: str
    username: str
    account: Literal["live", "paper"]
    client: str
    acr: str
    amr: list[str]
    auth_time: int
    idle_until: int
    expires: int
