"""Lets requests in, and takes what they cost when they are over.

Laws kept here:
1. When it cannot be known whether a request may pass, the configured answer is given: 503 by default, else it is served
   unchecked, and log, metric, record and a header of the answer say so.
2. Money is settled before the last byte of an answer goes, where the store can be reached; else as soon as it can be.
3. What the store does not know is read from the durable record, once for all who wait.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from gateway.errors import RequestError
from gateway.errors.access import (
    AccessUnavailable,
    BudgetExceeded,
    BudgetReserved,
    ModelNotPriced,
    RateLimited,
    TooManyStreams,
)
from gateway.errors.stores import StoreUnavailable
from gateway.metering.leases import Leases
from gateway.metering.ledger import UsageLedger
from gateway.metering.notes import Notes
from gateway.metering.visit import Answered, Coming, Visit, offered
from gateway.spend.gates import US, Entry, Leaving, Outcome, Purse, Rate, Refusal, refusal
from gateway.spend.prices import Price, PriceBook, Usage, cost
from gateway.spend.reserve import estimated, reserve
from gateway.spend.rules import Period, Rules, bounds, entry_of
from gateway.stores.meter import Meter
from gateway.stores.tables.usage import Alike, UsageStore, Used

SEEDS_MAX = 4
HOPS_MAX = 3
"""Agents that may serve in the place of one another, one behind the other."""
SDK_SECONDS_MAX = 60
"""The OpenAI and Anthropic SDKs heed a `Retry-After` up to here; a longer one they take for none, and would hammer."""


class Desk:
    """One a process.

    Args:
        rules, book: of the installation.
        unpriced: whether models without a price pass where a budget counts.
        fails_open: what happens when the store is away.
        output_tokens: of an answer, reserved where nobody says more.
        prompt_tokens: of a prompt, reserved at least.
    """

    def __init__(
        self,
        rules: Rules,
        book: PriceBook,
        meter: Meter,
        usage: UsageStore,
        ledger: UsageLedger,
        leases: Leases,
        notes: Notes,
        *,
        unpriced: bool = False,
        fails_open: bool = False,
        output_tokens: int = 4096,
        prompt_tokens: int = 1000,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._rules, self._book = rules, book
        self._meter, self._usage, self._ledger, self._leases, self.notes = meter, usage, ledger, leases, notes
        self._unpriced, self._fails_open = unpriced, fails_open
        self._least = output_tokens, prompt_tokens
        self._clock = clock
        self._seeding = asyncio.Lock()

    async def enter(
        self,
        coming: Coming,
        tell: Callable[[dict[str, str]], None],
        fallback: Callable[[str, str], Coming] | None = None,
    ) -> Visit:
        """Let a request in.

        Args:
            coming: the request.
            tell: is given the headers of its answer, whichever that is.
            fallback: the same request as another agent would serve it: agent, and model (`""`: the client's).

        Raises:
            RateLimited, TooManyStreams, BudgetExceeded, BudgetReserved: it may not pass now; each with its
                `retry_after_seconds`, and with the rule's name as `param`.
            ModelNotPriced: a budget has to count it and cannot.
            AccessUnavailable: it is not known.
            Overloaded: too many counters.
        """
        served: tuple[str, str] | None = None
        for hop in range(HOPS_MAX):
            visit, refused = await self._enter(coming)
            visit.fallback = served
            tell(visit.headers())
            if refused is None:
                if not visit.entry.is_free and visit.is_checked:
                    self._leases.opened(visit.entry)
                self.notes.spent(visit)
                return visit
            served = refused.gate.fallback if isinstance(refused.gate, Purse) else None
            if served is None or fallback is None or hop == HOPS_MAX - 1:
                self.notes.refused(visit, refused)
                raise _error(refused)
            self.notes.fell_back(visit, refused)
            coming = fallback(*served)
        raise BudgetExceeded

    async def leave(self, visit: Visit, answered: Answered | None) -> None:
        """A request is over; None when no provider answered it."""
        leaving = self._left(visit, answered)
        if leaving is not None:
            await self._leases.settle(leaving)

    def leave_soon(self, visit: Visit, answered: Answered | None) -> None:
        """The same, for who cannot wait."""
        leaving = self._left(visit, answered)
        if leaving is not None:
            self._leases.settle_soon(leaving)

    def _left(self, visit: Visit, answered: Answered | None) -> Leaving | None:
        """Note the usage of a request, once; what the store is to be told, if anything."""
        if visit.is_over:
            return None
        visit.is_over = True
        spent = self._note(visit, answered) if answered is not None else 0
        if visit.entry.is_free or not visit.is_checked:
            return None
        return Leaving(visit.entry, spent, visit.outcome.at_us)

    def named(self, model: str) -> str:
        """See `PriceBook.named`."""
        return self._book.named(model)

    async def _enter(self, coming: Coming) -> tuple[Visit, Refusal | None]:
        now = self._clock()
        prices = {offer.provider: self._book.find(offer.model, offer.kind) for offer in coming.offers}
        asked = coming.asked
        held = None
        if asked is not None:
            known = (price for price in prices.values() if price is not None)
            held = max((reserve(price, asked, *self._least) for price in known), default=0)
        entry = entry_of(
            self._rules,
            coming.subject,
            secrets.token_hex(12),
            now,
            owned=coming.owned,
            is_stream=coming.is_stream,
            reserve=held,
        )
        if any(purse.blocks for purse in entry.purses) and None in prices.values() and not self._unpriced:
            raise ModelNotPriced(param="model")
        visit = Visit(
            coming, entry, Outcome(is_in=True, at_us=int(now.timestamp() * US)), bounds(Period.DAY, now)[0], prices
        )
        if entry.is_free:
            return visit, None
        try:
            visit.outcome = await self._pass(entry)
        except StoreUnavailable:
            if not self._fails_open:
                raise AccessUnavailable(retry_after_seconds=1) from None
            visit.is_checked = False
            self.notes.unchecked(visit)
            return visit, None
        return visit, refusal(entry, visit.outcome)

    async def _pass(self, entry: Entry) -> Outcome:
        outcome = await self._meter.enter(entry)
        for _ in range(SEEDS_MAX):
            if None not in outcome.purses:
                return outcome
            async with self._seeding:  # of many who wait, the first one reads for all
                outcome = await self._meter.enter(entry)
                unknown = [p for p, state in zip(entry.purses, outcome.purses, strict=True) if state is None]
                if not unknown:
                    return outcome
                await self._ledger.flush()
                for purse in unknown:
                    await self._meter.seed(purse, await self._usage.spent(purse.owner, purse.first_day))
            outcome = await self._meter.enter(entry)
        raise StoreUnavailable(retry_after_seconds=1)

    def _note(self, visit: Visit, answered: Answered) -> int:
        """Into the ledger; the cost, in nano-dollars."""
        coming = visit.coming
        offer = offered(coming.offers, answered.provider)
        price = visit.prices.get(answered.provider)
        if price is None and answered.model and offer is not None:
            price = self._book.find(answered.model, offer.kind)
        usage, guessed = answered.usage, False
        if coming.asked is None:
            usage = usage or Usage()
        elif usage is None:
            usage, guessed = estimated(coming.asked, answered.said_chars), True
        spent = self._cost(visit, price, usage, guessed=guessed)
        used = Used(
            1,
            usage.input_tokens,
            usage.cached_tokens,
            usage.cache_write_tokens + usage.cache_write_hour_tokens,
            usage.output_tokens,
            spent,
            int(price is None and coming.asked is not None),
            int(guessed),
        )
        subject, model = coming.subject, offer.label if offer is not None else ""
        who = (subject.tenant, visit.day, subject.gateway, subject.agent, subject.key, coming.person)
        self._ledger.note(Alike(*who, answered.provider, model, coming.tags), used)
        self.notes.used(answered.provider, used)
        return spent

    def _cost(self, visit: Visit, price: Price | None, usage: Usage, *, guessed: bool) -> int:
        if price is None or visit.coming.asked is None:
            return 0
        spent = cost(price, usage)
        # Nobody counted: never more than what was agreed on beforehand.
        return min(spent, visit.entry.reserve) if guessed and visit.is_counted else spent


def _error(refused: Refusal) -> RequestError:
    gate = refused.gate
    kind: type[RequestError]
    if isinstance(gate, Rate):
        kind = RateLimited
    elif isinstance(gate, Purse):
        kind = BudgetReserved if refused.is_held else BudgetExceeded
    else:
        kind = TooManyStreams
    error = kind(param=gate.name, retry_after_seconds=refused.seconds)
    error.retryable = kind.retryable and refused.seconds <= SDK_SECONDS_MAX
    return error
