"""Operators: what stands in the place of a finding."""

from __future__ import annotations

from collections.abc import Callable

from gateway.verdict import Action, Finding


def redact(finding: Finding, _text: str) -> str:
    """The entity's name in brackets: `[US_SSN]`."""
    return f"[{finding.entity}]"


def keep(_finding: Finding, text: str) -> str:
    """What is there: a token of our own, where nobody has the key to it."""
    return text


OPERATORS: dict[Action, Callable[[Finding, str], str]] = {
    Action.REDACT: redact,
    # Where there are no keys, as in batch commands, nothing can be turned back, and nothing passes for that.
    Action.TOKENIZE: redact,
    Action.RESTORE: keep,
    Action.KEEP: keep,
}
