"""`holdback sidecar`."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.commands.failing import fails_clearly


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=3000, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on.")
@click.option("--socket", "path", type=click.Path(path_type=Path), help="Unix socket to listen on, not a port.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Worker processes.")
@click.option("--nlp", default="", help="YAML file of Presidio's NLP engine; empty: our own model.")
@fails_clearly
def sidecar(host: str, port: int, path: Path | None, workers: int, nlp: str) -> None:
    """Serve tier 3 by the REST contract of presidio-analyzer (POST /analyze)."""
    from gateway import sidecar as served
    from gateway.observe import log

    log.configure("info", human=False)
    served.run(host=host, port=port, path=path, workers=workers, nlp=nlp)
