"""The end of a process: nobody new, open streams to their end, and a word to those whose time is over.

Laws kept here:
1. In this order: `/readyz` says no; the port closes; open streams go on; what is left at the deadline gets an error
   event. No stream breaks off without a word.
2. The whole takes no longer than the two times of the settings and `LAST_WORD_SECONDS`.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from aiohttp import web

from gateway.errors.serving import Stopping
from gateway.observe.log import logger
from gateway.open_requests import OpenRequests
from gateway.services import Services

LAST_WORD_SECONDS = 5.0
"""For error events to go out, to clients that read."""


async def drain(services: Services, runner: web.AppRunner) -> None:
    """Everything between SIGTERM and the closing of connections."""
    settings, requests = services.settings.drain, services.open_requests
    services.admission.announce()
    logger().info("draining", open=len(requests))
    await asyncio.sleep(settings.notice_seconds)
    for site in [*runner.sites]:
        await site.stop()
    services.admission.stop()
    await _emptied(requests, settings.seconds)
    left = requests.cut_all(Stopping)
    await _emptied(requests, LAST_WORD_SECONDS)
    logger().info("drained", cut=left)


async def _emptied(requests: OpenRequests, seconds: float) -> None:
    """Wait until nothing is open, or for as long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await requests.nothing_open.wait()
