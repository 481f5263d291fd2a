"""`retention_days`: how long what is recorded is kept."""

from __future__ import annotations

from dataclasses import replace

import yaml

from policies.key import Key
from policies.nodes import Nodes
from policies.policy import Policy

RANGE = (30, 365)


def _read(nodes: Nodes, node: yaml.Node, policy: Policy) -> Policy:
    return replace(policy, retention_days=nodes.whole(node, *RANGE))


KEY = Key(
    "retention_days",
    "Days for which what is recorded under this policy (never a value) is kept.",
    {"type": "integer", "minimum": RANGE[0], "maximum": RANGE[1]},
    _read,
)
