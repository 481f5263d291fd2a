"""Which policy a request is inspected by: the preset that its agent names, else the configured one, with the overlays
of its tenant and its agent."""

from __future__ import annotations

from aiohttp import web

from gateway.inspection.engine import Engine
from gateway.server.caller import caller_of, grant_of
from gateway.services import Services


async def engine_for(services: Services, request: web.Request) -> Engine:
    """The engine in force for who asks: taken once, at the beginning of a request.

    Raises:
        PolicyUnavailable: it cannot be used.
    """
    caller, grant = caller_of(request), grant_of(request)
    preset = grant.agent.rules.policy if grant is not None else ""
    return await services.engines.engine_for(caller.tenant, caller.agent, preset)
