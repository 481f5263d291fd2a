"""What a policy decides."""

from __future__ import annotations

import dataclasses
import math

import pytest

from policies.actions import ACTIONS
from policies.policy import Policy, Rule

RULES = {"*": Rule("redact", "allow"), "US_SSN": Rule("allow", "redact")}


@pytest.mark.parametrize(
    ("entity", "direction", "score", "action"),
    [
        ("US_SSN", "request", 0.9, "allow"),
        ("US_SSN", "response", 0.9, "redact"),
        ("CREDIT_CARD", "request", 0.9, "redact"),
        ("CREDIT_CARD", "response", 0.9, "allow"),
        ("CREDIT_CARD", "request", 0.5, "redact"),
        ("CREDIT_CARD", "request", 0.49, "allow"),
        ("US_SSN", "response", 0.0, "allow"),
    ],
)
def test_decide(entity: str, direction: str, score: float, action: str) -> None:
    assert Policy("test", threshold=0.5, rules=RULES).decide(entity, direction, score) == action
    assert action in ACTIONS


@pytest.mark.parametrize("direction", ["request", "response"])
@pytest.mark.parametrize("rules", [{}, {"US_SSN": Rule("allow", "allow")}])
def test_what_a_policy_forgets_is_redacted(rules: dict[str, Rule], direction: str) -> None:
    assert Policy("test", rules=rules).decide("CREDIT_CARD", direction, 1.0) == "redact"


def test_a_score_that_is_no_number_fails_closed() -> None:
    assert Policy("test").decide("CREDIT_CARD", "request", math.nan) == "redact"


def test_a_threshold_of_zero_lets_nothing_pass() -> None:
    assert Policy("test", threshold=0.0).decide("CREDIT_CARD", "response", 0.0) == "redact"


def test_a_policy_does_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Policy("test").threshold = 0.1  # type: ignore[misc]
