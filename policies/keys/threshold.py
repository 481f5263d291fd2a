"""`threshold`: the least score that counts."""

from __future__ import annotations

from dataclasses import replace

import yaml

from policies.key import SCORE, Key
from policies.nodes import Nodes
from policies.policy import Policy


def _read(nodes: Nodes, node: yaml.Node, policy: Policy) -> Policy:
    return replace(policy, threshold=nodes.number(node, 0, 1))


KEY = Key("threshold", "Least score that counts, from 0 to 1; context words raise a score.", SCORE, _read)
