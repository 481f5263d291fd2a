"""Runs a session: the provider's bytes in, the client's bytes out, one piece at a time.

A piece is read only when the last one has been written or fits in the client's buffer: back-pressure without a queue.
Whatever goes wrong ends in the session, which says the last word to the client.

The usual piece is taken where it arrives (`live.py`) and written at once; all else goes through the loop in `run`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter

import aiohttp
from aiohttp import web

from gateway.errors import GatewayError, InspectionFailed, ResponseTooLarge, UpstreamTimeout, UpstreamUnavailable
from gateway.models.bridge import bridged
from gateway.observe.log import describe, logger
from gateway.observe.stream_metrics import StreamTally
from gateway.server.live import live
from gateway.server.translated import TranslatedStream
from gateway.server.watchdog import Watchdog
from gateway.settings import Limits
from gateway.stream.events import (
    BytesReceived,
    ClientGone,
    CloseUpstream,
    Command,
    EndOfBody,
    Event,
    Finish,
    Report,
    Send,
    UpstreamFailed,
)
from gateway.stream.session import Session
from gateway.stream.state import State

TURN_BYTES, TURN_SECONDS, SAME_TURN_SECONDS = 12_288, 0.004, 0.0002
"""What of an answer is inspected in one turn of the loop; pieces with less between them came in the same one."""
WRITE_BUFFER_BYTES = 1 << 16
"""More unsent bytes than this, and the client has to read before it gets more."""
CUT_SECONDS = 1.0
"""A stream that is cut has so long for its last word; then the connection is gone."""


class Driver:
    """One stream."""

    def __init__(
        self,
        session: Session,
        upstream: aiohttp.ClientResponse | TranslatedStream,
        client: web.StreamResponse,
        transport: asyncio.Transport | None,
        limits: Limits,
        watchdog: Watchdog,
        on_report: Callable[[Report], None],
        before_end: Callable[[], Awaitable[None]],
        tally: StreamTally,
        *,
        waits: bool = False,
    ) -> None:
        """
        Args:
            session: of this stream.
            upstream: the provider's answer, its headers read.
            client: the answer to the client, prepared and not begun.
            transport: the client's; None when it has gone.
            limits: how long a client may not read, and how much time inspection may take.
            watchdog: of this stream, not started.
            on_report: is told what was found.
            before_end: waited for before the last bytes of the stream go; where it fails, they do not go.
            tally: of this stream.
            waits: the session's scanner may wait for a model.
        """
        self._session = session
        self._upstream = upstream
        self._client = client
        self._transport = transport
        self._stall_seconds = limits.client_stall_seconds
        self._cpu_seconds_left = limits.stream_cpu_seconds
        self._watchdog = watchdog
        self._on_report = on_report
        self._before_end: Callable[[], Awaitable[None]] | None = before_end
        self._ending: tuple[list[Command], int] | None = None
        self._is_chunked = client.headers.get("Transfer-Encoding") == "chunked"
        self._has_begun = False
        self._fault: Exception | None = None
        self._waits, self._tally = waits, tally
        self._cut: GatewayError | None = None
        self._abort: asyncio.TimerHandle | None = None
        self.error: GatewayError | None = None
        self._finished = False
        self._ended = self._held = 0.0

    def cut(self, error: GatewayError) -> None:
        """End the stream from outside, with an error event: what is still held goes no more. A client that does not
        read, and a model that does not answer, do not hold it up."""
        if self._cut is None and not self._finished:
            self._cut = error
            self._abort = asyncio.get_running_loop().call_later(CUT_SECONDS, self._abandon)
            self._close_upstream()

    def _abandon(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    async def run(self) -> None:
        """Until the stream is over, one way or another; `error` then says how."""
        session, body, watchdog = self._session, self._upstream.content, self._watchdog
        watchdog.start(asyncio.get_running_loop(), self._close_upstream)
        try:
            with live(body, self._take):
                while not self._finished:
                    failure: GatewayError | None = None
                    data = b""
                    try:
                        data = await body.readany()
                        watchdog.feed()
                    except (aiohttp.ClientError, OSError):
                        failure = UpstreamTimeout() if watchdog.has_bitten else UpstreamUnavailable()
                    if self._fault is not None:
                        raise self._fault
                    if self._cut is not None:
                        await self._carry_out(self._cut_off(self._cut))
                        continue
                    if self._ending is not None:
                        (commands, taken), self._ending = self._ending, None
                        await self._carry_out(commands)
                        data = data[taken:]
                        if not data and failure is None:
                            continue
                    await self._inspected(data, failure)
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
            if self._abort is not None:
                self._abort.cancel()
            outcome = "failed" if self.error else "whole" if self._finished else "gone"
            self._tally.end(outcome, perf_counter())

    async def _inspected(self, data: bytes, failure: GatewayError | None) -> None:
        """What came, a little in a turn of the loop: a provider that says much at once does not hold up the others."""
        for at in range(0, max(len(data), 1), TURN_BYTES):
            if at:
                await asyncio.sleep(0)
                if self._finished or self._cut is not None:
                    return
            if self._cpu_seconds_left < 0:
                failure = ResponseTooLarge()
            piece = data[at : at + TURN_BYTES]
            event: Event = UpstreamFailed(failure) if failure else BytesReceived(piece) if piece else EndOfBody()
            arrived, self._tally.came = perf_counter(), self._tally.came + bool(piece)
            commands = await bridged(self._session.receive, event) if self._waits else self._received(event)
            inspected = perf_counter()
            await self._carry_out(commands)
            if self._tally.came >= self._tally.look_at:
                self._tally.look(arrived, inspected)

    def _cut_off(self, error: GatewayError) -> list[Command]:
        """The commands that end a stream from outside. Nothing follows an end that was said."""
        is_open = self._session.state in (State.OPENING, State.STREAMING)
        self._session.receive(ClientGone())
        return [*([Send(self._session.refusal(error))] if is_open else []), CloseUpstream(), Finish(error)]

    def _received(self, event: Event) -> list[Command]:
        started = perf_counter()
        commands = self._session.receive(event)
        self._cpu_seconds_left -= perf_counter() - started
        return commands

    def _take(self, data: bytes) -> bool:
        """A piece of the body, while `run` waits for one; False leaves it to `run`. That is woken where the stream ends
        here: no end comes without `CloseUpstream`, which ends the wait."""
        transport = self._transport
        if (
            self._waits  # for a model, which a plain call cannot
            or not self._has_begun  # the headers have not gone out
            or transport is None
            or transport.is_closing()
            or transport.get_write_buffer_size() > WRITE_BUFFER_BYTES
            or self._cpu_seconds_left < 0
            or self._ending is not None
            or self._cut is not None
            or (len(data) > TURN_BYTES and data.count(b"\n\n") > 1)  # one event is inspected at once anyway
        ):
            return False
        started = perf_counter()
        if started - self._ended > SAME_TURN_SECONDS:
            self._held = 0.0
        elif self._held > TURN_SECONDS:
            return False  # all of this came at once
        self._watchdog.feed()
        try:
            answer = self._session.take(data)
            self._ended = perf_counter()
            self._held += self._ended - started
            self._cpu_seconds_left -= self._ended - started
            tally = self._tally
            tally.came += 1
            if isinstance(answer, bytes):
                self._write(transport, answer)
                if tally.came >= tally.look_at:
                    tally.look(started, self._ended)
                return True
            if self._session.state is not State.STREAMING and self._before_end is not None:
                self._ending = answer, len(data)
                return False  # the end may have to wait, and `run` can
            for command in answer:
                if isinstance(command, Send):
                    self._write(transport, command.data)
                else:
                    self._obey(command)
        except Exception as error:  # noqa: BLE001 - raised again in `run`
            self._fault = error
            self._close_upstream()
        return True

    def _write(self, transport: asyncio.Transport, data: bytes) -> None:
        """Write behind what the response has written, in the same framing (RFC 9112, section 7.1)."""
        if data:
            self._tally.went += 1
            transport.write(b"%x\r\n%b\r\n" % (len(data), data) if self._is_chunked else data)

    async def _carry_out(self, commands: list[Command]) -> None:
        transport, write = self._transport, self._client.write
        if self._before_end is not None and self._session.state is not State.STREAMING:
            commands = await self._end(commands)
        for command in commands:
            if isinstance(command, Send):
                self._tally.went += 1
                if transport is not None and transport.get_write_buffer_size() > WRITE_BUFFER_BYTES:
                    async with asyncio.timeout(self._stall_seconds):
                        await write(command.data)
                else:
                    await write(command.data)
                self._has_begun = True
            else:
                self._obey(command)

    async def _end(self, commands: list[Command]) -> list[Command]:
        """The commands that end a stream, once everything that was found in it is on record; else those that break it
        off."""
        before_end, self._before_end = self._before_end, None
        assert before_end is not None  # noqa: S101 - the caller's condition
        try:
            for command in commands:
                if isinstance(command, Report):
                    self._on_report(command)
            await before_end()
        except GatewayError as error:
            return [Send(self._session.refusal(error)), CloseUpstream(), Finish(error)]
        return [command for command in commands if not isinstance(command, Report)]

    def _obey(self, command: Command) -> None:
        if isinstance(command, Report):
            self._on_report(command)
        elif isinstance(command, Finish):
            self.error = command.error
            self._finished = True
        else:
            self._close_upstream()

    def _close_upstream(self) -> None:
        self._upstream.close()
