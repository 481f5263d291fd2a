"""`holdback import`."""

from __future__ import annotations

from pathlib import Path

import click
import yaml

from gateway.commands.failing import fails_clearly
from gateway.errors import ConfigurationError

BYTES_MAX = 1 << 20


@click.group("import")
def imports() -> None:
    """Configurations of other gateways, made ours."""


@imports.command("litellm")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Write holdback.yaml and policy.yaml there."
)
@fails_clearly
def litellm(file: Path, out: Path | None) -> None:
    """Read LiteLLM's proxy configuration FILE. What cannot be carried is listed on standard error."""
    from gateway.importers.litellm import import_litellm
    from gateway.inspection.fit import facts

    if file.stat().st_size > BYTES_MAX:
        raise ConfigurationError("is too large.", file=str(file))
    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise ConfigurationError("is not YAML in UTF-8.", file=str(file)) from None
    made = import_litellm(values, facts().entities)
    if made.policy:
        made.config["policy"] = "policy.yaml" if out is None else str(out / "policy.yaml")
    written = {"holdback.yaml": made.config, **({"policy.yaml": made.policy} if made.policy else {})}
    for name, content in written.items():
        text = yaml.safe_dump(content, sort_keys=False)
        if out is None:
            click.echo(f"# {name}\n{text}")
        else:
            out.mkdir(parents=True, exist_ok=True)
            (out / name).write_text(text, encoding="utf-8")
    for line in made.left:
        click.echo(f"not carried: {line}", err=True)
    click.echo(f"{len(made.left)} settings not carried" if made.left else "everything carried", err=True)
