"""Which paths there are: every endpoint, as the provider's stand and for a named agent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from gateway.errors import UnknownEndpoint
from gateway.server.caller import grant_of
from gateway.server.kept import kept_handlers
from gateway.server.proxy import Proxy
from gateway.services import Services
from gateway.wire import openai_chat
from gateway.wire.catalogue import wire_formats

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PREFIXES = ("/v1", "/v1/ai/{agent}")
"""Where the endpoints stand: as the provider's do, and for a named agent."""


def add_doors(app: web.Application, services: Services) -> None:
    """Route every wire format that `gateway.wire` holds, and the provider's models."""
    for wire in wire_formats():
        handler = _for_agents(Proxy(services, wire).handle, services)
        for prefix in PREFIXES:
            app.router.add_post(prefix + wire.path.removeprefix("/v1"), handler)
    for method, path, handle in kept_handlers(services):
        for prefix in PREFIXES:
            app.router.add_route(method, prefix + path, _for_agents(handle, services))
    models = _for_agents(Proxy(services, openai_chat.FORMAT).models, services)
    for prefix in PREFIXES:
        app.router.add_get(f"{prefix}/models", models)
        app.router.add_get(f"{prefix}/models/{{model:.+}}", models)


def _for_agents(handler: _Handler, services: Services) -> _Handler:
    """The handler, for the agents that there are; those of keys were asked for with the key."""

    async def handle(request: web.Request) -> web.StreamResponse:
        agent = request.match_info.get("agent")
        if agent is not None and grant_of(request) is None and agent not in services.settings.agents:
            raise UnknownEndpoint
        return await handler(request)

    return handle
