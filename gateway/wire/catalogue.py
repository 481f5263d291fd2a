"""Finds all wire formats: every module of this package that holds a `FORMAT`."""

from __future__ import annotations

import importlib
import pkgutil

import gateway.wire
from gateway.wire.format import WireFormat


def wire_formats() -> list[WireFormat]:
    """All wire formats, in the order of their modules' names."""
    names = sorted(module.name for module in pkgutil.iter_modules(gateway.wire.__path__))
    modules = (importlib.import_module(f"gateway.wire.{name}") for name in names)
    return [module.FORMAT for module in modules if hasattr(module, "FORMAT")]
