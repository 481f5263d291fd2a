"""`hidden_spellings`: which encodings are read through."""

from __future__ import annotations

from dataclasses import replace

import yaml

from policies.key import FLAG, Key
from policies.nodes import Nodes
from policies.policy import SPELLINGS, Policy


def _read(nodes: Nodes, node: yaml.Node, policy: Policy) -> Policy:
    unread = set(policy.unread_spellings)
    for spelling, value in nodes.mapping(node, SPELLINGS, "spelling").items():
        (unread.discard if nodes.flag(value) else unread.add)(spelling)
    return replace(policy, unread_spellings=frozenset(unread))


KEY = Key(
    "hidden_spellings",
    "Spellings that are read through, each `on` (as they all are without this key) or `off`: `escapes` (percent, HTML "
    "and JSON escapes), `quoted_printable`, `digit_words` (five three six ...), `base64`.",
    {"type": "object", "properties": dict.fromkeys(SPELLINGS, FLAG), "additionalProperties": False},
    _read,
)
