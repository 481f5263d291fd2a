"""The short way of a piece (`server/live.py`) and the ordinary way give the same bytes; and the short way is taken."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from gateway.inspection.inspector import Inspector
from gateway.server import driver
from gateway.server.driver import TURN_BYTES, Driver
from gateway.stream.session import Session
from tests.fakes.gateway import KEY, serve_gateway
from tests.fakes.provider import DONE, Provider, chunk, stream

ASK = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}
TEXT = 'Write to jane.doe@example.com, "please",\nor to 536-22-8726 if you\'re late 😀 tomorrow.'
DELTAS = [TEXT[at : at + 4] for at in range(0, len(TEXT), 4)]


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What `Driver._take` answered, by piece."""
    answers: list[bool] = []
    original = Driver._take

    def take(self: Driver, data: bytes) -> bool:
        answers.append(original(self, data))
        return answers[-1]

    monkeypatch.setattr(Driver, "_take", take)
    return answers


@contextlib.contextmanager
def nothing(*_: object) -> Iterator[None]:
    yield


async def ask(url: str) -> bytes:
    head = {"Authorization": f"Bearer {KEY}"}
    async with (
        aiohttp.ClientSession(headers=head) as http,
        http.post(f"{url}/v1/chat/completions", json=ASK) as response,
    ):
        assert response.status == 200
        return await response.read()


def paced(provider: Provider, pieces: list[bytes]) -> None:
    provider.pieces, provider.pause_seconds = pieces, 0.004


BODY = b"".join(stream(DELTAS))
CASES: dict[str, list[bytes]] = {
    "one event a piece": stream(DELTAS),
    "two choices": stream(DELTAS, choices=2),
    "cut anywhere": [BODY[at : at + 97] for at in range(0, len(BODY), 97)],
    "two events a piece": [b"".join(pair) for pair in zip(*[iter(stream(DELTAS)[:24])] * 2, strict=True)] + [DONE],
    "comments between": [part for event in stream(DELTAS) for part in (event, b": jane.doe@example.com\n\n")],
    "a broken event": [*stream(DELTAS)[:-2], b"data: {jane.doe@example.com}\n\n", chunk({"content": "more"})],
    "an error event": [*stream(DELTAS)[:-2], b'data: {"error": {"message": "over", "code": "x"}}\n\n'],
    "no end": stream(DELTAS)[:-2],
}


