"""Finds the keys of the language: every module in `policies/keys/` that holds a `KEY`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from policies import keys as folder
from policies.key import Key


@cache
def keys() -> dict[str, Key]:
    """All keys by name, in a stable order."""
    names = sorted(module.name for module in pkgutil.iter_modules(folder.__path__, f"{folder.__name__}."))
    found: list[Key] = [importlib.import_module(name).KEY for name in names]
    return {key.name: key for key in found}
