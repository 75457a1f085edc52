"""Every path of the phone API, and the event stream of an open app."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import Receive, Scope, Send

from watchword import __version__
from watchword.core.refusals import METHOD, SIGNATURE, Refusal
from watchword.flows.phone_requests import Signed, check_signed, find_phone
from watchword.web import headers
from watchword.web.asking import Ask, read, unread
from watchword.web.json_api import JsonApi, Nothing, Route, openapi, parse
from watchword.web.key_api import handlers as h
from watchword.web.key_api import models as m
from watchword.web.key_api import renewal_routes
from watchword.web.portal.showing import refuse_json
from watchword.web.site import Site

ROUTES = (
    Route("GET", "/v1/config", Nothing, m.Config, h.config, "Keys, brand and rules (section 4)", reads=True),
    Route("POST", "/v1/activation/start", m.Start, m.Started, h.start, "Begin with username and password (5.1)"),
    Route("POST", "/v1/activation/send", m.SendActivation, m.Sent, h.send, "Send the activation code (5.1)"),
    Route(
        "POST", "/v1/activation/proof/send", m.SendProof, m.Sent, h.send_proof, "Send a proof to what is on file (5.1)"
    ),
    Route("POST", "/v1/activation/proof", m.Code, m.Proved, h.check_proof, "The proof typed (5.1)"),
    Route("POST", "/v1/activation/prove", m.Code, m.Ready, h.prove_code, "The activation code typed (5.1)"),
    Route("POST", "/v1/activation/scan", m.Scan, m.Ready, h.scan_activation, "Begin with the QR (5.2)"),
    Route(
        "POST",
        "/v1/activation/session",
        m.BySessionId,
        m.Ready,
        h.by_session_id,
        "Begin with the Session ID (5.3)",
    ),
    Route(
        "POST",
        "/v1/activation/complete",
        m.Complete,
        m.SignedAnswer,
        h.complete,
        "The phone's key against the secret (5.5)",
    ),
    Route("POST", "/v1/activation/confirm", m.Signed, m.Confirmed, h.confirm, "The secret is kept (5.6)"),
    Route("POST", "/v1/nonce", m.Signed, m.Nonce, h.nonce, "A nonce for a proof (5.7)"),
    Route("POST", "/v1/prove", m.Signed, m.Right, h.check_pin, "The PIN is right (5.7)"),
    Route("POST", "/v1/pending", m.Signed, m.Pending, h.pending, "What waits for this phone (6.1)", reads=True),
    Route("POST", "/v1/scan", m.Signed, m.SignedAnswer, h.scan, "Details of a scanned login (6.3)", reads=True),
    Route("POST", "/v1/decide", m.Signed, m.Decided, h.decide, "Approve, deny, not me (6.4)"),
    Route("POST", "/v1/caller/words", m.Signed, m.SignedAnswer, h.caller_words, "What the caller must say (6.9)"),
    Route("POST", "/v1/caller/checked", m.Signed, m.Checked, h.caller_checked, "Whether he said it (6.9)"),
    Route("POST", "/v1/push", m.Signed, m.Registered, h.push, "Register for notifications (6.6)"),
    *renewal_routes.ROUTES,
)


def document(site: Site) -> dict[str, object]:
    """The OpenAPI document of the phone API."""
    return openapi("Watchword Key API", __version__, site.key_origin, ROUTES)


def api(site: Site) -> JsonApi:
    """The JSON routes."""
    return JsonApi(site, ROUTES)


class PhoneEvents:
    """`POST /v1/events`: tells an open app at once that something waits (6.5)."""

    def __init__(self, site: Site) -> None:
        self.site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ask = await read(self.site, scope, receive)
        if isinstance(ask, Refusal):
            await refuse_json(unread(self.site, scope), ask)(scope, receive, send)
            return
        phone = await self.site.run_read(self._phone, ask)
        if isinstance(phone, Refusal):
            await refuse_json(ask, phone)(scope, receive, send)
            return

        async def first() -> Mapping[str, str] | None:
            return {"pending": "?"}

        await self.site.hub.stream(
            receive, send, topic=f"phone:{phone}", event="pending", first=first, headers=headers.COMMON
        )

    def _phone(self, ask: Ask) -> str | Refusal:
        if ask.method != "POST":
            return Refusal(METHOD, "method")
        body = parse(ask, m.Signed)
        request = body if isinstance(body, Refusal) else h.signed(ask, body)  # type: ignore[arg-type]
        if isinstance(request, Refusal):
            return request
        return self._signed_phone(request)

    def _signed_phone(self, request: Signed) -> str | Refusal:
        with self.site.kit.store.read() as tx:
            phone = find_phone(tx, request)
        refused = check_signed(self.site.kit, phone, request, "events")
        return refused or (phone.id if phone else Refusal(SIGNATURE))
