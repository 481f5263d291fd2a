"""Traces by OpenTelemetry: spans, sent over OTLP/HTTP. Imported only where tracing is set up: needs the extra `otel`.

Contexts are handed on by hand, not by the library's context variables: a piece of a stream is handled in the context of
whoever opened the provider's connection, which is another request's.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Sequence

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)
from opentelemetry.trace import (
    Tracer as LibraryTracer,
)

import gateway
from gateway.observe.log import logger
from gateway.observe.room_metrics import TraceMetrics
from gateway.observe.tracing import Role, Step, TraceOptions, Tracer, Value

CLOSE_SECONDS = 3.0
"""For the last batch, when the gateway ends."""
_KINDS = {Role.INTERNAL: SpanKind.INTERNAL, Role.SERVER: SpanKind.SERVER, Role.CLIENT: SpanKind.CLIENT}
_PARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
"""`traceparent` of version 00 (W3C Trace Context, section 3.2). `tracestate` beside it is free text, and not taken."""
_LIMITS = SpanLimits(max_attributes=32, max_events=0, max_links=0, max_attribute_length=256)


class OtlpStep(Step):
    """A span."""

    __slots__ = ("_metrics", "_span", "_tracer")

    def __init__(self, tracer: LibraryTracer, span: Span, metrics: TraceMetrics) -> None:
        self._tracer, self._span, self._metrics = tracer, span, metrics

    @property
    def is_recording(self) -> bool:  # type: ignore[override]
        return self._span.is_recording()

    @property
    def traceparent(self) -> str:  # type: ignore[override]
        context = self._span.get_span_context()
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"

    @property
    def trace_id(self) -> str:  # type: ignore[override]
        return f"{self._span.get_span_context().trace_id:032x}"

    def note(self, name: str, value: Value) -> None:
        self._span.set_attribute(name, value)

    def rename(self, name: str) -> None:
        self._span.update_name(name)

    def fail(self, code: str) -> None:
        self._span.set_attribute("error.type", code)
        self._span.set_status(Status(StatusCode.ERROR))

    def step(self, name: str, role: Role = Role.INTERNAL) -> Step:
        inner = self._tracer.start_span(name, set_span_in_context(self._span, Context()), _KINDS[role])
        return OtlpStep(self._tracer, inner, self._metrics)

    def end(self) -> None:
        if self._span.is_recording():
            self._span.end()
            self._metrics.ended.inc()


class _Counting(OTLPSpanExporter):
    """The exporter, and what became of each span."""

    def __init__(self, options: TraceOptions, metrics: TraceMetrics) -> None:
        headers = {"authorization": options.authorization} if options.authorization else None
        super().__init__(
            endpoint=options.endpoint,
            headers=headers,
            timeout=options.timeout_seconds,
            compression=Compression.Gzip,
        )
        self._counts, self._is_lost = metrics, False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = super().export(spans)
        is_lost = result is not SpanExportResult.SUCCESS
        (self._counts.failed if is_lost else self._counts.sent).inc(len(spans))
        if is_lost != self._is_lost:
            self._is_lost = is_lost
            logger().warning("traces_lost" if is_lost else "traces_sent_again")
        return result


class OtlpTracer(Tracer):
    """One a process."""

    is_on = True

    def __init__(self, options: TraceOptions, metrics: TraceMetrics) -> None:
        ratio = TraceIdRatioBased(options.sample_ratio)
        self._exporter = _Counting(options, metrics)
        self._provider = TracerProvider(
            # A client that asks to be sampled is, as often as anybody: it cannot make us send more.
            sampler=ParentBased(ratio, remote_parent_sampled=ratio),
            resource=Resource.create({SERVICE_NAME: options.service_name, SERVICE_VERSION: gateway.__version__}),
            span_limits=_LIMITS,
            shutdown_on_exit=False,
        )
        processor = BatchSpanProcessor(
            self._exporter,
            max_queue_size=options.queue_spans,
            schedule_delay_millis=options.send_seconds * 1000,
            max_export_batch_size=min(options.batch_spans, options.queue_spans),
        )
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("holdback", gateway.__version__)
        self._takes_parent, self._metrics = options.takes_parent, metrics

    def request(self, name: str, traceparent: str) -> Step:
        context = Context()
        found = _PARENT.fullmatch(traceparent) if self._takes_parent else None
        if found is not None:
            flags = TraceFlags(int(found[3], 16) & TraceFlags.SAMPLED)
            parent = SpanContext(int(found[1], 16), int(found[2], 16), is_remote=True, trace_flags=flags)
            context = set_span_in_context(NonRecordingSpan(parent), context)
        span = self._tracer.start_span(name, context, SpanKind.SERVER)
        return OtlpStep(self._tracer, span, self._metrics)

    async def close(self) -> None:
        """Send what has ended, and give up on a collector that does not take it in time."""
        loop, done = asyncio.get_running_loop(), asyncio.Event()

        def shut_down() -> None:
            self._provider.shutdown()
            loop.call_soon_threadsafe(done.set)

        # No thread of the loop's own: the loop waits for those when it closes.
        thread = threading.Thread(target=shut_down, name="traces end", daemon=True)
        thread.start()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await done.wait()
        except TimeoutError:
            self._exporter.shutdown()  # type: ignore[no-untyped-call]  # ends its pauses between tries
