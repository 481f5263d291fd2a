"""`holdback sidecar`: tier 3 on its own, next to the gateway or on machines of its own."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from aiohttp import web

from gateway.models.opened import worker_pool
from gateway.models.serve import application
from gateway.observe.log import logger
from gateway.settings.tier3 import Tier3Settings


def run(*, host: str, port: int, path: Path | None, workers: int, nlp: str) -> None:
    """Serve until stopped; options as for the command.

    Raises:
        ConfigurationError: the NLP configuration cannot be used.
    """
    asyncio.run(_serve(host, port, path, Tier3Settings(workers=workers, nlp_configuration=nlp)))


async def _serve(host: str, port: int, path: Path | None, settings: Tier3Settings) -> None:
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    async with worker_pool(settings) as pool:
        runner = web.AppRunner(application(pool), access_log=None)
        await runner.setup()
        site = web.UnixSite(runner, str(path)) if path else web.TCPSite(runner, host, port)
        await site.start()
        logger().info("sidecar_listening", at=str(path) if path else f"{host}:{port}")
        await pool.ready()
        logger().info("sidecar_ready")
        await stopped.wait()
        await runner.cleanup()
