"""What an inspection says of a text, in words that every room knows. Nothing here holds text."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Direction(Enum):
    """Which way a text goes: to the provider, or back to the client."""

    REQUEST = "request"
    RESPONSE = "response"


class Action(Enum):
    """What becomes of a finding. A policy chooses one of the first three; the last two are what becomes of a token of
    our own: it turns back into its value, or stays as it is."""

    REDACT = "redact"
    ALLOW = "allow"
    TOKENIZE = "tokenize"
    RESTORE = "restore"
    KEEP = "keep"

    @property
    def is_loss(self) -> bool:
        """Whether nobody can say afterwards what stood there."""
        return self.value not in _NO_LOSS


_NO_LOSS = frozenset({"allow", "monitor", "tokenize", "restore"})


@dataclass(frozen=True, slots=True)
class Finding:
    """A match that the policy acts on. Offsets are code points of the channel's text, `end` exclusive.

    `tail` is opaque to all but the scanner: when it is set, the finding is the head of something longer, of which the
    rest is swallowed as it comes; `view` goes with it. `exclusive`: what others find inside it is none of theirs, as
    with a token of our own that looks like personal data. `claimant` is whose it is, where several scanners claim.
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

    @property
    def rank(self) -> tuple[bool, int, float, str]:
        """Which of several overlapping findings names the whole: validated beats shaped, longer beats shorter, then
        the higher score; the entity's name settles what is left, so that the answer never depends on order."""
        return self.validated, self.end - self.start, self.score, self.entity
