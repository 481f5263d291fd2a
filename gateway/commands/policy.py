"""`holdback policy`."""

from __future__ import annotations

import sys
from pathlib import Path

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
@click.option("--source", is_flag=True, help="As it is written, comments and all.")
@click.argument("name")
@fails_clearly
def policy_show(name: str, *, source: bool) -> None:
    """Show what a preset or a policy file covers: identifier, clause, recognizers, action, measured recall."""
    from gateway import explain
    from policies.loader import preset_text
    from policies.policy import PolicyError

    if not source:
        explain.coverage(name)
        return
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


@policy.command("diff")
@click.argument("before")
@click.argument("after")
@click.option("--fail-if-wider", is_flag=True, help="Exit with 1 when more passes under AFTER than under BEFORE.")
@fails_clearly
def policy_diff(before: str, after: str, *, fail_if_wider: bool) -> None:
    """Show what differs between two presets or policy files, and what of it lets more pass."""
    from gateway import explain

    widens = explain.compare(before, after)
    if widens and fail_if_wider:
        sys.exit(1)


@policy.command("replay")
@click.argument("before")
@click.argument("after")
@click.option("--config", type=click.Path(path_type=Path), help="Configuration file (YAML): asks its database.")
@click.option("--record", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="An export, in its place.")
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 365), help="How far back.")
@click.option("--fail-if-wider", is_flag=True, help="Exit with 1 when more passes under AFTER than under BEFORE.")
@fails_clearly
def policy_replay(
    before: str, after: str, config: Path | None, record: Path | None, days: int, *, fail_if_wider: bool
) -> None:
    """Compare two policies over findings that are on record. What no policy acted on is not on record."""
    import asyncio
    import time

    from gateway import explain
    from gateway.audit.event import Kind
    from gateway.record import recorded
    from gateway.stores.tables.audit import Filter

    since = (int(time.time()) - days * 86_400) * 1_000_000
    which = Filter(kinds=(Kind.REDACTION.value,), from_us=since)
    widens = explain.replayed(asyncio.run(recorded(config, record, which)), before, after)
    if widens and fail_if_wider:
        sys.exit(1)


@policy.command("schema")
def policy_schema() -> None:
    """Print the JSON Schema of policy files, for editors."""
    import json

    from policies.schema import schema
    from recognizers.catalogue import catalogue

    click.echo(json.dumps(schema(catalogue()), indent=2))
