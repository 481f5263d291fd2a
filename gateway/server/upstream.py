"""The call to the model provider.

Laws kept here: headers pass by allow-list, both ways; the client's key never goes up, cookies never come down; the
provider is asked for plain bytes and a compressed answer is refused, not guessed at; foreign exceptions become ours,
without their text. Another provider of the route is asked when one does not answer, or says that it cannot now; never
after the first byte of an answer went out.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from math import ceil

import aiohttp

from gateway.errors import GatewayError, ResponseTooLarge, UpstreamProtocolError, UpstreamTimeout, UpstreamUnavailable
from gateway.errors.providers import UnknownModel
from gateway.observe.tracing import NOTHING, Step
from gateway.pool import Provider, now
from gateway.providers.breaker import pause_seconds
from gateway.providers.kind import MESSAGES, MODELS
from gateway.providers.routing import Candidate
from gateway.server.tracing import attempt, note_outcome
from gateway.server.translated import TranslatedStream, translated, translation_of
from gateway.services import Services
from gateway.wire.translation.translation import Asked, Translation

REQUEST_HEADERS = (
    *("Accept", "OpenAI-Beta", "OpenAI-Organization", "OpenAI-Project", "Idempotency-Key"),
    *("Anthropic-Version", "Anthropic-Beta"),
)
RESPONSE_HEADERS = frozenset({"retry-after", "retry-after-ms", "openai-processing-ms", "openai-version"})
RATE_LIMIT_PREFIXES = ("x-ratelimit-", "anthropic-ratelimit-")
HEADER_CHARS_MAX = 256
UNASKED = Asked()


RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504, 529})
"""What another provider may do better. Anything else is an answer."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request on its way up.

    `endpoint` is ours, `path` its place below a provider's base URL for a provider that has the endpoint; `body` writes
    the body for a candidate, in the words of the endpoint that it is asked at. `others` are the endpoints that
    requests to this one can be translated to. `kept_by`: the only provider that has what the request is about.
    `permitted` leaves those that the caller may use.
    `step`: of the trace; each attempt is a step in it, which providers are told of where `tells_trace`.
    `regions`: where its data may go by the caller's policy; anywhere, when there are none.
    """

    method: str
    endpoint: str
    path: str
    model: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: Callable[[Candidate], bytes] | None = None
    others: tuple[str, ...] = ()
    asked: Asked = UNASKED
    kept_by: str = ""
    permitted: Callable[[Sequence[Candidate]], list[Candidate]] = list
    regions: frozenset[str] = frozenset()
    step: Step = NOTHING
    tells_trace: bool = False

    def within(self, step: Step, services: Services) -> Ask:
        """The same, in a step of a trace."""
        return (
            replace(self, step=step, tells_trace=services.settings.tracing.tells_providers) if step.trace_id else self
        )


@dataclass(slots=True)
class Answer:
    """A provider's answer: its head is here, its body is to be read."""

    response: aiohttp.ClientResponse
    provider: Provider
    translation: Translation | None
    asked: Asked

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def source(self) -> aiohttp.ClientResponse | TranslatedStream:
        """The body as a stream in the client's words."""
        if self.translation is None:
            return self.response
        return TranslatedStream(self.response, self.translation.stream(self.asked))

    def translated(self, body: bytes) -> bytes:
        """A whole body in the client's words.

        Raises:
            UpstreamProtocolError: it cannot be read.
        """
        return body if self.translation is None else translated(self.translation, body, self.status, self.asked)


