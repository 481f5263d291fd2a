"""What a policy says: for each entity and direction, what to do with a span of a given score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

DIRECTIONS = ("request", "response")
ACTIONS = ("redact", "tokenize", "allow")
RESPONSE_ACTIONS = ("redact", "allow")
"""Only what the user sent can be turned back for them."""
ATTACHMENTS = ("block", "allow")
SPELLINGS = ("escapes", "quoted_printable", "digit_words", "base64")
EVERY_ENTITY = "*"
HOLDBACK_CHARS_DEFAULT = 96
THRESHOLD_DEFAULT = 0.5


class PolicyError(Exception):
    """A policy that cannot be used. Its text names file, line and column, and the cure."""


@dataclass(frozen=True, slots=True)
class CustomRecognizer:
    """A recognizer that a policy brings: plain data in the words of Presidio's recognizer YAML.

    Args:
        name: for people.
        entity: UPPER_SNAKE.
        place: file:line:column where it stands.
        patterns: name, regex, score and the place of each pattern.
        context: words that raise the score.
        deny_list: literals, whole words, any case.
        checksum: name of a check that every match must pass; `""` for none.
        ignore_case: letters match either case (Presidio's default).
        examples: texts with the value between guillemets; each must be found.
        non_examples: texts in which nothing may be found.
    """

    name: str
    entity: str
    place: str
    patterns: tuple[tuple[str, str, float, str], ...] = ()
    context: tuple[str, ...] = ()
    deny_list: tuple[str, ...] = ()
    deny_list_score: float = 1.0
    checksum: str = ""
    ignore_case: bool = True
    examples: tuple[str, ...] = ()
    non_examples: tuple[str, ...] = ()


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
        unread_spellings: hidden spellings that are not looked for: words of `SPELLINGS`.
        recognizers: that the policy brings.
        rules: by entity; `*` stands for every entity that is not named.
    """

    name: str
    description: str = ""
    threshold: float = THRESHOLD_DEFAULT
    holdback_chars: int = HOLDBACK_CHARS_DEFAULT
    attachments: str = "block"
    unread_spellings: frozenset[str] = frozenset()
    recognizers: tuple[CustomRecognizer, ...] = ()
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
