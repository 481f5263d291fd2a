"""The way out, on real TLS sockets, with names that resolve to what a test says."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import trustme
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from gateway.egress import Egress, is_public
from gateway.errors.egress import EgressFailed, EgressRefused

SEEN = web.AppKey("seen", list[str])


class Names(AbstractResolver):
    """Names as a hostile DNS has them: each look-up gives the next answer."""

    def __init__(self, answers: dict[str, list[list[str]]]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        left = self.answers[host]
        found = left.pop(0) if len(left) > 1 else left[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in found
        ]

    async def close(self) -> None:
        """Nothing to close."""


@dataclass
class Server:
    port: int
    tls: ssl.SSLContext
    seen: list[str] = field(default_factory=list)


async def _answer(request: web.Request) -> web.StreamResponse:
    request.app[SEEN].append(request.path)
    match request.path:
        case "/redirect":
            return web.Response(status=302, headers={"Location": "https://metadata.test/"})
        case "/large":
            return web.Response(body=b"x" * 3000)
        case "/zipped":
            return web.Response(body=b"x", headers={"Content-Encoding": "gzip"})
        case "/slow":
            await asyncio.sleep(5)
        case "/drip":
            response = web.StreamResponse()
            await response.prepare(request)
            for _ in range(50):
                await response.write(b"x")
                await asyncio.sleep(0.1)
            return response
        case _:
            pass
    return web.json_response({"path": request.path, "encoding": request.headers.get("Accept-Encoding")})


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    """Answers on loopback, which the tests then call public: no test may leave the machine."""
    authority = trustme.CA()
    certificate = authority.issue_cert("good.test", "127.0.0.1")
    serving, asking = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    certificate.configure_cert(serving)
    authority.configure_trust(asking)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", _answer)
    seen: list[str] = []
    app[SEEN] = seen
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=serving).start()
    monkeypatch.setattr("gateway.egress.is_public", lambda text: text == "127.0.0.1" or is_public(text))
    yield Server(runner.addresses[0][1], asking, seen)
    await runner.cleanup()


def egress(server: Server, names: Names, **more: object) -> Egress:
    return Egress(resolver=names, tls=server.tls, **more)  # type: ignore[arg-type]


async def test_a_public_service_answers(server: Server) -> None:
    async with egress(server, Names({"good.test": [["127.0.0.1"]]})) as out:
        reply = await out.fetch("GET", f"https://good.test:{server.port}/a?b=c#d")
    assert reply.status == 200
    assert b'"identity"' in reply.body


@pytest.mark.parametrize(
    "addresses",
    [["10.0.0.1"], ["169.254.169.254"], ["::1"], ["fe80::1%eth0"], ["127.0.0.1", "192.168.1.1"], ["::ffff:10.0.0.1"]],
)
async def test_a_name_that_leads_inside_is_refused(server: Server, addresses: list[str]) -> None:
    async with egress(server, Names({"bad.test": [addresses]})) as out:
        with pytest.raises(EgressRefused):
            await out.fetch("GET", f"https://bad.test:{server.port}/")
    assert server.seen == []


async def test_each_connect_is_judged_anew(server: Server) -> None:
    """Rebinding: public when it is first looked up, inside afterwards."""
    names = Names({"good.test": [["127.0.0.1"], ["169.254.169.254"]]})
    async with egress(server, names) as out:
        url = f"https://good.test:{server.port}/"
        assert (await out.fetch("GET", url)).status == 200
        # On the same connection the address is the one that was judged.
        assert (await out.fetch("GET", url)).status == 200
        assert names.asked == ["good.test"]
    async with egress(server, names) as out:
        with pytest.raises(EgressRefused):
            await out.fetch("GET", url)
    assert names.asked == ["good.test", "good.test"], "one look-up a connect: none between check and use"


async def test_the_name_is_in_the_certificate(server: Server) -> None:
    async with egress(server, Names({"other.test": [["127.0.0.1"]]})) as out:
        with pytest.raises(EgressFailed):
            await out.fetch("GET", f"https://other.test:{server.port}/")


@pytest.mark.parametrize("path", ["redirect", "large", "zipped", "slow", "drip"])
async def test_an_answer_that_is_not_as_it_should_be_fails(server: Server, path: str) -> None:
    async with egress(server, Names({"good.test": [["127.0.0.1"]]}), total_seconds=1.0) as out:
        async with asyncio.timeout(3):
            with pytest.raises(EgressFailed):
                await out.fetch("GET", f"https://good.test:{server.port}/{path}", bytes_max=2000)
    assert server.seen == [f"/{path}"]


async def test_nobody_there_is_a_failure_without_text(server: Server) -> None:
    async with egress(server, Names({"good.test": [["127.0.0.1"]]})) as out:
        with pytest.raises(EgressFailed) as caught:
            await out.fetch("GET", "https://good.test:1/secret-path")
    assert "secret" not in str(caught.value) + repr(caught.value)


async def test_an_open_origin_may_be_anywhere(server: Server) -> None:
    names = Names({"good.test": [["127.0.0.1"]], "inside.test": [["10.1.2.3"]]})
    async with egress(server, names, open_origins=frozenset({"http://inside.test:80"})) as out:
        assert str(out.checked("http://inside.test/x")) == "http://inside.test/x"
        for url in ("http://good.test/", "http://inside.test:81/"):
            with pytest.raises(EgressRefused):
                out.checked(url)
        with pytest.raises(EgressRefused):
            await out.fetch("GET", "https://inside.test/")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "https://",
        "https://user@example.com/",
        "https://user:secret@example.com/",
        "https://example.com\\@127.0.0.1/",
        "https://exa mple.com/",
        "https://example.com/\n",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://10.0.0.1:443/",
        "https://169.254.169.254/latest/meta-data",
        "https://exämple.com/",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://%31%32%37.0.0.1/",
        "https://example.com/" + "a" * 3000,
        "example.com",
        "",
    ],
)
def test_a_url_that_is_not_plain_public_https_is_refused(url: str) -> None:
    with pytest.raises(EgressRefused):
        Egress().checked(url)


@pytest.mark.parametrize("url", ["https://example.com/", "https://8.8.8.8/", "https://[2606:4700::1111]:8443/x"])
def test_plain_public_https_passes(url: str) -> None:
    assert str(Egress().checked(url)) == url


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8", "9.9.9.9"]
)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.255.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.169.254"),
        *("172.16.0.1", "172.31.255.255", "192.0.0.192", "192.168.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1"),
        *("255.255.255.255", "168.63.129.16", "192.88.99.1"),
        *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1"),
        *("64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "2002:7f00:1::", "2002:808:808::1", "2001::1", "2001:db8::1"),
        *("fe80::1", "fe80::1%1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1", "3fff::1", "5f00::1"),
        *("", "localhost", "127.1", "2130706433", "0x7f.1", "08.8.8.8"),
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)
