"""Numbers in a request that are tokens already: those of vaults, and those that answers have shown to clients that get
to see tokens. Nothing in such a number says so; the store knows its digest (rule 9 of the security decisions)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Protocol

from gateway.inspection.exchange import Caller, Desk, Exchange
from gateway.server.off_loop import off_loop
from gateway.services import Services
from gateway.vault.formats.writing import digits
from gateway.vault.tokenizer import Entry

_LENGTHS = frozenset({9, *range(13, 20)})
"""Digits of a Social Security number, and of cards."""
PROMPT = "prompt"


class Take(Protocol):
    """Inspects a request; `own`: numbers in it that are tokens."""

    def __call__(self, *, own: frozenset[str]) -> Exchange: ...


async def taken(services: Services, desk: Desk, caller: Caller, body: bytes, take: Take) -> Exchange:
    """A request after inspection, in which no token was made of a token.

    Raises:
        GatewayError: it cannot be inspected, or the store cannot be asked.
    """
    exchange = await off_loop(body, lambda _: take(own=frozenset()))
    numbers = _numbers(entry.value for entry in exchange.made)
    own = frozenset(await services.vaults.issued(caller.tenant, numbers)) if numbers else frozenset()
    if own:
        exchange = await off_loop(body, lambda _: take(own=own))
    if desk.leaves_tokens(caller):
        shown = _numbers(_token(entry) for entry in exchange.made)
        if shown:
            lasts = timedelta(days=services.settings.tokens.ledger_days)
            await services.vaults.remember(caller.tenant, shown, PROMPT, services.control.clock() + lasts)
    return exchange


def _token(entry: Entry) -> str:
    return entry.token


def _numbers(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if len(digits(text) or "") in _LENGTHS]