@asynccontextmanager
async def call(services: Services, ask: Ask) -> AsyncIterator[Answer]:
    """The answer of the first provider that gives one. Others are asked only before this one's first byte is used.

    Raises:
        UnknownModel: no provider is set up for this model here.
        UpstreamTimeout, UpstreamUnavailable, UpstreamProtocolError: also from inside the block.
    """
    pool, routing = services.pool, services.settings.routing
    candidates = ask.permitted(pool.routing.candidates(ask.model, ask.endpoint, ask.others))
    if ask.kept_by:
        candidates = [one for one in candidates if one.provider == ask.kept_by]
    if ask.regions:
        candidates = [one for one in candidates if pool.providers[one.provider].region in ask.regions]
    if not candidates:
        raise UnknownModel(param="model")
    left = [candidate for _ in range(routing.rounds) for candidate in candidates]
    failure: GatewayError = UpstreamUnavailable()
    fallen: Answer | None = None
    asked = 0
    while left:
        candidate = left.pop(0)
        provider = pool.providers[candidate.provider]
        if asked and asked % len(candidates) == 0:
            pause = pause_seconds(asked // len(candidates) - 1, routing.backoff_seconds, random.random())  # noqa: S311 - no secret
            wait = min(max(pause, provider.breaker.wait_seconds(now())), routing.backoff_cap_seconds)
            await asyncio.sleep(wait)
        asked += 1
        if not provider.breaker.allows(now()):
            failure = UpstreamUnavailable(retry_after_seconds=max(ceil(provider.breaker.wait_seconds(now())), 1))
            continue
        outcome = await _attempt(services, ask, candidate, provider, has_others=len(candidates) > 1)
        if isinstance(outcome, GatewayError):
            failure = outcome
            continue
        if fallen is not None:
            fallen.response.release()
        fallen = outcome
        if outcome.status not in RETRIED_STATUSES:
            break
    if fallen is not None:
        # Of all that failed, the provider's own words say most.
        with services.metrics.providers.using(fallen.provider.name):
            async with _reading(fallen):
                yield fallen
        return
    raise failure


async def _attempt(
    services: Services, ask: Ask, candidate: Candidate, provider: Provider, *, has_others: bool
) -> Answer | GatewayError:
    """Ask one provider, and tell its breaker how that went."""
    known = False
    try:
        with services.metrics.providers.asking(provider.name), attempt(ask.step, ask.method, provider) as step:
            outcome = await _asked(ask, candidate, provider, step)
            note_outcome(step, outcome if isinstance(outcome, GatewayError) else outcome.status)
        known = True
    finally:
        if not known:
            provider.breaker.gave_up()
    if isinstance(outcome, GatewayError):
        provider.breaker.failed(now())
        label = outcome.code
    elif outcome.status in RETRIED_STATUSES:
        # Where there is no other, asking again costs no more than not asking.
        provider.breaker.failed(now(), retry_after(outcome.response.headers) if has_others else None)
        label = str(outcome.status)
    else:
        provider.breaker.succeeded()
        label = "answered"
    services.metrics.providers.attempts.labels(provider.name, label).inc()
    return outcome


async def _asked(ask: Ask, candidate: Candidate, provider: Provider, step: Step) -> Answer | GatewayError:
    path = ask.path if candidate.path == ask.endpoint else candidate.path.removeprefix("/v1")
    body = ask.body(candidate) if ask.body is not None else None
    headers = request_headers(ask.headers, candidate.path, provider, has_body=body is not None)
    if ask.tells_trace and step.traceparent:
        headers["traceparent"] = step.traceparent
    try:
        async with asyncio.timeout(provider.waits.silence_seconds):
            response = await provider.session.request(
                ask.method,
                provider.base_url + path,
                data=body,
                headers=headers,
                allow_redirects=False,
            )
    except TimeoutError:
        return UpstreamTimeout()
    except (aiohttp.ClientPayloadError, aiohttp.ClientConnectionError, OSError):
        return UpstreamUnavailable()
    except aiohttp.ClientError:
        return UpstreamProtocolError()
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        response.close()
        return UpstreamProtocolError()
    return Answer(response, provider, translation_of(ask.endpoint, candidate), ask.asked)


@asynccontextmanager
async def _reading(answer: Answer) -> AsyncIterator[None]:
    """While the body is read: foreign exceptions become ours."""
    failure: GatewayError
    try:
        yield
        return
    except TimeoutError:
        failure = UpstreamTimeout()
    except (aiohttp.ClientPayloadError, aiohttp.ClientConnectionError, OSError):
        failure = UpstreamUnavailable()
    except aiohttp.ClientError:
        failure = UpstreamProtocolError()
    finally:
        answer.response.release()
    # Out here, so that it holds no reference to the foreign exception.
    raise failure


def request_headers(headers: Mapping[str, str], endpoint: str, provider: Provider, *, has_body: bool) -> dict[str, str]:
    """The headers that go up to this endpoint: what the client may say to it, and what the provider wants."""
    kind = provider.kind
    is_messages = endpoint.startswith(MESSAGES)
    foreign = "openai-" if is_messages else "anthropic-"
    names = [name for name in REQUEST_HEADERS if not name.lower().startswith(foreign) or endpoint == MODELS]
    passed = {name: value for name, value in kind.headers.items() if name not in headers}
    passed |= {name: headers[name][:HEADER_CHARS_MAX] for name in names if name in headers}
    passed |= {"Accept-Encoding": "identity", "User-Agent": "holdback"}
    if has_body:
        passed["Content-Type"] = "application/json"
    if provider.key is not None:
        key = provider.key.get_secret_value()
        passed[kind.key_header] = kind.key_prefix + key
        if is_messages and kind.key_header == "Authorization":
            passed["x-api-key"] = key  # whoever has this endpoint may want its key in either place
    return passed


def retry_after(headers: Mapping[str, str]) -> float | None:
    """For how many seconds a provider asks to be left alone (RFC 9110, 10.2.3); None when it says no number."""
    seconds = headers.get("Retry-After", "").strip()
    return float(seconds) if seconds.isdecimal() and len(seconds) < 10 else None


async def read_body(response: aiohttp.ClientResponse, cap_bytes: int, silence_seconds: float) -> bytes:
    """The whole body of an answer.

    Raises:
        ResponseTooLarge: it is over the cap.
        TimeoutError: the provider fell silent.
    """
    parts: list[bytes] = []
    size = 0
    while True:
        async with asyncio.timeout(silence_seconds):
            part = await response.content.readany()
        if not part:
            return b"".join(parts)
        size += len(part)
        if size > cap_bytes:
            raise ResponseTooLarge
        parts.append(part)


def response_headers(response: aiohttp.ClientResponse) -> dict[str, str]:
    """The headers of an answer that may come down."""
    return {
        name: value[:HEADER_CHARS_MAX]
        for name, value in response.headers.items()
        if name.lower() in RESPONSE_HEADERS or name.lower().startswith(RATE_LIMIT_PREFIXES)
    }
