"""How often one address may try to get in: what it costs us to check a proof or a credential is bounded."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

from gateway.errors.access import RateLimited

ADDRESSES_MAX = 10_000
ALL_TIMES = 20
"""All addresses together may try so many times as often as one."""


class Throttle:
    """Buckets of tries, one for each address and one for all, in this process.

    Args:
        per_minute: tries of one address, which it may also make at once.
        clock: seconds, monotonic.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute, self._clock = per_minute, clock
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> None:
        """It tries.

        Raises:
            RateLimited: it may not, for some seconds, which are said.
        """
        buckets = (_network(address), self._per_minute), ("", self._per_minute * ALL_TIMES)
        for name, most in buckets:
            over = self._level(name, most) + 1 - most
            if over > 0:
                raise RateLimited(retry_after_seconds=max(1, round(over * 60 / most)))
        for name, most in buckets:
            self._spent[name] = self._clock(), self._level(name, most) + 1
            self._spent.move_to_end(name)
        while len(self._spent) > ADDRESSES_MAX:
            self._spent.popitem(last=False)

    def _level(self, name: str, most: int) -> float:
        """Tries that count; each minute takes away as many as are allowed in it."""
        at, level = self._spent.get(name, (0.0, 0.0))
        return max(0.0, level - (self._clock() - at) * most / 60)


def _network(address: str) -> str:
    """An IPv4 address, or the network that a subscriber of IPv6 has."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
