"""Sends what tools ask on to the gateway, signed, and what it says back as it comes.

Laws kept here:
1. A tool's credentials end here, ours never reach it; all else passes, and no byte of a body is changed.
2. An answer goes on as it is read: nothing is held, and a tool that reads slowly slows the gateway.
3. One session is asked for at a time; who waits for it takes its outcome, good or bad.
4. An answer that breaks off breaks off for the tool too.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from gateway.auth.uri import normalized
from gateway.client.login import Login
from gateway.client.signer import Answer, Ask, Sign, Signer, code_of
from gateway.errors import GatewayError
from gateway.errors.client import GatewaySilent, GatewayUnreachable, OutOfReach

BODY_BYTES_MAX = 64 << 20
SESSION_BYTES_MAX = 64 << 10
CONNECT_SECONDS = 15.0
SILENCE_SECONDS = 900.0
"""A model may think for long before its first word."""
CONNECTIONS_MAX = 256
REACH = "/v1/"
_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect"}
)
_NOT_UP = _HOP_BY_HOP | {"host", "authorization", "x-api-key", "api-key", "dpop", "cookie", "content-length"}
_NOT_UP_PREFIXES = ("proxy-", "forwarded", "x-forwarded-")
_NOT_DOWN = _HOP_BY_HOP | {"set-cookie", "dpop-nonce", "www-authenticate"}
_NOT_DOWN_PREFIXES = ("proxy-", "access-control-")
# Nothing that the tool did not say.
_NOTHING_ADDED = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Of a renewal: whether there is a session, and if not, what to tell the tool."""

    is_good: bool
    status: int = 0
    headers: CIMultiDict[str] = field(default_factory=CIMultiDict, repr=False)
    body: bytes = field(default=b"", repr=False)


class Forwarding:
    """One an agent.

    Args:
        login: whose key and proofs.
        http: not closed here.
        sessions: use short-lived session keys, where the gateway has them.
    """

    def __init__(self, login: Login, http: aiohttp.ClientSession, *, sessions: bool = True) -> None:
        self._signer = Signer(login, sessions=sessions)
        self._gateway, self._http = login.gateway, http
        self._proxy = _proxy_for(login.gateway)
        self._renewing: asyncio.Task[_Outcome] | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a tool's request.

        Raises:
            OutOfReach: it is not for the data plane.
            GatewayUnreachable, GatewaySilent: no answer came.
        """
        path, _, query = request.raw_path.partition("?")
        if not normalized(f"http://localhost{path}").startswith(f"http://localhost{REACH}"):
            raise OutOfReach
        url = self._gateway + path + (f"?{query}" if query else "")
        answer = await self._answer(request, url, await request.read())
        if isinstance(answer, web.Response):
            return answer
        try:
            return await _passed_on(request, answer)
        finally:
            answer.release()

    async def refusal(self) -> str:
        """The code that the login is refused with; empty where it is not: what else fails is none of the login's.

        Raises:
            GatewayUnreachable, GatewaySilent: no answer came.
        """
        async with _ours():
            response, _ = await self._sent("GET", f"{self._gateway}{REACH}models", CIMultiDict(), b"")
            async with response:
                if response.status != HTTPStatus.UNAUTHORIZED:
                    return ""
                return code_of(await _read(response)) or str(response.status)

    async def _answer(self, request: web.Request, url: str, body: bytes) -> aiohttp.ClientResponse | web.Response:
        """The gateway's answer; or why there is no session to ask with."""
        headers = _passing(request.headers.items(), _NOT_UP, _NOT_UP_PREFIXES)
        for is_last in (False, True):
            if self._signer.is_due():
                outcome = await self._renewed()
                if not outcome.is_good:
                    return web.Response(status=outcome.status, headers=outcome.headers, body=outcome.body)
            async with _ours():
                response, is_final = await self._sent(request.method, url, headers, body)
                if is_final or is_last:
                    return response
                response.release()
        raise GatewayUnreachable  # pragma: no cover - the last one is returned

    async def _sent(
        self, method: str, url: str, headers: CIMultiDict[str], body: bytes
    ) -> tuple[aiohttp.ClientResponse, bool]:
        """The answer that counts; not final where another session is worth a try."""
        steps = self._signer.sign(method, url)
        step = next(steps)
        while isinstance(step, Sign):
            response = await self._http.request(
                method,
                URL(url, encoded=True),
                headers=CIMultiDict([*headers.items(), *step.headers.items()]),
                data=body or None,
                allow_redirects=False,
                skip_auto_headers=_NOTHING_ADDED,
                proxy=self._proxy,
            )
            try:
                step = steps.send(Answer(response.status, response.headers))
            except StopIteration as ended:
                return response, bool(ended.value)
            response.release()
        raise GatewayUnreachable  # pragma: no cover - `sign` asks nothing in between

    async def _renewed(self) -> _Outcome:
        if self._renewing is None:
            self._renewing = asyncio.create_task(self._renew())
            self._renewing.add_done_callback(self._forget)
        return await asyncio.shield(self._renewing)

    def _forget(self, task: asyncio.Task[_Outcome]) -> None:
        self._renewing = None
        if not task.cancelled():
            task.exception()  # the waiters have it

    async def _renew(self) -> _Outcome:
        if not self._signer.is_due():
            return _Outcome(is_good=True)
        steps = self._signer.renew()
        step = next(steps)
        while isinstance(step, Ask):
            async with (
                _ours(),
                self._http.request(
                    step.method,
                    URL(step.url, encoded=True),
                    headers=step.headers,
                    data=step.body,
                    allow_redirects=False,
                    proxy=self._proxy,
                ) as response,
            ):
                body = await _read(response)
            try:
                step = steps.send(Answer(response.status, response.headers, body))
            except StopIteration as ended:
                headers = _passing(response.headers.items(), _NOT_DOWN | {"content-length"}, _NOT_DOWN_PREFIXES)
                return _Outcome(bool(ended.value), response.status, headers, body)
        raise GatewayUnreachable  # pragma: no cover - `renew` only asks


