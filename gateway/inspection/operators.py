"""Operators: what stands in the place of a finding."""

from __future__ import annotations

from collections.abc import Callable

from gateway.verdict import Action, Finding


def redact(finding: Finding, _text: str) -> str:
    """The entity's name in brackets: `[US_SSN]`."""
    return f"[{finding.entity}]"


OPERATORS: dict[Action, Callable[[Finding, str], str]] = {Action.REDACT: redact}
