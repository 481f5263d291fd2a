"""What a policy says: for each entity and direction, what to do with a span of a given score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from policies.actions import ACTIONS, ALLOW, REDACT

DIRECTIONS = ("request", "response")
MODES = ("enforce", "monitor")
ENFORCE, MONITOR = MODES
RELEASES = ("adaptive", "fixed", "buffer")
ATTACHMENTS = ("block", "allow", "strip")
SIGNED_BLOCK, SIGNED_PASS = SIGNED = ("block", "pass")
SPELLINGS = ("escapes", "quoted_printable", "digit_words", "base64")
EVERY_ENTITY = "*"
HOLDBACK_CHARS_DEFAULT = 96
THRESHOLD_DEFAULT = 0.5
RETENTION_DAYS_DEFAULT = 90


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
class Mask:
    """What of a masked value stays in sight.

    Args:
        keep_first: letters and digits at its start.
        keep_last: letters and digits at its end.
        character: stands for each of the others.
    """

    keep_first: int = 0
    keep_last: int = 4
    character: str = "*"


@dataclass(frozen=True, slots=True)
class Context:
    """What a policy adds to an entity's own context words.

    Args:
        words: more of them.
        required: nothing is found without a context word.
    """

    words: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class AllowTerm:
    """A literal exception: findings inside it pass, and are reported.

    Args:
        term: the text, as it is written.
        reason: why, for the auditor.
        expires: the last day on which it holds (UTC).
        entities: it is an exception for these only; for all when there are none.
        ignore_case: letters match either case.
        place: file:line:column where it stands.
    """

    term: str
    reason: str
    expires: date
    entities: frozenset[str] = frozenset()
    ignore_case: bool = False
    place: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What to do with one entity.

    Args:
        request: a word of `ACTIONS`.
        response: the same for the other direction.
        threshold: least score that counts; the policy's own when None.
        mode: from direction to `enforce` or `monitor`; the policy's own where it says nothing.
        mask: of the action `mask`.
        context: of its recognizers.
        place: file:line:column where it stands.
        clause: the comment beside it, which says by what law or standard.
    """

    request: str
    response: str
    threshold: float | None = None
    mode: Mapping[str, str] = field(default_factory=dict)
    mask: Mask = Mask()
    context: Context = Context()
    place: str = field(default="", compare=False)
    clause: str = field(default="", compare=False)

    def action(self, direction: str) -> str:
        """The word for a direction."""
        return self.request if direction == "request" else self.response


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a span: the action, and whether it is carried out or (in `mode: monitor`) only reported."""

    action: str
    enforced: bool = True

    @property
    def passes(self) -> bool:
        """The text goes on unchanged."""
        return not self.enforced or ACTIONS[self.action].passes


_ALLOWED = Decision(ALLOW)


@dataclass(frozen=True, slots=True)
class Policy:
    """A resolved policy: everything it extends is merged in.

    Args:
        name: of the preset or file.
        description: one line.
        threshold: spans that score less pass.
        holdback_chars: ceiling of the hold-back, in characters of the normalised view.
        release: when decided text leaves: a word of `RELEASES`.
        attachments: what happens to images, audio and files, which cannot be read: a word of `ATTACHMENTS`.
        signed_thinking: what happens to signed text that would have to be altered: a word of `SIGNED`.
        unread_spellings: hidden spellings that are not looked for: words of `SPELLINGS`.
        recognizers: that the policy brings.
        rules: by entity; `*` stands for every entity that is not named.
        mode: from direction to `enforce` or `monitor`, for every entity whose rule says nothing else.
        allow_terms: literal exceptions.
        retention_days: how long what is recorded under this policy is kept.
        regions: tags of upstreams that may be used; any when there are none.
        files: that it was read from, those it extends included; none of a preset.
        more: by key of the language, what other rooms read with `Key.of` (see `policies/key.py`).
    """

    name: str
    description: str = ""
    threshold: float = THRESHOLD_DEFAULT
    holdback_chars: int = HOLDBACK_CHARS_DEFAULT
    release: str = "adaptive"
    attachments: str = "block"
    signed_thinking: str = SIGNED_BLOCK
    unread_spellings: frozenset[str] = frozenset()
    recognizers: tuple[CustomRecognizer, ...] = ()
    rules: Mapping[str, Rule] = field(default_factory=dict)
    mode: Mapping[str, str] = field(default_factory=dict)
    allow_terms: tuple[AllowTerm, ...] = ()
    retention_days: int = RETENTION_DAYS_DEFAULT
    regions: frozenset[str] = frozenset()
    files: tuple[str, ...] = ()
    more: Mapping[str, object] = field(default_factory=dict)

    @property
    def tokenizes(self) -> bool:
        """Whether anything becomes a token."""
        return any(rule.request == "tokenize" for rule in self.rules.values())

    def rule(self, entity: str) -> Rule:
        """The rule for an entity. Without any rule everything is redacted: a policy that forgets fails closed."""
        return self.rules.get(entity) or self.rules.get(EVERY_ENTITY) or Rule(REDACT, REDACT)

    def mode_of(self, entity: str, direction: str) -> str:
        """`enforce` or `monitor`, for an entity in a direction."""
        return self.rule(entity).mode.get(direction) or self.mode.get(direction) or ENFORCE

    def threshold_of(self, entity: str) -> float:
        """Least score of an entity that counts."""
        own = self.rule(entity).threshold
        return self.threshold if own is None else own

    def decision(self, entity: str, direction: str, score: float) -> Decision:
        """What becomes of a span.

        Args:
            entity: UPPER_SNAKE name.
            direction: `request` or `response`.
            score: confidence from 0 to 1.
        """
        if score < self.threshold_of(entity):
            return _ALLOWED
        action = self.rule(entity).action(direction)
        return Decision(action, action == ALLOW or self.mode_of(entity, direction) == ENFORCE)

    def decide(self, entity: str, direction: str, score: float) -> str:
        """The decision in one word: one of `ACTIONS`, or `monitor`."""
        decision = self.decision(entity, direction, score)
        return decision.action if decision.enforced else MONITOR

    def passes(self, entity: str, direction: str, score: float) -> bool:
        """Whether a span goes on unchanged."""
        return self.decision(entity, direction, score).passes

    def monitored(self) -> tuple[str, ...]:
        """The directions in which something is only reported."""
        modes = [self.mode, *(rule.mode for rule in self.rules.values())]
        if self.signed_thinking == SIGNED_PASS:
            modes.append({"response": MONITOR})
        return tuple(way for way in DIRECTIONS if any(mode.get(way) == MONITOR for mode in modes))

    def permits_region(self, region: str) -> bool:
        """Whether an upstream with this region tag may be used; one without a tag only where any may."""
        return not self.regions or region in self.regions
