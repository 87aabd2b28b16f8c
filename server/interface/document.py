"""Document: the OpenAPI document of the interface, made from the router, the handlers' words and the models."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import Any

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from server import needs
from server.interface import answers
from server.interface.described import DESCRIBED, operation
from server.interface.operation import Body, Media, Operation, Parameter
from server.needs import Need, Who
from server.people import credentials

PREFIX = "/api/v1/"
PROBLEM = "application/problem+json"
ABOUT = """Version 1 of the interface. Times are ISO 8601 in UTC, speeds metres a second; a number that was not measured
is null or left out, never 0, and NaN or infinity are refused.

A refusal is a problem document (RFC 9457) with one sentence in `detail`. What is not there for whoever asks is 404,
whether it exists or not. Lists come a page at a time: `next` of one page is `after` of the following one. A plan has
an `ETag`; whoever changes it sends the one that they saw as `If-Match`, and is told 412 where it changed meanwhile.
Gateways and programs carry a bearer token, people a cookie that their login gave them; whoever changes something with
a cookie repeats the word of the page's forms in `X-CSRF-Token`."""
DOORS = {
    "login": {
        "type": "apiKey",
        "in": "cookie",
        "name": credentials.OVER_TLS,
        "description": f"What a login gives a browser; without TLS, on the same machine, {credentials.ON_LOOPBACK}.",
    },
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "What a gateway is given when it is let in, or a program by its person.",
    },
}
PARTS = {"seq": {"type": "integer", "minimum": 0, "maximum": 4095}}
TEXT_PART = {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[A-Za-z0-9_.~-]+$"}


def made(routes: Iterable[web.RouteDef]) -> dict[str, Any]:
    """Raises LookupError for a route under /api/v1 that nobody described."""
    paths: dict[str, Any] = {}
    for route in routes:
        if route.path.startswith(PREFIX):
            paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Stridegate", "version": version("stridegate"), "description": ABOUT},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": _schemas(), "responses": {"Problem": _problem()}, "securitySchemes": DOORS},
    }


def written(routes: Iterable[web.RouteDef]) -> bytes:
    return json.dumps(made(routes), ensure_ascii=False).encode()


def _operation(route: web.RouteDef) -> dict[str, Any]:
    described = operation(route.handler)
    need = needs.of(route.method, route.path)
    if described is None or need is None:
        raise LookupError(f"{route.method} {route.path} is described nowhere: see server/interface/described.py.")
    handler: Any = route.handler
    parts = re.findall(r"\{(\w+)\}", route.path)
    found: dict[str, Any] = {
        "operationId": f"{handler.__module__.rpartition('.')[2]}_{handler.__name__}",
        "tags": [handler.__module__.rpartition(".")[2]],
        "summary": " ".join((handler.__doc__ or "").split("\n\n")[0].split()),
        "description": f"{' '.join((handler.__doc__ or '').split())} For {_for(need)}.",
        "security": _security(need),
        "parameters": [_part(name) for name in parts] + [_parameter(one) for one in described.parameters],
        "responses": _responses(described, need, bool(parts)),
    }
    if described.takes is not None:
        found["requestBody"] = {"required": True, **_content(described.takes)}
    return found


def _part(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": PARTS.get(name, TEXT_PART)}


def _parameter(one: Parameter) -> dict[str, Any]:
    return {
        "name": one.name,
        "in": one.place,
        "required": one.required,
        "description": one.says,
        "schema": dict(one.values),
    }


def _security(need: Need) -> list[dict[str, list[str]]]:
    if need.who is Who.ANYONE:
        return [{}]
    if need.who is Who.GATEWAY:
        return [{"token": []}]
    return [{"login": []}, {"token": []}] if need.scope else [{"login": []}]


def _for(need: Need) -> str:
    who = "everybody" if need.who is Who.ANYONE else need.who.value
    return f"{who}, or a program with the scope {need.scope}" if need.scope else who


def _responses(described: Operation, need: Need, has_parts: bool) -> dict[str, Any]:
    given = {str(status): _given(body, described) for status, body in described.gives.items()}
    refused = {
        str(status): {"$ref": "#/components/responses/Problem"} for status in _refusals(described, need, has_parts)
    }
    return dict(sorted({**refused, **given}.items()))


def _given(body: Body, described: Operation) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": "As asked.", **_content(body)}
    if described.gives_etag:
        answer["headers"] = {"ETag": {"description": "The version of the plan.", "schema": {"type": "string"}}}
    return answer


def _refusals(described: Operation, need: Need, has_parts: bool) -> Iterator[int]:
    """Its own, and those that any route has which takes the same things."""
    yield from (400, 404, 405, 429, 500, 503)
    yield from described.refuses
    if need.who is not Who.ANYONE:
        yield from (401, 403)
    if described.takes is not None or described.parameters or has_parts:
        yield from (408, 413, 415, 422)


def _content(body: Body) -> dict[str, Any]:
    if body is None:
        return {}
    if isinstance(body, Media):
        return {"content": {body.content_type: {"schema": dict(body.schema)}}}
    return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{body.__name__}"}}}}


def _problem() -> dict[str, Any]:
    return {
        "description": "A refusal, with one sentence in `detail`.",
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _schemas() -> dict[str, Any]:
    spoken: dict[type[BaseModel], JsonSchemaMode] = {answers.Problem: "serialization"}
    for described in DESCRIBED.values():
        if isinstance(described.takes, type):
            spoken[described.takes] = "validation"
        spoken.update({body: "serialization" for body in described.gives.values() if isinstance(body, type)})
    _, document = models_json_schema(list(spoken.items()), ref_template="#/components/schemas/{model}")
    found: dict[str, Any] = document["$defs"]
    return found
