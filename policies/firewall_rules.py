"""What a policy says of attacks on the model: what happens when the firewall sees one, and rules of its own."""

from __future__ import annotations

from dataclasses import dataclass

OUTCOMES = ("block", "warn", "tag", "off")
BLOCK, WARN, TAG, OFF = OUTCOMES
THRESHOLD_DEFAULT = 0.6


@dataclass(frozen=True, slots=True)
class OwnRule:
    """A rule that a policy brings.

    Args:
        name: of its family.
        pattern: RE2, or the keyword itself.
        is_keyword: `pattern` is a whole word or phrase, in any case.
        weight: how much it says by itself.
        place: file:line:column where it stands.
    """

    name: str
    pattern: str
    is_keyword: bool
    weight: float
    place: str


@dataclass(frozen=True, slots=True)
class FirewallRules:
    """The part of a policy that is about prompt injection.

    Args:
        action: a word of `OUTCOMES`; without a word of the policy it is never more than a warning.
        threshold: least score that counts.
        rules: its own, beside those that are built in.
    """

    action: str = WARN
    threshold: float = THRESHOLD_DEFAULT
    rules: tuple[OwnRule, ...] = ()
