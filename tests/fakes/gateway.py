"""The gateway on a loopback port, in this process, in front of a fake provider."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from pydantic import SecretStr

from gateway.server.app import SERVICES, make_app
from gateway.services import Services, build_engine, open_services
from gateway.settings import Limits, Settings, Upstream
from gateway.settings.stores import StoreSettings
from gateway.settings.tier3 import Tier3Settings
from gateway.settings.vaults import VaultSettings

KEY = "kc_test_a_functional"
NO_MODEL = Tier3Settings(engine="off")
"""Starting a worker costs seconds; tests of tier 3 ask for one."""
HASH_KEY = b"a key of these tests"


engine = functools.cache(functools.partial(build_engine, hash_key=HASH_KEY))
"""Built once a run: it is immutable."""


@asynccontextmanager
async def serve_gateway(
    upstream: str,
    *,
    policy: str = "default",
    limits: Limits | None = None,
    tier3: Tier3Settings = NO_MODEL,
    policy_reload_seconds: float = 0,
    policy_overlays: str = "",
    data_dir: str = "",
    vaults: VaultSettings | None = None,
    redis_url: str = "",
    sections: dict[str, Any] | None = None,
    **more: Any,
) -> AsyncIterator[tuple[str, Services]]:
    """Serve; the base URL and the services.

    Args:
        data_dir: of its database, for more than one; else one of its own.
        sections: of the settings, by name.
        more: settings by their names, else settings of the upstream.
    """
    own = {name: more.pop(name) for name in list(more) if name in Settings.model_fields}
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            port=0,
            key=SecretStr(KEY),
            policy=policy,
            policy_reload_seconds=policy_reload_seconds,
            policy_overlays=policy_overlays,
            hash_key=SecretStr(HASH_KEY.decode()),
            upstream=Upstream(base_url=upstream, **more),
            upstream_key=SecretStr("sk-provider"),
            limits=limits or Limits(),
            stores=StoreSettings(data_dir=data_dir or folder, redis_url=redis_url),
            tier3=tier3,
            vaults=vaults or VaultSettings(),
            **(sections or {}),
            **own,
        )
        async with open_services(settings, engine(policy)) as services:
            app = make_app(services)
            runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            try:
                yield f"http://127.0.0.1:{runner.addresses[0][1]}", app[SERVICES]
            finally:
                await runner.cleanup()
