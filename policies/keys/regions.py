"""`regions`: where the upstream may stand."""

from __future__ import annotations

from dataclasses import replace

import yaml

from policies.key import Key
from policies.nodes import Nodes
from policies.policy import Policy

REGIONS = ("us", "eu", "uk", "ca", "au", "jp", "in")


def _read(nodes: Nodes, node: yaml.Node, policy: Policy) -> Policy:
    regions = frozenset(nodes.word(item, REGIONS) for item in nodes.items(node))
    if not regions:
        raise nodes.error(node, "an empty list would allow no upstream; name a region, or leave the key out")
    return replace(policy, regions=regions)


KEY = Key(
    "regions",
    "Tags of upstreams that may be used (`upstream.region` in the configuration). Without this key any may; with it an "
    "upstream without a tag may not.",
    {"type": "array", "items": {"enum": list(REGIONS)}, "minItems": 1},
    _read,
)
