"""What a policy may do with a finding: one row a word.

A new action is a row here, a member of `gateway.verdict.Action` and its operator in `gateway/inspection/operators.py`;
a test holds the three together.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ActionWord:
    """One action.

    Args:
        word: as policies write it.
        summary: what it does, for the reference and the schema.
        strength: order from what protects least; a change to a lower strength widens what passes.
        passes: the text goes on unchanged.
        directions: in which it can be done.
        needs_whole_value: does not fit an entity of which only a short head is ever held (keys, tokens, documents).
    """

    word: str
    summary: str
    strength: int
    passes: bool = False
    directions: tuple[str, ...] = ("request", "response")
    needs_whole_value: bool = False


ALLOW, WARN, MASK, TOKENIZE, HASH, REDACT, BLOCK = "allow", "warn", "mask", "tokenize", "hash", "redact", "block"

_ROWS = (
    ActionWord(ALLOW, "The value passes; nothing is reported.", 0, passes=True),
    ActionWord(WARN, "The value passes and is reported.", 1, passes=True),
    ActionWord(MASK, "Letters and digits become stars, but for the last few.", 2, needs_whole_value=True),
    ActionWord(
        TOKENIZE,
        "The value becomes a token, which turns back in the answer to who sent it.",
        3,
        directions=("request",),
    ),
    ActionWord(HASH, "The value becomes a keyed hash: equal values, equal hashes.", 4, needs_whole_value=True),
    ActionWord(REDACT, "The value becomes the name of its entity, `[US_SSN]`.", 5),
    ActionWord(BLOCK, "The request is refused; an answer ends before the value.", 6),
)
ACTIONS = {row.word: row for row in _ROWS}


def words(direction: str) -> tuple[str, ...]:
    """The actions of a direction."""
    return tuple(row.word for row in _ROWS if direction in row.directions)
