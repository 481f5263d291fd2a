"""`holdback verify`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gateway.commands.failing import ANY_KEY, fails_clearly


@click.command()
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
@fails_clearly
def verify(base_url: str, key: str, policy: str, listen: str, *, quick: bool, json_file: Path | None) -> None:
    """Prove a running gateway: plant values, play the provider, cut at every offset; exit code 1 on a leak.

    The gateway's upstream must point at --listen, else nothing can be proved (exit code 2).
    """
    from gateway.services import build_engine
    from gateway.verify.run import Target, run

    engine = build_engine(policy, hash_key=ANY_KEY)
    target = Target(base_url, key, listen)
    sys.exit(run(target, engine.pipeline.recognizers, engine.policy.passes, quick=quick, json_file=json_file))
