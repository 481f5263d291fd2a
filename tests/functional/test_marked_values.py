"""200 marked values through every route that the gateway has, its log at debug level, and once more with every method
of every room raising: nothing of them is on disk, in what was printed, in metrics, in traces or in the database."""

from __future__ import annotations

import asyncio
import base64
import inspect
import io
import itertools
import json
import pkgutil
import re
import sys
import urllib.parse
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

import aiohttp
import pytest

import gateway
import policies
import recognizers
from gateway.observe import log
from gateway.services import Services
from gateway.settings.tracing import TracingSettings
from tests.fakes.collector import Collector, serve_collector
from tests.fakes.gateway import KEY, serve_gateway
from tests.fakes.provider import Provider, chunk, stream

COUNT = 200
TIMEOUT = aiohttp.ClientTimeout(2)


def _luhn(body: str) -> str:
    digits = [int(digit) * (1 + (place % 2 == 0)) for place, digit in enumerate(reversed(body))]
    return body + str(-sum(digit - 9 * (digit > 9) for digit in digits) % 10)


KINDS: tuple[Callable[[int], str], ...] = (
    lambda n: f"marked{n:03}q.value@example.org",
    lambda n: f"{531 + n % 100}-47-{3100 + n}",
    lambda n: _luhn(f"4539578763{n:05}"),
    lambda n: f"Zqmarkedword{n:03}",  # nothing that is found, and still nobody's business
    lambda n: f"sk-proj-{'Mk7Qz' * 7}{n:03}xYz",
)
MARKS = [KINDS[number % len(KINDS)](number) for number in range(COUNT)]
FORMS = {
    form.encode()
    for mark in MARKS
    for form in (mark, urllib.parse.quote(mark), mark.encode().hex(), base64.b64encode(mark.encode()).decode()[:-4])
}
FOUND = re.compile(b"|".join(map(re.escape, sorted(FORMS))))


@dataclass
class Watched:
    """A gateway of which everything that it leaves behind is looked at."""

    url: str
    services: Services
    app_routes: list[tuple[str, str]]
    folder: Path
    out: io.StringIO
    collector: Collector

    async def leaks(self) -> dict[str, str]:
        """Where something of a value was left, and what of it."""
        places = {"log": self.out.getvalue().encode(), "metrics": self.services.metrics.render()}
        for file in await asyncio.to_thread(lambda: [one for one in self.folder.rglob("*") if one.is_file()]):
            places[file.name] = await asyncio.to_thread(file.read_bytes)
        return {place: found[0].decode() for place, data in places.items() if (found := FOUND.search(data))}


@asynccontextmanager
async def watched(provider: Provider, folder: Path) -> AsyncIterator[Watched]:
    out = io.StringIO()
    log.configure("debug", human=False, stream=out)
    async with serve_collector() as collector:
        tracing = TracingSettings(endpoint=collector.url, send_seconds=0.05)
        async with serve_gateway(provider.base_url, data_dir=str(folder), tracing=tracing) as (url, services):
            from gateway.server.app import make_app

            routes = {
                (route.method, route.resource.canonical)
                for route in make_app(services).router.routes()
                if route.resource is not None and route.method != "HEAD"
            }
            yield Watched(url, services, sorted(routes), folder, out, collector)
        leaked = FOUND.search(collector.raw)  # by now all is sent
        assert leaked is None, leaked[0]


def bodies(marks: Iterator[str]) -> Iterator[bytes]:
    """What a client may send, with values in every place of it: sound for all formats at once, and unsound."""
    said = f"I am {next(marks)}, call me at {next(marks)}."
    sound = {
        "model": "m",
        "max_tokens": 9,
        "messages": [
            {"role": "user", "content": said},
            {"role": "user", "content": [{"type": "text", "text": next(marks)}]},
        ],
        "prompt": next(marks),
        "input": next(marks),
        "metadata": {next(marks): next(marks)},
        "user": next(marks),
        next(marks): "x",
        "name": f"{next(marks)}\x00",
        "credential": next(marks),
    }
    yield json.dumps(sound).encode()
    yield json.dumps({**sound, "stream": True}).encode()
    yield f'{{"a": "{next(marks)}", "a": "{next(marks)}"}}'.encode()
    yield f'{{"messages": "{next(marks)}'.encode()
    yield f'["{next(marks)}", NaN]'.encode()


async def ask(http: aiohttp.ClientSession, method: str, url: str, body: bytes | None, mark: str) -> int:
    headers = {
        "Content-Type": "application/json",
        "X-Holdback-Conversation": mark,
        "X-Holdback-User": mark,
        "X-Marked": mark,
        "Cookie": f"a={mark}",
    }
    try:
        async with http.request(method, url, data=body, headers=headers, timeout=TIMEOUT) as answer:
            await answer.read()
            return answer.status
    except (aiohttp.ClientError, TimeoutError):
        return 0


def answering(provider: Provider, marks: Iterator[str]) -> None:
    """What the provider says: other values, in texts, in unknown fields and in an error."""
    said = f"The address is {next(marks)}, the number {next(marks)}."
    more: dict[str, Any] = {"note": next(marks), next(marks): next(marks)}
    pieces = stream(said[at : at + 5] for at in range(0, len(said), 5))
    provider.pieces = [chunk({"content": next(marks)}, **more), *pieces, b"data: {" + next(marks).encode()]
    message = {"role": "assistant", "content": said, next(marks): next(marks)}
    choice = {"index": 0, "message": message, "text": said, "finish_reason": "stop"}
    provider.body = {"id": "c", "object": "x", "model": "m", "choices": [choice], "error": {"message": next(marks)}}


