"""Finds all recognizers: every module in the subfolders of this package that holds a `RECOGNIZER`.

Adding one is adding a file. A definition file without `RECOGNIZER`, or two for one entity, stops the start.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import recognizers
from recognizers.recognizer import Recognizer, RecognizerError


@cache
def catalogue() -> dict[str, Recognizer]:
    """All built-in recognizers by entity, in a stable order.

    Raises:
        RecognizerError: a definition file holds no `RECOGNIZER`, or an entity is defined twice.
    """
    found: dict[str, Recognizer] = {}
    for module in _definition_modules():
        definition = getattr(importlib.import_module(module), "RECOGNIZER", None)
        if not isinstance(definition, Recognizer):
            raise RecognizerError(f"{module} defines no RECOGNIZER")
        if definition.entity in found:
            raise RecognizerError(f"{module} defines {definition.entity}, which another file defines already")
        found[definition.entity] = definition
    return found


def _definition_modules() -> list[str]:
    """Modules in subfolders; the engine's own modules stand at the root, those of tier 3 in `ner`."""
    walked = pkgutil.walk_packages(recognizers.__path__, "recognizers.")
    found = (module.name for module in walked if not module.ispkg and module.name.count(".") > 1)
    return sorted(name for name in found if not name.startswith("recognizers.ner."))
