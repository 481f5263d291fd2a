"""The steps of a request for its trace, in the words of OpenTelemetry's conventions: HTTP, and generative AI (where
`gen_ai.provider.name` stands for what was `gen_ai.system` up to version 1.36).

request (server) > inspect; the model's operation (client) > each attempt at a provider (client); its stream.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web

from gateway.errors import GatewayError
from gateway.observe.stream_metrics import StreamTally
from gateway.observe.tracing import NOTHING, Role, Step
from gateway.pool import Provider
from gateway.providers.kind import CHAT, COMPLETIONS, EMBEDDINGS, MESSAGES, RESPONSES
from gateway.server.measuring import OPEN_PATHS
from gateway.services import Services
from gateway.spend.prices import Usage

TRACE = web.RequestKey("trace", Step)
OPERATION = web.RequestKey("operation", Step)
_OPERATIONS = {**dict.fromkeys((CHAT, RESPONSES, MESSAGES), "chat"), COMPLETIONS: "text_completion"}
_OPERATIONS |= {EMBEDDINGS: "embeddings"}
_PROVIDERS = {"azure_openai": "azure.ai.openai", "gemini": "gcp.gemini"}
"""Names of the conventions for kinds of ours that are called otherwise there."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})


@contextmanager
def traced(services: Services, request: web.Request, request_id: str) -> Iterator[Step]:
    """The step of a whole request. A method that is none of HTTP's may be any text, and is not said."""
    if not services.tracer.is_on or request.path in OPEN_PATHS:
        yield NOTHING
        return
    resource = request.match_info.route.resource
    method = request.method if request.method in _METHODS else "_OTHER"
    route = resource.canonical if resource is not None else ""
    with services.tracer.request(f"{method} {route}".strip(), request.headers.get("traceparent", "")) as step:
        request[TRACE] = step
        step.note("http.request.method", method)
        step.note("http.route", route)
        step.note("holdback.request_id", request_id)
        yield step


def trace_of(request: web.Request) -> Step:
    """The step of the request."""
    found: Step = request.get(TRACE, NOTHING)
    return found


def note_status(step: Step, status: int, error: GatewayError | None) -> None:
    """How a request was answered."""
    step.note("http.response.status_code", status)
    if error is not None and status >= 500:
        step.fail(error.code)


@dataclass(frozen=True, slots=True)
class Came:
    """What came of an operation. Models bear names of the price book or of the routes: nothing else that a client or a
    provider calls one is said."""

    provider: Provider | None
    asked: str
    answered: str = ""
    usage: Usage | None = None
    reasons: tuple[str, ...] = ()


@contextmanager
def operation(request: web.Request, path: str, came: Callable[[], Came], *, is_stream: bool) -> Iterator[Step]:
    """What the model is asked to do, from the first attempt to the last byte of its answer; `came` is asked at its
    end."""
    trace, name = trace_of(request), _OPERATIONS.get(path)
    if name is None or not trace.is_recording:
        yield trace
        return
    with trace.step(name, Role.CLIENT) as step:
        request[OPERATION] = step
        step.note("gen_ai.operation.name", name)
        step.note("gen_ai.request.stream", is_stream)
        try:
            yield step
        finally:
            _note_came(step, name, came())


def _note_came(step: Step, name: str, came: Came) -> None:
    if came.provider is not None:
        kind = came.provider.kind.name
        step.note("gen_ai.provider.name", _PROVIDERS.get(kind, kind))
        _note_server(step, came.provider)
    if came.asked:
        step.rename(f"{name} {came.asked}")
        step.note("gen_ai.request.model", came.asked)
    if came.answered:
        step.note("gen_ai.response.model", came.answered)
    if came.usage is not None:
        step.note("gen_ai.usage.input_tokens", came.usage.input_tokens)
        step.note("gen_ai.usage.output_tokens", came.usage.output_tokens)
    if came.reasons:
        step.note("gen_ai.response.finish_reasons", came.reasons)


@contextmanager
def attempt(step: Step, method: str, provider: Provider) -> Iterator[Step]:
    """One request to a provider, until the head of its answer is there."""
    with step.step(method, Role.CLIENT) as inner:
        if inner.is_recording:
            inner.note("http.request.method", method)
            inner.note("holdback.provider", provider.name)
            _note_server(inner, provider)
        yield inner


def note_outcome(step: Step, outcome: GatewayError | int) -> None:
    """How it went: the provider's status, or our error."""
    if isinstance(outcome, GatewayError):
        step.fail(outcome.code)
        return
    step.note("http.response.status_code", outcome)
    if outcome >= 400:
        step.fail(str(outcome))


@contextmanager
def streamed(request: web.Request, tally: StreamTally) -> Iterator[Step]:
    """The stream of an answer."""
    with request.get(OPERATION, trace_of(request)).step("stream") as step:
        try:
            yield step
        finally:
            if step.is_recording:
                step.note("holdback.stream.chunks_in", tally.came)
                step.note("holdback.stream.chunks_out", tally.went)
                if tally.first_text_seconds:
                    step.note("holdback.stream.first_text_seconds", tally.first_text_seconds)


def note_failure(request: web.Request, step: Step, error: GatewayError) -> None:
    """A stream failed after its headers: so did the operation, and the request."""
    for one in (step, request.get(OPERATION, NOTHING), trace_of(request)):
        one.fail(error.code)


def _note_server(step: Step, provider: Provider) -> None:
    url = urlsplit(provider.base_url)
    step.note("server.address", url.hostname or "")
    step.note("server.port", url.port or (443 if url.scheme == "https" else 80))
