"""Runs a session: the provider's bytes in, the client's bytes out, one chunk at a time.

The next chunk is read only when the last one has been written: back-pressure without a queue. Whatever goes wrong ends
in the session, which says the last word to the client.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp
from aiohttp import web

from gateway.errors import GatewayError, InspectionFailed, UpstreamTimeout, UpstreamUnavailable
from gateway.observe.log import describe, logger
from gateway.server.watchdog import Watchdog
from gateway.stream.events import BytesReceived, ClientGone, Command, EndOfBody, Finish, Report, Send, UpstreamFailed
from gateway.stream.session import Session

WRITE_BUFFER_BYTES = 1 << 16
"""More unsent bytes than this, and the client has to read before it gets more."""


class Driver:
    """One stream."""

    def __init__(
        self,
        session: Session,
        upstream: aiohttp.ClientResponse,
        client: web.StreamResponse,
        transport: asyncio.Transport | None,
        stall_seconds: float,
        watchdog: Watchdog,
        on_report: Callable[[Report], None],
    ) -> None:
        self._session = session
        self._upstream = upstream
        self._client = client
        self._transport = transport
        self._stall_seconds = stall_seconds
        self._watchdog = watchdog
        self._on_report = on_report
        self.error: GatewayError | None = None
        self._finished = False

    async def run(self) -> None:
        """Until the stream is over, one way or another; `error` then says how."""
        session, read, watchdog = self._session, self._upstream.content.readany, self._watchdog
        loop = asyncio.get_running_loop()
        watchdog.start(loop, self._close_upstream)
        failure: GatewayError | None = None
        data = b""
        try:
            # One coroutine a delta, and no more: each costs as much as reading the delta's event.
            while not self._finished:
                try:
                    data = await read()
                    watchdog.fed = loop.time()
                except (aiohttp.ClientError, OSError):
                    failure = UpstreamTimeout() if watchdog.has_bitten else UpstreamUnavailable()
                if failure is not None:
                    await self._carry_out(session.receive(UpstreamFailed(failure)))
                else:
                    await self._carry_out(session.receive(BytesReceived(data) if data else EndOfBody()))
        except (ConnectionError, TimeoutError):
            # Ours is the client's side: the provider's failures were caught where it is read.
            session.receive(ClientGone())
            self._close_upstream()
        except asyncio.CancelledError:
            session.receive(ClientGone())
            self._close_upstream()
            raise
        except Exception as error:  # noqa: BLE001 - the last line: whatever it was, nothing unscanned leaves
            logger().error("stream_failed", **describe(error))
            self._close_upstream()
            await self._carry_out(session.receive(UpstreamFailed(InspectionFailed())))
        finally:
            watchdog.stop()

    async def _carry_out(self, commands: list[Command]) -> None:
        transport, write = self._transport, self._client.write
        for command in commands:
            if isinstance(command, Send):
                if transport is not None and transport.get_write_buffer_size() > WRITE_BUFFER_BYTES:
                    async with asyncio.timeout(self._stall_seconds):
                        await write(command.data)
                else:
                    await write(command.data)
            elif isinstance(command, Report):
                self._on_report(command)
            elif isinstance(command, Finish):
                self.error = command.error
                self._finished = True
            else:
                self._close_upstream()

    def _close_upstream(self) -> None:
        self._upstream.close()
