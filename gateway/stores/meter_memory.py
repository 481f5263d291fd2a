"""Requests, open streams and money, counted in this process: the embedded default."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.errors import Overloaded
from gateway.spend.gates import US, Entry, Leaving, Outcome, Purse, PurseState, Rate, RateState

COUNTERS_MAX = 1_000_000
KEPT_SECONDS = 2 * 86_400
"""A purse whose period is over is kept so long for costs that come late."""


@dataclass(slots=True)
class _Money:
    spent: int
    seeded_us: int
    forget_us: int
    held: int = 0
    holds: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By ticket: amount, and the end of its lease."""
    charged: dict[str, int] = field(default_factory=dict)
    """What was charged by ticket, where that was not the end of a hold."""

    def expire(self, now: int) -> None:
        # Leases are of one length, and a renewed one goes behind the others: the first is the first to end.
        while self.holds:
            ticket, (amount, end) = next(iter(self.holds.items()))
            if end > now:
                break
            del self.holds[ticket]
            self.held -= amount
            self.spent += amount
            self.charged[ticket] = amount

    def settle(self, one: Leaving) -> None:
        ticket = one.entry.ticket
        hold = self.holds.pop(ticket, None)
        if hold is not None:
            self.held -= hold[0]
            self.spent += one.cost
        elif ticket in self.charged:
            self.spent += one.cost - self.charged[ticket]
            self.charged[ticket] = one.cost
        elif self.seeded_us > one.entered_us and not 0 < one.written_us <= self.seeded_us:
            # What was known when it came in is lost, and who said what was spent did not know of it yet.
            self.spent += one.cost
            self.charged[ticket] = one.cost


class MemoryMeter:
    """See `Meter`. `clock`: seconds since 1970."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        # By length of the window, so that the counter used least lately is the one that ends first.
        self._rates: dict[int, OrderedDict[str, deque[int]]] = {}
        self._slots: dict[str, dict[str, int]] = {}
        self._purses: dict[str, _Money] = {}

    async def enter(self, entry: Entry) -> Outcome:
        """See `Meter`."""
        now = int(self._clock() * US)
        rates = [self._rate(rate, now) for rate in entry.rates]
        slots = [self._open(one.key, now) for one in entry.slots]
        purses = [self._money(purse, now) for purse in entry.purses]
        passes = (
            all(state.used < rate.most for rate, state in zip(entry.rates, rates, strict=True))
            and all(used < one.most for one, used in zip(entry.slots, slots, strict=True))
            and all(
                state is not None and (not purse.blocks or state.spent + state.held < purse.cap)
                for purse, state in zip(entry.purses, purses, strict=True)
            )
        )
        if passes:
            self._take(entry, now)
        return Outcome(passes, now, tuple(rates), tuple(slots), tuple(purses))

    async def leave(self, leaving: Sequence[Leaving]) -> None:
        """See `Meter`."""
        for one in leaving:
            for slots in one.entry.slots:
                tickets: dict[str, int] = self._slots.get(slots.key, {})
                tickets.pop(one.entry.ticket, None)
                if not tickets:
                    self._slots.pop(slots.key, None)
            for purse in one.entry.purses:
                if (money := self._purses.get(purse.key)) is not None:
                    money.settle(one)

    async def renew(self, entries: Sequence[Entry]) -> None:
        """See `Meter`."""
        now = int(self._clock() * US)
        for entry in entries:
            end = now + entry.lease_seconds * US
            for slots in entry.slots:
                tickets = self._slots.setdefault(slots.key, {})
                tickets.pop(entry.ticket, None)
                tickets[entry.ticket] = end
            for purse in entry.purses:
                money = self._purses.get(purse.key)
                if money is not None and (hold := money.holds.pop(entry.ticket, None)) is not None:
                    money.holds[entry.ticket] = (hold[0], end)

    async def seed(self, purse: Purse, spent: int) -> None:
        """See `Meter`."""
        now = int(self._clock() * US)
        for key in [key for key, money in self._purses.items() if money.forget_us <= now]:
            del self._purses[key]
        self._room(len(self._purses))
        self._purses.setdefault(purse.key, _Money(spent, now, (purse.ends_at + KEPT_SECONDS) * US))

    def _rate(self, rate: Rate, now: int) -> RateState:
        counters: Mapping[str, deque[int]] = self._rates.get(rate.seconds, {})
        times = counters.get(rate.key)
        window = rate.seconds * US
        while times and times[0] <= now - window:
            times.popleft()
        if not times:
            return RateState(0, 0)
        # Where a limit was lowered there may be more than it allows: all but `most` - 1 have to go.
        first = times[len(times) - rate.most] if len(times) > rate.most else times[0]
        return RateState(len(times), first + window - now)

    def _open(self, key: str, now: int) -> int:
        tickets = self._slots.get(key, {})
        while tickets and next(iter(tickets.values())) <= now:
            del tickets[next(iter(tickets))]
        return len(tickets)

    def _money(self, purse: Purse, now: int) -> PurseState | None:
        money = self._purses.get(purse.key)
        if money is None:
            return None
        money.expire(now)
        return PurseState(money.spent, money.held)

    def _take(self, entry: Entry, now: int) -> None:
        for rate in entry.rates:
            counters = self._rates.setdefault(rate.seconds, OrderedDict())
            while counters and _newest(counters) <= now - rate.seconds * US:
                counters.popitem(last=False)
            if rate.key not in counters:
                self._room(sum(map(len, self._rates.values())))
            counters.setdefault(rate.key, deque()).append(now)
            counters.move_to_end(rate.key)
        end = now + entry.lease_seconds * US
        for slots in entry.slots:
            self._slots.setdefault(slots.key, {})[entry.ticket] = end
        for purse in entry.purses:
            money = self._purses[purse.key]
            money.holds[entry.ticket] = (entry.reserve, end)
            money.held += entry.reserve

    def _room(self, count: int) -> None:
        if count >= COUNTERS_MAX:
            raise Overloaded(retry_after_seconds=1)


def _newest(counters: OrderedDict[str, deque[int]]) -> int:
    """When the counter that was used least lately was used; 0 when that is too long ago for it to remember."""
    times = next(iter(counters.values()))
    return times[-1] if times else 0
