"""An installation of two replicas, started and ended in one place; nothing of it outlives the block."""

from __future__ import annotations

import base64
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from gateway.access.minting import KeyRequest
from gateway.access.opened import minting_of
from gateway.auth.scopes import read_scope
from gateway.control import master_key_of
from gateway.observe.events import ControlEvents
from gateway.services import places
from gateway.settings import load
from gateway.stores.database import open_database
from gateway.stores.migrate import migrate
from gateway.stores.opened import open_stores
from tests import servers
from tests.architecture.source import ROOT
from tests.bench.processes import free_port
from tests.replicas.nginx import serve_nginx
from tests.replicas.processes import STATIC_KEY, Replica, environment
from tests.replicas.provider import Provider, serve_provider
from tests.replicas.proxy import serve_proxy
from tests.replicas.talk import VALUES, Heard, Talk, hear

MASTER = b"k" * 32
STALENESS_SECONDS = 5
"""More than the usual two: on a machine that is busy with other tests, a replica may not get to ask for as long."""


@dataclass
class Installation:
    """What runs. `url`: of the proxy. `keys`: of clients: one without a tenant, and one of each of two tenants."""

    folder: Path
    postgres: servers.PostgresServer
    redis: servers.RedisServer
    provider: Provider
    replicas: list[Replica]
    http: aiohttp.ClientSession
    url: str = ""
    keys: list[str] = field(default_factory=lambda: [STATIC_KEY])
    heard: list[Heard] = field(default_factory=list)

    @property
    def config(self) -> Path:
        """Of a replica; but for the port, that of the other."""
        return self.folder / "0.yaml"

    def talk(self, number: int, **more: Any) -> Talk:
        """A request by one of the clients."""
        return Talk(self.keys[number % len(self.keys)], **more)

    async def say(self, talk: Talk, url: str = "") -> Heard:
        """One request to its end."""
        return await hear(self.http, url or self.url, self.begin(talk))

    def begin(self, talk: Talk) -> Heard:
        """What one request will hear; it is judged with all others at the end."""
        self.heard.append(Heard(talk))
        return self.heard[-1]

    def faults(self) -> list[str]:
        """Whatever was heard that nobody may hear, and whatever reached the provider that may not."""
        planted = {value for heard in self.heard for value in heard.talk.values}
        leaks = planted & set(VALUES.findall("\n".join(self.provider.texts)))
        logged = planted & set(VALUES.findall("".join(replica.log() for replica in self.replicas)))
        return [
            *(f"{len(leaks)} values reached the provider" for _ in leaks and "1"),
            *(f"{len(logged)} values are in a log" for _ in logged and "1"),
            *(fault for heard in self.heard for fault in heard.faults()),
        ]


@asynccontextmanager
async def running(front: str = "own") -> AsyncIterator[Installation]:
    """Everything, started.

    Args:
        front: `own` for the small proxy, `nginx`.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="holdback-", dir="/tmp")))
        postgres = stack.enter_context(servers.postgres_server())
        redis = stack.enter_context(servers.redis())
        provider = await stack.enter_async_context(serve_provider())
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        http = await stack.enter_async_context(
            aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=300))
        )
        replicas = [_replica(folder, number, postgres.url, redis.url, provider.base_url) for number in range(2)]
        made = Installation(folder, postgres, redis, provider, replicas, http)
        database = open_database(postgres.url)
        await migrate(database)
        await database.close()
        for replica in replicas:
            stack.callback(replica.kill)
            replica.start()
        for slug in ("acme", "globex"):
            made.keys.append(await _key(made.config, slug))
        for replica in replicas:
            await replica.ready()
        addresses = [replica.address for replica in replicas]
        served = serve_proxy(addresses) if front == "own" else serve_nginx(addresses, folder / "nginx")
        made.url = await stack.enter_async_context(served)
        try:
            yield made
        except BaseException:
            _show(made)
            raise


def _show(made: Installation) -> None:
    """What the replicas complained of, for who has to find out what went wrong."""
    for replica in made.replicas:
        told = [line for line in replica.log().splitlines() if '"level": "info"' not in line]
        print(replica.address, *told[-20:], sep="\n", file=sys.stderr)


def _replica(folder: Path, number: int, database_url: str, redis_url: str, upstream: str) -> Replica:
    master, port, config = folder / "master.key", free_port(), folder / f"{number}.yaml"
    if not master.exists():
        master.write_text(base64.b64encode(MASTER).decode())
        master.chmod(0o600)
    values = {
        "port": port,
        "upstream": {"base_url": upstream},
        "stores": {"data_dir": str(folder), "database_url": database_url, "redis_url": redis_url},
        "keys": {"master_key_file": str(master), "revocation_staleness_seconds": STALENESS_SECONDS},
        "access": {"replicas": 2, "dpop_required": False, "trusted_proxies": ["127.0.0.1/32"]},
        "audit": {"checkpoint_seconds": 5, "anchor_file": str(folder / "anchor.jsonl")},
        "rates": [{"name": "all", "by": "all", "requests": 100_000, "seconds": 60}],
        "budgets": {"each_agent": {"daily_usd": 100_000}, "ask_usage": "always"},
        "drain": {"notice_seconds": 0.5, "seconds": 120},
        "tier3": {"engine": "off"},
    }
    config.write_text(json.dumps(values), encoding="utf-8")
    return Replica(config, port, folder / f"{number}.log")


async def _key(config: Path, slug: str) -> str:
    """A capability key of a new tenant."""
    loaded = load(config, environment(ROOT))
    now = datetime.now(UTC)
    async with open_stores(places(loaded.stores)) as stores:
        tenant = await stores.tenants.create(slug, slug, now)
        gateway = await stores.agents.add_gateway(tenant.id, "default", now)
        agent = await stores.agents.add_agent(gateway, "support", now)
        minting = minting_of(loaded, stores, ControlEvents(), master_key_of(loaded), lambda: now)
        request = KeyRequest("a key", scope=read_scope({}))
        await stores.admins.offer_bootstrap(tenant.id, credential(slug), now + timedelta(hours=1))
        return (await minting.mint(gateway, agent, request, "test")).text


def credential(slug: str) -> str:
    """That makes the first owner of a tenant."""
    return f"kc_boot_{slug}_of_these_replicas_and_no_others"
