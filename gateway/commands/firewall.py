"""`holdback firewall`: what the prompt firewall thinks of a text, and why."""

from __future__ import annotations

import click

from gateway.commands.failing import fails_clearly


@click.group()
def firewall() -> None:
    """The prompt firewall."""


@firewall.command("test")
@click.option("--policy", default="default", show_default=True, help="Preset name, or path of a policy file.")
@click.argument("text")
@fails_clearly
def test(policy: str, text: str) -> None:
    """Show which families of evidence TEXT has, where, and what the policy does about it."""
    from gateway.firewall.folding import folded
    from gateway.services import build_engine

    guard = build_engine(policy).guard
    judgement = guard.explain(text)
    shown = folded(text)
    for signal in judgement.signals:
        place = shown[signal.start : signal.end] if not signal.encoding else f"(in {signal.encoding})"
        click.echo(f"{signal.weight:.2f}  {signal.family:24} {place}")
    counts = judgement.score >= guard.threshold
    outcome = guard.action if counts else "nothing"
    click.echo(f"score {judgement.score:.2f}, threshold {guard.threshold:.2f}: {outcome}")
