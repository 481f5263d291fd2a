"""Traces: what a real collector gets of a request, that nothing of its text is in it, and that a dead one hurts
nobody."""

from __future__ import annotations

import asyncio
import io
import json
import re
import socket
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from pydantic import SecretStr

from gateway.errors import ConfigurationError
from gateway.observe import log, otlp
from gateway.observe.metrics import Metrics
from gateway.observe.opened import open_tracer
from gateway.observe.otlp import OtlpTracer
from gateway.observe.tracing import OFF, Role, TraceOptions
from gateway.settings.tracing import TracingSettings
from tests.fakes.collector import Collector, Received, serve_collector
from tests.fakes.gateway import KEY, serve_gateway
from tests.fakes.provider import Provider, chunk, serve_provider

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOT = Path(__file__).resolve().parents[2]
TRACE_ID, PARENT_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
MARKS = ("ann.marked@example.com", "531-47-3100", "Zqmarkedword", "4539578763621486")
CLOSE_SECONDS, PATIENCE_SECONDS = 0.2, 20
TOKEN = "Bearer of-the-collector"
USAGE = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}


@dataclass
class Traced:
    """A gateway whose traces go to a collector."""

    url: str
    http: aiohttp.ClientSession
    provider: Provider
    collector: Collector
    log: io.StringIO

    async def ask(self, body: dict[str, Any] | None = None, **headers: str) -> tuple[str, bytes]:
        """Ask for a stream; the request's id and the answer."""
        asked = {"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": "hello"}], **(body or {})}
        async with self.http.post(f"{self.url}/v1/chat/completions", json=asked, headers=headers) as response:
            return response.headers["X-Request-Id"], await response.read()

    async def trace(self, request_id: str) -> dict[str, Received]:
        """The spans of a request, once its outermost one is there: it ends last."""

        def is_it(span: Received) -> bool:
            return span.attributes.get("holdback.request_id") == request_id

        await self.collector.until(is_it)
        return {span.name: span for span in self.collector.trace(is_it)}


def answers() -> list[bytes]:
    """A stream that says its usage and why it ended."""
    said = [chunk({"content": text}, model="gpt-4o-2024-08-06") for text in ("It is ", "done.")]
    return [*said, chunk(None, finish="stop", usage=USAGE), b"data: [DONE]\n\n"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def traced() -> AsyncIterator[Traced]:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with serve_collector() as collector, serve_provider() as provider:
        tracing = TracingSettings(
            endpoint=collector.url, tells_providers=True, send_seconds=0.05, authorization_env="OTLP_AUTH"
        ).with_secrets({"OTLP_AUTH": TOKEN}, "holdback.yaml")
        async with (
            serve_gateway(provider.base_url, tracing=tracing) as (url, _),
            aiohttp.ClientSession(headers=headers) as http,
        ):
            out = io.StringIO()
            log.configure("debug", human=False, stream=out)
            yield Traced(url, http, provider, collector, out)


async def test_a_request_is_a_trace_in_the_words_of_the_conventions(traced: Traced) -> None:
    traced.provider.pieces = answers()
    request_id, _ = await traced.ask()
    spans = await traced.trace(request_id)
    assert set(spans) == {"POST /v1/chat/completions", "inspect", "chat gpt-4o", "POST", "stream"}
    whole, operation = spans["POST /v1/chat/completions"], spans["chat gpt-4o"]
    assert (whole.kind, operation.kind, spans["inspect"].kind) == ("SERVER", "CLIENT", "INTERNAL")
    assert whole.attributes["http.response.status_code"] == 200
    assert whole.attributes["http.route"] == "/v1/chat/completions"
    port = int(traced.provider.base_url.split(":")[2].split("/")[0])
    assert operation.attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "transparent",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.request.stream": True,
        "gen_ai.response.model": "gpt-4o",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 9,
        "gen_ai.usage.output_tokens": 4,
        "server.address": "127.0.0.1",
        "server.port": port,
    }
    assert spans["stream"].attributes["holdback.stream.chunks_in"] >= 1
    assert operation.parent_id == spans["inspect"].parent_id == whole.span_id
    assert spans["POST"].parent_id == spans["stream"].parent_id == operation.span_id
    assert not any(span.is_error for span in spans.values())
    assert traced.collector.resource["service.name"] == "holdback"
    assert traced.collector.headers[-1]["Authorization"] == TOKEN
    assert TOKEN not in repr(TracingSettings(authorization=SecretStr(TOKEN)).options())
    [line] = [
        line for line in traced.log.getvalue().splitlines() if request_id in line and '"event": "request"' in line
    ]
    assert json.loads(line)["trace_id"] == whole.trace_id


