"""`when_unrecorded`: what happens when what is found cannot be put on record."""

from __future__ import annotations

import yaml

from policies.key import Key, words
from policies.nodes import Nodes
from policies.policy import Policy

CLOSE, OPEN = WORDS = ("close", "open")


def _read(nodes: Nodes, node: yaml.Node, policy: Policy) -> Policy:
    return KEY.set(policy, nodes.word(node, WORDS))


KEY = Key(
    "when_unrecorded",
    "What happens while the audit cannot be written. `close`: requests get 503, streams end in an error. `open`: they "
    "go on, and what was lost is counted.",
    words(WORDS),
    _read,
    default=CLOSE,
)
