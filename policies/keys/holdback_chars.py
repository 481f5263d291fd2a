"""`holdback_chars`: the ceiling of the hold-back."""

from __future__ import annotations

from dataclasses import replace

import yaml

from policies.key import Key
from policies.nodes import Nodes
from policies.policy import HOLDBACK_CHARS_DEFAULT, Policy

RANGE = (HOLDBACK_CHARS_DEFAULT, 4096)


def _read(nodes: Nodes, node: yaml.Node, policy: Policy) -> Policy:
    return replace(policy, holdback_chars=nodes.whole(node, *RANGE))


KEY = Key(
    "holdback_chars",
    "Ceiling of the hold-back, in characters: no pattern may need more, and `release: fixed` holds as many.",
    {"type": "integer", "minimum": RANGE[0], "maximum": RANGE[1]},
    _read,
)