async def test_nothing_of_200_values_is_left_by_any_route(provider: Provider, tmp_path: Path, capfd: Any) -> None:
    marks = itertools.cycle(MARKS)
    reached: set[str] = set()
    async with watched(provider, tmp_path) as one:
        assert len(one.app_routes) > 40
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as http:
            tries = [(method, path, 200) for method, path in one.app_routes]
            tries += [(method, path, 400) for method, path in one.app_routes if re.match("/v1/(?!ai/)", path)]
            for method, path, status in tries:
                answering(provider, marks)
                streamed, whole = provider.pieces, provider.body
                provider.status = status
                agent = path.replace("{agent}", "default")
                filled = re.sub(r"{\w+[^}]*}", lambda _: urllib.parse.quote(next(marks), safe=""), agent)
                few = 1 if path.startswith(("/admin", "/v1/ai/")) else 5
                for number, body in enumerate(itertools.islice(bodies(marks), few) if method != "GET" else [None]):
                    provider.body = None if number == 1 and status == 200 else whole
                    provider.pieces = streamed
                    query = f"?q={urllib.parse.quote(next(marks))}" if number == 2 else ""
                    if await ask(http, method, f"{one.url}{filled}{query}", body, next(marks)) == 200:
                        reached.add(path)
            async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {MARKS[4]}"}) as stranger:
                for method, path in one.app_routes:
                    await ask(stranger, method, one.url + path.replace("{", "").replace("}", ""), b"{}", next(marks))
        await one.services.audit.log.flush()
        assert {"/v1/chat/completions", "/v1/messages", "/v1/embeddings", "/v1/models", "/metrics"} <= reached
        assert await one.leaks() == {}
        printed = capfd.readouterr()
        assert not FOUND.search((printed.out + printed.err).encode())
    assert len(provider.requests) > 20
    assert len(one.collector.spans) > 100
    assert await asyncio.to_thread(lambda: list(tmp_path.rglob("*.sqlite3"))), "there is a database to look at"


async def test_a_value_in_the_log_or_on_the_disk_is_found(provider: Provider, tmp_path: Path) -> None:
    """The test above can fail: planted leaks."""
    async with watched(provider, tmp_path) as one:
        assert await one.leaks() == {}
        log.logger().info("planted", value=MARKS[0])
        (tmp_path / "planted").write_bytes(base64.b64encode(f"xx{MARKS[3]}".encode()[2:]))
        assert set(await one.leaks()) == {"log", "planted"}
    with pytest.raises(AssertionError, match="marked000"):
        async with watched(provider, tmp_path) as one:
            one.services.tracer.request(MARKS[0], "").end()


def methods(called: set[CodeType]) -> list[tuple[type, str]]:
    """Every method of every class of the three packages that was called, each once."""
    found: dict[tuple[type, str], None] = {}
    for package in (gateway, policies, recognizers):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name in sys.modules:
                for _, cls in inspect.getmembers(sys.modules[module.name], inspect.isclass):
                    if cls.__module__ == module.name:
                        functions = [(name, one) for name, one in vars(cls).items() if inspect.isfunction(one)]
                        own = [name for name, one in functions if one.__code__ in called]
                        found |= dict.fromkeys((cls, name) for name in own if not name.startswith("__"))
    return list(found)


async def some_requests(one: Watched, provider: Provider, marks: Iterator[str]) -> None:
    """A few of each sort, whole and streamed."""
    answering(provider, marks)
    whole = provider.body
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as http:
        for path in ("/v1/chat/completions", "/v1/messages", "/admin/auth/token"):
            for place, body in enumerate(itertools.islice(bodies(marks), 2)):
                provider.body = None if place else whole
                await ask(http, "POST", one.url + path, body, next(marks))


@pytest.mark.parametrize("most", [6, pytest.param(10_000, marks=pytest.mark.slow)], ids=["some", "all"])
async def test_every_method_that_raises_tells_nothing(
    provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any, most: int
) -> None:
    marks, reached, called = itertools.cycle(MARKS), 0, set[CodeType]()
    async with watched(provider, tmp_path / "first") as one:
        sys.setprofile(lambda frame, event, _: called.add(frame.f_code) if event == "call" else None)
        try:
            await some_requests(one, provider, marks)
        finally:
            sys.setprofile(None)
    found = methods(called)
    assert len(found) > 150
    for number, (cls, name) in enumerate(found[:: max(1, len(found) // most)]):
        raised = False

        def explode(*args: Any, **kwargs: Any) -> Any:
            nonlocal raised
            raised = True
            raise RuntimeError(f"{next(marks)} {args} {kwargs}")

        async with watched(provider, tmp_path / str(number)) as one:
            with monkeypatch.context() as patch:
                patch.setattr(cls, name, explode)
                await some_requests(one, provider, marks)
            reached += raised
            assert await one.leaks() == {}, (cls, name)
    assert reached > min(most, len(found)) // 2
    printed = capfd.readouterr()
    assert not FOUND.search((printed.out + printed.err).encode())
