"""Who sends a request: the one answer for everything that is per tenant, agent, key or conversation."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from gateway.auth.grant import Grant
from gateway.inspection.exchange import Caller

CONVERSATION_HEADER = "X-Holdback-Conversation"
"""Names a conversation: tokens of equal values are equal within it. It never goes to the provider."""
USER_HEADER = "X-Holdback-User"
"""For whom the client asks, as it says: only noted, never trusted."""
USER_CHARS_MAX = 256
CALLER = web.RequestKey("caller", Caller)
GRANT = web.RequestKey("grant", Grant)
CLIENT_IP = web.RequestKey("client_ip", str)


def caller_of(request: web.Request) -> Caller:
    """The caller of a request; the local one where there are no capability keys."""
    caller = request.get(CALLER) or Caller()
    return replace(
        caller,
        conversation=request.headers.get(CONVERSATION_HEADER, ""),
        user=request.headers.get(USER_HEADER, "").strip()[:USER_CHARS_MAX],
    )


def grant_of(request: web.Request) -> Grant | None:
    """The capability key that a request came with; None for the operator's own key."""
    return request.get(GRANT)


def caller_by(grant: Grant) -> Caller:
    """The caller that holds a key."""
    record = grant.record
    return Caller(
        tenant=record.tenant,
        agent=record.agent,
        subject=record.subject,
        detokenizes=grant.detokenizes,
        key_id=grant.root_id,
        gateway_id=grant.agent.gateway_id,
    )
