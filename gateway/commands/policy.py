"""`holdback policy`."""

from __future__ import annotations

import click

from gateway.commands.failing import ANY_KEY, fails_clearly
from gateway.errors import ConfigurationError


@click.group()
def policy() -> None:
    """Presets and policy files."""


@policy.command("list")
def policy_list() -> None:
    """List the presets."""
    from policies.loader import presets

    for name in presets():
        click.echo(name)


@policy.command("show")
@click.argument("name")
@fails_clearly
def policy_show(name: str) -> None:
    """Show a preset as it is written."""
    from policies.loader import preset_text
    from policies.policy import PolicyError

    try:
        click.echo(preset_text(name), nl=False)
    except PolicyError as error:
        raise ConfigurationError(str(error)) from None


@policy.command("check")
@click.argument("file")
@fails_clearly
def policy_check(file: str) -> None:
    """Check a policy file (or preset) and everything that it extends."""
    from gateway.services import build_engine

    engine = build_engine(file, hash_key=ANY_KEY)
    click.echo(f"{engine.policy.name}: ok")
