"""`guardrail`: the application's own scanner."""

from __future__ import annotations

import re
from dataclasses import replace

import yaml

from policies.guardrail_rules import FAILURES, MODES, OFF, TIMEOUT_MS_RANGE, URL_CHARS_MAX, GuardrailRules
from policies.key import Key, words
from policies.nodes import Nodes
from policies.policy import Policy

_URL = re.compile(r"https?://[!-~]+")


def _read(nodes: Nodes, node: yaml.Node, policy: Policy) -> Policy:
    rules: GuardrailRules = KEY.of(policy)
    members = nodes.mapping(node, ("url", "mode", "timeout_ms", "on_failure"))
    if "url" in members:
        url = nodes.text(members["url"])
        if len(url) > URL_CHARS_MAX or not _URL.fullmatch(url) or "@" in url:
            raise nodes.error(members["url"], "`url` is an https address without a user in it")
        rules = replace(rules, url=url)
    if "mode" in members:
        rules = replace(rules, mode=nodes.word(members["mode"], MODES))
    if "timeout_ms" in members:
        rules = replace(rules, timeout_ms=nodes.whole(members["timeout_ms"], *TIMEOUT_MS_RANGE))
    if "on_failure" in members:
        rules = replace(rules, on_failure=nodes.word(members["on_failure"], FAILURES))
    if rules.mode != OFF and not rules.url:
        raise nodes.error(node, "a guardrail that judges needs a `url`")
    return KEY.set(policy, rules)


KEY = Key(
    "guardrail",
    "The application's own scanner: a webhook that sees each text with everything detected replaced, and answers "
    "whether it may pass. `mode`: which direction it judges. `timeout_ms`: longest wait. `on_failure`: without an "
    "answer, `closed` stops and `open` goes on. A streamed text it judges is held until its end.",
    {
        "type": "object",
        "properties": {
            "url": {"type": "string", "maxLength": URL_CHARS_MAX},
            "mode": words(MODES),
            "timeout_ms": {"type": "integer", "minimum": TIMEOUT_MS_RANGE[0], "maximum": TIMEOUT_MS_RANGE[1]},
            "on_failure": words(FAILURES),
        },
        "additionalProperties": False,
    },
    _read,
    default=GuardrailRules(),
)
