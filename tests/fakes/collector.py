"""A collector of traces on a loopback port: takes OTLP over HTTP as the real ones do, and shows what it got."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

PATIENCE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Received:
    """A span, as a collector sees it."""

    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, Any]
    is_error: bool
    state: str
    said: str
    events: int


@dataclass(slots=True)
class Collector:
    """What came."""

    spans: list[Received] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)
    headers: list[dict[str, str]] = field(default_factory=list)
    resource: dict[str, Any] = field(default_factory=dict)
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        """The handler; aiohttp undoes the compression."""
        body = await request.read()
        if body[:2] == b"\x1f\x8b":
            body = gzip.decompress(body)
        self.raw += body
        self.headers.append(dict(request.headers))
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.resource |= {one.key: _value(one.value) for one in resource.resource.attributes}
            self.spans += [_received(span) for scope in resource.scope_spans for span in scope.spans]
        answer = ExportTraceServiceResponse().SerializeToString()
        return web.Response(body=answer, content_type="application/x-protobuf")

    def trace(self, wanted: Callable[[Received], bool]) -> list[Received]:
        """All spans of the trace that has such a span."""
        traces = {span.trace_id for span in self.spans if wanted(span)}
        return [span for span in self.spans if span.trace_id in traces]

    async def until(self, wanted: Callable[[Received], bool]) -> Received:
        """Wait for a span."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (found := [span for span in self.spans if wanted(span)]):
            assert time.monotonic() < deadline, [(span.name, span.attributes) for span in self.spans]
            await asyncio.sleep(0.02)
        return found[-1]


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    return [_value(one) for one in value.array_value.values] if kind == "array_value" else getattr(value, str(kind))


def _received(span: Span) -> Received:
    attributes = {one.key: _value(one.value) for one in span.attributes}
    ids = span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex()
    kind = Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_")
    is_error = span.status.code == 2
    return Received(
        span.name, kind, *ids, attributes, is_error, span.trace_state, span.status.message, len(span.events)
    )


@asynccontextmanager
async def serve_collector() -> AsyncIterator[Collector]:
    """A collector that listens; its address is in `url`."""
    collector = Collector()
    app = web.Application(client_max_size=1 << 26)
    app.router.add_post("/v1/traces", collector.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    collector.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1/traces"
    try:
        yield collector
    finally:
        await runner.cleanup()
