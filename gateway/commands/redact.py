"""`holdback redact`."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.commands.failing import fails_clearly, hash_key_option


@click.command()
@click.option("--policy", default="default", show_default=True, help="Preset name, or path of a policy file.")
@click.option("--format", "form", default="text", show_default=True, type=click.Choice(["text", "jsonl"]))
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), help="Folder for one file per file read.")
@hash_key_option
@fails_clearly
def redact(policy: str, form: str, output: Path | None, hash_key: str | None, files: tuple[Path, ...]) -> None:
    """Redact FILES and all files of folders, or standard input: the same engine as the gateway's.

    What comes out goes to standard output, or to --output, one file for each.
    """
    from gateway import batch

    batch.run(policy, form, files, output=output, hash_key=hash_key.encode() if hash_key else None)
