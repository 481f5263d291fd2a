"""How a command fails: one line, and a code that scripts can rely on."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from gateway.errors import ConfigurationError
from gateway.errors.policy import PolicyBlock
from gateway.errors.stores import StoreUnavailable

EXIT_BLOCKED = 3
"""`holdback redact` met a value that the policy blocks."""
EXIT_UNAVAILABLE = 69
"""EX_UNAVAILABLE of sysexits.h: nothing is wrong with the configuration, a supervisor may try again."""
hash_key_option = click.option(
    "--hash-key", envvar="HOLDBACK_HASH_KEY", help="Key of the policy's `hash`, when it has any."
)
ANY_KEY = bytes(32)
"""For commands that show no hash."""


def fails_clearly(command: Callable[..., None]) -> Callable[..., None]:
    """A mistake in the configuration is one line on standard error and exit code 78 (EX_CONFIG of sysexits.h)."""

    @wraps(command)
    def run(**options: Any) -> None:
        try:
            command(**options)
        except ConfigurationError as error:
            click.echo(f"holdback: {error}", err=True)
            sys.exit(error.exit_code)
        except StoreUnavailable as error:
            click.echo(f"holdback: {error}", err=True)
            sys.exit(EXIT_UNAVAILABLE)
        except PolicyBlock as error:
            click.echo(f"holdback: {error} ({error.entity})", err=True)
            sys.exit(EXIT_BLOCKED)

    return run
