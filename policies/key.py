"""One key of the language: its name, its part of the JSON Schema, and its reader. Each stands in a file of its own in
`policies/keys/`, found by folder walk: adding a key is adding a file, together with its effect.

A key whose value other rooms read either sets a field of `Policy` or, without touching `Policy`, a value under its
name: `read` then answers `KEY.set(policy, value)`, and the other room asks `KEY.of(policy)`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import yaml

from policies.nodes import Nodes
from policies.policy import Policy

Read = Callable[[Nodes, yaml.Node, Policy], Policy]


@dataclass(frozen=True, slots=True)
class Key:
    """A key at the top of a policy file.

    Args:
        name: as it is written.
        summary: one or two sentences, for the reference page and for editors.
        schema: JSON Schema (2020-12) of its value.
        read: from the file's nodes, the value's node and the policy so far to the policy with the value in it.
            Complaints are `nodes.error(node, ...)`.
        default: what `of` answers where no file says otherwise.
        rank: keys of a lower rank are read first, whatever their order in the file.
    """

    name: str
    summary: str
    schema: Mapping[str, Any]
    read: Read
    default: object = None
    rank: int = 0

    def set(self, policy: Policy, value: object) -> Policy:
        """The policy with a value under this key."""
        return replace(policy, more={**policy.more, self.name: value})

    def of(self, policy: Policy) -> Any:
        """The value under this key."""
        return policy.more.get(self.name, self.default)


def words(known: tuple[str, ...]) -> dict[str, Any]:
    """The schema of one of these words."""
    return {"enum": list(known)}


FLAG = {"type": "boolean"}
TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": {"type": "string"}}
SCORE = {"type": "number", "minimum": 0, "maximum": 1}
