"""What an inspection says: values without text, and an order that settles overlaps."""

from __future__ import annotations

import itertools

from gateway.verdict import Action, Direction, Finding
from policies.actions import ACTIONS


def finding(
    start: int = 0,
    end: int = 1,
    entity: str = "A",
    score: float = 0.5,
    *,
    validated: bool = False,
    specificity: float = 0.0,
) -> Finding:
    return Finding(start, end, entity, "A/x", score, Action.REDACT, validated, specificity=specificity)


def test_the_words_are_those_of_policies() -> None:
    assert [direction.value for direction in Direction] == ["request", "response"]
    of_tokens = {Action.RESTORE, Action.KEEP}
    assert sorted(action.value for action in set(Action) - of_tokens) == sorted(ACTIONS)


def test_rank_validated_then_length_then_specificity_then_score_then_name() -> None:
    ordered = [
        finding(end=5, score=0.9, entity="Z"),
        finding(end=9, score=0.5, entity="A"),
        finding(end=9, score=0.6, entity="A"),
        finding(end=9, score=0.6, entity="B"),
        finding(end=9, score=0.4, entity="A", specificity=1.0),
        finding(end=2, score=0.1, entity="A", validated=True),
    ]
    for shuffled in itertools.permutations(ordered):
        assert sorted(shuffled, key=lambda one: one.rank) == ordered
        assert max(shuffled, key=lambda one: one.rank) is ordered[-1]


def test_rank_counts_characters_not_places() -> None:
    assert finding(100, 104).rank == finding(0, 4).rank


def test_tail_and_view_are_no_part_of_equality_nor_of_the_repr() -> None:
    head = Finding(0, 1, "A", "A/x", 0.5, Action.REDACT, tail="secret-tail", view=1)
    assert head == finding()
    assert hash(head) == hash(finding())
    assert "secret-tail" not in repr(head)
