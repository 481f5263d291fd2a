"""Operators: what stands in the place of a finding."""

from __future__ import annotations

import json

import pytest

from gateway.inspection.operators import OPERATORS
from gateway.verdict import Action, Finding
from recognizers.catalogue import catalogue


def finding(entity: str, action: Action = Action.REDACT) -> Finding:
    return Finding(3, 14, entity, f"{entity}/x", 0.9, action)


def test_a_redacted_value_becomes_its_entity() -> None:
    assert OPERATORS[Action.REDACT](finding("US_SSN"), "219-09-9999") == "[US_SSN]"


def test_every_action_but_allow_has_an_operator() -> None:
    assert set(OPERATORS) == set(Action) - {Action.ALLOW}


@pytest.mark.parametrize("entity", sorted(catalogue()))
def test_a_placeholder_needs_no_escaping_anywhere(entity: str) -> None:
    shown = OPERATORS[Action.REDACT](finding(entity), "x")
    assert shown.isascii()
    assert json.dumps(shown) == f'"{shown}"'
    assert not set(shown) & set("<>&%\\'\"`@=")
