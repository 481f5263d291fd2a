"""Turns of conversations that the provider keeps: which tokens came before, and writing down those that are new.

Source: the laws of `gateway/ledgers.py`.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from aiohttp import web

from gateway.audit.event import Kind
from gateway.errors.ledgers import UnknownResponse
from gateway.inspection.exchange import Caller, Earlier
from gateway.ledgers import Owner, Past, Reference, What
from gateway.observe.log import logger
from gateway.providers.kind import RESPONSES
from gateway.server.recording import RECORDER
from gateway.services import Services
from gateway.vault.keys import CipherName
from gateway.vault.tokenizer import Entry
from gateway.wire import kept
from gateway.wire.json_text import Node
from gateway.wire.openai_conversations import KEPT


@dataclass(slots=True)
class Turn:
    """One turn. Where the provider keeps nothing, it has no past and writes nothing down.

    Args:
        owner: who asks.
        past: what came before.
        conversation: that it belongs to.
        answered_as: what the id of its answer names; None where it names nothing that is kept.
        subject: whom it is about, as the client says.
        made: tokens that are new.
    """

    services: Services
    owner: Owner
    past: Past = field(default_factory=Past)
    conversation: str = field(default="", repr=False)
    answered_as: What | None = None
    subject: str = field(default="", repr=False)
    made: Sequence[Entry] = field(default=(), repr=False)

    @property
    def earlier(self) -> Earlier:
        """The past, as an inspection needs it."""
        return Earlier(self.past.scope, self.past.entries)

    def took(self, scope: str, made: Sequence[Entry]) -> None:
        """Its request has been inspected."""
        self.past, self.made = replace(self.past, scope=scope), made

    async def keep(self, answer_id: str, provider: str, items: Iterable[str]) -> None:
        """Write down what it has added, with the items of its answer; once, before the client has the last of it.

        Raises:
            GatewayError: it cannot be.
        """
        kept_as = [Reference(What.CONVERSATION, self.conversation)] if self.conversation else []
        if self.answered_as is not None and answer_id:
            kept_as.append(Reference(self.answered_as, answer_id))
        self.conversation, self.answered_as = "", None
        past = replace(self.past, provider=provider)
        for reference in kept_as:
            await self.services.ledgers.keep(self.owner, reference, past, self.made, self.subject)
        if kept_as:
            await self.services.ledgers.own(self.owner, items, provider, self.subject)


TURN = web.RequestKey("turn", Turn)
KEPT_ID = "kept"
"""The part of a path that names what is kept."""


async def turn_of(
    services: Services, request: web.Request, path: str, root: Node, caller: Caller, cipher: CipherName
) -> Turn:
    """The turn that a request is.

    Args:
        path: of its endpoint.
        root: its body.
        caller: who asks.
        cipher: of the policy.

    Raises:
        UnknownResponse, UnknownConversation, UnknownItem: it goes on from, or names, what this caller does not have.
        GatewayError: what is kept cannot be read.
    """
    turn = Turn(services, owner_of(caller))
    if path not in (RESPONSES, KEPT.path):
        return turn
    turn.subject = caller.user or kept.subject(root) or caller.subject
    references = []
    if path == RESPONSES:
        turn.answered_as = What.RESPONSE if kept.is_kept(root) else None
        turn.conversation = kept.conversation(root)
        if previous := kept.previous_response(root):
            references.append(Reference(What.RESPONSE, previous))
    elif KEPT_ID in request.match_info:
        turn.conversation = request.match_info[KEPT_ID]
    else:
        # It begins without a message that could tell it from others.
        turn.answered_as, turn.past = What.CONVERSATION, Past(secrets.token_hex(32))
    if turn.conversation:
        references.append(Reference(What.CONVERSATION, turn.conversation))
    if references:
        turn.past = await past_of(services, request, turn.owner, references, cipher)
    if items := kept.item_references(root):
        async with _noting(request, turn.owner):
            provider = await services.ledgers.items(turn.owner, items)
        turn.past = replace(turn.past, provider=turn.past.provider or provider)
    return turn


async def past_of(
    services: Services, request: web.Request, owner: Owner, references: Sequence[Reference], cipher: CipherName
) -> Past:
    """What is kept, for its owner; that somebody asked for what is not theirs goes on record.

    Raises:
        UnknownResponse, UnknownConversation: it is not known, or another's.
        GatewayError: it cannot be read.
    """
    live = {one.version for one in await services.token_keys.live(owner.tenant, cipher, "")}
    async with _noting(request, owner):
        return await services.ledgers.past(owner, references, live)


@asynccontextmanager
async def _noting(request: web.Request, owner: Owner) -> AsyncIterator[None]:
    """Inside the block, that somebody asks for what is not theirs goes on record."""
    try:
        yield
    except UnknownResponse as error:
        reason = "foreign" if error.is_foreign else "unknown"
        kind = Kind.ENUMERATION if error.is_foreign else Kind.BLOCK
        request[RECORDER].note(kind, {"code": error.code, "reason": reason, "agent": owner.agent})
        await request[RECORDER].durable()
        logger().warning("unknown_id", code=error.code, reason=reason)
        raise


def owner_of(caller: Caller) -> Owner:
    """Whose what a caller leaves with the provider is: what the client says of for whom it asks can only make the
    circle smaller."""
    return Owner(caller.tenant, caller.agent, f"{caller.subject or caller.key_id}\0{caller.user}")
