"""The call to the model provider.

Laws kept here: headers pass by allow-list, both ways; the client's key never goes up, cookies never come down; the
provider is asked for plain bytes and a compressed answer is refused, not guessed at; foreign exceptions become ours,
without their text.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp

from gateway.errors import GatewayError, ResponseTooLarge, UpstreamProtocolError, UpstreamTimeout, UpstreamUnavailable
from gateway.services import Services

REQUEST_HEADERS = (
    *("Accept", "OpenAI-Beta", "OpenAI-Organization", "OpenAI-Project", "Idempotency-Key"),
    *("Anthropic-Version", "Anthropic-Beta"),
)
RESPONSE_HEADERS = frozenset({"retry-after", "retry-after-ms", "openai-processing-ms", "openai-version"})
RATE_LIMIT_PREFIXES = ("x-ratelimit-", "anthropic-ratelimit-")
HEADER_CHARS_MAX = 256


@asynccontextmanager
async def call(
    services: Services, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
) -> AsyncIterator[aiohttp.ClientResponse]:
    """The provider's answer to a request on `path` (below its base URL).

    Raises:
        UpstreamTimeout, UpstreamUnavailable, UpstreamProtocolError: also from inside the block.
    """
    settings = services.settings
    passed = {name: headers[name][:HEADER_CHARS_MAX] for name in REQUEST_HEADERS if name in headers}
    passed |= {"Accept-Encoding": "identity", "User-Agent": "holdback"}
    if body is not None:
        passed["Content-Type"] = "application/json"
    if settings.upstream_key is not None:
        passed["Authorization"] = f"Bearer {settings.upstream_key.get_secret_value()}"
        if path.startswith("/messages"):
            passed["x-api-key"] = settings.upstream_key.get_secret_value()
    url = settings.upstream.base_url.rstrip("/") + path
    failure: GatewayError
    response = None
    try:
        async with asyncio.timeout(settings.upstream.silence_seconds):
            response = await services.upstream.request(method, url, data=body, headers=passed, allow_redirects=False)
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise UpstreamProtocolError
        yield response
        return
    except TimeoutError:
        failure = UpstreamTimeout()
    except (aiohttp.ClientPayloadError, aiohttp.ClientConnectionError, OSError):
        failure = UpstreamUnavailable()
    except aiohttp.ClientError:
        failure = UpstreamProtocolError()
    finally:
        if response is not None:
            response.release()
    # Out here, so that it holds no reference to the foreign exception.
    raise failure


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
