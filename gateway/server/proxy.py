"""The request path: read, inspect, call the provider, inspect what comes back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar
from urllib.parse import quote

from aiohttp import web

from gateway.audit.event import Kind as AuditKind
from gateway.errors import (
    RequestTimeout,
    RequestTooLarge,
    UnsupportedEncoding,
    UpstreamError,
    UpstreamProtocolError,
    UpstreamRefused,
)
from gateway.inspection.engine import Engine
from gateway.inspection.exchange import Desk
from gateway.inspection.guard import Attack
from gateway.models.bridge import bridged
from gateway.observe.log import logger
from gateway.providers.kind import MODELS
from gateway.providers.routing import Candidate
from gateway.server.caller import caller_of
from gateway.server.driver import Driver
from gateway.server.errors import REQUEST_ID, REQUEST_ID_HEADER
from gateway.server.recording import RECORDER, note_attack, note_findings, note_refusal
from gateway.server.translated import asked_of, others_of, translation_of
from gateway.server.upstream import Answer, Ask, call, read_body, response_headers
from gateway.server.watchdog import Watchdog
from gateway.services import Services
from gateway.stream.body import Inspected, apply, inspect_slots
from gateway.stream.release import Release
from gateway.stream.scanner import Scanner
from gateway.stream.session import Session
from gateway.verdict import Direction, Finding
from gateway.wire.format import Slot, WireFormat
from gateway.wire.json_text import Kind, Node, parse
from gateway.wire.json_text import quote as quote_json
from gateway.wire.key_fragments import without_keys
from policies.firewall_rules import WARN
from policies.policy import Policy

_Result = TypeVar("_Result")
ENGINE = web.RequestKey("engine", Engine)
"""What inspects a request and its answer: in force when it began."""
MONITOR_HEADER = "X-Holdback-Monitor"
FIREWALL_HEADER = "X-Holdback-Firewall"
FIREWALL_MARK = web.RequestKey("firewall", str)
THREAD_BYTES = 8 << 10
"""A body larger than this is inspected in a thread, so that it does not hold the streams of others."""


class Proxy:
    """The handler of one wire format's endpoint."""

    def __init__(self, services: Services, wire: WireFormat) -> None:
        self._services = services
        self._wire = wire

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request.

        Raises:
            GatewayError: before any byte of an answer has gone out.
        """
        body = await read_request(request, self._services)
        request[ENGINE] = self._services.engine
        started = time.perf_counter()
        root, inspected, answers = await self._inspect_request(request, body)
        self._services.metrics.inspect_seconds.observe(time.perf_counter() - started)
        self._note(request, Direction.REQUEST, inspected)
        await request[RECORDER].durable()
        is_stream = (flag := root.get("stream")) is not None and flag.raw == b"true"
        model = root.get("model")
        name = model.text() if model is not None and model.kind is Kind.STRING else ""

        def forwarded(candidate: Candidate) -> bytes:
            place = (model.start, model.end) if candidate.model and model is not None else None
            edits = [*inspected.edits, (*place, quote_json(candidate.model))] if place else inspected.edits
            written, translation = apply(body, edits), translation_of(self._wire.path, candidate)
            return written if translation is None else translation.request(written)

        asked = asked_of(root, name, self._services.settings.limits.event_bytes)
        others = others_of(self._wire.path)
        ask = Ask("POST", self._wire.path, self._path, name, request.headers, forwarded, others, asked)
        async with call(self._services, ask) as answer:
            if answer.status >= 400:
                return await self._refused(answer, request, answers)
            kind = answer.response.content_type
            if answer.status == 200 and is_stream and kind == "text/event-stream":
                return await self._stream(request, answer, answers)
            if answer.status == 200 and kind == "application/json":
                return await self._whole(answer, request, answers)
        raise UpstreamProtocolError

    async def models(self, request: web.Request) -> web.StreamResponse:
        """Pass a question for the provider's models on; the answer is inspected like any other."""
        name = request.match_info.get("model", "")
        path = f"/models/{quote(name, safe='')}" if name else "/models"
        request[ENGINE] = self._services.engine
        answers = request[ENGINE].response
        async with call(self._services, Ask("GET", MODELS, path, name, request.headers)) as answer:
            if answer.status >= 400:
                return await self._refused(answer, request, answers)
            if answer.status == 200 and answer.response.content_type == "application/json":
                return await self._whole(answer, request, answers)
        raise UpstreamProtocolError

    @property
    def _path(self) -> str:
        return self._wire.path.removeprefix("/v1")

    async def _inspect_request(self, request: web.Request, body: bytes) -> tuple[Node, Inspected, Scanner]:
        """The request's body, what becomes of it, and the scanner of its answer."""
        engine, limits, wire = request[ENGINE], self._services.settings.limits, self._wire
        desk, caller = Desk(engine, self._services.memory), caller_of(request)

        def read(body: bytes) -> tuple[Node, list[Slot], str]:
            root = parse(body, max_depth=limits.json_depth, max_nodes=limits.json_nodes)
            wire.check(root)
            slots = wire.request_slots(root)
            return root, slots, desk.scope(root, slots, caller)

        root, slots, scope = await _off_loop(body, read)
        keys = await self._services.token_keys.live(caller.tenant, desk.cipher, scope) if desk.needs_keys else ()
        epochs = self._services.canary_epochs
        epoch = epochs.of(caller.tenant, caller.agent)
        exchange = await _off_loop(body, lambda _: desk.take(root, slots, wire, caller, keys, epoch=epoch))
        if exchange.had_canary:
            epochs.turn(caller.tenant, caller.agent)
            request[RECORDER].note(AuditKind.FIREWALL, {"agent": caller.agent, "reason": "canary_in_request"})
            logger().warning("canary_in_request", agent=caller.agent)
        self._attacks(request, exchange.attacks)
        inspected = exchange.inspected
        more = wire.request_edits(root, inspected.altered)
        if more:
            inspected = replace(inspected, edits=(*inspected.edits, *more))
        return root, inspected, exchange.answers

    def _inspect_response(self, body: bytes, answers: Scanner, policy: Policy) -> tuple[bytes, Inspected]:
        limits, attachments = self._services.settings.limits, policy.attachments == "allow"
        root = parse(body, max_depth=limits.json_depth, max_nodes=limits.json_nodes, error=UpstreamProtocolError)
        if root.kind is not Kind.OBJECT:
            raise UpstreamProtocolError
        slots = self._wire.response_slots(root)
        inspected = inspect_slots(slots, answers, self._wire.rules, Direction.RESPONSE, attachments=attachments)
        blanks = self._wire.response_blanks(root, inspected.changed, inspected.altered)
        return apply(body, [*inspected.edits, *blanks]), inspected

    async def _whole(self, answer: Answer, request: web.Request, answers: Scanner) -> web.Response:
        limits = self._services.settings.limits
        body = await read_body(answer.response, limits.response_bytes, answer.provider.waits.silence_seconds)
        if answer.status >= 400:
            key = answer.provider.key
            body = without_keys(body, key.get_secret_value() if key is not None else "")
        if answer.translation is not None:
            body = await _off_loop(body, answer.translated)
        policy = request[ENGINE].policy
        shown, inspected = await _off_loop(body, lambda body: self._inspect_response(body, answers, policy))
        self._note(request, Direction.RESPONSE, inspected)
        await request[RECORDER].durable()
        return web.Response(
            status=answer.status,
            body=shown,
            content_type="application/json",
            headers={**response_headers(answer.response), **_marks(request), REQUEST_ID_HEADER: request[REQUEST_ID]},
        )

    async def _refused(self, answer: Answer, request: web.Request, answers: Scanner) -> web.Response:
        """The provider's error: its JSON inspected like any answer, anything else replaced by ours."""
        try:
            if answer.response.content_type == "application/json":
                return await self._whole(answer, request, answers)
        except UpstreamError:
            pass
        seconds = answer.response.headers.get("Retry-After", "")
        raise UpstreamRefused(answer.status, retry_after_seconds=int(seconds) if seconds.isdecimal() else None)

    async def _stream(self, request: web.Request, answer: Answer, answers: Scanner) -> web.StreamResponse:
        services = self._services
        policy = request[ENGINE].policy
        attachments = policy.attachments == "allow"
        limits = services.stream_limits
        release = Release(policy.release, policy.holdback_chars, limits.buffered_chars)
        session = Session(self._wire, answers, attachments=attachments, limits=limits, release=release)
        client = web.StreamResponse(
            headers={
                **response_headers(answer.response),
                **_marks(request),
                "Content-Type": "text/event-stream; charset=utf-8",
                "Cache-Control": "no-cache, no-transform",
                "X-Accel-Buffering": "no",
                REQUEST_ID_HEADER: request[REQUEST_ID],
            }
        )
        await client.prepare(request)
        driver = Driver(
            session,
            answer.source,
            client,
            request.transport,
            services.settings.limits,
            Watchdog(answer.provider.waits.silence_seconds, answer.provider.waits.total_seconds),
            lambda report: self._report(request, Direction.RESPONSE, report.channel, report.findings),
            request[RECORDER].durable,
            waits=Direction.RESPONSE in request[ENGINE].waits,
        )
        await driver.run()
        if driver.error is not None:
            services.metrics.failures.labels(driver.error.code).inc()
            logger().warning("stream_failed", code=driver.error.code)
            await note_refusal(request[RECORDER], driver.error)
        return client

    def _attacks(self, request: web.Request, attacks: Sequence[Attack]) -> None:
        """What the firewall saw: counted, logged, and kept for a header of the answer when the policy warns."""
        for attack in attacks:
            note_attack(request[RECORDER], attack)
            self._services.metrics.attack(attack.families)
            logger().info("attack", path=attack.path, score=attack.score, families=attack.families)
        if attacks and request[ENGINE].guard.action == WARN:
            request[FIREWALL_MARK] = f"warn; score={attacks[0].score}; families={' '.join(attacks[0].families)}"

    def _note(self, request: web.Request, direction: Direction, inspected: Inspected) -> None:
        for path, findings in inspected.reports:
            self._report(request, direction, path, findings)

    def _report(self, request: web.Request, direction: Direction, channel: str, findings: tuple[Finding, ...]) -> None:
        note_findings(request[RECORDER], direction, channel, findings)
        self._services.metrics.count(direction.value, findings)
        entities = sorted({finding.entity for finding in findings})
        logger().debug("redacted", direction=direction.value, channel=channel, entities=entities, count=len(findings))
        passed = [finding for finding in findings if not finding.enforced]
        if passed:
            entities = sorted({finding.entity for finding in passed})
            logger().info("monitored", direction=direction.value, channel=channel, entities=entities, count=len(passed))


def _marks(request: web.Request) -> dict[str, str]:
    """What an answer says of the policy: what is only monitored, and what the firewall warns of."""
    monitored = request[ENGINE].policy.monitored()
    marks = {MONITOR_HEADER: ", ".join(monitored)} if monitored else {}
    return marks | ({FIREWALL_HEADER: request[FIREWALL_MARK]} if FIREWALL_MARK in request else {})


async def _off_loop(body: bytes, work: Callable[[bytes], _Result]) -> _Result:
    return await (bridged(work, body) if len(body) <= THREAD_BYTES else asyncio.to_thread(work, body))


async def read_request(request: web.Request, services: Services) -> bytes:
    """The body of a request, under the caps.

    Raises:
        UnsupportedEncoding, RequestTooLarge, RequestTimeout.
    """
    limits = services.settings.limits
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedEncoding
    if request.content_type not in ("application/json", "application/octet-stream"):
        raise UnsupportedEncoding
    if (request.content_length or 0) > limits.request_bytes:
        raise RequestTooLarge
    try:
        async with asyncio.timeout(limits.body_read_seconds):
            return await request.read()
    except web.HTTPRequestEntityTooLarge:
        pass
    except TimeoutError:
        raise RequestTimeout from None
    raise RequestTooLarge
