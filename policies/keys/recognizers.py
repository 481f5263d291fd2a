"""`recognizers`: what a policy finds by itself, in the words of Presidio's recognizer YAML."""

from __future__ import annotations

import re
from dataclasses import replace

import yaml

from policies.key import FLAG, SCORE, TEXT, TEXTS, Key
from policies.nodes import Nodes
from policies.policy import CustomRecognizer, Policy

KEYS = (
    *("name", "supported_entity", "patterns", "context", "deny_list", "deny_list_score", "checksum", "ignore_case"),
    *("examples", "non_examples"),
)
PRESIDIO_KEYS = ("supported_language", "supported_languages", "type", "enabled")
"""Keys of Presidio's own files that say nothing here: our recognizers read every language."""
PATTERN_KEYS = ("name", "regex", "score")
DENY_LIST_TERMS_MAX = 500
ENTITY = r"[A-Z][A-Z0-9_]{1,63}"

_SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "name": TEXT,
            "supported_entity": {"type": "string", "pattern": f"^{ENTITY}$"},
            "patterns": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"name": TEXT, "regex": TEXT, "score": SCORE},
                    "required": list(PATTERN_KEYS),
                    "additionalProperties": False,
                },
            },
            **dict.fromkeys(("context", "examples", "non_examples"), TEXTS),
            "deny_list": {**TEXTS, "maxItems": DENY_LIST_TERMS_MAX},
            "deny_list_score": SCORE,
            "checksum": TEXT,
            "ignore_case": FLAG,
            **{key: {} for key in PRESIDIO_KEYS},
        },
        "required": ["name", "supported_entity"],
        "anyOf": [{"required": ["patterns"]}, {"required": ["deny_list"]}],
        "additionalProperties": False,
    },
}


def _read(nodes: Nodes, node: yaml.Node, policy: Policy) -> Policy:
    by_name = {recognizer.name: recognizer for recognizer in policy.recognizers}
    for item in nodes.items(node):
        recognizer = _recognizer(nodes, item)
        by_name[recognizer.name] = recognizer
    return replace(policy, recognizers=tuple(by_name.values()))


def _recognizer(nodes: Nodes, node: yaml.Node) -> CustomRecognizer:
    members = nodes.mapping(node, (*KEYS, *PRESIDIO_KEYS))
    for key in ("name", "supported_entity"):
        if key not in members:
            raise nodes.error(node, f"a recognizer needs a `{key}`")
    entity = nodes.text(members["supported_entity"])
    if not re.fullmatch(ENTITY, entity, re.ASCII):
        raise nodes.error(members["supported_entity"], "an entity is written like EMPLOYEE_NUMBER")
    lists = {key: _texts(nodes, members, key) for key in ("context", "deny_list", "examples", "non_examples")}
    if len(lists["deny_list"]) > DENY_LIST_TERMS_MAX:
        raise nodes.error(members["deny_list"], f"more than {DENY_LIST_TERMS_MAX} terms")
    items = nodes.items(members["patterns"]) if "patterns" in members else []
    patterns = tuple(_pattern(nodes, item) for item in items)
    if not patterns and not lists["deny_list"]:
        raise nodes.error(node, "a recognizer needs `patterns` or a `deny_list`")
    return CustomRecognizer(
        name=nodes.text(members["name"]),
        entity=entity,
        place=nodes.place_of(node),
        patterns=patterns,
        deny_list_score=nodes.number(members["deny_list_score"], 0, 1) if "deny_list_score" in members else 1.0,
        checksum=nodes.text(members["checksum"]) if "checksum" in members else "",
        ignore_case=nodes.flag(members["ignore_case"]) if "ignore_case" in members else True,
        **lists,
    )


def _texts(nodes: Nodes, members: dict[str, yaml.Node], key: str) -> tuple[str, ...]:
    return tuple(nodes.text(item) for item in nodes.items(members[key])) if key in members else ()


def _pattern(nodes: Nodes, node: yaml.Node) -> tuple[str, str, float, str]:
    members = nodes.mapping(node, PATTERN_KEYS)
    for key in PATTERN_KEYS:
        if key not in members:
            raise nodes.error(node, f"a pattern needs a `{key}`")
    regex = members["regex"]
    score = nodes.number(members["score"], 0, 1)
    return nodes.text(members["name"]), nodes.text(regex), score, nodes.place_of(regex)


KEY = Key(
    "recognizers",
    "Recognizers of your own, in the words of Presidio's recognizer YAML. One that bears the name of one in the "
    "extended policy takes its place.",
    _SCHEMA,
    _read,
)