async def test_the_trace_of_a_client_goes_on_and_its_free_text_does_not(traced: Traced) -> None:
    traced.provider.pieces = answers()
    parent = f"00-{TRACE_ID}-{PARENT_ID}-01"
    request_id, _ = await traced.ask(traceparent=parent, tracestate=f"who={MARKS[2]}", baggage=f"who={MARKS[2]}")
    spans = await traced.trace(request_id)
    whole = spans["POST /v1/chat/completions"]
    assert (whole.trace_id, whole.parent_id) == (TRACE_ID, PARENT_ID)
    sent = traced.provider.seen_headers[-1]
    assert sent["traceparent"] == f"00-{TRACE_ID}-{spans['POST'].span_id}-01"
    assert not {"tracestate", "baggage"} & {name.lower() for name in sent}
    assert all(span.state == "" for span in spans.values())


@pytest.mark.parametrize("parent", ["", "00-0-0-01", f"00-{'0' * 32}-{PARENT_ID}-01", "x" * 55, MARKS[0]])
async def test_what_is_no_traceparent_begins_a_new_trace(traced: Traced, parent: str) -> None:
    traced.provider.pieces = answers()
    request_id, _ = await traced.ask(traceparent=parent)
    whole = (await traced.trace(request_id))["POST /v1/chat/completions"]
    assert (whole.parent_id, whole.trace_id == TRACE_ID) == ("", False)


async def test_errors_are_their_codes(traced: Traced) -> None:
    traced.provider.pieces = [chunk({"content": "half a sen"})]
    request_id, _ = await traced.ask()
    spans = await traced.trace(request_id)
    for name in ("stream", "chat gpt-4o", "POST /v1/chat/completions"):
        assert spans[name].attributes["error.type"] == "upstream_unavailable", name
        assert (spans[name].is_error, spans[name].said, spans[name].events) == (True, "", 0)
    traced.provider.status = 503
    traced.provider.body = {"error": {"message": "later", "type": "x", "code": "x"}}
    try:
        request_id, _ = await traced.ask()
        spans = await traced.trace(request_id)
    finally:
        traced.provider.status, traced.provider.body = 200, None
    assert spans["POST"].attributes["error.type"] == "503"
    async with traced.http.get(f"{traced.url}/v1/{MARKS[2]}") as response:
        request_id = response.headers["X-Request-Id"]
    [whole] = (await traced.trace(request_id)).values()
    assert (whole.name, whole.attributes["http.response.status_code"]) == ("GET", 404)
    assert not whole.is_error, "the client's own mistake"


async def test_no_marked_value_is_in_what_was_exported(traced: Traced) -> None:
    said = " ".join(MARKS)
    traced.provider.pieces = [
        chunk({"content": said}, model=MARKS[0]),
        chunk(None, finish=MARKS[2]),
        b"data: [DONE]\n\n",
    ]
    ids = []
    for model in (*MARKS, "gpt-4o"):
        body = {"model": model, "messages": [{"role": "user", "content": said, "name": MARKS[2]}], "user": MARKS[0]}
        ids.append((await traced.ask(body, traceparent=said, tracestate=f"a={MARKS[2]}"))[0])
    await traced.ask({"messages": said, MARKS[2]: said})
    async with traced.http.request("PROPFIND", f"{traced.url}/v1/{MARKS[2]}?q={MARKS[1]}") as response:
        ids.append(response.headers["X-Request-Id"])
    for request_id in ids:
        await traced.trace(request_id)
    assert set(await traced.trace(ids[-1])) == {"_OTHER"}
    exported = bytes(traced.collector.raw).lower()
    assert b"gen_ai.request.model" in exported
    assert [mark for mark in MARKS if mark.lower().encode() in exported] == []
    one = (await traced.trace(ids[-2]))["chat gpt-4o"].attributes
    assert one["gen_ai.response.finish_reasons"] == ["other"]
    assert one["gen_ai.response.model"] == "other"


async def test_health_and_metrics_are_not_traced(traced: Traced) -> None:
    before = await _value(traced, "holdback_spans_ended_total")
    for path in ("/healthz", "/metrics"):
        async with traced.http.get(f"{traced.url}{path}") as response:
            assert response.status == 200
    assert await _value(traced, "holdback_spans_ended_total") == before > 0


async def _value(traced: Traced, name: str) -> float:
    async with traced.http.get(f"{traced.url}/metrics") as response:
        return next(float(line.split()[1]) for line in (await response.text()).splitlines() if line.startswith(name))


