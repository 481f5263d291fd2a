"""`holdback recognizers`."""

from __future__ import annotations

import click

from gateway.commands.failing import fails_clearly


@click.group()
def recognizers() -> None:
    """What can be found, and why something was."""


@recognizers.command("list")
def recognizers_list() -> None:
    """List all built-in recognizers."""
    from gateway import explain

    explain.list_recognizers()


@recognizers.command("test")
@click.option("--policy", default="default", show_default=True, help="Preset name, or path of a policy file.")
@click.argument("text")
@fails_clearly
def recognizers_test(policy: str, text: str) -> None:
    """Show what in TEXT matches, by which pattern, and what the policy does with it."""
    from gateway import explain

    explain.explain(policy, text)
