"""The application's own scanner: what it sees, what its word does, and what happens without one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from gateway.alerts.signature import HEADER, problem
from gateway.audit.event import Kind
from gateway.errors import ConfigurationError
from gateway.services import Services
from gateway.settings.egress import EgressSettings
from gateway.settings.guardrail import GuardrailSettings
from gateway.stores.tables.audit import Filter
from tests.fakes.gateway import serve_gateway
from tests.fakes.provider import DONE, Provider, chunk, stream
from tests.functional.test_firewall import ask, body, write

SECRET = "a-secret-of-these-tests"
VALUES = ("219-09-9999", "jane.doe@mail.example.com", "4111 1111 1111 1111")
NEW = "bob@other.example.org"
Answer = Callable[[Any], Awaitable[web.Response]]


class Scanner:
    """A scanner that answers as a test says, and remembers what it saw."""

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.headers: list[dict[str, str]] = []
        self.raw: list[bytes] = []
        self.blocks = ""
        self.answer: web.Response | None = None
        self.delay_seconds = 0.0
        self.origin = ""

    async def take(self, request: web.Request) -> web.Response:
        """The handler."""
        self.raw.append(await request.read())
        self.seen.append(json.loads(self.raw[-1]))
        self.headers.append(dict(request.headers))
        await asyncio.sleep(self.delay_seconds)
        if self.answer is not None:
            return self.answer
        said = " ".join(text["text"] for text in self.seen[-1]["texts"])
        return web.json_response({"verdict": "block" if self.blocks and self.blocks in said else "allow"})

    def texts(self, direction: str) -> list[str]:
        return [text["text"] for one in self.seen if one["direction"] == direction for text in one["texts"]]


@pytest.fixture
async def scanner() -> AsyncIterator[Scanner]:
    served, app = Scanner(), web.Application(client_max_size=1 << 26)
    app.router.add_post("/check", served.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    served.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield served
    await runner.cleanup()


@asynccontextmanager
async def guarded(
    provider: Provider, scanner: Scanner, folder: Path, *, guardrail: str = "mode: both", more: str = ""
) -> AsyncIterator[tuple[str, Services]]:
    policy = write(folder, f"extends: default\n{more}guardrail: {{url: '{scanner.origin}/check', {guardrail}}}\n")
    sections = {
        "egress": EgressSettings(open_origins=(scanner.origin,)),
        "guardrail": GuardrailSettings(secret=SecretStr(SECRET)),
    }
    async with serve_gateway(provider.base_url, policy=policy, sections=sections) as served:
        yield served


@pytest.mark.parametrize("more", ["", "entities: {'*': {request: allow, response: allow}}\n", "mode: monitor\n"])
async def test_it_sees_no_value_and_no_token_whatever_the_policy(
    http: aiohttp.ClientSession, provider: Provider, scanner: Scanner, tmp_path: Path, more: str
) -> None:
    asked = body(("system", "Be kind."), ("user", f"I am {VALUES[1]}, {VALUES[2]}."), ("tool", f"SSN {VALUES[0]}"))
    asked["messages"].append(
        {"role": "user", "content": [{"type": "text", "text": t} for t in ("411111", "1111111111")]}
    )
    async with guarded(provider, scanner, tmp_path, more=more) as (url, _):
        provider.pieces = stream(["Hello."])
        await ask(http, url, asked)
        up = json.loads(provider.requests[-1])["messages"]
        said = f"You said {up[1]['content']} and {NEW}."
        provider.pieces = stream([*said])
        _, text, _ = await ask(http, url, asked)
        assert "[DONE]" in text
        provider.body = {"id": "x", "choices": [{"index": 0, "message": {"role": "assistant", "content": said}}]}
        _, whole, _ = await ask(http, url, {**asked, "stream": False})
        assert (VALUES[1] in whole) is True, "and the user sees their own"
    sent = b"".join(scanner.raw).decode()
    tokens = [] if more else [word for word in up[1]["content"].split() if word.strip(",.") not in ("I", "am")]
    assert tokens or more
    for secret in (*VALUES, NEW, "411111", *tokens):
        assert secret not in sent
    assert scanner.texts("request")[:2] == ["Be kind.", "I am [EMAIL_ADDRESS], [CREDIT_CARD]."]
    assert scanner.texts("response")[1:] == ["You said I am [EMAIL_ADDRESS], [CREDIT_CARD]. and [EMAIL_ADDRESS]."] * 2
    assert {text["role"] for text in scanner.seen[0]["texts"]} == {"system", "user", "tool"}
    for raw, headers in zip(scanner.raw, scanner.headers, strict=True):
        at = float(headers[HEADER].partition("t=")[2].partition(",")[0])
        assert problem(raw, headers[HEADER], [SECRET], at) == ""


@pytest.mark.parametrize("is_stream", [True, False])
async def test_what_it_blocks_does_not_go_on(
    http: aiohttp.ClientSession, provider: Provider, scanner: Scanner, tmp_path: Path, is_stream: bool
) -> None:
    async with guarded(provider, scanner, tmp_path) as (url, services):
        scanner.blocks = "forbidden"
        status, text, _ = await ask(http, url, body(("user", "a forbidden thing"), stream=is_stream))
        assert (status, json.loads(text)["error"]["code"]) == (400, "guardrail_block")
        assert provider.requests == []
        said = "This is a forbidden answer."
        provider.pieces = stream([*said])
        if not is_stream:
            provider.body = {"id": "x", "choices": [{"index": 0, "message": {"role": "assistant", "content": said}}]}
        status, text, headers = await ask(http, url, body(("user", "Hi."), stream=is_stream))
        assert "guardrail_blocked_answer" in text
        assert "This" not in text, "not a character of it"
        assert "[DONE]" not in text
        assert status == (200 if is_stream else 502)
        rows = await services.audit.store.rows(Filter(request_id=headers["X-Request-Id"]))
        assert Kind.BLOCK.value in [row.kind for row in rows]


async def test_tool_arguments_and_reasoning_are_judged(
    http: aiohttp.ClientSession, provider: Provider, scanner: Scanner, tmp_path: Path
) -> None:
    scanner.blocks = "forbidden"
    call = {"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": '{"x": "forbidden"}'}}]}
    async with guarded(provider, scanner, tmp_path, guardrail="mode: response") as (url, _):
        for delta in ({"reasoning_content": "a forbidden thought"}, call):
            provider.pieces = [chunk(delta), chunk(None, finish="stop"), DONE]
            _, text, _ = await ask(http, url, body(("user", "forbidden in a request is not its matter")))
            assert "guardrail_blocked_answer" in text
            assert "forbidden" not in text
        assert scanner.texts("request") == []


NO_ANSWERS: tuple[tuple[int, str, dict[str, str]], ...] = (
    (500, '{"verdict": "allow"}', {}),
    (200, "yes", {}),
    (200, '{"verdict": "maybe"}', {}),
    (200, '["allow"]', {}),
    (200, "[" * 100_000, {}),
    (200, f'{{"verdict": "allow", "x": "{"x" * (1 << 17)}"}}', {}),
    (302, "", {"Location": "/check"}),
    (0, "late", {}),
)


@pytest.mark.parametrize("failure", ["closed", "open"])
async def test_without_an_answer_the_policy_says(
    http: aiohttp.ClientSession, provider: Provider, scanner: Scanner, tmp_path: Path, failure: str
) -> None:
    policy = f"mode: request, timeout_ms: 100, on_failure: {failure}"
    async with guarded(provider, scanner, tmp_path, guardrail=policy) as (url, services):
        provider.pieces = stream(["Hello."])
        for code, said, more in NO_ANSWERS:
            scanner.answer = web.Response(status=code, text=said, headers=more) if code else None
            scanner.delay_seconds = 0 if code else 0.5
            status, text, headers = await ask(http, url, body(("user", "Hi.")))
            assert (status, "guardrail_unavailable" in text) == ((503, True) if failure == "closed" else (200, False))
            rows = await services.audit.store.rows(Filter(request_id=headers["X-Request-Id"]))
            (noted,) = [json.loads(row.body) for row in rows if row.kind == Kind.FIREWALL.value]
            assert (noted["reason"], noted["outcome"]) == ("guardrail_unavailable", failure)


async def test_a_stream_whose_scanner_is_away_says_nothing(
    http: aiohttp.ClientSession, provider: Provider, scanner: Scanner, tmp_path: Path
) -> None:
    scanner.answer = web.Response(status=500)
    async with guarded(provider, scanner, tmp_path, guardrail="mode: response, timeout_ms: 100") as (url, _):
        provider.pieces = stream([*"Hello there."])
        _, text, _ = await ask(http, url, body(("user", "Hi.")))
        assert "guardrail_unavailable" in text
        assert "Hello" not in text
        assert "[DONE]" not in text


async def test_a_url_inside_is_refused_at_start(provider: Provider, tmp_path: Path) -> None:
    for url in ("http://scanner.example.com/x", "https://10.0.0.1/x", "https://169.254.169.254/x"):
        policy = write(tmp_path, f"extends: default\nguardrail: {{url: '{url}', mode: both}}\n")
        with pytest.raises(ConfigurationError, match=r"guardrail\.url"):
            async with serve_gateway(provider.base_url, policy=policy):
                pass