@asynccontextmanager
async def open_http() -> AsyncIterator[aiohttp.ClientSession]:
    """The way to the gateway: no cookies, nothing unpacked, nothing read from ~/.netrc."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=CONNECTIONS_MAX),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
    ) as http:
        yield http


async def _passed_on(request: web.Request, answer: aiohttp.ClientResponse) -> web.StreamResponse:
    headers = _passing(answer.headers.items(), _NOT_DOWN, _NOT_DOWN_PREFIXES)
    response = web.StreamResponse(status=answer.status, reason=answer.reason, headers=headers)
    await response.prepare(request)
    is_whole = False
    try:
        async with _ours():
            async for piece in answer.content.iter_any():
                await response.write(piece)
        is_whole = True
    except GatewayError:
        pass  # said below: there is no status left to say it with
    finally:
        if not is_whole and request.transport is not None:
            request.transport.abort()
    if is_whole:
        await response.write_eof()
    return response


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = b""
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > SESSION_BYTES_MAX:
            raise GatewayUnreachable
    return body


def _passing(headers: Iterable[tuple[str, str]], left: frozenset[str], prefixes: tuple[str, ...]) -> CIMultiDict[str]:
    kept = ((name, value) for name, value in headers if name.lower() not in left)
    return CIMultiDict([(name, value) for name, value in kept if not name.lower().startswith(prefixes)])


@asynccontextmanager
async def _ours() -> AsyncIterator[None]:
    """Foreign exceptions become ours, without their text."""
    failure: GatewayError
    try:
        yield
        return
    except TimeoutError:
        failure = GatewaySilent()
    except (aiohttp.ClientError, OSError):
        failure = GatewayUnreachable()
    raise failure


def _proxy_for(gateway: str) -> str | None:
    """The proxy that the environment names for the gateway. Not by `trust_env`, which reads credentials from files."""
    parts = urlsplit(gateway)
    if not parts.hostname or proxy_bypass(parts.hostname):
        return None
    return getproxies().get(parts.scheme)
