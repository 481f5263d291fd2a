"""TLS at the port: 1.3 only, streams as without it, HSTS, and a renewed certificate taken up."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import trustme
from aiohttp import web
from pydantic import SecretStr, ValidationError

from gateway.errors import ConfigurationError
from gateway.server.app import make_app
from gateway.server.tls import open_tls
from gateway.services import open_services
from gateway.settings import Settings, Upstream
from gateway.settings.serving import TlsSettings
from gateway.settings.stores import StoreSettings
from tests.fakes.gateway import KEY, NO_MODEL, engine
from tests.fakes.provider import Provider, stream

ASK = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}
RELOAD_SECONDS = 0.05


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def issue(authority: trustme.CA, folder: Path) -> TlsSettings:
    leaf = authority.issue_cert("localhost")
    leaf.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    leaf.private_key_pem.write_to_path(folder / "key.pem")
    return TlsSettings(
        cert_file=str(folder / "cert.pem"), key_file=str(folder / "key.pem"), reload_seconds=RELOAD_SECONDS
    )


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
async def url(authority: trustme.CA, provider: Provider, tmp_path: Path) -> AsyncIterator[str]:
    settings = Settings(
        key=SecretStr(KEY),
        upstream=Upstream(base_url=provider.base_url),
        stores=StoreSettings(data_dir=str(tmp_path)),
        tls=issue(authority, tmp_path),
        tier3=NO_MODEL,
    )
    async with open_services(settings, engine("default")) as services, open_tls(settings.tls) as tls:
        runner = web.AppRunner(make_app(services), access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        yield f"https://localhost:{runner.addresses[0][1]}"
        await runner.cleanup()


async def test_a_stream_under_tls(url: str, authority: trustme.CA, provider: Provider) -> None:
    provider.pieces = stream(["Write to ", "jane@exam", "ple.com", " now. "] * 200)
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as http,
        http.post(f"{url}/v1/chat/completions", json=ASK, ssl=trusting(authority)) as answer,
    ):
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        text = await answer.text()
    assert text.rstrip().endswith("[DONE]")
    assert text.count("[EMAIL_ADDRESS]") == 200
    assert "jane" not in text


async def test_nothing_older_than_1_3(url: str, authority: trustme.CA) -> None:
    old = trusting(authority)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.ClientError):
            await http.get(f"{url}/healthz", ssl=old)


async def shown(url: str, authority: trustme.CA) -> bytes:
    """The certificate that a new connection sees."""
    port = int(url.rsplit(":", 1)[1])
    _, writer = await asyncio.open_connection("localhost", port, ssl=trusting(authority))
    found: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return found


async def test_a_renewed_certificate_is_taken_up(url: str, authority: trustme.CA, tmp_path: Path) -> None:
    first = await shown(url, authority)
    (tmp_path / "cert.pem").write_text("half a file", encoding="utf-8")
    await asyncio.sleep(RELOAD_SECONDS * 4)
    assert await shown(url, authority) == first, "what cannot be used leaves the old one in force"
    issue(authority, tmp_path)
    async with asyncio.timeout(10):
        while await shown(url, authority) == first:  # noqa: ASYNC110
            await asyncio.sleep(RELOAD_SECONDS)


async def test_a_pair_that_cannot_be_used(authority: trustme.CA, tmp_path: Path) -> None:
    settings = issue(authority, tmp_path)
    authority.issue_cert("localhost").private_key_pem.write_to_path(tmp_path / "key.pem")
    with pytest.raises(ConfigurationError, match=r"tls\.cert_file"):
        async with open_tls(settings):
            pass
    with pytest.raises(ValidationError, match="go together"):
        TlsSettings(cert_file="a.pem")
