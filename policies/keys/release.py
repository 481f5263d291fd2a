"""`release`: when decided text leaves."""

from __future__ import annotations

from dataclasses import replace

import yaml

from policies.key import Key, words
from policies.nodes import Nodes
from policies.policy import RELEASES, Policy


def _read(nodes: Nodes, node: yaml.Node, policy: Policy) -> Policy:
    return replace(policy, release=nodes.word(node, RELEASES))


KEY = Key(
    "release",
    "When text of a streamed answer leaves: `adaptive` as soon as it is decided, `fixed` with the whole window of "
    "`holdback_chars` always held back, `buffer` not before the text has ended.",
    words(RELEASES),
    _read,
)
