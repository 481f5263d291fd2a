"""The command line: every module of `gateway.commands` that holds a click command of its own name."""

from __future__ import annotations

import importlib
import pkgutil

import click

import gateway
from gateway import commands


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(gateway.__version__, prog_name="holdback")
def main() -> None:
    """Holdback: a streaming AI gateway that keeps personal data from the model provider."""


for _found in pkgutil.iter_modules(commands.__path__):
    _command = getattr(importlib.import_module(f"gateway.commands.{_found.name}"), _found.name, None)
    if isinstance(_command, click.Command):
        main.add_command(_command)