@pytest.mark.parametrize("name", CASES)
async def test_both_ways_give_the_same_bytes(
    name: str, provider: Provider, taken: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    paced(provider, CASES[name])
    async with serve_gateway(provider.base_url) as (url, _):
        short = await ask(url)
        assert sum(taken) > len(CASES[name]) / 2, "the short way is the usual one"
        monkeypatch.setattr(driver, "live", nothing)
        count = len(taken)
        ordinary = await ask(url)
        assert len(taken) == count, "the other one was the ordinary way"
    assert short == ordinary
    assert b"jane.doe@" not in short
    assert b"[EMAIL_ADDRESS]" in short


async def test_a_fault_on_the_short_way_fails_closed(
    provider: Provider, taken: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Session.take
    count = 0

    def take(self: Session, data: bytes) -> Any:
        nonlocal count
        count += 1
        if count == 5:
            raise ZeroDivisionError(TEXT)
        return original(self, data)

    monkeypatch.setattr(Session, "take", take)
    paced(provider, stream(DELTAS))
    async with serve_gateway(provider.base_url) as (url, _):
        body = await ask(url)
    assert count == 5, "nothing is taken after it"
    last = json.loads(body.decode().rstrip().rsplit("data: ", 1)[1])
    assert last["error"]["code"] == "inspection_failed"
    assert b"jane" not in body
    assert b"[DONE]" not in body


async def test_a_scanner_that_raises_on_the_short_way_fails_closed(
    provider: Provider, taken: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = Inspector.scan

    def broken(self: Inspector, raw: str, *args: Any, **kwargs: Any) -> Any:
        if "jane" in raw:
            raise RuntimeError(raw)
        return scan(self, raw, *args, **kwargs)

    paced(provider, stream(DELTAS))
    async with serve_gateway(provider.base_url) as (url, _):
        monkeypatch.setattr(Inspector, "scan", broken)
        body = await ask(url)
    assert any(taken)
    assert b"inspection_failed" in body
    assert b"jane" not in body


async def test_a_slow_client_on_the_short_way_slows_the_provider(provider: Provider, taken: list[bool]) -> None:
    """Pieces that come alone are refused as soon as the client's buffer is full, and then nothing more is read."""
    sent = 0

    def count(number: int, *_: Any) -> None:
        nonlocal sent
        sent = number

    paced(provider, stream(["word " * 4000] * 800))
    provider.before, provider.pause_seconds = count, 0.0005
    async with (
        serve_gateway(provider.base_url) as (url, _),
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}, read_bufsize=1024) as http,
        http.post(f"{url}/v1/chat/completions", json=ASK) as response,
    ):
        await response.content.readany()
        stuck_at = -1
        while sent != stuck_at:
            stuck_at = sent
            await asyncio.sleep(0.2)
        assert sent == stuck_at < 790
        assert True in taken
        assert taken[-1] is False
        text = (await response.read()).decode()
    assert text.endswith("data: [DONE]\n\n")
    assert text.count("word ") == 800 * 4000


async def raw_answer(url: str, version: str) -> bytes:
    """The answer as it comes over the wire."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    body = json.dumps(ASK)
    writer.write(
        f"POST /v1/chat/completions {version}\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    )
    answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize(("version", "is_chunked"), [("HTTP/1.0", False), ("HTTP/1.1", True)])
async def test_the_framing_is_the_one_that_was_announced(
    version: str, is_chunked: bool, provider: Provider, taken: list[bool]
) -> None:
    paced(provider, stream(DELTAS))
    async with serve_gateway(provider.base_url) as (url, _):
        head, _, body = (await raw_answer(url, version)).partition(b"\r\n\r\n")
    assert any(taken)
    assert (b"chunked" in head.lower()) == is_chunked
    whole = b"".join(unchunked(body)) if is_chunked else body
    assert whole.startswith(b"data: ")
    assert whole.endswith(DONE)
    assert b"[EMAIL_ADDRESS]" in whole


def unchunked(body: bytes) -> Iterator[bytes]:
    """By the letter of RFC 9112, section 7.1."""
    while True:
        size, _, body = body.partition(b"\r\n")
        length = int(size, 16)
        part, end, body = body[:length], body[length : length + 2], body[length + 2 :]
        assert end == b"\r\n"
        if not length:
            assert body == b""
            return
        yield part


async def test_pieces_are_written_one_by_one(provider: Provider, taken: list[bool]) -> None:
    """No piece waits for the next one: law 1's `as soon as it is decided`."""
    arrived: list[int] = []

    def note(number: int, *_: Any) -> None:
        arrived.append(number)

    paced(provider, stream(["word "] * 40))
    provider.before, provider.pause_seconds = note, 0.01
    behind: list[int] = []
    async with (
        serve_gateway(provider.base_url) as (url, _),
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as http,
        http.post(f"{url}/v1/chat/completions", json=ASK) as response,
    ):
        events = 0
        async for piece in response.content.iter_any():
            events += piece.count(b"\n\n")
            behind.append(len(arrived) - events)
    assert sorted(behind)[len(behind) // 2] <= 1


async def test_much_at_once_does_not_hold_the_loop(provider: Provider, http: aiohttp.ClientSession) -> None:
    """A provider that says everything in one piece: other coroutines get their turns in between."""
    count, turns = 4000, 0
    provider.pieces = [b"".join(chunk({"content": f"word {number} "}) for number in range(count)), *stream([""])]

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async with serve_gateway(provider.base_url) as (url, _):
        task = asyncio.create_task(others())
        async with http.post(f"{url}/v1/chat/completions", json=ASK) as response:
            body = await response.read()
        task.cancel()
    assert body.count(b"word") >= count - 1
    size = sum(map(len, provider.pieces))
    assert turns > size / TURN_BYTES / 2
