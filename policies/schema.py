"""The JSON Schema of policy files, made from the keys: editors complete and check with it. What it cannot say (that an
action fits its entity, that a pattern is bounded) the loader says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from policies.catalogue import keys
from policies.loader import presets

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(entities: Iterable[str]) -> dict[str, Any]:
    """The schema.

    Args:
        entities: of the catalogue, for completion; a policy's own are any other name in capitals.
    """
    properties: dict[str, Any] = {
        "extends": {
            "description": "A preset, or the path of a policy file; what you write here wins.",
            "type": "string",
            "examples": presets(),
        }
    }
    for name, key in keys().items():
        properties[name] = {"description": key.summary, **key.schema}
    rules = properties["entities"]
    properties["entities"] = {
        **rules,
        "properties": dict.fromkeys(["*", *sorted(entities)], rules["additionalProperties"]),
        "propertyNames": {"pattern": r"^(\*|[A-Z][A-Z0-9_]{1,63})$"},
    }
    return {
        "$schema": DIALECT,
        "title": "Holdback policy",
        "type": "object",
        "minProperties": 1,
        "properties": properties,
        "additionalProperties": False,
    }
