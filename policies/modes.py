"""Modes as they are written: one word, or one for each direction."""

from __future__ import annotations

import yaml

from policies.key import words
from policies.nodes import Nodes
from policies.policy import DIRECTIONS, MODES

MODE_SCHEMA = {
    "anyOf": [
        words(MODES),
        {"type": "object", "properties": dict.fromkeys(DIRECTIONS, words(MODES)), "additionalProperties": False},
    ]
}


def read_mode(nodes: Nodes, node: yaml.Node) -> dict[str, str]:
    """From direction to mode."""
    if isinstance(node, yaml.ScalarNode):
        return dict.fromkeys(DIRECTIONS, nodes.word(node, MODES))
    return {way: nodes.word(value, MODES) for way, value in nodes.mapping(node, DIRECTIONS).items()}
