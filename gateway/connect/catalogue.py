"""The tools that `holdback connect` knows: every file of `tools`.

A file has `title`, `speaks` (openai or anthropic: what the base URL ends in), `source` (where the tool's own manual
says so) and `ways`, the best one first: `proof` (the client signs), `agent` (`holdback agent` signs), `bearer` (a key
that is bound to no private key). Each way has `config`, what to paste, in which these are filled in: <<base_url>>,
<<key>>, <<model>>, <<login>>; and may have `note`, for people, and `files`, that go beside the config.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from gateway.errors import ConfigurationError

_PLACEHOLDER = re.compile(r"<<([a-z_]+)>>")
_PLACEHOLDERS = frozenset({"base_url", "key", "model", "login"})
# What is filled in needs no quoting in any of the languages that configs are written in.
_SAFE = re.compile(r"[A-Za-z0-9._~:/@%+=\[\]-]{1,600}")


class Way(Enum):
    """How requests of a tool are proved."""

    PROOF = "proof"
    AGENT = "agent"
    BEARER = "bearer"


class Dialect(Enum):
    """Whose API a tool speaks, and so what its base URL ends in."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"


@dataclass(frozen=True, slots=True)
class Config:
    """What to paste, a note, and names of files that go with it."""

    config: str
    note: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool."""

    name: str
    title: str
    speaks: Dialect
    source: str
    ways: Mapping[Way, Config]


@dataclass(frozen=True, slots=True)
class Values:
    """What is filled in."""

    base_url: str
    model: str
    login: str
    key: str = field(repr=False)


@cache
def tools() -> Mapping[str, Tool]:
    """All tools, by name."""
    found = (entry for entry in files("gateway.connect.tools").iterdir() if entry.name.endswith(".yaml"))
    read = (_tool(entry.name.removesuffix(".yaml"), yaml.safe_load(entry.read_text("utf-8"))) for entry in found)
    return {tool.name: tool for tool in sorted(read, key=lambda tool: tool.name)}


def companion(name: str) -> str:
    """The text of a file that goes beside a config."""
    return (files("gateway.connect") / name).read_text("utf-8")


def filled(config: Config, values: Values) -> str:
    """A config with its values.

    Raises:
        ConfigurationError: a value has characters that would need quoting.
    """

    def value_of(found: re.Match[str]) -> str:
        value = str(getattr(values, found[1]))
        if not _SAFE.fullmatch(value):
            raise ConfigurationError(
                f"--{found[1].replace('_', '-')} has characters that a config cannot hold as it is."
            )
        return value

    return _PLACEHOLDER.sub(value_of, config.config)


def _tool(name: str, values: Any) -> Tool:
    ways = {
        Way(way): Config(given["config"], given.get("note", ""), tuple(given.get("files", ())))
        for way, given in values["ways"].items()
    }
    unknown = {found for config in ways.values() for found in _PLACEHOLDER.findall(config.config)} - _PLACEHOLDERS
    if unknown or not ways:
        raise ValueError(f"{name}: {', '.join(sorted(unknown)) or 'no ways'}")
    return Tool(name, values["title"], Dialect(values["speaks"]), values["source"], ways)
