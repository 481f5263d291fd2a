"""`firewall`: what happens when a request tries to take over the model."""

from __future__ import annotations

from dataclasses import replace

import yaml

from policies.firewall_rules import OUTCOMES, FirewallRules, OwnRule
from policies.key import SCORE, TEXT, Key, words
from policies.nodes import Nodes
from policies.policy import Policy

RULES_MAX = 200


def _read(nodes: Nodes, node: yaml.Node, policy: Policy) -> Policy:
    rules: FirewallRules = KEY.of(policy)
    members = nodes.mapping(node, ("action", "threshold", "rules"))
    if "action" in members:
        rules = replace(rules, action=nodes.word(members["action"], OUTCOMES))
    if "threshold" in members:
        rules = replace(rules, threshold=nodes.number(members["threshold"], 0.05, 1))
    if "rules" in members:
        items = nodes.items(members["rules"])
        if len(items) > RULES_MAX:
            raise nodes.error(members["rules"], f"more than {RULES_MAX} rules")
        rules = replace(rules, rules=tuple(_rule(nodes, item) for item in items))
    return KEY.set(policy, rules)


def _rule(nodes: Nodes, node: yaml.Node) -> OwnRule:
    members = nodes.mapping(node, ("name", "regex", "keyword", "weight"))
    if "name" not in members or ("regex" in members) == ("keyword" in members):
        raise nodes.error(node, "a rule has a `name`, and either a `regex` or a `keyword`")
    written = members["keyword"] if "keyword" in members else members["regex"]
    weight = nodes.number(members["weight"], 0.05, 1) if "weight" in members else 0.7
    return OwnRule(
        nodes.text(members["name"]), nodes.text(written), "keyword" in members, weight, nodes.place_of(written)
    )


_RULE = {
    "type": "object",
    "properties": {"name": TEXT, "regex": TEXT, "keyword": TEXT, "weight": SCORE},
    "required": ["name"],
    "additionalProperties": False,
}
KEY = Key(
    "firewall",
    "Attacks on the model in prompts, tool results and documents. `action`: `block` (the request gets 400 "
    "`firewall_block`), `warn` (a response header), `tag` (only recorded) or `off`. `threshold`: least score that "
    "counts. `rules`: own ones, each a `regex` (RE2) or a `keyword`, with a `weight`; those built in always run.",
    {
        "type": "object",
        "properties": {
            "action": words(OUTCOMES),
            "threshold": SCORE,
            "rules": {"type": "array", "items": _RULE, "maxItems": RULES_MAX},
        },
        "additionalProperties": False,
    },
    _read,
    default=FirewallRules(),
)
