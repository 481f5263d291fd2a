"""What every call of the control plane passes: who calls, whether the role may, the body, step-up; then the route.

In that order: a stranger learns nothing of bodies, a role without the right spends no step-up token.
"""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

import orjson
import pydantic
from aiohttp import web

from gateway.auth.roles import ACTIONS, Role, may
from gateway.errors import MalformedRequest, RequestTimeout, RequestTooLarge, UnsupportedEncoding
from gateway.errors.admin import InvalidField, RoleDenied
from gateway.server.admin.catalogue import admin_routes
from gateway.server.admin.identity import Identities, IssuerKeys
from gateway.server.admin.route import STEP_UP_HEADER, AdminRoute, Body, Call, Empty, NoQuery, Query
from gateway.server.admin.steps import take_step_up
from gateway.server.admin.throttle import Throttle
from gateway.services import Services
from gateway.wire.json_text import parse

BODY_BYTES_MAX = 64 << 10
DEPTH_MAX = 8
NODES_MAX = 1000
PREFIX = "/admin/"
CREDENTIALS = "/admin/auth/"
"""Routes that give credentials, and take proofs that cost time to check."""
_Body = TypeVar("_Body", bound=Body)


def add_admin_routes(app: web.Application, services: Services) -> None:
    """Put all routes of the control plane into the application."""
    signing_key = services.control.master.derive("admin tokens")
    identities = Identities(services.stores.admins, signing_key, IssuerKeys(services.egress))
    throttle = Throttle(services.settings.limits.admin_tries_per_minute)
    for route in admin_routes():
        door = _Door(services, identities, signing_key, throttle, route)
        app.router.add_route(route.method, route.path, door.handle)


class _Door:
    def __init__(
        self,
        services: Services,
        identities: Identities,
        signing_key: bytes,
        throttle: Throttle,
        route: AdminRoute[Any],
    ) -> None:
        self._services, self._identities, self._signing_key = services, identities, signing_key
        self._throttle, self._route = throttle, route

    async def handle(self, request: web.Request) -> web.Response:
        route, services = self._route, self._services
        admin = None
        step_up = request.headers.get(STEP_UP_HEADER, "")
        if route.path.startswith(CREDENTIALS):
            self._throttle.take(request.remote or "")
        if route.action is not None:
            admin = await self._identities.of(
                request.headers.get("Authorization", ""), services.control.clock().timestamp()
            )
            if not may(Role(admin.role), route.action):
                raise RoleDenied
            services.audit.uses.note(admin.tenant_id, admin.id, route.action, services.control.clock())
        body = await read_in_time(request, route.body, services.settings.limits.body_read_seconds)
        if admin and route.action and route.asks_step_up and ACTIONS[route.action].step_up_seconds:
            await take_step_up(services, admin, route.action, step_up)
        query, path = read_query(request, route.query), dict(request.match_info)
        call = Call(services, self._identities, self._signing_key, admin, body, path, step_up, query)
        audit = services.audit
        if route.method != "GET" and not audit.fails_open:
            await audit.writable()  # what cannot be recorded is not done
        answer = await route.handler(call)
        if not audit.fails_open:
            await audit.log.flush()
        return web.json_response(
            body=orjson.dumps(answer.model_dump(mode="json")), headers={"Cache-Control": "no-store"}
        )


async def read_in_time(request: web.Request, model: type[_Body], seconds: float) -> _Body:
    """As `read_body`, within a time.

    Raises:
        RequestTimeout: it did not come; and what `read_body` raises.
    """
    try:
        async with asyncio.timeout(seconds):
            return await read_body(request, model)
    except TimeoutError:
        pass
    raise RequestTimeout


async def read_body(
    request: web.Request, model: type[_Body], *, most: int = BODY_BYTES_MAX, nodes: int = NODES_MAX
) -> _Body:
    """The body of a request, as the route's model; nothing may come where nothing is expected. `most` bytes, `nodes`
    values in it.

    Raises:
        MalformedRequest, DuplicateKey, UnsupportedEncoding, RequestTooLarge, InvalidField.
    """
    content = b""
    if request.can_read_body:
        if request.content_type != "application/json" or request.headers.get("Content-Encoding"):
            raise UnsupportedEncoding
        async for chunk in request.content.iter_chunked(8192):
            content += chunk
            if len(content) > most:
                raise RequestTooLarge
    if not content:
        content = b"{}"
    elif model is Empty and content.strip() != b"{}":
        raise InvalidField
    # For its caps and its refusal of duplicate keys; what it gives keeps places, which are of no use here.
    parse(content, max_depth=DEPTH_MAX, max_nodes=nodes)
    values = orjson.loads(content)
    if not isinstance(values, dict):
        raise MalformedRequest
    try:
        return model.model_validate(values)
    except pydantic.ValidationError as error:
        first = error.errors(include_input=False, include_context=False, include_url=False)[0]
    raise InvalidField(param=_place(model, first["loc"]))


def read_query(request: web.Request, model: type[Query]) -> Query:
    """The query of an address, as the route's model; each name at most once.

    Raises:
        InvalidField: with its name, when it is one of ours.
    """
    given = request.query
    if model is not NoQuery and len(set(given)) != len(given):
        raise InvalidField
    try:
        return model.model_validate(dict(given))
    except pydantic.ValidationError as error:
        first = error.errors(include_input=False, include_context=False, include_url=False)[0]
    raise InvalidField(param=_place(model, first["loc"]))


def _place(model: type[pydantic.BaseModel], location: tuple[int | str, ...]) -> str | None:
    """The field, in our own words only: a name that the caller made up is not repeated."""
    known = set(_names(model.model_json_schema()))
    parts = []
    for part in location:
        if isinstance(part, str) and part not in known:
            break
        parts.append(str(part))
    return ".".join(parts) or None


def _names(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [name for item in schema for name in _names(item)]
    if not isinstance(schema, dict):
        return []
    own = list(schema.get("properties", {}))
    return own + [name for item in schema.values() for name in _names(item)]
