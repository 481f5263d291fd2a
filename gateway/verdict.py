"""What an inspection says of a text, in words that every room knows. Nothing here holds text."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Direction(Enum):
    """Which way a text goes: to the provider, or back to the client."""

    REQUEST = "request"
    RESPONSE = "response"


class Action(Enum):
    """What becomes of a finding, from what protects least to what protects most (see `policies.actions`). `KEEP` and
    `RESTORE` are no policy's choice but what becomes of a token of our own: it stays as it is, or turns back into its
    value."""

    ALLOW = "allow"
    WARN = "warn"
    KEEP = "keep"
    RESTORE = "restore"
    MASK = "mask"
    TOKENIZE = "tokenize"
    HASH = "hash"
    REDACT = "redact"
    BLOCK = "block"


_STRENGTH = {action: place for place, action in enumerate(Action)}
_PASSING = frozenset({Action.ALLOW, Action.WARN})
_NO_LOSS = frozenset({Action.KEEP, Action.RESTORE, Action.TOKENIZE})


@dataclass(frozen=True, slots=True)
class Finding:
    """A match that the policy acts on. Offsets are code points of the channel's text, `end` exclusive.

    `tail` is opaque to all but the scanner: when it is set, the finding is the head of something longer, of which the
    rest is swallowed as it comes; `view` goes with it. `exclusive`: what others find inside it is none of theirs, as
    with a token of our own that looks like personal data. `claimant` is whose it is, where several scanners claim.
    `enforced` is false in `mode: monitor`: the action is reported and not carried out.
    """

    start: int
    end: int
    entity: str
    recognizer: str
    score: float
    action: Action
    validated: bool = False
    tail: object = field(default=None, compare=False, repr=False)
    view: int = field(default=0, compare=False, repr=False)
    exclusive: bool = False
    claimant: int = 0
    enforced: bool = True
    specificity: float = 0.0

    @property
    def passes(self) -> bool:
        """It is reported and its text goes on: nothing is covered or held for its sake. An `allow` that is reported is
        an exception: it excuses what others find inside it."""
        return not self.enforced or self.action in _PASSING

    @property
    def is_loss(self) -> bool:
        """Whether nobody can say afterwards what stood there."""
        return not self.passes and self.action not in _NO_LOSS

    @property
    def rank(self) -> tuple[int, bool, int, float, float, str]:
        """Which of several overlapping findings names the whole and says what becomes of it: the action that protects
        most, then validated beats shaped, longer beats shorter, specific beats generic (`recognizers.recognizer.Span`),
        then the higher score; the entity's name settles what is left, so that the answer never depends on order."""
        strength = _STRENGTH[self.action]
        return strength, self.validated, self.end - self.start, self.specificity, self.score, self.entity
