"""`holdback agent`: proofs for tools that can set a base URL and a key, and no more; and the logins that it uses.

What a script may want (a thumbprint, a secret) goes to standard output alone, all else to standard error. No secret is
taken from the command line: it would stand in the process list and in the shell's history.
"""

from __future__ import annotations

import secrets
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from gateway.commands.failing import fails_clearly
from gateway.errors import ConfigurationError, UpstreamError

if TYPE_CHECKING:
    from gateway.client.kept import Keeper
    from gateway.client.login import Login

PORT = 8788
SECRET_BYTES = 32
name_option = click.option(
    "--name", default="default", show_default=True, help="Of the login, where there are several."
)


@click.group(invoke_without_command=True)
@name_option
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(0, 65535), help="On 127.0.0.1.")
@click.option("--no-sessions", is_flag=True, help="Use the capability key itself, not short-lived session keys.")
@click.option("--log-level", default="info", type=click.Choice(["debug", "info", "warning", "error"]))
@fails_clearly
def agent(name: str, port: int, log_level: str, *, no_sessions: bool) -> None:
    """Serve a gateway on 127.0.0.1 to tools that cannot make DPoP proofs: it holds the private key, and signs."""
    if click.get_current_context().invoked_subcommand is not None:
        return
    import asyncio

    from gateway.agent.run import run
    from gateway.client import kept
    from gateway.observe import log

    log.configure(log_level, human=True)
    login = kept.login(name)

    def ready(url: str) -> None:
        click.echo(f"Holdback's agent listens on {url} and signs for {login.gateway}", err=True)
        click.echo(f"Base URL for OpenAI's clients: {url}/v1", err=True)
        click.echo(f"Base URL for Anthropic's clients: {url}", err=True)
        click.echo("Key for both: what `holdback agent secret` prints", err=True)

    try:
        asyncio.run(run(login, port, ready, sessions=not no_sessions))
    except KeyboardInterrupt:
        sys.exit(130)


@agent.command("new-key")
@name_option
@click.option("--gateway", required=True, help="Where it is: https://gate.example")
@click.option(
    "--public-origin", default="", help="How it knows itself (`access.public_origins`), if that is not --gateway."
)
@click.option("--keep", default="auto", show_default=True, type=click.Choice(["auto", "keychain", "file"]))
@click.option("--force", is_flag=True, help="In the place of a login of that name, whose key is then lost.")
@fails_clearly
def new_key(name: str, gateway: str, public_origin: str, keep: str, *, force: bool) -> None:
    """Make a private key, keep it, and print its thumbprint: `dpop_jkt` of the capability key to be minted."""
    from gateway.client import kept
    from gateway.client.key import ProofKey
    from gateway.client.login import Login

    found = kept.find(name)
    if found is not None and not force:
        raise ConfigurationError(f"there is a login {name!r}.", cure="Choose another --name, or replace it: --force.")
    login = Login(
        gateway.rstrip("/"), ProofKey.new(), public_origin=public_origin.rstrip("/"), local_secret=_new_secret()
    )
    keeper = _keeper(keep)
    if found is not None:
        found[0].delete(name)
    keeper.write(name, login)
    click.echo(f"The private key is kept in {keeper.place}. The key to mint is bound to this thumbprint:", err=True)
    click.echo(login.key.thumbprint)


@agent.command("login")
@name_option
@click.option("--no-check", is_flag=True, help="Do not ask the gateway whether it takes the key.")
@fails_clearly
def log_in(name: str, *, no_check: bool) -> None:
    """Keep the capability key that was minted for this login; it is read from standard input."""
    keeper, login = _found(name)
    if sys.stdin.isatty():
        text = click.prompt("Capability key", hide_input=True, err=True)
    else:
        text = sys.stdin.readline()
    login = replace(login, token=_capability_key(text.strip()))
    if not no_check:
        _check(login)
    keeper.write(name, login)
    click.echo(f"The login {name!r} is kept in {keeper.place}.", err=True)


@agent.command("secret")
@name_option
@click.option("--new", is_flag=True, help="Make another; tools that have the old one are locked out.")
@fails_clearly
def secret(name: str, *, new: bool) -> None:
    """Print the local secret: the key that tools send to the agent. It is worth nothing elsewhere."""
    keeper, login = _found(name)
    if new:
        login = replace(login, local_secret=_new_secret())
        keeper.write(name, login)
    click.echo(login.local_secret)


@agent.command("show")
@name_option
@fails_clearly
def show(name: str) -> None:
    """Print what is kept, without secrets."""
    keeper, login = _found(name)
    values = {
        "gateway": login.gateway,
        "public origin": login.public_origin or login.gateway,
        "thumbprint": login.key.thumbprint,
        "capability key": "kept" if login.token else "not yet: `holdback agent login`",
        "kept in": keeper.place,
    }
    click.echo("".join(f"{key}: {value}\n" for key, value in values.items()), nl=False)


@agent.command("logout")
@name_option
@fails_clearly
def log_out(name: str) -> None:
    """Forget a login and its private key. The capability key is to be revoked as well: `holdback keys revoke`."""
    keeper, _ = _found(name)
    keeper.delete(name)


def _found(name: str) -> tuple[Keeper, Login]:
    from gateway.client import kept

    found = kept.find(name)
    if found is None:
        raise ConfigurationError(f"there is no login {name!r}.", cure="Make one with `holdback agent new-key`.")
    return found


def _capability_key(text: str) -> str:
    """A key that could be one: its checksum tells typing mistakes before anybody is asked."""
    from gateway.auth.capability import Letter, read
    from gateway.auth.refresh import read_refresh

    if read_refresh(text) is not None:
        raise ConfigurationError("that is a refresh credential.", cure="Give the key itself: sessions begin with it.")
    key = read(text)
    if key is None or key.letter is not Letter.CAPABILITY:
        raise ConfigurationError(
            "that is no capability key.", cure="Is it whole? They begin with kc_live_a_ or kc_test_a_."
        )
    return text


def _keeper(keep: str) -> Keeper:
    from gateway.client import kept

    if keep == "file":
        return kept.files()
    keychain = kept.keychain()
    if keychain is not None:
        return keychain
    if keep == "keychain":
        raise ConfigurationError(
            "there is no keychain that keeps secrets here.", cure="Install `holdback[client]`, or use --keep file."
        )
    click.echo("There is no keychain here: a file of mode 0600 is used.", err=True)
    return kept.files()


def _check(login: Login) -> None:
    """Ask the gateway whether it takes the key."""
    import asyncio

    from gateway.agent.run import refusal_of

    problem = ""
    try:
        code = asyncio.run(refusal_of(login))
    except UpstreamError as error:
        code, problem = "", error.public
    if problem:
        raise ConfigurationError(problem, cure="Is --gateway right? --no-check keeps the key without asking.")
    if code:
        cures = {
            "invalid_api_key": "It is unknown, revoked, or mistyped.",
            "invalid_token": "It is bound to another private key, or to none.",
            "invalid_dpop_proof": "Is --public-origin what the gateway has in `access.public_origins`?",
        }
        raise ConfigurationError(f"the gateway refuses the key ({code}).", cure=cures.get(code))


def _new_secret() -> str:
    return f"holdback-local-{secrets.token_urlsafe(SECRET_BYTES)}"
