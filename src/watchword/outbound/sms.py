"""SMS through any gateway that takes one HTTP request a message; which parameters it wants is a matter of settings."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal
from urllib.parse import quote, urlencode

from watchword.outbound.gsm import fits_gsm
from watchword.outbound.guard import Allowed, Answer, GuardedClient, NoAnswer, read_url
from watchword.outbound.messages import (
    DEFAULT_TIMEOUT,
    Delivery,
    Monotonic,
    Outgoing,
    delivered,
    excerpt,
    postponed,
    undeliverable,
)  # fmt: skip

Template = str | Mapping[str, "Template"] | list["Template"]
"""Text with {placeholders}, or a JSON shape with such texts in it."""

State = Literal["waiting", "delivered", "failed"]

PLACEHOLDERS = frozenset({"to", "digits", "text", "from", "id", "username", "password", "report"})
_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_EMPTY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class GatewayAuth:
    """How the gateway knows us: `basic` (username, password), `bearer` (password), `header` (name, password), or none.

    Gateways that take credentials as parameters get them as {username} and {password} in the templates, with kind
    `none`.
    """

    kind: Literal["none", "basic", "bearer", "header"] = "none"
    username: str = ""
    password: str = field(default="", repr=False)
    header: str = ""


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """Delivery reports: the address the gateway calls, and how to read its call.

    `url` is a template with {id} and {proof} (both percent-encoded) and whatever the gateway fills in itself. `key`
    makes the proof, so that a stranger who guesses an id cannot report on it. `states` maps the gateway's words to
    ours.
    """

    url: str = ""
    key: bytes = field(default=b"", repr=False)
    id_name: str = "id"
    proof_name: str = "proof"
    state_name: str = "state"
    states: Mapping[str, State] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """One gateway. `params` go into the query (`encoding="query"`), a form or a JSON body.

    `unicode_params` are added for texts outside the GSM alphabet. Taken is: a status in `success_status` and, if
    there is a `success_pattern`, the body matches it. A body matching `permanent_pattern` says that this number can
    never be reached; a group named `id` in `success_pattern` is the gateway's own id of the message.
    """

    url: str
    method: Literal["GET", "POST"] = "POST"
    encoding: Literal["query", "form", "json"] = "form"
    params: Mapping[str, Template] = field(default_factory=lambda: MappingProxyType({}))
    unicode_params: Mapping[str, Template] = field(default_factory=lambda: MappingProxyType({}))
    headers: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    auth: GatewayAuth = field(default_factory=GatewayAuth)
    sender: str = ""
    success_status: frozenset[int] = frozenset({200, 201, 202})
    success_pattern: str = ""
    permanent_pattern: str = ""
    report: ReportSettings = field(default_factory=ReportSettings)
    ca_file: str | None = None
    timeout: float = DEFAULT_TIMEOUT


@dataclass(frozen=True, slots=True)
class Report:
    """What a gateway said later about message `id`."""

    id: str
    state: State


class HttpGateway:
    """Sends SMS. The gateway may be on a private address: its origin is the only place this client can reach."""

    def __init__(self, settings: SmsSettings, *, monotonic: Monotonic) -> None:
        """Raises ValueError for an address, template or pattern that cannot work."""
        target = read_url(settings.url)
        if isinstance(target, str):
            raise ValueError(f"sms.url: {target}")
        if settings.method == "GET" and settings.encoding != "query":
            raise ValueError("sms.encoding: a GET request has its parameters in the query")
        unknown = _names({**settings.params, **settings.unicode_params}) - PLACEHOLDERS
        if unknown:
            raise ValueError(f"sms.params: unknown placeholder {', '.join(sorted(unknown))}")
        if settings.report.url and len(settings.report.key) < 16:
            raise ValueError("sms.report.key: at least 16 bytes")
        self._settings = settings
        self._success = re.compile(settings.success_pattern) if settings.success_pattern else None
        self._permanent = re.compile(settings.permanent_pattern) if settings.permanent_pattern else None
        self._client = GuardedClient(
            Allowed.from_entries([target.origin]),
            monotonic=monotonic,
            timeout=settings.timeout,
            ca_file=settings.ca_file,
        )

    def send(self, message: Outgoing) -> Delivery:
        """To the E.164 number `message.to`. No subject is sent; line breaks stay, as LF. Permanent: a bad number."""
        if not _E164.fullmatch(message.to):
            return undeliverable("not an E.164 number")
        url, headers, content = self._request(message)
        answer = self._client.request(self._settings.method, url, headers, content)
        if isinstance(answer, NoAnswer):
            return postponed(f"gateway: {answer.reason}")
        return self._delivery(answer, message)

    def read_report(self, query: Mapping[str, str]) -> Report | None:
        """A delivery report from the parameters of the gateway's call; None if its proof or state is not ours."""
        report = self._settings.report
        message_id, proof = query.get(report.id_name, ""), query.get(report.proof_name, "")
        state = report.states.get(query.get(report.state_name, ""))
        if (
            not report.key
            or state is None
            or not hmac.compare_digest(proof.encode("utf-8", "replace"), self._proof(message_id).encode())
        ):
            return None
        return Report(message_id, state)

    def _proof(self, message_id: str) -> str:
        digest = hmac.new(
            self._settings.report.key, b"sms-report\0" + message_id.encode("utf-8", "replace"), hashlib.sha256
        ).digest()
        return base64.urlsafe_b64encode(digest[:15]).decode()

    def _request(self, message: Outgoing) -> tuple[str, dict[str, str], bytes]:
        settings = self._settings
        text = message.body.replace("\r\n", "\n").replace("\r", "\n")
        values = {
            "to": message.to,
            "digits": message.to.removeprefix("+"),
            "text": text,
            "from": settings.sender,
            "id": message.id,
            "username": settings.auth.username,
            "password": settings.auth.password,
            "report": self._report_url(message.id),
        }
        templates = {**settings.params, **(_EMPTY if fits_gsm(text) else settings.unicode_params)}
        params = {name: _filled(template, values) for name, template in templates.items()}
        headers = {**settings.headers, **self._credentials()}
        if settings.encoding == "json":
            return settings.url, {**headers, "Content-Type": "application/json"}, json.dumps(params).encode()
        query = urlencode([(name, value) for name, value in params.items() if isinstance(value, str)])
        if settings.encoding == "query":
            return settings.url + ("&" if "?" in settings.url else "?") + query, headers, b""
        return settings.url, {**headers, "Content-Type": "application/x-www-form-urlencoded"}, query.encode()

    def _report_url(self, message_id: str) -> str:
        values = {
            "id": quote(message_id, safe=""),
            "proof": self._proof(message_id) if self._settings.report.url else "",
        }
        return str(_filled(self._settings.report.url, values))

    def _credentials(self) -> dict[str, str]:
        auth = self._settings.auth
        match auth.kind:
            case "basic":
                pair = base64.b64encode(f"{auth.username}:{auth.password}".encode()).decode()
                return {"Authorization": f"Basic {pair}"}
            case "bearer":
                return {"Authorization": f"Bearer {auth.password}"}
            case "header":
                return {auth.header: auth.password}
            case _:
                return {}

    def _delivery(self, answer: Answer, message: Outgoing) -> Delivery:
        body = answer.body.decode("utf-8", "replace")
        said = excerpt(body, message.body, message.to, self._settings.auth.password)
        if self._permanent and self._permanent.search(body):
            return undeliverable(f"gateway refused the number ({answer.status}): {said}")
        if answer.status in self._settings.success_status:
            match = self._success.search(body) if self._success else None
            if self._success and not match:
                return postponed(f"gateway did not confirm ({answer.status}): {said}")
            provider_id = match.groupdict().get("id") if match else None
            return delivered(f"gateway took it ({answer.status})", (provider_id or "")[:128])
        if answer.status in {401, 403, 407}:
            return postponed(f"gateway refused the credentials ({answer.status}): {said}")
        return postponed(f"gateway answered {answer.status}: {said}")


def _filled(template: Template, values: Mapping[str, str]) -> Template:
    """Each placeholder replaced once; what a value brings is never looked at again."""
    if isinstance(template, str):
        return _PLACEHOLDER.sub(lambda match: values.get(match.group(1), match.group(0)), template)
    if isinstance(template, list):
        return [_filled(part, values) for part in template]
    return {name: _filled(part, values) for name, part in template.items()}


def _names(template: Template) -> set[str]:
    if isinstance(template, str):
        return set(_PLACEHOLDER.findall(template))
    parts = template if isinstance(template, list) else list(template.values())
    return set().union(*(_names(part) for part in parts))
