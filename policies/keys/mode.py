"""`mode`: enforce, or only report."""

from __future__ import annotations

from dataclasses import replace

import yaml

from policies.key import Key
from policies.modes import MODE_SCHEMA, read_mode
from policies.nodes import Nodes
from policies.policy import Policy


def _read(nodes: Nodes, node: yaml.Node, policy: Policy) -> Policy:
    return replace(policy, mode={**policy.mode, **read_mode(nodes, node)})


KEY = Key(
    "mode",
    "`enforce`, or for a careful roll-out `monitor`: what is found is reported and passes. One word, or one for each "
    "direction. Entities may say otherwise for themselves.",
    MODE_SCHEMA,
    _read,
)
