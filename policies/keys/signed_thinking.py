"""`signed_thinking`: what happens to text that its provider has signed."""

from __future__ import annotations

from dataclasses import replace

import yaml

from policies.key import Key, words
from policies.nodes import Nodes
from policies.policy import SIGNED, Policy


def _read(nodes: Nodes, node: yaml.Node, policy: Policy) -> Policy:
    return replace(policy, signed_thinking=nodes.word(node, SIGNED))


KEY = Key(
    "signed_thinking",
    "Text that its provider has signed cannot be altered. `block` inspects it like any other, and what was altered is "
    "no part of the conversation any more; `pass` lets what the model thought through as it is, in answers reported "
    "like in `mode: monitor`, and in requests only where nothing in it would be replaced.",
    words(SIGNED),
    _read,
)
