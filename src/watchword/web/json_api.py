"""JSON routes: one table of route, models and handler, from which requests are judged and OpenAPI is written.

The checks of every request, in order: method, media type, size, JSON, shape. Plain ASGI, because these are the hot paths.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.json_schema import models_json_schema
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from watchword.core.refusals import BUSY, FAULT, INVALID, MALFORMED, MEDIA_TYPE, METHOD, NOT_FOUND, Refusal
from watchword.flows.ports import UnavailableError
from watchword.web.asking import Ask, read, unread
from watchword.web.portal.showing import json, refuse_json
from watchword.web.site import Site

log = logging.getLogger("watchword.api")

REFUSED = (400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 503)


class Body(BaseModel):
    """Base of every request and answer: no unknown members in requests, no coercion."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class RefusalText(BaseModel):
    """A refusal, as every route may answer."""

    number: int
    code: str
    reference: str
    what: str
    why: str
    do: str
    retry_after: int | None = None
    time: int | None = None
    left: int | None = None


class RefusalBody(BaseModel):
    """`{"refusal": {…}}`."""

    refusal: RefusalText


class Nothing(Body):
    """No body."""


@dataclass(frozen=True, slots=True)
class Route:
    """One JSON route. `path` may hold one `{name}`; one that `reads` writes nothing.

    The handler gets the ask, the parsed body and what stands in `{name}`, and returns an answer or a refusal.
    """

    method: str
    path: str
    request: type[BaseModel]
    answer: type[BaseModel]
    handler: Callable[[Ask, Any, str], Any]
    about: str
    status: int = 200
    headers: Sequence[str] = ()
    reads: bool = False


class JsonApi:
    """An ASGI app for a table of routes."""

    def __init__(self, site: Site, routes: Sequence[Route]) -> None:
        self.site = site
        self.routes = tuple(routes)
        self._exact = _by_path(route for route in routes if "{" not in route.path)
        self._patterns = [
            (route.path.partition("{")[0], route.path.partition("}")[2], _by_path([route])[route.path])
            for route in routes
            if "{" in route.path
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ask = await read(self.site, scope, receive)
        if isinstance(ask, Refusal):
            await refuse_json(unread(self.site, scope), ask)(scope, receive, send)
            return
        found = self.find(ask)
        if isinstance(found, Refusal):
            response = refuse_json(ask, found)
        else:
            route, part = found
            try:
                run = self.site.run_read if route.reads else self.site.run
                response = await run(self.answer, ask, route, part)
            except UnavailableError as away:
                log.error("%s %s: %s", ask.method, ask.path, away)
                response = refuse_json(ask, Refusal(BUSY, "store.unavailable", retry_after=2))
            except Exception:
                log.exception("fault at %s %s", ask.method, ask.path)
                response = refuse_json(ask, Refusal(FAULT, "fault"))
        await response(scope, receive, send)

    def find(self, ask: Ask) -> tuple[Route, str] | Refusal:
        """The route of a request and what stands in its `{name}`."""
        methods, part = self._exact.get(ask.path), ""
        if methods is None:
            for start, rest, candidates in self._patterns:
                inner = ask.path[len(start) : len(ask.path) - len(rest)]
                if ask.path.startswith(start) and ask.path.endswith(rest) and inner and "/" not in inner:
                    methods, part = candidates, inner
        if methods is None:
            return Refusal(NOT_FOUND, "path")
        route = methods.get(ask.method)
        return (route, part) if route else Refusal(METHOD, "method")

    def answer(self, ask: Ask, route: Route, part: str) -> Response:
        """Judge the body, run the handler, write its answer."""
        body = parse(ask, route.request)
        result = body if isinstance(body, Refusal) else route.handler(ask, body, part)
        if isinstance(result, Refusal):
            return refuse_json(ask, result)
        if route.status == 204:
            return Response(b"", 204, headers={"cache-control": "no-store"})
        return json(ask, result, status=route.status)


def parse(ask: Ask, model: type[BaseModel]) -> BaseModel | Refusal:
    """The request's body as `model`, or why not."""
    if model is Nothing:
        return Nothing()
    if ask.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return Refusal(MEDIA_TYPE, "body.media_type")
    if b"\\u0000" in ask.body:
        return Refusal(MALFORMED, "body.nul")
    try:
        return model.model_validate_json(ask.body)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            return Refusal(MALFORMED, "body.json")
        return Refusal(INVALID, "body.shape", {"field": ".".join(str(part) for part in first["loc"])[:100]})
    except (ValueError, RecursionError):
        return Refusal(MALFORMED, "body.json")


def _by_path(routes: Any) -> dict[str, dict[str, Route]]:
    table: dict[str, dict[str, Route]] = {}
    for route in routes:
        table.setdefault(route.path, {})[route.method] = route
    return table


def openapi(title: str, version: str, server: str, routes: Sequence[Route]) -> dict[str, Any]:
    """An OpenAPI 3.1 document of these routes."""
    models = {route.request for route in routes} | {route.answer for route in routes} | {RefusalBody}
    pairs = [(model, "validation") for model in sorted(models - {Nothing}, key=lambda model: model.__name__)]
    refs, definitions = models_json_schema(pairs, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, refs)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {"schemas": definitions.get("$defs", {})},
    }


def _operation(route: Route, refs: Mapping[Any, Any]) -> dict[str, Any]:
    refused = {str(status): _content("A refusal", refs[(RefusalBody, "validation")]) for status in REFUSED}
    answer = (
        {"description": "No content"}
        if route.answer is Nothing
        else _content("The answer", refs[(route.answer, "validation")])
    )
    operation: dict[str, Any] = {
        "summary": route.about,
        "operationId": f"{route.method.lower()}_{route.path.strip('/').replace('/', '_')}",
        "responses": {str(route.status): answer, **refused},
    }
    if route.request is not Nothing:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": refs[(route.request, "validation")]}},
        }
    name = route.path.partition("{")[2].partition("}")[0]
    operation["parameters"] = [
        {"name": header, "in": "header", "required": True, "schema": {"type": "string"}} for header in route.headers
    ]
    if name:
        operation["parameters"].append({"name": name, "in": "path", "required": True, "schema": {"type": "string"}})
    return operation


def _content(about: str, schema: Any) -> dict[str, Any]:
    return {"description": about, "content": {"application/json": {"schema": schema}}}
