"""Requests, open streams and money, counted in Redis 6.2 or later: one round trip a request.

Redis may lose all of it (`maxmemory-policy` should be `noeviction` all the same, or counters of rates go early).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis

from gateway.spend.gates import US, Entry, Leaving, Outcome, Purse, PurseState, RateState
from gateway.stores.meter_memory import KEPT_SECONDS
from gateway.stores.meter_scripts import ENTER, LEAVE, RENEW, SEED
from gateway.stores.redis import PREFIX, answered

TOGETHER = 100
"""Calls that are under way at a time, of many."""


class RedisMeter:
    """See `Meter`."""

    def __init__(self, client: Redis) -> None:
        self._enter, self._leave, self._renew, self._seed = map(client.register_script, (ENTER, LEAVE, RENEW, SEED))

    async def enter(self, entry: Entry) -> Outcome:
        """See `Meter`."""
        keys = [*(_name(rate.key) for rate in entry.rates), *(_name(slots.key) for slots in entry.slots)]
        arguments: list[Any] = [entry.ticket, entry.lease_seconds * US, entry.reserve]
        arguments += [len(entry.rates), len(entry.slots), len(entry.purses)]
        for rate in entry.rates:
            arguments += [rate.most, rate.seconds * US]
        arguments += [one.most for one in entry.slots]
        for purse in entry.purses:
            keys += _purse(purse)
            arguments += [purse.cap, int(purse.blocks), _forget_ms(purse)]
        told = iter(await answered(self._enter(keys=keys, args=arguments)))
        passes, at_us = bool(next(told)), next(told)
        rates = tuple(RateState(next(told), next(told)) for _ in entry.rates)
        slots = tuple(next(told) for _ in entry.slots)
        purses = tuple(PurseState(next(told), next(told)) for _ in entry.purses)
        return Outcome(passes, at_us, rates, slots, tuple(None if one.spent < 0 else one for one in purses))

    async def leave(self, leaving: Sequence[Leaving]) -> None:
        """See `Meter`."""
        await _all(
            self._leave(
                keys=[*(_name(slots.key) for slots in one.entry.slots), *_purses(one.entry)],
                args=[
                    one.entry.ticket,
                    *(one.entry.reserve, one.cost, one.entered_us, one.written_us),
                    *(len(one.entry.slots), len(one.entry.purses)),
                ],
            )
            for one in leaving
        )

    async def renew(self, entries: Sequence[Entry]) -> None:
        """See `Meter`."""
        await _all(
            self._renew(
                keys=[*(_name(slots.key) for slots in one.slots), *(_purse(purse)[1] for purse in one.purses)],
                args=[one.ticket, one.reserve, one.lease_seconds * US, len(one.slots)],
            )
            for one in entries
        )

    async def seed(self, purse: Purse, spent: int) -> None:
        """See `Meter`."""
        await answered(self._seed(keys=_purse(purse), args=[spent, _forget_ms(purse)]))


def _name(key: str) -> str:
    return f"{PREFIX}meter:{key}"


def _purse(purse: Purse) -> list[str]:
    return [_name(purse.key), _name(purse.key) + ":holds"]


def _purses(entry: Entry) -> list[str]:
    return [key for purse in entry.purses for key in _purse(purse)]


def _forget_ms(purse: Purse) -> int:
    return (purse.ends_at + KEPT_SECONDS) * 1000


async def _all(calls: Any) -> None:
    """All calls, some at a time; the first that fails ends it."""
    waiting = list(calls)
    for at in range(0, len(waiting), TOGETHER):
        outcomes = await asyncio.gather(*map(answered, waiting[at : at + TOGETHER]), return_exceptions=True)
        failed = [one for one in outcomes if isinstance(one, BaseException)]
        if failed:
            for call in waiting[at + TOGETHER :]:
                call.close()
            raise failed[0]
