"""The load client: a process of its own, which keeps what it reads and looks at it when the traffic is over.

python -m tests.bench.client < CONFIG: one line of JSON on standard input (see `Load`), then `go`. On standard output:
`ready`, `done` when the traffic is over, and one line of JSON with the figures (see `measure`).
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import uvloop

from tests.bench.measure import Answer, measure

TIMEOUT_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Load:
    """What to ask for."""

    base_url: str
    key: str
    provider: str
    connections: int
    total: int
    chunks: int
    rate: float
    ramp_seconds: float
    streams: bool

    def request(self, tag: str) -> bytes:
        """One request, ready to send."""
        url = urlsplit(self.base_url)
        message = {"role": "user", "content": "Tell me, in a few paragraphs, what happened at the harbour that spring."}
        model = f"bench-{self.chunks}-{self.rate:g}-{tag}"
        body = json.dumps({"model": model, "messages": [message], "stream": self.streams}).encode()
        head = (
            f"POST {url.path}/chat/completions HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {self.key}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


class Connection(asyncio.Protocol):
    """One connection: a request at a time, its reads with their times."""

    def __init__(self) -> None:
        self.reads: list[tuple[float, bytes]] = []
        self._waiter: asyncio.Future[None] | None = None
        self._left = -1
        self._tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def ask(self, request: bytes) -> asyncio.Future[None]:
        """Send; done when the answer is over."""
        self.reads, self._left, self._tail = [], -1, b""
        self._waiter = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self._waiter

    def data_received(self, data: bytes) -> None:
        self.reads.append((time.monotonic(), data))
        if len(self.reads) == 1:
            head, _, rest = data.partition(b"\r\n\r\n")
            at = head.lower().find(b"content-length:")
            if at >= 0:
                self._left = int(head[at + 15 :].split(b"\r\n", 1)[0]) - len(rest)
        elif self._left > 0:
            self._left -= len(data)
        self._tail = (self._tail + data)[-5:]
        if self._left == 0 or (self._left < 0 and self._tail == b"0\r\n\r\n"):
            self._finish()

    def connection_lost(self, exc: Exception | None) -> None:
        self._finish()

    def _finish(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


async def traffic(load: Load) -> list[Answer]:
    """All requests, so many at a time as there are connections."""
    url = urlsplit(load.base_url)
    tags = iter(range(load.total))
    answers: list[Answer] = []
    loop = asyncio.get_running_loop()

    async def worker(number: int) -> None:
        await asyncio.sleep(load.ramp_seconds * number / load.connections)
        _, connection = await loop.create_connection(Connection, url.hostname or "", url.port or 80)
        for tag in tags:
            sent = time.monotonic()
            await asyncio.wait_for(connection.ask(load.request(str(tag))), TIMEOUT_SECONDS)
            answers.append(Answer(str(tag), sent, connection.reads))
        connection.transport.close()

    await asyncio.gather(*(worker(number) for number in range(load.connections)))
    return answers


def _lines() -> Iterator[str]:
    yield from iter(sys.stdin.readline, "")


def main() -> None:
    """See the top of this file."""
    lines = _lines()
    given: dict[str, Any] = json.loads(next(lines))
    load = Load(**given)
    print("ready", flush=True)
    next(lines)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        answers = runner.run(traffic(load))
    print("done", flush=True)
    with urllib.request.urlopen(f"{load.provider}/emissions", timeout=30) as reply:
        emissions = json.load(reply)
    print(json.dumps(measure(answers, emissions, load.chunks, streams=load.streams)), flush=True)


if __name__ == "__main__":
    main()
