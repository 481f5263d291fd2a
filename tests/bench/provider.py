"""The provider of the benchmark: streams computed beforehand, written by hand, so that it costs little itself.

python -m tests.bench.provider PORT

The name of the model says what it sends: `bench-CHUNKS-RATE-TAG`; a rate of 0 is as fast as the reader reads. When each
chunk was written is kept by tag: `GET /emissions` answers it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from functools import cache
from typing import cast

import uvloop

from tests.bench.prose import body, stream

_STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
_END = b"0\r\n\r\n"
EMISSIONS: dict[str, list[float]] = {}


@cache
def frames(count: int) -> list[bytes]:
    """The events of a stream, each as one HTTP chunk."""
    return [b"%x\r\n%b\r\n" % (len(event), event) for event in stream(count)]


class Connection(asyncio.Protocol):
    """One connection of the gateway; requests come one after another."""

    def __init__(self) -> None:
        self._received = b""
        self._writable = asyncio.Event()
        self._writable.set()
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        for task in self._tasks:
            task.cancel()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        if len(rest) >= length:
            self._received = rest[length:]
            self._answer(head, rest[:length])

    def _answer(self, head: bytes, sent: bytes) -> None:
        if head.startswith(b"GET /emissions"):
            self._reply(json.dumps(EMISSIONS).encode())
            EMISSIONS.clear()
            return
        if head.startswith(b"GET"):
            self._reply(b'{"object":"list","data":[]}')
            return
        request = json.loads(sent)
        _, count, rate, tag = request["model"].split("-")
        if not request.get("stream"):
            self._reply(_body(int(count)))
            return
        work = self._stream(frames(int(count)), float(rate), EMISSIONS.setdefault(tag, []))
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _reply(self, data: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(data)
        self._transport.write(head + data)

    async def _stream(self, parts: list[bytes], rate: float, times: list[float]) -> None:
        write = self._transport.write
        write(_STREAM_HEAD + parts[0])
        started = time.monotonic()
        for number, part in enumerate(parts[1:-2]):
            # Unpaced: a turn of the loop after each chunk, so that each is a write of its own.
            await asyncio.sleep(max(0.0, started + number / rate - time.monotonic()) if rate else 0)
            await self._writable.wait()
            times.append(time.monotonic())
            write(part)
        write(parts[-2] + parts[-1] + _END)


@cache
def _body(count: int) -> bytes:
    return body(count)


async def main(port: int) -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", port, backlog=4096)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1])))
