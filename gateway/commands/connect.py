"""`holdback connect`: what to paste into a tool so that it uses a gateway."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from gateway.commands.failing import fails_clearly
from gateway.errors import ConfigurationError

if TYPE_CHECKING:
    from gateway.client.login import Login
    from gateway.connect.catalogue import Tool, Way

DEFAULT_GATEWAY = "http://127.0.0.1:8080"
AGENT_PORT = 8788
KEY_VARIABLE = "HOLDBACK_KEY"
NO_KEY = "YOUR_HOLDBACK_KEY"
MODELS = {"openai": "gpt-4o-mini", "anthropic": "claude-sonnet-4-5"}
"""Examples."""


@click.command()
@click.option("--gateway", help="Where it is, like https://gate.example. Default: the login's, else `holdback dev`'s.")
@click.option("--via", type=click.Choice(["proof", "agent", "bearer"]), help="Default: the best that there is.")
@click.option("--login", "login_name", default="default", show_default=True, help="Login for proof and agent.")
@click.option(
    "--port", default=AGENT_PORT, show_default=True, type=click.IntRange(1, 65535), help="Of the local agent."
)
@click.option("--agent", "slug", help="Slug of the agent, for /v1/ai/SLUG; without it the key says which.")
@click.option("--model", help="Name of the model, as the gateway's routes have it.")
@click.option("--file", "file_name", help="Print this file of the config instead.")
@click.argument("tool", required=False)
@fails_clearly
def connect(
    gateway: str | None,
    via: str | None,
    login_name: str,
    port: int,
    slug: str | None,
    model: str | None,
    file_name: str | None,
    tool: str | None,
) -> None:
    """Print the config of TOOL: to standard output what to paste, to standard error where. Without TOOL: all tools.

    A bearer key is read from the variable HOLDBACK_KEY.
    """
    from gateway.client import kept
    from gateway.connect.catalogue import Values, Way, companion, filled, tools

    if tool is None:
        for one in tools().values():
            click.echo(f"{one.name}\t{one.title}\t{', '.join(way.value for way in one.ways)}")
        return
    chosen = tools().get(tool)
    if chosen is None:
        raise ConfigurationError(f"there is no tool {tool[:40]!r}.", cure=f"Known: {', '.join(tools())}.")
    found = kept.find(login_name)
    login = found[1] if found is not None else None
    way = _way(chosen, via, login)
    config = chosen.ways[way]
    if file_name is not None:
        if file_name not in config.files:
            raise ConfigurationError(f"the config has no file {file_name[:40]!r}.")
        click.echo(companion(file_name), nl=False)
        return
    if way is not Way.BEARER and login is not None and gateway not in (None, login.gateway):
        raise ConfigurationError(f"the login {login_name!r} is for {login.gateway}.", cure="Name another: --login.")
    base = (
        f"http://127.0.0.1:{port}" if way is Way.AGENT else (gateway or (login.gateway if login else DEFAULT_GATEWAY))
    )
    base_url = _base_url(base.rstrip("/"), chosen, slug)
    key = os.environ.get(KEY_VARIABLE, NO_KEY)
    if way is Way.AGENT:
        key = login.local_secret if login is not None else NO_KEY
    click.echo(f"{chosen.title}, by {way.value}. {config.note}".rstrip(), err=True)
    if key == NO_KEY and "<<key>>" in config.config:
        source = "what `holdback agent secret` prints" if way is Way.AGENT else f"your key, or set {KEY_VARIABLE}"
        click.echo(f"In the place of {NO_KEY}: {source}.", err=True)
    click.echo(filled(config, Values(base_url, model or MODELS[chosen.speaks.value], login_name, key)), nl=False)


def _way(tool: Tool, via: str | None, login: Login | None) -> Way:
    """What was asked for; else the first that needs no login, or that there is a login for."""
    from gateway.connect.catalogue import Way

    if via is not None:
        if Way(via) not in tool.ways:
            known = ", ".join(way.value for way in tool.ways)
            raise ConfigurationError(f"{tool.title} cannot do `--via {via}`.", cure=f"It can: {known}.")
        return Way(via)
    return next(way for way in tool.ways if login is not None or way is Way.BEARER)


def _base_url(base: str, tool: Tool, slug: str | None) -> str:
    """As the tool's API has it: OpenAI's clients leave out /v1, Anthropic's put it in."""
    from gateway.connect.catalogue import Dialect

    if tool.speaks is Dialect.OPENAI:
        return f"{base}/v1/ai/{slug}" if slug else f"{base}/v1"
    if slug:
        raise ConfigurationError(
            "clients of Anthropic's API put /v1/messages behind the base URL, so it can name no agent.",
            cure="Leave out --agent: the key says which agent it is of.",
        )
    return base
