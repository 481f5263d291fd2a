"""`attachments`: what happens to content that cannot be read as text."""

from __future__ import annotations

from dataclasses import replace

import yaml

from policies.key import Key, words
from policies.nodes import Nodes
from policies.policy import ATTACHMENTS, Policy


def _read(nodes: Nodes, node: yaml.Node, policy: Policy) -> Policy:
    return replace(policy, attachments=nodes.word(node, ATTACHMENTS))


KEY = Key(
    "attachments",
    "Images, audio and files cannot be read: `block` refuses what has one, `strip` takes them out and lets the text "
    "around them go on, `allow` lets them through unread.",
    words(ATTACHMENTS),
    _read,
)
