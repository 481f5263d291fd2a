"""One policy file on its way to a `Policy`: what each key means, and where a mistake stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import yaml

from policies.nodes import Nodes, nearest
from policies.policy import (
    ACTIONS,
    ATTACHMENTS,
    DIRECTIONS,
    EVERY_ENTITY,
    RESPONSE_ACTIONS,
    SPELLINGS,
    CustomRecognizer,
    Policy,
    PolicyError,
    Rule,
)

KEYS = (
    "extends",
    "description",
    "threshold",
    "holdback_chars",
    "attachments",
    "hidden_spellings",
    "recognizers",
    "entities",
)
HOLDBACK_CHARS_RANGE = (96, 4096)
RECOGNIZER_KEYS = (
    *("name", "supported_entity", "patterns", "context", "deny_list", "deny_list_score", "checksum", "ignore_case"),
    *("examples", "non_examples"),
)
PRESIDIO_KEYS = ("supported_language", "supported_languages", "type", "enabled")
"""Keys of Presidio's own files that say nothing here: our recognizers read every language."""
PATTERN_KEYS = ("name", "regex", "score")
DENY_LIST_TERMS_MAX = 500
_ENTITY = re.compile(r"[A-Z][A-Z0-9_]{1,63}")

__all__ = ["Document", "nearest"]


class Document(Nodes):
    """A policy file, parsed with places."""

    def __init__(self, place: str, text: str, entities: frozenset[str]) -> None:
        super().__init__(place, text)
        self.entities = entities

    def policy(self, name: str, extend: Callable[[str], Policy]) -> Policy:
        """The policy that the file describes.

        Args:
            name: of the policy.
            extend: loads what it extends.

        Raises:
            PolicyError: with the place of the mistake.
        """
        members = self.mapping(self.root(), KEYS)
        policy = Policy(name)
        if "extends" in members:
            node = members["extends"]
            try:
                policy = extend(self.text(node))
            except PolicyError as error:
                raise self.error(node, str(error)) from None
        policy = replace(policy, name=name)
        for key, node in members.items():
            if key not in ("extends", "entities"):
                policy = self._set(policy, key, node)
        if "entities" in members:
            policy = replace(policy, rules={**policy.rules, **self._rules(members["entities"], policy)})
        return policy

    def _set(self, policy: Policy, key: str, node: yaml.Node) -> Policy:
        if key == "description":
            return replace(policy, description=self.text(node))
        if key == "threshold":
            return replace(policy, threshold=self.number(node, 0, 1))
        if key == "holdback_chars":
            return replace(policy, holdback_chars=int(self.number(node, *HOLDBACK_CHARS_RANGE)))
        if key == "attachments":
            return replace(policy, attachments=self.word(node, ATTACHMENTS))
        if key == "hidden_spellings":
            return replace(policy, unread_spellings=self._spellings(node, policy))
        return replace(policy, recognizers=self._recognizers(node, policy))

    def _spellings(self, node: yaml.Node, policy: Policy) -> frozenset[str]:
        unread = set(policy.unread_spellings)
        for spelling, value in self.mapping(node, SPELLINGS, "spelling").items():
            (unread.discard if self.flag(value) else unread.add)(spelling)
        return frozenset(unread)

    def _rules(self, node: yaml.Node, policy: Policy) -> dict[str, Rule]:
        rules = {}
        own = {recognizer.entity for recognizer in policy.recognizers}
        for entity, value in self.mapping(node, {EVERY_ENTITY, *self.entities, *own}, "entity").items():
            members = self.mapping(value, DIRECTIONS)
            inherited = policy.rule(entity)
            words = {
                direction: self.word(member, ACTIONS if direction == "request" else RESPONSE_ACTIONS)
                for direction, member in members.items()
            }
            rules[entity] = Rule(words.get("request", inherited.request), words.get("response", inherited.response))
        return rules

    def _recognizers(self, node: yaml.Node, policy: Policy) -> tuple[CustomRecognizer, ...]:
        by_name = {recognizer.name: recognizer for recognizer in policy.recognizers}
        for item in self.items(node):
            recognizer = self._recognizer(item)
            by_name[recognizer.name] = recognizer
        return tuple(by_name.values())

    def _recognizer(self, node: yaml.Node) -> CustomRecognizer:
        members = self.mapping(node, (*RECOGNIZER_KEYS, *PRESIDIO_KEYS))
        for key in ("name", "supported_entity"):
            if key not in members:
                raise self.error(node, f"a recognizer needs a `{key}`")
        entity = self.text(members["supported_entity"])
        if not _ENTITY.fullmatch(entity):
            raise self.error(members["supported_entity"], "an entity is written like EMPLOYEE_NUMBER")
        lists = {key: self._texts(members, key) for key in ("context", "deny_list", "examples", "non_examples")}
        if len(lists["deny_list"]) > DENY_LIST_TERMS_MAX:
            raise self.error(members["deny_list"], f"more than {DENY_LIST_TERMS_MAX} terms")
        patterns = (
            tuple(self._pattern(item) for item in self.items(members["patterns"])) if "patterns" in members else ()
        )
        if not patterns and not lists["deny_list"]:
            raise self.error(node, "a recognizer needs `patterns` or a `deny_list`")
        score = self.number(members["deny_list_score"], 0, 1) if "deny_list_score" in members else 1.0
        return CustomRecognizer(
            name=self.text(members["name"]),
            entity=entity,
            place=self.place_of(node),
            patterns=patterns,
            deny_list_score=score,
            checksum=self.text(members["checksum"]) if "checksum" in members else "",
            ignore_case=self.flag(members["ignore_case"]) if "ignore_case" in members else True,
            **lists,
        )

    def _texts(self, members: dict[str, yaml.Node], key: str) -> tuple[str, ...]:
        return tuple(self.text(item) for item in self.items(members[key])) if key in members else ()

    def _pattern(self, node: yaml.Node) -> tuple[str, str, float, str]:
        members = self.mapping(node, PATTERN_KEYS)
        for key in PATTERN_KEYS:
            if key not in members:
                raise self.error(node, f"a pattern needs a `{key}`")
        regex = members["regex"]
        score = self.number(members["score"], 0, 1)
        return self.text(members["name"]), self.text(regex), score, self.place_of(regex)
