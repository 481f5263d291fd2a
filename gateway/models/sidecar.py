"""Tier 3 in another process, by the REST contract of the presidio-analyzer image: `POST /analyze`.

Laws kept here:
1. A segment is answered, or fails: an answer that is late, not JSON, not of the contract or out of the text is none.
2. Tried again `TRIES_MAX` times in all, with a pause: a sidecar that is restarted loses nothing.
3. A URL goes through `gateway.egress`, and is the one origin that may be private there: no redirect, no proxy, no
   cookie, no compression, no answer over its cap. A socket is a path of this host.
"""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson
from yarl import URL

from gateway.egress import Egress
from gateway.errors import InspectionFailed
from gateway.errors.egress import EgressFailed, EgressRefused
from gateway.models.bridge import wait_for
from gateway.models.queueing import FairQueue, Lined, OnBatch, Ticket, unheard
from gateway.observe.log import logger
from recognizers.ner.entities import MODEL_ENTITIES, Entity

TRIES_MAX = 3
PAUSE_SECONDS = 0.3
ANSWER_BYTES_MAX = 1 << 20
LANGUAGE = "en"
PATH = "/analyze"
JSON = {"Content-Type": "application/json"}


class Sidecar(Lined):
    """Implements `gateway.inspection.model.Model`.

    Args:
        url: `http://HOST:PORT`, or `unix:///PATH`.
        connections: segments at a time.
        deadline_seconds: of one call.
        queue_texts: segments in line at most; beyond that, texts wait.
        on_batch: told of every call.
    """

    def __init__(
        self,
        url: str,
        *,
        connections: int = 16,
        deadline_seconds: float = 10,
        queue_texts: int = 4096,
        on_batch: OnBatch = unheard,
    ) -> None:
        is_socket = url.startswith("unix:")
        self._call = _Socket(url, deadline_seconds) if is_socket else _Web(url, deadline_seconds, connections)
        self._connections, self._on_batch = connections, on_batch
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._queue = FairQueue(queue_texts)
        self._tasks: list[asyncio.Task[None]] = []
        self._closed = False

    async def __aenter__(self) -> Sidecar:
        await self._call.open()
        self._tasks = [asyncio.create_task(self._serve()) for _ in range(self._connections)]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for ticket in self._queue.take(len(self._queue)):
            ticket.fail()
        await self._call.close()

    async def ready(self) -> None:
        """Whether the sidecar is there is found out by asking it."""

    def ask(self, text: str, asker: object) -> Ticket:
        if self._closed:
            raise InspectionFailed
        ticket = Ticket(text, self._loop)
        if threading.get_ident() == self._thread and self._queue.has_room:
            self._queue.put(ticket, asker)
        else:
            wait_for(self._put(ticket, asker), self._loop)
        return ticket

    async def _put(self, ticket: Ticket, asker: object) -> None:
        await self._queue.room()
        self._queue.put(ticket, asker)

    async def _serve(self) -> None:
        while True:
            await self._queue.news()
            for ticket in self._queue.take(1):
                try:
                    await self._answer(ticket)
                finally:
                    if not ticket.is_ready():
                        ticket.fail()

    async def _answer(self, ticket: Ticket) -> None:
        text = ticket.text
        for tried in range(TRIES_MAX):
            if tried:
                await asyncio.sleep(PAUSE_SECONDS * tried)
            found = await self._called(text)
            if found is not None:
                ticket.answer(found)
                return
        logger().warning("sidecar_failed")

    async def _called(self, text: str) -> tuple[Entity, ...] | None:
        """One call; None when there is no answer of the contract."""
        body = orjson.dumps({"text": text, "language": LANGUAGE, "entities": list(MODEL_ENTITIES)})
        started = time.perf_counter()
        answer = await self._call.post(body)
        found = entities(answer, len(text)) if answer is not None else None
        self._on_batch(1, time.perf_counter() - started, found is not None)
        return found


class _Web:
    """A sidecar at a URL."""

    def __init__(self, url: str, seconds: float, connections: int) -> None:
        self._url = f"{url.rstrip('/')}{PATH}"
        parsed = URL(url)
        origin = f"{parsed.scheme}://{parsed.raw_host}:{parsed.port}"
        self._egress = Egress(frozenset({origin}), total_seconds=seconds, connections=connections)

    async def open(self) -> None:
        """Before the first text."""
        await self._egress.__aenter__()

    async def close(self) -> None:
        """After the last one."""
        await self._egress.__aexit__()

    async def post(self, body: bytes) -> bytes | None:
        """Its answer; None without one."""
        try:
            reply = await self._egress.fetch("POST", self._url, headers=JSON, body=body, bytes_max=ANSWER_BYTES_MAX)
        except (EgressFailed, EgressRefused):
            return None
        return reply.body if reply.status == 200 else None


class _Socket:
    """A sidecar at a Unix socket of this host."""

    def __init__(self, url: str, seconds: float) -> None:
        self._path = urlsplit(url).path
        self._timeout = aiohttp.ClientTimeout(total=seconds)

    async def open(self) -> None:
        """Before the first text."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.UnixConnector(self._path),
            timeout=self._timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )

    async def close(self) -> None:
        """After the last one."""
        await self._session.close()

    async def post(self, body: bytes) -> bytes | None:
        """Its answer; None without one."""
        url, headers = f"http://sidecar{PATH}", {**JSON, "Accept-Encoding": "identity"}
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                answer = bytearray()
                while len(answer) <= ANSWER_BYTES_MAX and (more := await response.content.read(ANSWER_BYTES_MAX)):
                    answer += more
                return bytes(answer) if response.status == 200 and len(answer) <= ANSWER_BYTES_MAX else None
        except (aiohttp.ClientError, OSError, TimeoutError):
            return None


def entities(answer: bytes, length: int) -> tuple[Entity, ...] | None:
    """The entities of an answer; None when it is not one of the contract to a text of this length."""
    if len(answer) > ANSWER_BYTES_MAX:
        return None
    try:
        listed: Any = orjson.loads(answer)
        found = [Entity(one["start"], one["end"], one["entity_type"], float(one["score"])) for one in listed]
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None
    return tuple(sorted(set(found))) if all(_is_sound(one, length) for one in found) else None


def _is_sound(one: Entity, length: int) -> bool:
    """Whether the fields are what they say: the answer is another program's."""
    kinds: list[object] = [one.start, one.end, one.entity]
    if [type(value) for value in kinds] != [int, int, str]:
        return False
    return 0 <= one.start < one.end <= length
