"""What the provider keeps, asked for by its id: responses and conversations, for their owners only.

An id that this gateway never gave, and one that it gave to somebody else, are 404 before the provider hears of it, on
every method.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from enum import Enum
from urllib.parse import urlencode

from aiohttp import web

from gateway.errors.ledgers import UnknownConversation, UnknownResponse
from gateway.inspection.exchange import Desk, Earlier
from gateway.ledgers import Reference, What
from gateway.providers.kind import RESPONSES
from gateway.server.answering import Answering
from gateway.server.caller import caller_of
from gateway.server.in_force import engine_for
from gateway.server.proxy import Proxy
from gateway.server.reporting import ENGINE
from gateway.server.stateful import KEPT_ID, owner_of, past_of
from gateway.server.upstream import Ask, call
from gateway.services import Services
from gateway.wire.openai_conversations import KEPT

_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_QUERY = frozenset({"include", "include[]", "limit", "order", "after", "before"})
_VALUE = re.compile(r"[A-Za-z0-9_.-]{1,128}")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Conversations(Proxy):
    """Requests with a body: a conversation that begins, its metadata, items that are put into it."""

    def __init__(self, services: Services) -> None:
        super().__init__(services, KEPT)

    def _place(self, request: web.Request) -> tuple[str, str]:
        return RESPONSES, _path(request, What.CONVERSATION)


class Kept:
    """Requests without a body."""

    def __init__(self, services: Services, what: What) -> None:
        self._services, self._what = services, what
        self._answering = Answering(services, KEPT)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Look at something, stop it or delete it.

        Raises:
            UnknownResponse, UnknownConversation: it is not the caller's.
        """
        services, caller = self._services, caller_of(request)
        engine = request[ENGINE] = await engine_for(services, request)
        path, desk = _path(request, self._what), Desk(engine)
        owner, reference = owner_of(caller), Reference(self._what, request.match_info[KEPT_ID])
        past = await past_of(services, request, owner, [reference], desk.cipher)
        answers = desk.recall(caller, Earlier(past.scope, past.entries))
        asked = urlencode([pair for pair in request.query.items() if pair[0] in _QUERY and _VALUE.fullmatch(pair[1])])
        path += f"?{asked}" if asked else ""
        is_whole = path.count("/") == 2
        ask = Ask(
            request.method, RESPONSES, path, "", request.headers, kept_by=past.provider, regions=engine.policy.regions
        )
        async with call(services, ask) as answer:
            if request.method == "DELETE" and is_whole and (answer.status < 300 or answer.status == 404):
                await services.ledgers.delete(owner, reference)
            return await self._answering.send(request, answer, answers, is_stream=False)


class Door(Enum):
    """Which handler a route has."""

    RESPONSE = "response"
    CONVERSATION = "conversation"
    WRITTEN = "written"


_RESPONSE, _CONVERSATION = f"/responses/{{{KEPT_ID}}}", f"/conversations/{{{KEPT_ID}}}"
KEPT_ROUTES = (
    ("GET", _RESPONSE, Door.RESPONSE),
    ("DELETE", _RESPONSE, Door.RESPONSE),
    ("POST", f"{_RESPONSE}/cancel", Door.RESPONSE),
    ("GET", f"{_RESPONSE}/input_items", Door.RESPONSE),
    ("POST", "/conversations", Door.WRITTEN),
    ("POST", _CONVERSATION, Door.WRITTEN),
    ("POST", f"{_CONVERSATION}/items", Door.WRITTEN),
    ("GET", _CONVERSATION, Door.CONVERSATION),
    ("DELETE", _CONVERSATION, Door.CONVERSATION),
    ("GET", f"{_CONVERSATION}/items", Door.CONVERSATION),
    ("GET", f"{_CONVERSATION}/items/{{item}}", Door.CONVERSATION),
    ("DELETE", f"{_CONVERSATION}/items/{{item}}", Door.CONVERSATION),
)
"""Method, path below the prefix, and what handles it."""


def kept_handlers(services: Services) -> list[tuple[str, str, Handler]]:
    """Method, path below the prefix, handler."""
    handlers = {
        Door.RESPONSE: Kept(services, What.RESPONSE).handle,
        Door.CONVERSATION: Kept(services, What.CONVERSATION).handle,
        Door.WRITTEN: Conversations(services).handle,
    }
    return [(method, path, handlers[door]) for method, path, door in KEPT_ROUTES]


def _path(request: web.Request, what: What) -> str:
    """Where it stands below a provider's base URL.

    Raises:
        UnknownResponse, UnknownConversation: there is no such id.
    """
    kept = f"{what.value}s"
    parts = request.path.split("/")
    parts = parts[parts.index(kept, 3 if parts[2] == "ai" else 0) :]
    if not all(map(_ID.fullmatch, parts)):
        raise UnknownConversation if what is What.CONVERSATION else UnknownResponse
    return "/" + "/".join(parts)
