"""What counts requests, open streams and money: the protocol of `meter_memory.py` (one process) and `meter_redis.py`
(many replicas).

Laws:
1. A request passes all of its gates or takes from none, in one step that nothing comes between.
2. Money that is held is a lease: who serves the request renews it. A lease that ends, because its process did, is
   charged as it was reserved; when the true cost comes after all, it takes the place of that.
3. Truth is in the database. What the store does not know (a new period, or its data was lost) it says, and takes what
   it is told then (`seed`), once.
4. `leave` may come twice, and in any order with a loss of all data: a cost is counted once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gateway.spend.gates import Entry, Leaving, Outcome, Purse


class Meter(Protocol):
    """See the module. Everything here raises StoreUnavailable when it is not known whether it was done."""

    async def enter(self, entry: Entry) -> Outcome:
        """Pass the gates, or take nothing.

        Raises:
            StoreUnavailable: it is not known.
            Overloaded: too many counters are in use.
        """

    async def leave(self, leaving: Sequence[Leaving]) -> None:
        """Requests are over: give back their slots, and put their cost in the place of what they held."""

    async def renew(self, entries: Sequence[Entry]) -> None:
        """These are still open."""

    async def seed(self, purse: Purse, spent: int) -> None:
        """Say what was spent from a purse, nano-dollars; the first word counts."""