@pytest.mark.parametrize("answers_nothing", [False, True], ids=["refuses", "hangs"])
async def test_a_dead_collector_neither_delays_nor_breaks_anything(
    provider_of: Provider, monkeypatch: pytest.MonkeyPatch, answers_nothing: bool
) -> None:
    """It is full after sixteen spans, and closing waits for it no longer than is said."""
    monkeypatch.setattr(otlp, "CLOSE_SECONDS", CLOSE_SECONDS)
    provider_of.pieces = answers()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        if answers_nothing:
            listening.listen(64)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1/traces"
        tracing = TracingSettings(endpoint=url, queue_spans=16, batch_spans=4, send_seconds=0.05)
        headers = {"Authorization": f"Bearer {KEY}"}
        async with serve_gateway(provider_of.base_url, tracing=tracing) as (gateway_url, services):
            async with aiohttp.ClientSession(headers=headers) as http:
                for _ in range(12):
                    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
                    async with http.post(f"{gateway_url}/v1/chat/completions", json=body) as response:
                        assert (await response.read()).endswith(b"data: [DONE]\n\n")
            value = services.metrics.registry.get_sample_value
            assert value("holdback_spans_ended_total") == 12 * 5
            assert not value("holdback_spans_exported_total", {"outcome": "sent"})
            closing = time.monotonic()
        assert time.monotonic() - closing < PATIENCE_SECONDS


@pytest_asyncio.fixture(loop_scope="module")
async def provider_of() -> AsyncIterator[Provider]:
    async with serve_provider() as provider:
        yield provider


async def test_spans_that_find_no_room_are_lost_at_no_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otlp, "CLOSE_SECONDS", CLOSE_SECONDS)
    metrics = Metrics()
    tracer = OtlpTracer(TraceOptions("http://127.0.0.1:9/v1/traces", queue_spans=32, batch_spans=8), metrics.traces)
    for _ in range(500):
        with tracer.request("GET /", "") as step:
            step.step("inner", Role.CLIENT).end()
    await asyncio.wait_for(tracer.close(), PATIENCE_SECONDS)
    value = metrics.registry.get_sample_value
    assert value("holdback_spans_ended_total") == 1000
    failed = value("holdback_spans_exported_total", {"outcome": "failed"})
    assert failed is not None
    assert failed < 1000


async def test_every_line_of_a_request_bears_its_id(traced: Traced) -> None:
    """Also those of a piece that came on a connection which another request had opened."""
    traced.provider.pieces = [chunk({"content": "I am ann@example.com, "}), chunk({"content": "yes."}), *answers()]
    ids = [(await traced.ask({"messages": [{"role": "user", "content": "by bob@example.com"}]}))[0] for _ in range(3)]
    lines = [json.loads(line) for line in traced.log.getvalue().splitlines()]
    assert all(line["request_id"] for line in lines if line["event"] in {"redacted", "request", "refused"})
    for request_id in ids:
        own = [line["event"] for line in lines if line.get("request_id") == request_id]
        assert own == ["redacted", "redacted", "request"]


async def test_what_is_not_sampled_is_not_sent_and_a_client_cannot_ask_for_more() -> None:
    metrics = Metrics()
    tracer = OtlpTracer(TraceOptions("http://127.0.0.1:9/v1/traces", sample_ratio=0.0), metrics.traces)
    with tracer.request("GET /", f"00-{TRACE_ID}-{PARENT_ID}-01") as step:
        assert not step.is_recording
        assert step.traceparent.endswith("-00"), "what is said further down is that nobody keeps it"
    assert metrics.registry.get_sample_value("holdback_spans_ended_total") == 0
    await tracer.close()


async def test_without_the_extra_the_start_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gateway.observe.otlp", None)
    with pytest.raises(ConfigurationError, match=r"extra `otel`.*Install `holdback"):
        async with open_tracer(TraceOptions("http://127.0.0.1:9/v1/traces"), Metrics().traces):
            pass
    async with open_tracer(TraceOptions(), Metrics().traces) as off:
        assert off is OFF


async def test_off_nothing_of_the_library_is_loaded() -> None:
    """Only one module knows it, and nobody imports that one before tracing is set up."""
    told = re.compile(r"^(?:import|from) (?:opentelemetry|gateway\.observe\.otlp|gateway\.observe import .*otlp)", re.M)
    files = [*(ROOT / "gateway").rglob("*.py")]
    loading = {one.relative_to(ROOT).as_posix() for one in files if told.search(one.read_text(encoding="utf-8"))}
    assert loading == {"gateway/observe/otlp.py"}
