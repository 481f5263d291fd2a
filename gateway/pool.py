"""Connections to providers, kept alive, one pool each; and which of them are asked now."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from aiohttp.resolver import ThreadedResolver
from pydantic import SecretStr

from gateway.egress import PublicResolver
from gateway.errors import ConfigurationError
from gateway.providers.breaker import Breaker
from gateway.providers.catalogue import kinds
from gateway.providers.kind import Kind
from gateway.providers.routing import Place, Route, Routing
from gateway.settings import Settings
from gateway.settings.providers import ProviderSettings, Waits, check

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
NEVER = 1 << 62
UPSTREAM = "upstream"
"""The name of the only provider where there is no more than one."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider that can be asked."""

    name: str
    kind: Kind
    base_url: str
    waits: Waits
    session: aiohttp.ClientSession
    breaker: Breaker
    region: str = ""
    key: SecretStr | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Pool:
    """All providers of the process, and the routes to them."""

    providers: dict[str, Provider]
    routing: Routing


@asynccontextmanager
async def open_pool(settings: Settings) -> AsyncIterator[Pool]:
    """Open the pools, and close them at the end.

    Raises:
        ConfigurationError: providers and routes do not fit together, or the machine's CA settings name nothing.
    """
    _check_authorities()
    known = kinds()
    wanted = dict(settings.providers)
    routes = settings.routes
    check(wanted, routes, {name: (kind.base_url, kind.is_private) for name, kind in known.items()})
    if settings.upstream is not None:
        if wanted:
            raise ConfigurationError("`upstream` and `providers` are both there.", cure="Keep one of them.")
        own = settings.upstream
        kind = own.kind or "transparent"
        if kind not in known:
            raise ConfigurationError("`upstream.kind` is no kind of provider.", cure=f"Known here: {', '.join(known)}.")
        values = own.model_dump(exclude={"kind"})
        wanted = {UPSTREAM: ProviderSettings(**values, kind=kind, api_key=settings.upstream_key, private_network=True)}
    elif not wanted:
        raise ConfigurationError("there is no provider.", cure="Set `upstream`, or `providers` and `routes`.")
    made = [Route(one.models, one.providers, one.model, frozenset(one.regions)) for one in routes]
    made = made or [Route(("*",), (UPSTREAM,))]
    places = {name: Place(name, known[one.kind], one.region) for name, one in wanted.items()}
    async with AsyncExitStack() as stack:
        providers = {}
        for name, one in wanted.items():
            session = await stack.enter_async_context(_session(one, known[one.kind], settings))
            # The only one is asked whatever it said before: its own answer says more than ours could.
            failures = settings.routing.breaker_failures if settings.upstream is None else NEVER
            breaker = Breaker(failures, settings.routing.breaker_seconds)
            url = (one.base_url or known[one.kind].base_url).rstrip("/")
            providers[name] = Provider(name, known[one.kind], url, one, session, breaker, one.region, one.api_key)
        yield Pool(providers, Routing(places, made))


def _check_authorities() -> None:
    """OpenSSL takes a file that is not there for one without authorities: then no provider is trusted, and nobody says
    why."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        place = os.environ.get(name)
        if place and not any(Path(one).exists() for one in place.split(os.pathsep)):
            raise ConfigurationError(
                f"the environment's {name} names nothing that is there.",
                cure="Let it name the file (or folder) of certificate authorities, or remove it.",
            )


def _session(provider: ProviderSettings, kind: Kind, settings: Settings) -> aiohttp.ClientSession:
    url = urlsplit(provider.base_url or kind.base_url)
    is_private = kind.is_private if provider.private_network is None else provider.private_network
    resolver = None if is_private else PublicResolver(ThreadedResolver(), frozenset())
    # Silence and total duration are watched by `server/upstream.py` and the driver, which need no timer a read.
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=None, connect=provider.connect_seconds),
        connector=aiohttp.TCPConnector(limit=provider.connections, resolver=resolver),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        # The machine's proxy and CA settings hold towards providers, not towards this machine itself.
        trust_env=url.hostname not in _LOOPBACK,
        max_field_size=settings.limits.header_bytes,
        read_bufsize=1 << 14,
    )


def now() -> float:
    """The clock of breakers, in seconds."""
    return time.monotonic()
