"""Who sends a request, as far as tokens are concerned."""

from __future__ import annotations

from aiohttp import web

from gateway.inspection.exchange import Caller

CONVERSATION_HEADER = "X-Holdback-Conversation"
"""Names a conversation: tokens of equal values are equal within it. It never goes to the provider."""


def caller_of(request: web.Request) -> Caller:
    """The caller of a request."""
    return Caller(conversation=request.headers.get(CONVERSATION_HEADER, ""))
