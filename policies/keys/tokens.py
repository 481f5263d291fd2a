"""`tokens`: how values of a request become tokens, and when the answer turns them back."""

from __future__ import annotations

import re
from dataclasses import replace

import yaml

from policies.key import FLAG, TEXTS, Key, words
from policies.nodes import Nodes
from policies.policy import Policy
from policies.token_rules import CIPHERS, FORMATS, RESTORES, SCOPES, TokenRules, ToolRules

_NAMES = ("response", "scope", "cipher", "formats", "hint", "restore_hosts", "restore_tools")
_HOST = re.compile(r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
LISTED_MAX = 500


def _read(nodes: Nodes, node: yaml.Node, policy: Policy) -> Policy:
    rules: TokenRules = KEY.of(policy)
    members = nodes.mapping(node, _NAMES)
    known = {"response": RESTORES, "scope": SCOPES, "cipher": CIPHERS}
    said = {name: nodes.word(value, known[name]) for name, value in members.items() if name in known}
    rules = replace(
        rules,
        response=said.get("response", rules.response),
        scope=said.get("scope", rules.scope),
        cipher=said.get("cipher", rules.cipher),
    )
    if "formats" in members:
        formats = nodes.mapping(members["formats"], FORMATS, "entity")
        chosen = {entity: nodes.word(value, FORMATS[entity]) for entity, value in formats.items()}
        rules = replace(rules, formats={**rules.formats, **chosen})
    if "hint" in members:
        rules = replace(rules, hint=nodes.flag(members["hint"]))
    if "restore_hosts" in members:
        hosts = _texts(nodes, members["restore_hosts"])
        for host, item in zip(hosts, nodes.items(members["restore_hosts"]), strict=True):
            if not _HOST.fullmatch(host):
                raise nodes.error(item, "a host is written like `example.com` or `*.example.com`")
        rules = replace(rules, restore_hosts=hosts)
    if "restore_tools" in members:
        tools = nodes.mapping(members["restore_tools"], ("allow", "deny"))
        lists = {name: frozenset(_texts(nodes, value)) for name, value in tools.items()}
        rules = replace(rules, restore_tools=replace(ToolRules(), **lists))
    return KEY.set(policy, rules)


def _texts(nodes: Nodes, node: yaml.Node) -> tuple[str, ...]:
    items = nodes.items(node)
    if len(items) > LISTED_MAX:
        raise nodes.error(node, f"more than {LISTED_MAX} names")
    return tuple(nodes.text(item) for item in items)


_TOOLS = {"type": "object", "properties": {"allow": TEXTS, "deny": TEXTS}, "additionalProperties": False}
KEY = Key(
    "tokens",
    "How values of a request become tokens, and when they turn back. `response`: `detokenize` (the answer has the "
    "values) or `redact` (it has the tokens). `scope`: equal values have equal tokens within a `conversation` or the "
    "`tenant`. `cipher`: `ff3-1` or `ff1`. `formats`: another form for an entity. `hint`: tell the model to keep "
    "tokens as they are. `restore_hosts`: in whose URLs values may stand. `restore_tools`: which tools get values.",
    {
        "type": "object",
        "properties": {
            "response": words(RESTORES),
            "scope": words(SCOPES),
            "cipher": words(CIPHERS),
            "formats": {
                "type": "object",
                "properties": {entity: words(names) for entity, names in FORMATS.items()},
                "additionalProperties": False,
            },
            "hint": FLAG,
            "restore_hosts": {**TEXTS, "maxItems": LISTED_MAX},
            "restore_tools": _TOOLS,
        },
        "additionalProperties": False,
    },
    _read,
    default=TokenRules(),
)
