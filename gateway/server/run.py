"""Serves until it is told to stop."""

from __future__ import annotations

import asyncio
import errno
import gc
import signal
import ssl
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from aiohttp import web

from gateway.errors import ConfigurationError
from gateway.server.app import make_app
from gateway.server.draining import drain
from gateway.server.tls import open_tls
from gateway.services import open_services
from gateway.settings import Limits, Settings

new_event_loop: Callable[[], asyncio.AbstractEventLoop] | None = None
with suppress(ImportError):  # it has no wheels for Windows
    from uvloop import new_event_loop

CLOSE_SECONDS = 1.0
"""For what is left of a connection when its answer is over."""


async def serve(settings: Settings, on_ready: Callable[[str], None], *, reuse_port: bool = False) -> None:
    """Listen, call `on_ready` with the base URL, and serve until SIGTERM or SIGINT; open streams may then finish.

    Args:
        settings: of the process.
        on_ready: called once it listens.
        reuse_port: other processes listen on the port as well (SO_REUSEPORT).

    Raises:
        ConfigurationError: something in the settings cannot be used, or the port is taken.
    """
    async with open_services(settings) as services, open_tls(settings.tls) as tls:
        runner = web.AppRunner(make_app(services), **runner_options(settings.limits, CLOSE_SECONDS))
        await runner.setup()
        # What stands now stays: a full collection that walks over all recognizers stops every stream for 50 ms.
        gc.collect()
        gc.freeze()
        try:
            await _listen(runner, settings, tls, reuse_port=reuse_port)
            on_ready(f"http{'s' if tls else ''}://{settings.host}:{runner.addresses[0][1]}/v1")
            await _stopped()
            await drain(services, runner)
        finally:
            await runner.cleanup()


def runner_options(limits: Limits, close_seconds: float) -> dict[str, Any]:
    """How the server treats its connections."""
    return {
        "access_log": None,
        "handler_cancellation": True,
        "max_field_size": limits.header_bytes,
        "keepalive_timeout": limits.header_read_seconds,
        "shutdown_timeout": close_seconds,
    }


def run(settings: Settings, on_ready: Callable[[str], None]) -> None:
    """`serve` on a loop of its own."""
    run_loop(serve(settings, on_ready, reuse_port=settings.workers > 1))


def run_loop(main: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop where it is installed."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main)


async def _listen(runner: web.AppRunner, settings: Settings, tls: ssl.SSLContext | None, *, reuse_port: bool) -> None:
    place = f"{settings.host}:{settings.port}"
    options: dict[str, Any] = {"backlog": 1024, "ssl_context": tls, "reuse_port": reuse_port or None}
    try:
        await web.TCPSite(runner, settings.host, settings.port, **options).start()
        return
    except OSError as error:
        number = error.errno
    if number == errno.EADDRINUSE:
        raise ConfigurationError(f"{place} is taken by another process.", cure="Stop it, or choose another --port.")
    raise ConfigurationError(f"cannot listen on {place}: {errno.errorcode.get(number or 0, 'unknown error')}.")


async def _stopped() -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
