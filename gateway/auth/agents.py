"""What an agent, and the gateway that it stands in, say about requests: models, providers, policy, restoring, money."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from gateway.auth.scopes import ScopeError, model_allowed, texts
from gateway.spend.rules import read_budget
from policies.loader import presets

ALIASES_MAX = 100
SLUG = r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$"
_UNSET: dict[str, Any] = {
    "providers": [],
    "model_allow": [],
    "model_deny": [],
    "model_aliases": {},
    "policy": "",
    "detokenize": True,
    "budget": {},
}
_POLICY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of an agent; of a gateway only the aliases and the budget count.

    Args:
        providers: that its requests may go to, by the names of the configuration; none: any.
        model_allow, model_deny: globs over the real names of models; deny wins, an empty allow list allows all.
        model_aliases: names that clients may use, and the models that they stand for.
        policy: preset that its texts are inspected by, below the overlays; empty: the configured policy.
        detokenize: whether its clients get back what was tokenized.
        budget: what it may spend, as JSON (`gateway.spend.rules.read_budget`); empty: what the configuration says.
    """

    providers: tuple[str, ...] = ()
    model_allow: tuple[str, ...] = ()
    model_deny: tuple[str, ...] = ()
    model_aliases: Mapping[str, str] = field(default_factory=dict)
    policy: str = ""
    detokenize: bool = True
    budget: Mapping[str, Any] = field(default_factory=dict)

    def allows(self, model: str) -> bool:
        """Whether a model may be used, by its real name."""
        return model_allowed(model, self.model_allow, self.model_deny)

    def denies(self, model: str) -> bool:
        """Whether the deny list has a model."""
        return not model_allowed(model, (), self.model_deny)


def read_rules(values: Mapping[str, Any]) -> Rules:
    """Rules from JSON.

    Raises:
        ScopeError: unknown field, wrong type, too many.
    """
    unknown = sorted(set(values) - _UNSET.keys())
    if unknown:
        raise ScopeError(f"unknown rule {unknown[0][:40]!r}; known: {', '.join(sorted(_UNSET))}")
    aliases = values.get("model_aliases", {})
    if not isinstance(aliases, dict) or len(aliases) > ALIASES_MAX:
        raise ScopeError(f"model_aliases: at most {ALIASES_MAX} names, each with a model")
    if not all(isinstance(text, str) and 0 < len(text) <= 200 for pair in aliases.items() for text in pair):
        raise ScopeError("model_aliases: texts of 1 to 200 characters are expected")
    policy, detokenize = values.get("policy", ""), values.get("detokenize", True)
    if not isinstance(policy, str) or (policy and not _POLICY.fullmatch(policy)):
        raise ScopeError("policy: the name of one is expected, not a path")
    if policy and policy not in presets():
        raise ScopeError(f"policy: there is no such preset; presets: {', '.join(presets())}")
    if not isinstance(detokenize, bool):
        raise ScopeError("detokenize: true or false is expected")
    budget = values.get("budget", {})
    try:
        read_budget(budget)
    except ValueError as error:
        raise ScopeError(str(error)) from None
    lists = {name: texts(values, name) for name in ("providers", "model_allow", "model_deny")}
    return Rules(model_aliases=dict(aliases), policy=policy, detokenize=detokenize, budget=dict(budget), **lists)


def written(rules: Rules) -> dict[str, Any]:
    """Rules as JSON: only what was set."""
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(rules).items()}
    return {name: value for name, value in values.items() if value != _UNSET[name]}
