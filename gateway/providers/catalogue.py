"""Finds all kinds of providers: every module of this package that holds a `KIND`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import gateway.providers
from gateway.providers.kind import Kind


@cache
def kinds() -> dict[str, Kind]:
    """All kinds, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(gateway.providers.__path__))
    modules = (importlib.import_module(f"gateway.providers.{name}") for name in names)
    return {module.KIND.name: module.KIND for module in modules if hasattr(module, "KIND")}
