"""Finds all translations: every module of this package that holds a `TRANSLATION`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import gateway.wire.translation
from gateway.wire.translation.translation import Translation


@cache
def translations() -> dict[tuple[str, str], Translation]:
    """All translations, by the endpoint of the client and that of the provider."""
    names = sorted(module.name for module in pkgutil.iter_modules(gateway.wire.translation.__path__))
    modules = (importlib.import_module(f"gateway.wire.translation.{name}") for name in names)
    found = [module.TRANSLATION for module in modules if hasattr(module, "TRANSLATION")]
    return {(one.client, one.provider): one for one in found}
