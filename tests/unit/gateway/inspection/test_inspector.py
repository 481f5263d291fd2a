"""A pipeline and a policy become findings: by direction, by threshold, without a word of text."""

from __future__ import annotations

import pytest

from gateway.inspection.inspector import Inspector
from gateway.stream.holdback import redact
from gateway.verdict import Action, Direction
from policies.policy import Policy, Rule
from recognizers.pipeline import Pipeline

TEXT = "mail jane@example.com, SSN: 536-22-8726."
MAIL, SSN = "jane@example.com", "536-22-8726"


def inspector_of(
    pipeline: Pipeline, direction: Direction, threshold: float = 0.5, rules: dict[str, Rule] | None = None
) -> Inspector:
    return Inspector(pipeline, Policy("test", threshold=threshold, rules=rules or {}), direction)


@pytest.mark.parametrize(
    ("direction", "shown"),
    [
        (Direction.REQUEST, f"mail {MAIL}, SSN: [US_SSN]."),
        (Direction.RESPONSE, f"mail [EMAIL_ADDRESS], SSN: {SSN}."),
    ],
)
def test_each_direction_has_its_own_rule(pipeline: Pipeline, direction: Direction, shown: str) -> None:
    rules = {"EMAIL_ADDRESS": Rule("allow", "redact"), "US_SSN": Rule("redact", "allow")}
    assert redact(inspector_of(pipeline, direction, rules=rules), TEXT).text == shown


def test_what_scores_less_than_the_threshold_passes(pipeline: Pipeline) -> None:
    one = inspector_of(pipeline, Direction.RESPONSE, 1.0)
    assert redact(one, "it is 536-22-8726 and jane@example.com").text == "it is 536-22-8726 and [EMAIL_ADDRESS]"


def test_a_finding_says_what_and_where_and_no_more(pipeline: Pipeline) -> None:
    one = inspector_of(pipeline, Direction.RESPONSE)
    progress = one.start(json_text=False)
    frontier, findings = one.scan(TEXT, 100, progress, final=True)
    assert frontier == 100 + len(TEXT)
    mail = next(finding for finding in findings if finding.entity == "EMAIL_ADDRESS")
    assert (mail.start, mail.end) == (105, 105 + len(MAIL))
    assert mail.action is Action.REDACT
    assert MAIL not in repr(findings)
    assert SSN not in repr(findings)


def test_an_allowed_span_neither_covers_nor_is_covered(pipeline: Pipeline) -> None:
    allowed = {"IP_ADDRESS": Rule("allow", "allow")}
    one = inspector_of(pipeline, Direction.RESPONSE, rules=allowed)
    assert redact(one, "jane@10.1.2.3 and 10.1.2.3").text == "jane@10.1.2.3 and 10.1.2.3"


def test_progress_belongs_to_one_channel(pipeline: Pipeline) -> None:
    one = inspector_of(pipeline, Direction.RESPONSE)
    assert one.start(json_text=False) is not one.start(json_text=False)
    assert one.start(json_text=True).json_text
