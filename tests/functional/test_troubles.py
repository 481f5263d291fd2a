"""Every row of docs/troubles.md: what the client gets, what is logged, and that nothing uninspected left."""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.inspection.inspector import Inspector
from gateway.observe import log
from gateway.settings import Limits
from tests.fakes.gateway import KEY, serve_gateway
from tests.fakes.provider import DONE, Provider, chunk

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "troubles.md").read_text(encoding="utf-8")
VALUE = "jane.doe@example.com"
TEXT = f"Write to {VALUE} or to 536-22-8726, then"
ASK = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}
LIMITS = Limits(request_bytes=4096, event_bytes=8192, response_bytes=65536, body_read_seconds=0.3, json_depth=16)
Prepare = Callable[[Provider], Any]


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading."""
    section = PAGE.split(f"## {heading}")[1].split("\n## ")[0]
    cells = [[c.strip() for c in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("| `")]
    return [[re.match(r"`([^`]+)`", row[0]).group(1), *row[1:]] for row in cells]  # type: ignore[union-attr]


def said(provider: Provider, *end: bytes) -> None:
    """The provider says most of TEXT, then `end`."""
    provider.pieces = [chunk({"content": TEXT[at : at + 3]}) for at in range(0, len(TEXT), 3)] + list(end)


def drop(provider: Provider) -> None:
    """It says TEXT and then resets the connection."""
    said(provider, b"data: ")

    def abort(number: int, _response: object, request: Any) -> None:
        if number == len(provider.pieces) - 1:
            request.transport.abort()

    provider.before = abort


def stall(provider: Provider) -> None:
    """It says TEXT and then nothing."""
    said(provider, b"data: ")

    async def sleep(number: int, *_: object) -> None:
        if number == len(provider.pieces) - 1:
            await asyncio.sleep(30)

    provider.before = sleep


def answers(status: int = 200, **headers: str) -> Prepare:
    """It says TEXT under another status or other headers."""

    def prepare(provider: Provider) -> None:
        said(provider)
        provider.status = status
        provider.headers.update({name.replace("_", "-"): value for name, value in headers.items()})

    return prepare


def silent(provider: Provider) -> None:
    """It does not answer at all."""
    provider.delay_seconds = 5


def large(provider: Provider) -> None:
    """Its answer is over the cap."""
    provider.body = {"choices": [], "x": "y" * 100_000}


IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
ERROR_EVENT = b'data: {"error": {"message": "no more for jane.doe@example.com", "code": "rig"}}\n\n'
STREAMS: dict[str, Prepare] = {
    "error-event": lambda p: said(p, ERROR_EVENT),
    "half-event": lambda p: said(p, b'data: {"choices": [{"index": 0, "delta": {"content": "jane.d'),
    "reset": drop,
    "ends-without-finish": said,
    "stall": stall,
    "broken-event": lambda p: said(p, b"data: {jane.doe@example.com}\n\n"),
    "duplicate-key-in-event": lambda p: said(
        p, b'data: {"choices": [{"index": 0, "delta": {"content": "a", "content": "jane.doe@example.com"}}]}\n\n'
    ),
    "not-utf-8": lambda p: said(p, chunk({"content": "X"}).replace(b"X", b"\xff\xfe")),
    "endless-line": lambda p: said(p, *[b"data: " + b"x" * 4000] * 5),
    "event-of-5-mb": lambda p: said(p, chunk({"content": "y" * 5_000_000}), DONE),
    "attachment-in-answer": lambda p: said(p, chunk({"images": [IMAGE]}), DONE),
    "inspection-takes-too-long": lambda p: said(p, DONE),
    "inspection-raises": lambda p: said(p, DONE),
}
ANSWERS: dict[str, Prepare] = {
    "provider-silent": silent,
    "wrong-content-type": answers(Content_Type="text/html"),
    "compressed-answer": answers(Content_Encoding="x-gzip"),
    "answer-not-json": answers(Content_Type="application/json"),
    "answer-too-large": large,
    "provider-error-page": answers(500, Content_Type="text/html"),
}


@pytest.fixture
def logs() -> io.StringIO:
    out = io.StringIO()
    log.configure("debug", human=False, stream=out)
    return out


async def post(url: str, data: bytes | None = None, **headers: str) -> tuple[aiohttp.ClientResponse, str]:
    """One chat request and its whole answer."""
    sent = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json", **headers}
    body = json.dumps(ASK).encode() if data is None else data
    async with aiohttp.ClientSession() as http, http.post(f"{url}/v1/chat/completions", data=body, headers=sent) as r:
        try:
            return r, await r.text()
        except aiohttp.ClientPayloadError:
            return r, ""


def clean(*texts: str) -> None:
    """No value anywhere, whole or in its better part."""
    for text in texts:
        for leaked in (VALUE, "jane.doe@", "536-22-8726", "536-22"):
            assert leaked not in text


@pytest.mark.parametrize(("trouble", "code", "logged"), rows("After"), ids=lambda v: v if "-" in str(v) else "")
async def test_after_the_headers(
    trouble: str, code: str, logged: str, provider: Provider, logs: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    STREAMS[trouble](provider)
    if trouble == "inspection-raises":
        scan = Inspector.scan

        def broken(self: Inspector, raw: str, *args: Any, **kwargs: Any) -> Any:
            if len(raw) > 30:
                raise RuntimeError(raw)
            return scan(self, raw, *args, **kwargs)

        monkeypatch.setattr(Inspector, "scan", broken)
    limits = LIMITS.model_copy(update={"stream_cpu_seconds": 1e-4}) if trouble.endswith("too-long") else LIMITS
    async with serve_gateway(provider.base_url, limits=limits, silence_seconds=0.5) as (url, _):
        response, text = await post(url)
    assert response.status == 200
    assert "[DONE]" not in text
    last = json.loads(text.rstrip().rsplit("data: ", 1)[1])
    expected = re.findall(r"`(\w+)`", code)
    assert last["error"]["code"] == (expected[0] if expected else "rig")
    if not trouble.startswith("inspection-"):
        assert "[EMAIL_ADDRESS]" in text
    clean(text, logs.getvalue())
    assert logged.strip("`") in logs.getvalue()


Call = Callable[[str, Provider], Awaitable[tuple[aiohttp.ClientResponse, str]]]


async def other(method: str, url: str) -> tuple[aiohttp.ClientResponse, str]:
    sent = {"Authorization": f"Bearer {KEY}"}
    async with aiohttp.ClientSession() as http, http.request(method, url, headers=sent) as r:
        return r, await r.text()


async def slow_body(url: str, _: Provider) -> tuple[aiohttp.ClientResponse, str]:
    async def body() -> Any:
        yield b'{"model": '
        await asyncio.sleep(2)
        yield b"1}"

    sent = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession() as http, http.post(f"{url}/v1/chat/completions", data=body(), headers=sent) as r:
        return r, await r.text()


def with_message(content: Any) -> bytes:
    return json.dumps({**ASK, "messages": [{"role": "user", "content": content}]}).encode()


async def plain(url: str, _: Provider) -> tuple[aiohttp.ClientResponse, str]:
    return await post(url)


REQUESTS: dict[str, Call] = {
    "wrong-key": lambda url, _: post(url, Authorization="Bearer jane.doe@example.com"),
    "unknown-path": lambda url, _: other("GET", f"{url}/v1/jane.doe@example.com"),
    "wrong-method": lambda url, _: other("GET", f"{url}/v1/chat/completions"),
    "not-json": lambda url, _: post(url, b"{jane.doe@example.com"),
    "duplicate-key": lambda url, _: post(url, b'{"a": 1, "a": "jane.doe@example.com"}'),
    "nested-too-deeply": lambda url, _: post(url, b'{"a": ' + b"[" * 40 + b'"jane.doe@example.com"' + b"]" * 40 + b"}"),
    "request-too-large": lambda url, _: post(url, with_message(f"{VALUE} " * 1000)),
    "compressed-request": lambda url, _: post(url, b"jane.doe@example.com", **{"Content-Encoding": "gzip"}),
    "slow-request-body": slow_body,
    "attachment": lambda url, _: post(url, with_message([IMAGE])),
}


@pytest.mark.parametrize(("trouble", "status", "code", "retry", "logged"), rows("Before"), ids=lambda v: str(v)[:30])
async def test_before_the_headers(
    trouble: str, status: str, code: str, retry: str, logged: str, provider: Provider, logs: io.StringIO
) -> None:
    limits = LIMITS
    base_url = provider.base_url
    if trouble == "provider-unreachable":
        base_url = "http://127.0.0.1:9/v1"
    if trouble == "too-many-streams":
        limits = LIMITS.model_copy(update={"streams": 0})
    if trouble in ANSWERS:
        ANSWERS[trouble](provider)
    call = REQUESTS.get(trouble, plain)
    async with serve_gateway(base_url, limits=limits, silence_seconds=0.5) as (url, _):
        response, text = await call(url, provider)
    assert response.status == int(status)
    assert json.loads(text)["error"]["code"] == code.strip("`")
    assert (response.headers.get("x-should-retry") == "false") == (retry == "no")
    assert response.headers["X-Request-Id"].startswith("req_")
    assert ("Retry-After" in response.headers) == ("Retry-After" in retry)
    clean(text, logs.getvalue())
    assert logged.strip("`") in logs.getvalue()
    assert response.headers["X-Request-Id"] in logs.getvalue()


async def test_the_providers_json_errors_pass_inspected(provider: Provider, logs: io.StringIO) -> None:
    provider.status = 429
    provider.headers["Retry-After"] = "7"
    provider.body = {"error": {"message": f"too much from {VALUE}", "type": "rate_limit_error", "code": "slow_down"}}
    async with serve_gateway(provider.base_url) as (url, _):
        response, text = await post(url)
    assert (response.status, response.headers["Retry-After"]) == (429, "7")
    assert json.loads(text)["error"]["message"] == "too much from [EMAIL_ADDRESS]"
    clean(text, logs.getvalue())


def test_each_row_has_its_case() -> None:
    """The page and the tests name the same troubles."""
    assert {row[0] for row in rows("After")} == set(STREAMS)
    own = {"provider-unreachable", "too-many-streams", *REQUESTS, *ANSWERS}
    assert {row[0] for row in rows("Before")} == own
