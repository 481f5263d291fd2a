"""Finds all token formats: every module of this package that holds a `FORMAT` or `FORMATS`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import gateway.vault.formats
from gateway.vault.formats.token_format import TokenFormat


@cache
def token_formats() -> dict[str, TokenFormat]:
    """All formats by name, in the order of their modules' names."""
    found: dict[str, TokenFormat] = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(gateway.vault.formats.__path__)):
        module = importlib.import_module(f"gateway.vault.formats.{name}")
        one = (module.FORMAT,) if hasattr(module, "FORMAT") else ()
        found |= {format_.name: format_ for format_ in (*one, *getattr(module, "FORMATS", ()))}
    return found


@cache
def format_for(entity: str, choice: str | None = None) -> TokenFormat | None:
    """The format of an entity's tokens; `None`: opaque ones.

    Args:
        entity: e.g. `CREDIT_CARD`.
        choice: name of a format that the policy asks for instead of the default; it fits the entity or is not used.
    """
    fitting = [format_ for format_ in token_formats().values() if entity in format_.entities]
    chosen = next((format_ for format_ in fitting if format_.name == choice), None)
    return chosen or next((format_ for format_ in fitting if not format_.chosen), None)
