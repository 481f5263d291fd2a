"""Listens on 127.0.0.1 until it is told to stop."""

from __future__ import annotations

import asyncio
import errno
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from aiohttp import web

from gateway.agent.forwarding import BODY_BYTES_MAX, Forwarding, open_http
from gateway.agent.guard import check
from gateway.client.login import Login
from gateway.errors import AuthenticationError, ConfigurationError, GatewayError, RequestTooLarge
from gateway.observe.log import describe, logger
from gateway.wire import anthropic_errors, openai_errors

HOST = "127.0.0.1"
PORT = 8788
DRAIN_SECONDS = 5.0
HEADER_BYTES_MAX = 64 << 10
TOOL_WENT_AWAY = 499
"""In the log only: the tool closed the connection."""
SECRET = web.AppKey("secret", str)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serve(login: Login, port: int, *, sessions: bool = True) -> AsyncIterator[str]:
    """The agent, listening; its URL.

    Raises:
        ConfigurationError: the login is not complete, or the port is taken.
    """
    if not login.local_secret:
        raise ConfigurationError("the login has no local secret.", cure="Make one: `holdback agent secret --new`.")
    async with open_http() as http:
        forwarding = Forwarding(login, http, sessions=sessions)
        app = web.Application(client_max_size=BODY_BYTES_MAX, middlewares=[_answer])
        app[SECRET] = login.local_secret
        app.router.add_route("*", "/{path:.*}", forwarding.handle)
        runner = web.AppRunner(
            app,
            access_log=None,
            handler_cancellation=True,
            auto_decompress=False,
            max_field_size=HEADER_BYTES_MAX,
            shutdown_timeout=DRAIN_SECONDS,
        )
        await runner.setup()
        try:
            await _listen(runner, port)
            yield f"http://{HOST}:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()


async def run(login: Login, port: int, on_ready: Callable[[str], None], *, sessions: bool = True) -> None:
    """`serve` until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    with suppress(NotImplementedError):  # Windows: Ctrl-C raises there
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with serve(login, port, sessions=sessions) as url:
        on_ready(url)
        await stopped.wait()


@web.middleware
async def _answer(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Around every request: who may ask, our errors, one log line."""
    started = time.perf_counter()
    response: web.StreamResponse
    try:
        check(request, request.app[SECRET])
        response = await handler(request)
    except web.HTTPRequestEntityTooLarge:
        response = _refusal(RequestTooLarge(), request)
    except GatewayError as error:
        response = _refusal(error, request)
    except asyncio.CancelledError:
        _note(request, TOOL_WENT_AWAY, started)
        raise
    except Exception as error:  # noqa: BLE001 - the text of a foreign exception goes nowhere
        logger().error("failed", **describe(error))
        response = _refusal(GatewayError(), request)
    _note(request, response.status, started)
    return response


def _note(request: web.Request, status: int, started: float) -> None:
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    logger().info("request", method=request.method, status=status, milliseconds=milliseconds)


def _refusal(error: GatewayError, request: web.Request) -> web.Response:
    """In the words of the path; the SDKs are told where another try cannot help."""
    is_anthropic = anthropic_errors.speaks_anthropic(request.path, has_version="anthropic-version" in request.headers)
    words = anthropic_errors if is_anthropic else openai_errors
    headers = {} if error.retryable else {"x-should-retry": "false"}
    if isinstance(error, AuthenticationError):
        headers["WWW-Authenticate"] = "Bearer"
    return web.Response(
        status=error.status, body=words.error_body(error), content_type="application/json", headers=headers
    )


async def _listen(runner: web.AppRunner, port: int) -> None:
    try:
        await web.TCPSite(runner, HOST, port).start()
        return
    except OSError as error:
        number = error.errno
    if number == errno.EADDRINUSE:
        raise ConfigurationError(
            f"{HOST}:{port} is taken by another process.", cure="Stop it, or choose another --port."
        )
    raise ConfigurationError(f"cannot listen on {HOST}:{port}: {errno.errorcode.get(number or 0, 'unknown error')}.")


async def refusal_of(login: Login) -> str:
    """The code that the gateway refuses a login with, when it is asked for its list of models; empty where it does not.

    Raises:
        GatewayUnreachable, GatewaySilent: it does not answer.
    """
    async with open_http() as http:
        return await Forwarding(login, http, sessions=False).refusal()
