"""Where a request comes from, and whether it may come from there.

`X-Forwarded-For` is believed only as far as it was written by proxies that the operator named: it is read from the
right, and the first address that is no trusted proxy is the client's.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

HOPS_MAX = 32
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Networks:
    """Some networks in CIDR notation.

    Raises:
        ValueError: one is none, or has host bits.
    """

    def __init__(self, written: Iterable[str] = ()) -> None:
        self._networks: tuple[_Network, ...] = tuple(map(ipaddress.ip_network, written))

    def __bool__(self) -> bool:
        return bool(self._networks)

    def __contains__(self, ip: object) -> bool:
        address = _address(ip) if isinstance(ip, str) and self._networks else None
        return address is not None and any(address in network for network in self._networks)


@dataclass(frozen=True, slots=True)
class AddressRules:
    """Lists that hold for all keys of a tenant: an empty `allow` allows all, `deny` always wins."""

    allow: Networks = field(default_factory=Networks)
    deny: Networks = field(default_factory=Networks)

    def permits(self, ip: str) -> bool:
        """Whether requests may come from here; what is no address is no network's."""
        return ip not in self.deny and (not self.allow or ip in self.allow)


def client_ip(remote: str, forwarded: Sequence[str], trusted: Networks) -> str:
    """The address of the client.

    Args:
        remote: of the connection.
        forwarded: values of `X-Forwarded-For`, in their order.
        trusted: proxies that write this header.
    """
    if not trusted or remote not in trusted or not forwarded:
        return remote
    found = remote
    for hop in reversed(",".join(forwarded).split(",")[-HOPS_MAX:]):
        address = _address(hop.strip())
        if address is None:
            return found  # whoever wrote that is not to be believed, nor what stands before it
        found = str(address)
        if found not in trusted:
            return found
    return found


@lru_cache(4096)
def _address(text: str) -> _Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
