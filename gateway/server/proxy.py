"""The request's path: read it, inspect it, ask the provider. `answering` takes what comes back."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from functools import partial
from urllib.parse import quote

from aiohttp import web

from gateway.audit.event import Kind as AuditKind
from gateway.errors import RequestTimeout, RequestTooLarge, UnsupportedEncoding
from gateway.inspection.exchange import Desk
from gateway.observe.log import logger
from gateway.providers.kind import MODELS
from gateway.providers.routing import Candidate
from gateway.server.answering import Answering
from gateway.server.caller import caller_of
from gateway.server.guarding import guard
from gateway.server.in_force import engine_for
from gateway.server.issued import taken
from gateway.server.off_loop import off_loop
from gateway.server.open_request import OPEN_REQUEST, entered
from gateway.server.permitted import model_of, permitted_model, permitted_providers
from gateway.server.recording import RECORDER, begin_record
from gateway.server.reporting import ENGINE, report_attacks, report_body
from gateway.server.spending import Spending, Spent
from gateway.server.stateful import TURN, turn_of
from gateway.server.tracing import operation, trace_of
from gateway.server.translated import asked_of, others_of, translation_of
from gateway.server.upstream import Ask, call
from gateway.services import Services
from gateway.stream.body import Inspected, apply
from gateway.stream.scanner import Scanner
from gateway.stream.signed import touched
from gateway.stream.stripping import Report, stripped
from gateway.verdict import Direction
from gateway.wire.format import Slot, WireFormat
from gateway.wire.json_text import Node, parse
from gateway.wire.json_text import quote as quote_json
from policies.policy import SIGNED_PASS


class Proxy:
    """The handler of one wire format's endpoint."""

    def __init__(self, services: Services, wire: WireFormat) -> None:
        self._services = services
        self._wire = wire
        self._answering = Answering(services, wire)
        self._spending = Spending(services, wire)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request.

        Raises:
            GatewayError: before any byte of an answer has gone out.
        """
        with entered(request, self._services):
            return await self._answer(request)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await read_request(request, self._services)
        request[ENGINE] = await engine_for(self._services, request)
        begin_record(request, self._services.audit, caller_of(request), request[ENGINE], self._wire.path)
        async with self._spending.visit(request, body) as spent:
            return await self._serve(request, body, spent)

    async def _serve(self, request: web.Request, body: bytes, spent: Spent) -> web.StreamResponse:
        started = time.perf_counter()
        with trace_of(request).step("inspect") as step:
            root, inspected, answers = await self._inspect_request(request, body)
            step.note("holdback.findings", sum(len(found) for _, found in inspected.reports))
        self._services.metrics.inspect_seconds.observe(time.perf_counter() - started)
        report_body(self._services, request, Direction.REQUEST, inspected)
        await request[RECORDER].durable()
        is_stream = (flag := root.get("stream")) is not None and flag.raw == b"true"
        model, name = root.get("model"), model_of(root)
        real = spent.model or permitted_model(request, name)
        whole = [*inspected.edits, *spent.edits(root)]

        endpoint, path = self._place(request)

        def forwarded(candidate: Candidate) -> bytes:
            other = candidate.model or (real if real != name else "")
            place = (model.start, model.end) if other and model is not None else None
            edits = [*whole, (*place, quote_json(other))] if place else whole
            written, translation = apply(root.body, edits), translation_of(endpoint, candidate)
            return written if translation is None else translation.request(written)

        asked = spent.asked(asked_of(root, real, self._services.settings.limits.event_bytes))
        others, kept_by = others_of(self._wire.path), request[TURN].past.provider
        permitted, regions = permitted_providers(request), request[ENGINE].policy.regions
        ask = Ask("POST", endpoint, path, real, request.headers, forwarded, others, asked, kept_by, permitted, regions)
        came = partial(spent.came, self._services.pool.providers)
        with operation(request, self._wire.path, came, is_stream=is_stream) as step:
            async with call(self._services, ask.within(step, self._services)) as answer:
                return await self._answering.send(request, answer, answers, spent, is_stream=is_stream)

    async def models(self, request: web.Request) -> web.StreamResponse:
        """Pass a question for the provider's models on; the answer is inspected like any other."""
        name = request.match_info.get("model", "")
        path = f"/models/{quote(name, safe='')}" if name else "/models"
        request[ENGINE] = await engine_for(self._services, request)
        begin_record(request, self._services.audit, caller_of(request), request[ENGINE], MODELS)
        answers, permitted = request[ENGINE].response, permitted_providers(request)
        permitted_model(request, name)
        regions = request[ENGINE].policy.regions
        ask = Ask("GET", MODELS, path, name, request.headers, permitted=permitted, regions=regions)
        ask = ask.within(trace_of(request), self._services)
        async with self._spending.visit(request) as spent, call(self._services, ask) as answer:
            return await self._answering.send(request, answer, answers, spent, is_stream=False)

    def _place(self, request: web.Request) -> tuple[str, str]:
        """The endpoint that a provider must have, and the path below its base URL."""
        return self._wire.path, self._wire.path.removeprefix("/v1")

    async def _inspect_request(self, request: web.Request, body: bytes) -> tuple[Node, Inspected, Scanner]:
        """The request's body, what becomes of it, and the scanner of its answer."""
        engine, limits, wire = request[ENGINE], self._services.settings.limits, self._wire
        desk, caller = Desk(engine, self._services.memory), caller_of(request)

        def read(body: bytes) -> tuple[Node, list[Slot], tuple[Report, ...], str]:
            root = parse(body, max_depth=limits.json_depth, max_nodes=limits.json_nodes)
            wire.check(root)
            slots, gone = wire.request_slots(root), tuple[Report, ...]()
            if desk.strips:
                root, slots, gone = stripped(root, slots, wire, limits, is_answer=False)
            return root, slots, gone, desk.scope(root, slots, caller)

        root, slots, gone, scope = await off_loop(body, read)
        permitted_model(request, model_of(root))
        turn = request[TURN] = await turn_of(self._services, request, wire.path, root, caller, desk.cipher)
        scope = desk.scope(root, slots, caller, turn.earlier) if turn.past.scope else scope
        keys = await self._services.token_keys.live(caller.tenant, desk.cipher, scope) if desk.needs_keys else ()
        request[OPEN_REQUEST].holds([one.version for one in keys])
        epochs = self._services.canary_epochs
        has_canary, earlier = engine.guard.has_canary, turn.earlier
        epoch = await epochs.of(caller.tenant, caller.agent) if has_canary else 0
        take = partial(desk.take, root, slots, wire, caller, keys, epoch=epoch, earlier=earlier)
        exchange = await taken(self._services, desk, caller, body, take)
        turn.took(scope, exchange.made)
        if exchange.had_canary:
            if exchange.is_canary_known:
                await epochs.turn(caller.tenant, caller.agent, epoch, self._services.control.clock())
            request[RECORDER].note(AuditKind.FIREWALL, {"agent": caller.agent, "reason": "canary_in_request"})
            logger().warning("canary_in_request", agent=caller.agent)
        report_attacks(self._services, request, exchange.attacks)
        await guard(self._services, request, caller, engine.policy, exchange, (body, root, slots, wire))
        inspected = exchange.inspected
        passes = engine.policy.signed_thinking == SIGNED_PASS
        more = wire.request_edits(root, touched(slots, inspected.edits) if passes else inspected.altered)
        if more or gone:
            inspected = replace(inspected, edits=(*inspected.edits, *more), reports=(*gone, *inspected.reports))
        return root, inspected, exchange.answers


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
