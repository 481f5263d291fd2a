"""`tier3`: in which directions names, places, organisations and addresses are looked for with a model."""

from __future__ import annotations

import yaml

from policies.key import FLAG, Key
from policies.nodes import Nodes
from policies.policy import DIRECTIONS, Policy


def _read(nodes: Nodes, node: yaml.Node, policy: Policy) -> Policy:
    wanted = set(KEY.of(policy))
    for direction, value in nodes.mapping(node, DIRECTIONS).items():
        (wanted.add if nodes.flag(value) else wanted.discard)(direction)
    return KEY.set(policy, frozenset(wanted))


KEY = Key(
    "tier3",
    "In which directions text is shown to the model that finds names, places, organisations and addresses, by "
    "direction: `true` or `false`. In a response it delays text by up to a sentence.",
    {"type": "object", "additionalProperties": False, "properties": dict.fromkeys(DIRECTIONS, FLAG)},
    _read,
    default=frozenset({"request"}),
)
