"""The one way out for every URL that a user or a tenant can influence.

Laws: https; every address that the name has is public, judged at each connect, and it is that very address that is
connected to (no second look-up, so a name cannot change its mind between check and use); no proxy, no cookie, no
redirect, no compression; every wait and every size has a limit. `open_origins` are the operator's exemptions.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from gateway.errors.egress import EgressFailed, EgressRefused

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
CONNECTIONS, HOST_CONNECTIONS = 100, 20
BYTES_MAX = 1 << 20
URL_CHARS_MAX = 2048

# IANA's special-purpose registries (RFC 6890 and its updates), multicast, and what clouds serve their metadata on.
_CLOSED_4 = [
    ipaddress.IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
        "168.63.129.16/32",  # Azure's host, on a public number
    )
]
_OPEN_6 = ipaddress.IPv6Network("2000::/3")
_CLOSED_6 = [
    ipaddress.IPv6Network(network)
    # Protocol assignments with Teredo, benchmarks, ORCHID; examples; 6to4, whose relays may carry any IPv4 address.
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20", "5f00::/16")
]
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(text: str) -> bool:
    """Whether an address is one of the public Internet, also where it wraps an IPv4 address (RFC 4291, RFC 6052)."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:  # with a zone, as in fe80::1%eth0, or no address at all
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
        if address.ipv4_mapped is not None:
            return is_public(str(address.ipv4_mapped))
        return address in _OPEN_6 and not any(address in network for network in _CLOSED_6)
    return not any(address in network for network in _CLOSED_4)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, read whole."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


class _NotPublic(OSError):
    """A name leads to an address that is not public."""


class PublicResolver(AbstractResolver):
    """Gives the addresses of a name when all of them are public, and fails when one is not."""

    def __init__(self, inner: AbstractResolver, open_hosts: frozenset[tuple[str, int]]) -> None:
        self._inner = inner
        self._open_hosts = open_hosts

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses to connect to.

        Raises:
            OSError: none, or one of them is not public.
        """
        found = await self._inner.resolve(host, port, family)
        if (host, port) not in self._open_hosts and not all(is_public(answer["host"]) for answer in found):
            raise _NotPublic
        return found

    async def close(self) -> None:
        """Close the resolver behind."""
        await self._inner.close()


class Egress:
    """One a process; open with `async with`."""

    def __init__(
        self,
        open_origins: frozenset[str] = frozenset(),
        *,
        resolver: AbstractResolver | None = None,
        tls: object = True,
        total_seconds: float = TOTAL_SECONDS,
        connections: int = HOST_CONNECTIONS,
    ) -> None:
        """Prepare.

        Args:
            open_origins: `https://HOST:PORT` (or `http://`) that may be anywhere; the port is always named.
            resolver: how names become addresses; the system's when None.
            tls: an `ssl.SSLContext` with other authorities than the system's.
            total_seconds: the longest a whole exchange of `fetch` takes.
            connections: to one host at a time.
        """
        self._open_origins = open_origins
        self._open_hosts = frozenset((str(u.host), u.port or 0) for u in map(URL, open_origins))
        self._resolver, self._tls, self._total_seconds = resolver, tls, total_seconds
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    def connector(self) -> aiohttp.TCPConnector:
        """Connections to public addresses only, for a library that brings its own client; who asks closes it."""
        return aiohttp.TCPConnector(
            resolver=PublicResolver(self._resolver or ThreadedResolver(), self._open_hosts),
            use_dns_cache=False,
            ssl=self._tls,  # type: ignore[arg-type]
            limit=max(CONNECTIONS, self._connections),
            limit_per_host=self._connections,
            keepalive_timeout=15,
        )

    async def __aenter__(self) -> Egress:
        self._session = aiohttp.ClientSession(
            connector=self.connector(),
            timeout=aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS, sock_read=self._total_seconds),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    def checked(self, url: str) -> URL:
        """The URL, if its text is one that we would call; its name is not looked up yet.

        Raises:
            EgressRefused: it is not.
        """
        parsed = _parsed(url)
        if parsed is None:
            raise EgressRefused
        if f"{parsed.scheme}://{parsed.raw_host}:{parsed.port}" in self._open_origins:
            return parsed
        # The connector asks no resolver about an address that is written as one.
        literal = ":" in str(parsed.raw_host) or re.fullmatch(r"[\d.]+", str(parsed.raw_host))
        if parsed.scheme != "https" or (literal and not is_public(str(parsed.raw_host))):
            raise EgressRefused
        return parsed

    @asynccontextmanager
    async def call(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Ask; the answer is read by the caller, under the caller's caps.

        Raises:
            EgressRefused: the URL is not allowed, or leads to an address that is not public.
            EgressFailed: no connection, or it breaks.
        """
        checked = self.checked(url)
        assert self._session is not None, "open it first"  # noqa: S101
        failure: EgressFailed | EgressRefused
        try:
            async with self._session.request(
                method,
                checked,
                data=body,
                headers={**(headers or {}), "Accept-Encoding": "identity"},
                allow_redirects=False,
            ) as response:
                yield response
                return
        except aiohttp.ClientConnectorError as error:
            refused = isinstance(error.os_error, _NotPublic) or isinstance(error.__cause__, _NotPublic)
            failure = EgressRefused() if refused else EgressFailed()
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            failure = EgressFailed()
        raise failure from None

    async def fetch(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        bytes_max: int = BYTES_MAX,
    ) -> Reply:
        """Ask, and read the whole answer.

        Raises:
            EgressRefused: the URL is not allowed, or leads to an address that is not public.
            EgressFailed: no connection, too slow, too large, compressed, or a redirect.
        """
        try:
            async with asyncio.timeout(self._total_seconds), self.call(method, url, headers=headers, body=body) as got:
                if 300 <= got.status < 400 or got.headers.get("Content-Encoding", "identity") != "identity":
                    raise EgressFailed
                read = bytearray()
                async for chunk in got.content.iter_chunked(1 << 14):
                    read += chunk
                    if len(read) > bytes_max:
                        raise EgressFailed
                return Reply(got.status, bytes(read), dict(got.headers))
        except TimeoutError:
            pass
        raise EgressFailed


def _parsed(url: str) -> URL | None:
    """The URL, if all parsers agree on it: nothing but printable ASCII, no backslash, no user, no odd host."""
    if len(url) > URL_CHARS_MAX or not re.fullmatch(r"https?://[!-~]+", url) or "\\" in url:
        return None
    try:
        parsed = URL(url)
        port = parsed.port
    except ValueError:
        return None
    authority = re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]
    if not parsed.raw_host or not port or "@" in authority or "%" in authority:
        return None
    return parsed.with_fragment(None)
