"""`description`: one line for people."""

from __future__ import annotations

from dataclasses import replace

import yaml

from policies.key import TEXT, Key
from policies.nodes import Nodes
from policies.policy import Policy


def _read(nodes: Nodes, node: yaml.Node, policy: Policy) -> Policy:
    return replace(policy, description=nodes.text(node))


KEY = Key("description", "One line for people.", TEXT, _read)
