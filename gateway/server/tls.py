"""TLS at this port: version 1.3 (RFC 8446) and nothing older; a certificate that was renewed is taken up."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from gateway.background import in_background
from gateway.errors import ConfigurationError
from gateway.observe.log import logger
from gateway.settings.serving import TlsSettings


@asynccontextmanager
async def open_tls(settings: TlsSettings) -> AsyncIterator[ssl.SSLContext | None]:
    """What new connections are shaken hands with; None where there is no TLS.

    Raises:
        ConfigurationError: the files cannot be read, or do not belong together.
    """
    if not settings.cert_file:
        yield None
        return
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    if not _loaded(context, settings):
        raise ConfigurationError(
            "`tls.cert_file` and `tls.key_file` cannot be read, or do not belong together.",
            cure="Give PEM files: the certificate with its chain, and its private key without a passphrase.",
        )
    async with in_background("tls files", _watch(context, settings)):
        yield context


def add_hsts(app: web.Application, settings: TlsSettings) -> None:
    """RFC 6797: clients that saw it never fall back to plain HTTP."""
    if not (settings.cert_file and settings.hsts_seconds):
        return
    value = f"max-age={settings.hsts_seconds}"

    async def sign(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Strict-Transport-Security"] = value

    app.on_response_prepare.append(sign)


def _loaded(context: ssl.SSLContext, settings: TlsSettings) -> bool:
    """Try the pair on a context of its own first: a half-written file leaves the old one in force."""
    try:
        for one in (ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), context):
            # Without a password it would ask for one on the terminal.
            one.load_cert_chain(settings.cert_file, settings.key_file, password="")
    except (OSError, ssl.SSLError, ValueError):
        return False
    return True


async def _watch(context: ssl.SSLContext, settings: TlsSettings) -> None:
    seen = _state(settings)
    while True:
        await asyncio.sleep(settings.reload_seconds)
        now = _state(settings)
        if now == seen:
            continue
        seen = now
        if _loaded(context, settings):
            logger().info("certificate_loaded")
        else:
            logger().error("certificate_refused")


def _state(settings: TlsSettings) -> tuple[tuple[int, int, int], ...]:
    """What changes with the files; also when a link is turned, as clusters do."""
    found = []
    for name in (settings.cert_file, settings.key_file):
        try:
            stat = Path(name).stat()
        except OSError:
            found.append((0, 0, 0))
        else:
            found.append((stat.st_ino, stat.st_mtime_ns, stat.st_size))
    return tuple(found)
