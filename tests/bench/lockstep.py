"""CPU per chunk when each comes alone: the provider says the next piece of a stream when the last one has come out.

python -m tests.bench.lockstep [--streams 100] [--chunks 400] [--repeat 3]

On a busy machine paced streams are late, their chunks arrive together, and who is slower has fewer reads to pay for.
Here no chunk can catch up with another, whatever else runs. Provider and client are this process, on a core of its own;
the two targets take turns, each in a fresh process; what counts is the CPU time of that process.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import cast

import psutil
import uvloop

from tests.bench.processes import GATEWAY_CORE, KEY, RIG_CORE, TARGETS, cpu, free_port, module, pinned
from tests.bench.prose import stream

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
_LAST = b"0\r\n\r\n"
_NOTHING = b'{"object":"list","data":[]}'
_ENDING_EVENTS = 2
"""An event that ends a text waits for the next one: the last ones are sent together."""


@dataclass(slots=True)
class Stream:
    """One stream: its frames, how many have been sent and how many events have come out."""

    frames: list[bytes] = field(repr=False)
    over: asyncio.Future[None]
    provider: asyncio.Transport | None = None
    sent: int = 0
    came: int = 0

    def go_on(self) -> None:
        """Say the next piece, if the last one has come out."""
        left = len(self.frames) - self.sent
        if self.provider is None or self.came < self.sent or not left:
            return
        count = left if left <= _ENDING_EVENTS else 1
        self.provider.write(b"".join(self.frames[self.sent : self.sent + count]) + (_LAST if count == left else b""))
        self.sent += count


class Provider(asyncio.Protocol):
    """One connection of the gateway; the model of a request names its stream."""

    def __init__(self, streams: dict[str, Stream]) -> None:
        self._streams = streams
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        lengths = [int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        if not found or len(body) < (lengths[0] if lengths else 0):
            return
        self._received = b""
        if head.startswith(b"GET"):
            answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
            self._transport.write(answer % (len(_NOTHING), _NOTHING))
            return
        one = self._streams[json.loads(body)["model"]]
        one.provider = self._transport
        self._transport.write(_HEAD)
        one.go_on()


class Client(asyncio.Protocol):
    """One connection of a client."""

    def __init__(self, name: str, one: Stream) -> None:
        self._name, self._one = name, one

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        message = {"role": "user", "content": "What happened at the harbour that spring?"}
        body = json.dumps({"model": self._name, "stream": True, "messages": [message]}).encode()
        head = (
            "POST /v1/chat/completions HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {KEY}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        cast(asyncio.Transport, transport).write(head.encode() + body)

    def data_received(self, data: bytes) -> None:
        self._one.came += data.count(b"\n\n")
        self._one.go_on()
        if data.endswith(_LAST) and not self._one.over.done():
            self._one.over.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._one.over.done():
            self._one.over.set_exception(ConnectionError("the gateway closed a stream"))


async def measure(target: str, streams: int, chunks: int) -> float:
    """Microseconds of CPU per chunk of a target, in a fresh process."""
    loop = asyncio.get_running_loop()
    known: dict[str, Stream] = {}
    port = free_port()
    server = await loop.create_server(lambda: Provider(known), "127.0.0.1", port, backlog=4096)
    name, arguments, url = TARGETS[target](f"http://127.0.0.1:{port}")
    frames = [b"%x\r\n%b\r\n" % (len(event), event) for event in stream(chunks)]
    host, _, gateway_port = url.removeprefix("http://").partition(":")

    async def run(count: int, label: str) -> None:
        made = {f"{label}-{number}": Stream(frames, loop.create_future()) for number in range(count)}
        known.update(made)
        for one_name, one in made.items():
            await loop.create_connection(lambda n=one_name, o=one: Client(n, o), host, int(gateway_port))  # type: ignore[misc]
        await asyncio.gather(*(one.over for one in made.values()))

    started = module(name, *arguments, core=GATEWAY_CORE, ready=f"{url}/healthz")
    process: psutil.Process = await asyncio.to_thread(started.__enter__)
    try:
        await run(4, "warm")
        before = cpu(process)
        await run(streams, "measured")
        return (cpu(process) - before) / (streams * chunks) * 1e6
    finally:
        await asyncio.to_thread(started.__exit__, None, None, None)
        server.close()


@contextmanager
def own_core() -> Iterator[None]:
    """This process is on the rig's core, where it can be."""
    if pinned():
        os.sched_setaffinity(0, {RIG_CORE})
    yield


def main() -> None:
    """See the top of this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--chunks", type=int, default=400)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    used: dict[str, list[float]] = {target: [] for target in TARGETS}
    with own_core():
        for number in range(options.repeat):
            for target, found in used.items():
                found.append(uvloop.run(measure(target, options.streams, options.chunks)))
                print(f"{number + 1}. {target}: {found[-1]:.1f} us CPU per chunk", flush=True)
    base, ours = (median(found) for found in used.values())
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"ratio {ours / base:.2f} ({ours:.1f} / {base:.1f} us per chunk, each alone); load average {load}")


if __name__ == "__main__":
    main()
