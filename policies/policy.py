"""What a policy says: for each entity and direction, what to do with a span of a given score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

DIRECTIONS = ("request", "response")
ACTIONS = ("redact", "allow")
ATTACHMENTS = ("block", "allow")
EVERY_ENTITY = "*"
HOLDBACK_CHARS_DEFAULT = 96
THRESHOLD_DEFAULT = 0.5


class PolicyError(Exception):
    """A policy that cannot be used. Its text names file, line and column, and the cure."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What to do with one entity, by direction: a word of `ACTIONS`."""

    request: str
    response: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A resolved policy: everything it extends is merged in.

    Args:
        name: of the preset or file.
        description: one line.
        threshold: spans that score less pass.
        holdback_chars: ceiling of the hold-back, in characters of the normalised view.
        attachments: what happens to images, audio and files, which cannot be read: a word of `ATTACHMENTS`.
        rules: by entity; `*` stands for every entity that is not named.
    """

    name: str
    description: str = ""
    threshold: float = THRESHOLD_DEFAULT
    holdback_chars: int = HOLDBACK_CHARS_DEFAULT
    attachments: str = "block"
    rules: Mapping[str, Rule] = field(default_factory=dict)

    def rule(self, entity: str) -> Rule:
        """The rule for an entity. Without any rule everything is redacted: a policy that forgets fails closed."""
        return self.rules.get(entity) or self.rules.get(EVERY_ENTITY) or Rule("redact", "redact")

    def decide(self, entity: str, direction: str, score: float) -> str:
        """The action for a span: a word of `ACTIONS`.

        Args:
            entity: UPPER_SNAKE name.
            direction: `request` or `response`.
            score: confidence from 0 to 1.
        """
        if score < self.threshold:
            return "allow"
        rule = self.rule(entity)
        return rule.request if direction == "request" else rule.response
