"""`holdback redact`."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.commands.failing import fails_clearly, hash_key_option


@click.command()
@click.option("--policy", default="default", show_default=True, help="Preset name, or path of a policy file.")
@click.option("--format", "form", default="text", show_default=True, type=click.Choice(["text", "jsonl"]))
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@hash_key_option
@fails_clearly
def redact(policy: str, form: str, hash_key: str | None, files: tuple[Path, ...]) -> None:
    """Redact FILES, or standard input, to standard output: the same engine as the gateway's."""
    from gateway import batch

    batch.run(policy, form, files, hash_key=hash_key.encode() if hash_key else None)
