"""What alerts go to: an HTTP receiver and a mail server on loopback ports, which a test can switch off."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message

from aiohttp import web


@dataclass(slots=True)
class Receiver:
    """An HTTP receiver, and what it took. While `is_up` is false it answers 503; `attempts` counts every call."""

    origin: str = ""
    is_up: bool = True
    attempts: int = 0
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.origin}/hook"

    async def take(self, request: web.Request) -> web.Response:
        """The handler."""
        self.attempts += 1
        if not self.is_up:
            return web.Response(status=503)
        self.taken.append((request.path, dict(request.headers), await request.read()))
        return web.Response()

    async def wait_for(self, count: int) -> None:
        """Until so many were taken."""
        async with asyncio.timeout(10):
            while len(self.taken) < count:  # noqa: ASYNC110 - the fake only counts
                await asyncio.sleep(0.02)


@asynccontextmanager
async def serve_receiver() -> AsyncIterator[Receiver]:
    """A receiver that listens."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/{path:.*}", receiver.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield receiver
    finally:
        await runner.cleanup()


@dataclass(slots=True)
class Mailbox:
    """A mail server and what it took: recipients and message. `starttls`: what it offers, if anything (RFC 3207);
    `logins`: what came with AUTH PLAIN, and `plain` every line that came before there was any TLS."""

    port: int = 0
    starttls: ssl.SSLContext | None = None
    taken: list[tuple[list[str], Message]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    plain: list[bytes] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, as far as RFC 5321 is needed."""
        to: list[str] = []
        writer.write(b"220 test\r\n")
        while line := (await reader.readline()).strip():
            verb = line[:4].upper()
            if writer.get_extra_info("ssl_object") is None:
                self.plain.append(line)
            if verb == b"STAR" and self.starttls is not None:
                writer.write(b"220 go on\r\n")
                await writer.start_tls(self.starttls)
                continue
            if verb == b"EHLO":
                writer.write(b"250-test\r\n250-AUTH PLAIN\r\n")
                if self.starttls is not None and writer.get_extra_info("ssl_object") is None:
                    writer.write(b"250-STARTTLS\r\n")
            if verb == b"AUTH":
                self.logins.append(base64.b64decode(line.split()[-1]).decode())
                writer.write(b"235 ok\r\n")
                continue
            if verb == b"RCPT":
                to.append(line.partition(b"<")[2].partition(b">")[0].decode())
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                data = await reader.readuntil(b"\r\n.\r\n")
                self.taken.append((to, message_from_bytes(data[:-5])))
            writer.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
            if verb == b"QUIT":
                break
        writer.close()


@asynccontextmanager
async def serve_mail(
    *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
) -> AsyncIterator[Mailbox]:
    """A mail server that listens; `tls` from the first byte, `starttls` when asked."""
    mailbox = Mailbox(starttls=starttls)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):  # who does not trust us hangs up
            await mailbox.talk(reader, writer)

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls)
    mailbox.port = server.sockets[0].getsockname()[1]
    async with server:
        yield mailbox
