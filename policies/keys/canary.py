"""`canary`: a word in the system prompt that kills an answer which begins to repeat it."""

from __future__ import annotations

import yaml

from policies.key import FLAG, Key
from policies.nodes import Nodes
from policies.policy import Policy


def _read(nodes: Nodes, node: yaml.Node, policy: Policy) -> Policy:
    return KEY.set(policy, nodes.flag(node))


KEY = Key(
    "canary",
    "Plant a canary word in the system prompt. An answer that begins to repeat it, in any of the listed forms, is "
    "stopped before its first character leaves.",
    FLAG,
    _read,
    default=False,
)
