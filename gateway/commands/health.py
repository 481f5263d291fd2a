"""`holdback health`."""

from __future__ import annotations

import http.client
import ssl
import sys
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import click

from gateway.commands.failing import fails_clearly

ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Addresses to listen on that nobody can be asked at, and where to ask then."""


@click.command()
@click.option("--config", type=click.Path(path_type=Path), help="Configuration file: where that gateway listens.")
@click.option("--url", default="", help="What to ask in its place, such as a sidecar's http://127.0.0.1:3000/health.")
@click.option("--ready", is_flag=True, help="Ask whether the stores answer, too (/readyz).")
@click.option("--seconds", default=3.0, show_default=True, type=click.FloatRange(0.1, 60), help="Longest wait.")
@fails_clearly
def health(config: Path | None, url: str, ready: bool, seconds: float) -> None:
    """Ask a gateway of this host whether it is alive: 0 when it says so, else 1. For containers and supervisors."""
    if (config is None) == (not url):
        raise click.UsageError("Give --config or --url.")
    at = urlsplit(url) if config is None else _listens(config, "/readyz" if ready else "/healthz")
    if at.scheme not in {"http", "https"} or not at.hostname:
        raise click.UsageError("--url: http://HOST:PORT/PATH, or https.")
    status = _status(at, seconds)
    click.echo(f"{at.path}: {status or 'no answer'}", err=status != 200)
    sys.exit(status != 200)


def _listens(config: Path, path: str) -> SplitResult:
    from gateway import settings

    loaded = settings.load(config)
    host = ANYWHERE.get(loaded.host, loaded.host)
    scheme = "https" if loaded.tls.cert_file else "http"
    return SplitResult(scheme, f"[{host}]:{loaded.port}" if ":" in host else f"{host}:{loaded.port}", path, "", "")


def _status(at: SplitResult, seconds: float) -> int | None:
    """The status of the answer; None when there is none. No proxy is asked, and no redirect followed."""
    host, path = at.hostname or "", at.path or "/"
    connection = (
        http.client.HTTPSConnection(host, at.port, timeout=seconds, context=_unchecked())
        if at.scheme == "https"
        else http.client.HTTPConnection(host, at.port, timeout=seconds)
    )
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _unchecked() -> ssl.SSLContext:
    """The certificate is made out to the public name, and this asks at the loopback, sending nothing."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
