"""The answer's path: what a provider said, inspected, goes to the client, as a whole body or as a stream."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial

from aiohttp import web

from gateway.errors import GatewayError, UpstreamError, UpstreamProtocolError, UpstreamRefused
from gateway.observe.log import logger
from gateway.observe.stream_metrics import StreamTally
from gateway.server.driver import Driver
from gateway.server.errors import REQUEST_ID, REQUEST_ID_HEADER
from gateway.server.guarding import GUARDING, Guarding
from gateway.server.measuring import STARTED
from gateway.server.off_loop import off_loop
from gateway.server.open_request import OPEN_REQUEST
from gateway.server.recording import RECORDER, note_refusal
from gateway.server.reporting import ENGINE, marks, report, report_body
from gateway.server.spending import Spent
from gateway.server.stateful import TURN
from gateway.server.tracing import note_failure, streamed
from gateway.server.upstream import Answer, read_body, response_headers
from gateway.server.watchdog import Watchdog
from gateway.services import Services
from gateway.stream.body import Inspected, apply, inspect_slots
from gateway.stream.limits import StreamLimits
from gateway.stream.release import Release
from gateway.stream.scanner import Scanner
from gateway.stream.session import Session
from gateway.stream.stripping import Report, stripped
from gateway.verdict import Direction
from gateway.wire.format import WireFormat
from gateway.wire.json_text import Kind, parse
from gateway.wire.kept import id_of, items_of
from gateway.wire.key_fragments import without_keys
from gateway.wire.usage import Metered
from policies.policy import SIGNED_PASS, Policy


class Answering:
    """Sends the answers of one wire format's endpoint."""

    def __init__(self, services: Services, wire: WireFormat) -> None:
        self._services = services
        self._wire = wire

    async def send(
        self, request: web.Request, answer: Answer, answers: Scanner, spent: Spent | None = None, *, is_stream: bool
    ) -> web.StreamResponse:
        """The answer, as the client gets it.

        Args:
            request: the client's.
            answer: the provider's, of which the head has come.
            answers: decides what may pass.
            spent: is told what it cost; None where nothing costs.
            is_stream: whether the client asked for one.

        Raises:
            GatewayError: before any byte of the answer has gone out.
        """
        if answer.status >= 400:
            return await self._refused(answer, request, answers)
        wire = self._wire if spent is None else spent.wire(answer)
        kind = answer.response.content_type
        if answer.status == 200 and is_stream and kind == "text/event-stream":
            return await self._stream(request, answer, answers, wire, spent)
        if answer.status == 200 and kind == "application/json":
            return await self._whole(answer, request, answers, wire)
        raise UpstreamProtocolError

    def _inspect_response(
        self, body: bytes, answers: Scanner, policy: Policy, wire: WireFormat, guarding: Guarding | None
    ) -> tuple[bytes, Inspected, str, list[str]]:
        """What the client gets, what was found, and what the provider keeps the answer and its items under."""
        limits, attachments = self._services.settings.limits, policy.attachments == "allow"
        root = parse(body, max_depth=limits.json_depth, max_nodes=limits.json_nodes, error=UpstreamProtocolError)
        if root.kind is not Kind.OBJECT:
            raise UpstreamProtocolError
        slots, gone = wire.response_slots(root), tuple[Report, ...]()
        if policy.attachments == "strip":
            root, slots, gone = stripped(root, slots, wire, limits, is_answer=True)
        passes = policy.signed_thinking == SIGNED_PASS
        inspected = inspect_slots(
            slots, answers, wire.rules, Direction.RESPONSE, attachments=attachments, passes_signed=passes
        )
        if guarding is not None:
            guarding.answer(root, slots, wire)
        blanks = wire.response_blanks(root, inspected.changed, inspected.altered)
        shown = apply(root.body, [*inspected.edits, *blanks])
        return shown, replace(inspected, reports=(*gone, *inspected.reports)), id_of(root), items_of(root)

    async def _whole(self, answer: Answer, request: web.Request, answers: Scanner, wire: WireFormat) -> web.Response:
        limits = self._services.settings.limits
        body = await read_body(answer.response, limits.response_bytes, answer.provider.waits.silence_seconds)
        if answer.status >= 400:
            depth, nodes = limits.json_depth, limits.json_nodes
            error = parse(body, max_depth=depth, max_nodes=nodes, error=UpstreamProtocolError)
            body = without_keys(error, _key_of(answer))
        if answer.translation is not None:
            body = await off_loop(body, answer.translated)
        inspect = partial(
            self._inspect_response,
            answers=answers,
            policy=request[ENGINE].policy,
            wire=wire,
            guarding=request.get(GUARDING),
        )
        shown, inspected, answer_id, items = await off_loop(body, inspect)
        report_body(self._services, request, Direction.RESPONSE, inspected)
        if answer.status < 400:
            await kept(request, answer, answer_id, items)
        await request[RECORDER].durable()
        return web.Response(
            status=answer.status,
            body=shown,
            content_type="application/json",
            headers={**response_headers(answer.response), **marks(request), REQUEST_ID_HEADER: request[REQUEST_ID]},
        )

    async def _refused(self, answer: Answer, request: web.Request, answers: Scanner) -> web.Response:
        """The provider's error: its JSON inspected like any answer, anything else replaced by ours."""
        try:
            if answer.response.content_type == "application/json":
                return await self._whole(answer, request, answers, self._wire)
        except UpstreamError:
            pass
        seconds = answer.response.headers.get("Retry-After", "")
        raise UpstreamRefused(answer.status, retry_after_seconds=int(seconds) if seconds.isdecimal() else None)

    async def _stream(
        self, request: web.Request, answer: Answer, answers: Scanner, wire: WireFormat, spent: Spent | None
    ) -> web.StreamResponse:
        services = self._services
        policy = request[ENGINE].policy
        limits = services.stream_limits
        judging = request[GUARDING].judging() if GUARDING in request else None
        release = Release(policy.release, policy.holdback_chars, limits.buffered_chars, judging)
        session = _session(wire, answers, policy, limits, release, answer)
        client = web.StreamResponse(
            headers={
                **response_headers(answer.response),
                **marks(request),
                "Content-Type": "text/event-stream; charset=utf-8",
                "Cache-Control": "no-cache, no-transform",
                "X-Accel-Buffering": "no",
                REQUEST_ID_HEADER: request[REQUEST_ID],
            }
        )
        await client.prepare(request)
        if spent is not None:
            spent.channels = session.channels

        async def before_end() -> None:
            if spent is not None:
                await spent.settle()
            await kept(request, answer, session.answer_id, _items(wire))
            await request[RECORDER].durable()

        driver = Driver(
            session,
            answer.source,
            client,
            request.transport,
            services.settings.limits,
            Watchdog(answer.provider.waits.silence_seconds, answer.provider.waits.total_seconds),
            lambda found: report(services, request, Direction.RESPONSE, found.channel, found.findings),
            before_end,
            tally := StreamTally(services.metrics.flow, session.channels, request[STARTED]),
            waits=Direction.RESPONSE in request[ENGINE].waits or judging is not None,
        )
        if OPEN_REQUEST in request:
            request[OPEN_REQUEST].on_cut = driver.cut
        try:
            with streamed(request, tally) as step:
                await driver.run()
                if driver.error is not None:
                    note_failure(request, step, driver.error)
        finally:
            # The client has its id since the first event, and may have broken off on purpose.
            with suppress(GatewayError):
                await asyncio.shield(kept(request, answer, session.answer_id, _items(wire)))
        if driver.error is not None:
            services.metrics.failed(driver.error)
            logger().warning("stream_failed", code=driver.error.code)
            await note_refusal(request[RECORDER], driver.error)
        return client


def _session(
    wire: WireFormat, answers: Scanner, policy: Policy, limits: StreamLimits, release: Release, answer: Answer
) -> Session:
    """The session of a stream. What was translated was signed by nobody."""
    return Session(
        wire,
        answers,
        attachments=policy.attachments == "allow",
        strips=policy.attachments == "strip",
        passes_signed=policy.signed_thinking == SIGNED_PASS and answer.translation is None,
        key=_key_of(answer),
        limits=limits,
        release=release,
    )


def _key_of(answer: Answer) -> str:
    """The provider's key; empty when it needs none."""
    key = answer.provider.key
    return key.get_secret_value() if key is not None else ""


def _items(wire: WireFormat) -> Iterable[str]:
    """The ids of the items that a stream has had."""
    return wire.items if isinstance(wire, Metered) else ()


async def kept(request: web.Request, answer: Answer, answer_id: str, items: Iterable[str]) -> None:
    """Write down, once, what the provider keeps of a turn and under which ids."""
    if TURN in request:
        await request[TURN].keep(answer_id, answer.provider.name, items)
