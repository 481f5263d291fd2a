"""A pipeline and a policy, for one direction: the scanner that a hold-back asks.

Findings that the policy allows are dropped here, before overlaps are settled: an allowed span neither covers another
nor is covered by name. Those that pass and are reported (`warn`, `mode: monitor`) are told by `Finding.passes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from gateway.inspection.operators import Operator, operators
from gateway.verdict import Action, Direction, Finding
from policies.policy import Policy
from recognizers.pipeline import Pipeline
from recognizers.progress import Progress
from recognizers.recognizer import Span, Tail


class Inspector:
    """Implements `gateway.stream.holdback.Scanner`; immutable, shared by all channels of its direction."""

    def __init__(
        self,
        pipeline: Pipeline,
        policy: Policy,
        direction: Direction,
        operators_: Mapping[Action, Operator] | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._policy = policy
        self._direction = direction
        self._operators = operators_ or operators(policy)

    def start(self, *, json_text: bool) -> Progress:
        return Progress(json_text=json_text)

    def scan(self, raw: str, base: int, progress: object, *, final: bool) -> tuple[int, list[Finding]]:
        frontier, spans = self._pipeline.scan(raw, base, cast(Progress, progress), final=final)
        if not spans:
            return frontier, []
        return frontier, [finding for span in spans if (finding := self.finding(span)) is not None]

    def finding(self, span: Span) -> Finding | None:
        """What the policy makes of a match; None when it allows it."""
        decision = self._policy.decision(span.entity, self._direction.value, span.score)
        action = Action(decision.action)
        if action is Action.ALLOW:
            return None
        return Finding(
            span.start,
            span.end,
            span.entity,
            span.recognizer,
            span.score,
            action,
            span.validated,
            span.tail,
            span.view,
            enforced=decision.enforced,
            specificity=span.specificity,
        )

    def tail_end(
        self,
        head: Finding,
        raw: str,
        base: int,
        progress: object,
        *,
        start: int,
        limit: int,
        swallowed: int,
        final: bool,
    ) -> tuple[int, bool]:
        return self._pipeline.tail_end(
            cast(Tail, head.tail),
            head.view,
            raw,
            base,
            cast(Progress, progress),
            start=start,
            limit=limit,
            swallowed=swallowed,
            final=final,
        )

    def cut_off(self, raw: str) -> bool:
        return self._pipeline.cut_off(raw)

    def replacement(self, finding: Finding, text: str) -> str:
        return self._operators[finding.action](finding, text)
