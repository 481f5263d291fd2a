"""The command line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

import click

import gateway
from gateway.errors import ConfigurationError


def _fails_clearly(command: Callable[..., None]) -> Callable[..., None]:
    """A mistake in the configuration is one line on standard error and exit code 78 (EX_CONFIG of sysexits.h)."""

    @wraps(command)
    def run(**options: Any) -> None:
        try:
            command(**options)
        except ConfigurationError as error:
            _stop(str(error), error.exit_code)

    return run


def _stop(message: str, code: int) -> NoReturn:
    click.echo(f"holdback: {message}", err=True)
    sys.exit(code)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(gateway.__version__, prog_name="holdback")
def main() -> None:
    """Holdback: a streaming AI gateway that keeps personal data from the model provider."""


@main.command()
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--upstream", help="OpenAI-compatible base URL, ending in /v1. Without it: a demo model that leaks.")
@click.option("--upstream-key", envvar="HOLDBACK_UPSTREAM_KEY", help="The provider's key.")
@click.option("--policy", default="default", show_default=True, help="Preset name, or path of a policy file.")
@click.option("--key", envvar="HOLDBACK_KEY", help="Bearer key that clients send. Made up when it is not given.")
@click.option("--log-level", default="info", type=click.Choice(["debug", "info", "warning", "error"]))
@_fails_clearly
def dev(**options: Any) -> None:
    """Start with embedded defaults; prints a key and a curl line."""
    from gateway import dev as development

    development.run(**options)


@main.command()
@click.option("--config", required=True, type=click.Path(path_type=Path), help="Configuration file (YAML).")
@_fails_clearly
def serve(config: Path) -> None:
    """Serve as a configuration file says."""
    from gateway import settings
    from gateway.observe import log
    from gateway.server import run

    loaded = settings.load(config)
    log.configure(loaded.log_level, human=False)
    run.run(loaded, lambda url: log.logger().info("listening", url=url, policy=loaded.policy))


@main.command()
@click.option("--policy", default="default", show_default=True, help="Preset name, or path of a policy file.")
@click.option("--format", "form", default="text", show_default=True, type=click.Choice(["text", "jsonl"]))
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_fails_clearly
def redact(policy: str, form: str, files: tuple[Path, ...]) -> None:
    """Redact FILES, or standard input, to standard output: the same engine as the gateway's."""
    from gateway import batch

    batch.run(policy, form, files)


@main.command()
@click.option("--base-url", required=True, help="The gateway's base URL, such as http://127.0.0.1:8080/v1.")
@click.option("--key", envvar="HOLDBACK_KEY", required=True, help="The gateway's bearer key.")
@click.option("--policy", default="default", show_default=True, help="The policy in force there: preset name, or file.")
@click.option(
    "--listen",
    default="127.0.0.1:9876",
    show_default=True,
    help="Where to play the model provider. Point the gateway's upstream there: "
    "holdback dev --upstream http://127.0.0.1:9876/v1",
)
@click.option("--quick", is_flag=True, help="The short form.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the result here too.")
@_fails_clearly
def verify(base_url: str, key: str, policy: str, listen: str, *, quick: bool, json_file: Path | None) -> None:
    """Prove a running gateway: plant values, play the provider, cut at every offset; exit code 1 on a leak.

    The gateway's upstream must point at --listen, else nothing can be proved (exit code 2).
    """
    from gateway.services import build_engine
    from gateway.verify.run import Target, run

    engine = build_engine(policy)

    def allows(entity: str, direction: str, score: float) -> bool:
        return engine.policy.decide(entity, direction, score) == "allow"

    target = Target(base_url, key, listen)
    sys.exit(run(target, engine.pipeline.recognizers, allows, quick=quick, json_file=json_file))


@main.group()
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
@_fails_clearly
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
@_fails_clearly
def policy_check(file: str) -> None:
    """Check a policy file (or preset) and everything that it extends."""
    from gateway.services import build_engine

    engine = build_engine(file)
    click.echo(f"{engine.policy.name}: ok")


@main.group()
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
@_fails_clearly
def recognizers_test(policy: str, text: str) -> None:
    """Show what in TEXT matches, by which pattern, and what the policy does with it."""
    from gateway import explain

    explain.explain(policy, text)
