"""`entities`: the rule for each entity."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import yaml

from policies.actions import ACTIONS
from policies.actions import words as action_words
from policies.key import FLAG, SCORE, TEXTS, Key, words
from policies.modes import MODE_SCHEMA, read_mode
from policies.nodes import Nodes
from policies.policy import DIRECTIONS, EVERY_ENTITY, Context, Mask, Policy, Rule

PROPERTIES = (*DIRECTIONS, "threshold", "mode", "mask", "context")
KEEP_FIRST_MAX, KEEP_LAST_MAX = 6, 4
CHARACTERS = ("*", "#", "X", "x")
CONTEXT_WORDS_MAX = 200


def _schema(*directions: str) -> dict[str, Any]:
    """The schema of an action that fits all of these directions."""
    known = [
        ACTIONS[word]
        for word in action_words(directions[0])
        if all(way in ACTIONS[word].directions for way in directions)
    ]
    return {"enum": [a.word for a in known], "description": " ".join(f"{a.word}: {a.summary}" for a in known)}


_CLOSED: dict[str, Any] = {"type": "object", "additionalProperties": False}
_RULE = {
    **_CLOSED,
    "properties": {
        **{way: _schema(way) for way in DIRECTIONS},
        "threshold": SCORE,
        "mode": MODE_SCHEMA,
        "mask": {
            **_CLOSED,
            "properties": {
                "keep_first": {"type": "integer", "minimum": 0, "maximum": KEEP_FIRST_MAX},
                "keep_last": {"type": "integer", "minimum": 0, "maximum": KEEP_LAST_MAX},
                "character": words(CHARACTERS),
            },
        },
        "context": {
            **_CLOSED,
            "properties": {"words": {**TEXTS, "maxItems": CONTEXT_WORDS_MAX}, "required": FLAG},
        },
    },
}


def _read(nodes: Nodes, node: yaml.Node, policy: Policy) -> Policy:
    own = {recognizer.entity for recognizer in policy.recognizers}
    members = nodes.mapping(node, {EVERY_ENTITY, *nodes.facts.entities, *own}, "entity")
    # `*` first: what a file says of every entity is what its other rules build on, wherever it stands.
    places = nodes.keys_of(node)
    for entity in sorted(members, key=lambda entity: entity != EVERY_ENTITY):
        rule = _rule(nodes, entity, members[entity], policy)
        rule = replace(rule, place=nodes.place_of(places[entity]), clause=nodes.comment_of(places[entity]))
        policy = replace(policy, rules={**policy.rules, entity: rule})
    return policy


def _rule(nodes: Nodes, entity: str, node: yaml.Node, policy: Policy) -> Rule:
    rule = policy.rule(entity)
    if isinstance(node, yaml.ScalarNode):
        word = _action(nodes, entity, node, DIRECTIONS)
        return replace(rule, request=word, response=word)
    members = nodes.mapping(node, PROPERTIES)
    for way in DIRECTIONS:
        if way in members:
            word = _action(nodes, entity, members[way], (way,))
            rule = replace(rule, request=word) if way == "request" else replace(rule, response=word)
    if "threshold" in members:
        rule = replace(rule, threshold=nodes.number(members["threshold"], 0, 1))
    if "mode" in members:
        rule = replace(rule, mode={**rule.mode, **read_mode(nodes, members["mode"])})
    if "mask" in members:
        rule = replace(rule, mask=_mask(nodes, members["mask"], rule))
    if "context" in members:
        if entity == EVERY_ENTITY:
            raise nodes.error(members["context"], "context words belong to one entity; name it")
        rule = replace(rule, context=_context(nodes, members["context"], rule))
    return rule


def _action(nodes: Nodes, entity: str, node: yaml.Node, directions: tuple[str, ...]) -> str:
    word = nodes.word(node, tuple(ACTIONS))
    wrong = [way for way in directions if way not in ACTIONS[word].directions]
    if wrong:
        raise nodes.error(
            node, f"`{word}` cannot be done in a {wrong[0]}; known there: {', '.join(action_words(wrong[0]))}"
        )
    why = nodes.facts.unfit(entity, word)
    if why:
        raise nodes.error(node, f"`{word}` does not fit {entity}: {why}")
    return word


def _mask(nodes: Nodes, node: yaml.Node, rule: Rule) -> Mask:
    members = nodes.mapping(node, ("keep_first", "keep_last", "character"))
    if "mask" not in (rule.request, rule.response):
        raise nodes.error(node, "no direction of this entity is masked")
    mask = rule.mask
    if "keep_first" in members:
        mask = replace(mask, keep_first=nodes.whole(members["keep_first"], 0, KEEP_FIRST_MAX))
    if "keep_last" in members:
        mask = replace(mask, keep_last=nodes.whole(members["keep_last"], 0, KEEP_LAST_MAX))
    if "character" in members:
        mask = replace(mask, character=nodes.word(members["character"], CHARACTERS))
    return mask


def _context(nodes: Nodes, node: yaml.Node, rule: Rule) -> Context:
    members = nodes.mapping(node, ("words", "required"))
    context = rule.context
    if "words" in members:
        items = nodes.items(members["words"])
        if len(items) > CONTEXT_WORDS_MAX:
            raise nodes.error(members["words"], f"more than {CONTEXT_WORDS_MAX} words")
        more = tuple(nodes.text(item).strip().lower() for item in items)
        if not all(more):
            raise nodes.error(members["words"], "an empty context word")
        context = replace(context, words=tuple(dict.fromkeys((*context.words, *more))))
    if "required" in members:
        context = replace(context, required=nodes.flag(members["required"]))
    return context


KEY = Key(
    "entities",
    "By entity, or `*` for every entity that is not named: an action for both directions, or a rule of its own.",
    {"type": "object", "additionalProperties": {"anyOf": [_schema(*DIRECTIONS), _RULE]}},
    _read,
    rank=1,
)
