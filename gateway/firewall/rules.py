"""Rules of the firewall: families of patterns as data, built-in and a policy's own.

Laws kept here: every pattern is RE2, so that no text can make it slow; a pattern that RE2 refuses (look-around,
back-references, too large) stops the load with its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

import re2
import yaml

SET_MEMORY_BYTES = 64 << 20
PATTERN_CHARS_MAX = 2000
RULES_MAX = 500


class FirewallRuleError(Exception):
    """A rule that cannot be used. Its text names the rule and the cure."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern.

    Args:
        family: the kind of evidence; a family counts once.
        pattern: RE2, over the folded text (see `text.py`).
        weight: how much it says by itself, above 0 and at most 1.
        why: for people.
    """

    family: str
    pattern: str
    weight: float
    why: str


@cache
def built_in() -> tuple[Rule, ...]:
    """The rules that always run."""
    text = (resources.files("gateway.firewall") / "injection_rules.yaml").read_text(encoding="utf-8")
    return tuple(
        Rule(family["family"], pattern, float(rule["weight"]), family["why"])
        for family in yaml.safe_load(text)
        for rule in family["rules"]
        for pattern in rule["patterns"]
    )


def own_rule(name: str, pattern: str, weight: float, *, is_keyword: bool = False, place: str = "") -> Rule:
    """A rule that a policy brings.

    Args:
        name: of its family.
        pattern: a regular expression, or the keyword itself, which then counts as a whole word in any case.
        weight: see `Rule`.
        is_keyword: what `pattern` is.
        place: file:line:column to name in a complaint.

    Raises:
        FirewallRuleError: it is too long, matches the empty text, or RE2 refuses it.
    """
    where = f"{place}: " if place else ""
    if not 0 < weight <= 1:
        raise FirewallRuleError(f"{where}the weight of {name!r} is above 0 and at most 1")
    if not pattern or len(pattern) > PATTERN_CHARS_MAX:
        raise FirewallRuleError(f"{where}a pattern has 1 to {PATTERN_CHARS_MAX} characters")
    if is_keyword:
        pattern = rf"(?:^|\W){re.escape(pattern.casefold())}(?:\W|$)"
    compiled = _compiled(pattern)
    if compiled is None:
        raise FirewallRuleError(
            f"{where}{name!r} is no linear-time pattern: look-around and back-references are not allowed"
        )
    if compiled.search("") is not None:
        raise FirewallRuleError(f"{where}{name!r} matches the empty text, so it matches everything")
    return Rule(name, pattern, weight, "a rule of the policy")


def _compiled(pattern: str) -> re2._Regexp | None:
    try:
        return re2.compile(pattern, _options())
    except re2.error:
        return None


class RuleSet:
    """All rules at once: one pass over a text says which of them match."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        if len(self.rules) > RULES_MAX:
            raise FirewallRuleError(f"more than {RULES_MAX} rules")
        self._set = re2.Set.SearchSet(_options())
        for rule in self.rules:
            self._set.Add(rule.pattern)
        self._set.Compile()
        self._single = {rule.pattern: re2.compile(rule.pattern, _options()) for rule in self.rules}

    def hits(self, text: str) -> list[Rule]:
        """The rules that match somewhere in a folded text."""
        return [self.rules[number] for number in sorted(self._set.Match(text) or ())]

    def place(self, rule: Rule, text: str) -> tuple[int, int]:
        """Where a rule that matches does so first."""
        match = self._single[rule.pattern].search(text)
        return match.span() if match else (0, 0)


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem = SET_MEMORY_BYTES
    options.log_errors = False
    options.dot_nl = True
    return options
