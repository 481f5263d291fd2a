"""`/openapi.json`: the API as OpenAPI 3.1, made from the routes and their bodies."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import orjson
from aiohttp import web
from pydantic import BaseModel

import gateway
from gateway.auth.roles import ACTIONS
from gateway.server.admin.catalogue import admin_routes
from gateway.server.admin.route import STEP_UP_HEADER, AdminRoute, Empty
from gateway.server.doors import PREFIXES
from gateway.server.kept import KEPT_ROUTES
from gateway.server.session_door import PATH as SESSION_PATH
from gateway.server.session_door import SessionAnswer, SessionRequest
from gateway.server.vaults import ROUTES as VAULT_ROUTES
from gateway.wire.catalogue import wire_formats

_SCHEMAS = "#/components/schemas/"
_ERROR = {
    "description": "An error; `code` is stable, see the reference of errors.",
    "content": {"application/json": {"schema": {"$ref": f"{_SCHEMAS}Error"}}},
}
_ERROR_SCHEMA = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "code", "param"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "code": {"type": "string"},
                "param": {"type": ["string", "null"]},
            },
        }
    },
}


@cache
def document() -> dict[str, Any]:
    """The whole description."""
    schemas: dict[str, Any] = {"Error": _ERROR_SCHEMA}
    paths: dict[str, dict[str, Any]] = {}
    for route in admin_routes():
        paths.setdefault(route.path, {})[route.method.lower()] = _admin(route, schemas)
    for vaults in VAULT_ROUTES.values():
        path = f"/v1/vaults{vaults.path}"
        operation = _plain(f"{vaults.summary}.", "dataPlane", path)
        operation["operationId"] = _identifier(vaults.method.lower(), path)
        paths.setdefault(path, {})[vaults.method.lower()] = operation
    for prefix in PREFIXES:
        for wire in wire_formats():
            path = prefix + wire.path.removeprefix("/v1")
            paths[path] = {"post": _plain("The provider's own request and answer, redacted.", "dataPlane", path)}
        for method, below, _ in KEPT_ROUTES:
            operation = _plain("What the provider keeps, for its owner only.", "dataPlane", prefix + below)
            operation["operationId"] = _identifier(method.lower(), prefix + below)
            paths.setdefault(prefix + below, {})[method.lower()] = operation
        for path in (f"{prefix}/models", f"{prefix}/models/{{model}}"):
            paths[path] = {"get": _plain("The provider's models", "dataPlane", path)}
    for path, summary in (
        ("/healthz", "Whether the process is alive"),
        ("/readyz", "Whether what it depends on answers"),
        ("/metrics", "Metrics for Prometheus"),
        ("/openapi.json", "This document"),
    ):
        paths[path] = {"get": _plain(summary, "", path)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Holdback", "version": gateway.__version__, "license": {"name": "Apache-2.0"}},
        "paths": paths | {SESSION_PATH: {"post": _session(schemas)}},
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "admin": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "dataPlane": {"type": "http", "scheme": "bearer"},
            },
        },
    }


async def described(_request: web.Request) -> web.Response:
    """The handler."""
    return web.json_response(body=orjson.dumps(document()))


def _plain(summary: str, security: str, path: str) -> dict[str, Any]:
    return {
        "summary": summary,
        "operationId": _identifier("data", path),
        "security": [{security: []}] if security else [],
        "parameters": _parameters(path),
        "responses": {"200": {"description": "Done."}, "default": _ERROR},
    }


def _session(schemas: dict[str, Any]) -> dict[str, Any]:
    told = _plain("A session key, for a proof and a bound key or a refresh credential", "", SESSION_PATH)
    told["description"] = "With a key in `Authorization: DPoP`, or a refresh credential in the body; a proof in `DPoP`."
    told["parameters"] = [{"name": "DPoP", "in": "header", "required": True, "schema": {"type": "string"}}]
    body, answer = _reference(SessionRequest, schemas), _reference(SessionAnswer, schemas)
    told["requestBody"] = {"required": False, "content": {"application/json": {"schema": body}}}
    told["responses"]["200"]["content"] = {"application/json": {"schema": answer}}
    return told


def _admin(route: AdminRoute[Any], schemas: dict[str, Any]) -> dict[str, Any]:
    action = ACTIONS[route.action] if route.action else None
    told: dict[str, Any] = {
        "summary": route.summary,
        "operationId": _identifier(route.method.lower(), route.path),
        "tags": [route.path.split("/")[2]],
        "security": [{"admin": []}] if action else [],
        "parameters": [*_parameters(route.path), *_query(route, schemas)],
        "responses": {
            "200": {
                "description": "Done.",
                "content": {"application/json": {"schema": _reference(route.answer, schemas)}},
            },
            "default": _ERROR,
        },
    }
    if action is not None:
        roles = ", ".join(sorted(role.value for role in action.roles))
        told["description"] = f"Action `{action.name}`; roles: {roles}."
        told["x-holdback-action"] = action.name
        if action.step_up_seconds:
            required = route.asks_step_up
            header = {"name": STEP_UP_HEADER, "in": "header", "required": required, "schema": {"type": "string"}}
            told["parameters"].append(header)
    if route.body is not Empty:
        schema = _reference(route.body, schemas)
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return told


def _reference(model: type[BaseModel], schemas: dict[str, Any]) -> dict[str, str]:
    schema = model.model_json_schema(ref_template=_SCHEMAS + "{model}")
    for name, inner in {**schema.pop("$defs", {}), model.__name__: schema}.items():
        if schemas.setdefault(name, inner) != inner:
            raise ValueError(f"two models are called {name}")
    return {"$ref": _SCHEMAS + model.__name__}


def _parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)[^}]*}", path)
    ]


def _query(route: AdminRoute[Any], schemas: dict[str, Any]) -> list[dict[str, Any]]:
    schema = route.query.model_json_schema(ref_template=_SCHEMAS + "{model}")
    schemas.update(schema.pop("$defs", {}))
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": inner}
        for name, inner in schema.get("properties", {}).items()
    ]


def _identifier(verb: str, path: str) -> str:
    return "_".join([verb, *re.findall(r"\w+", path)])
