"""`holdback dev`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gateway.commands.failing import fails_clearly, hash_key_option


@click.command()
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--upstream", help="OpenAI-compatible base URL, ending in /v1. Without it: a demo model that leaks.")
@click.option("--upstream-key", envvar="HOLDBACK_UPSTREAM_KEY", help="The provider's key.")
@click.option("--upstream-kind", default="", help="Kind of provider (docs/providers.md). Default: pass everything on.")
@click.option("--policy", default="default", show_default=True, help="Preset name, or path of a policy file.")
@click.option("--key", envvar="HOLDBACK_KEY", help="Bearer key that clients send. Made up when it is not given.")
@click.option("--budget-usd", type=click.FloatRange(0, 1_000_000), help="Spend so many dollars a day at most.")
@click.option("--rate", type=click.IntRange(1, 100_000), help="Requests of one address in a minute, at most.")
@click.option("--log-level", default="info", type=click.Choice(["debug", "info", "warning", "error"]))
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), help="Keep data here; else it is lost.")
@hash_key_option
@fails_clearly
def dev(**options: Any) -> None:
    """Start with embedded defaults; prints a key and a curl line."""
    from gateway import dev as development

    development.run(**options)
