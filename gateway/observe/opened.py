"""The tracer that the settings ask for, opened."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.errors import ConfigurationError
from gateway.observe.room_metrics import TraceMetrics
from gateway.observe.tracing import OFF, TraceOptions, Tracer


@asynccontextmanager
async def open_tracer(options: TraceOptions, metrics: TraceMetrics) -> AsyncIterator[Tracer]:
    """A tracer; what has ended by the end of the block is sent, unless the collector takes too long.

    Raises:
        ConfigurationError: the libraries are not there.
    """
    if not options.endpoint:
        yield OFF
        return
    try:
        from gateway.observe.otlp import OtlpTracer
    except ImportError:
        OtlpTracer = None  # type: ignore[assignment,misc]  # noqa: N806
    if OtlpTracer is None:
        raise ConfigurationError(
            "`tracing.endpoint` needs the extra `otel`, which is not installed.",
            cure="Install `holdback[otel]`, or remove `tracing.endpoint`.",
        )
    tracer = OtlpTracer(options, metrics)
    try:
        yield tracer
    finally:
        await tracer.close()
