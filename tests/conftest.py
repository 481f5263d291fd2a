"""Engines that many tests share; building one takes a second."""

from __future__ import annotations

import pytest

from gateway.inspection.inspector import Inspector
from gateway.verdict import Direction
from policies.policy import Policy
from recognizers.catalogue import catalogue
from recognizers.pipeline import Pipeline


@pytest.fixture(scope="session")
def pipeline() -> Pipeline:
    """All built-in recognizers."""
    return Pipeline(catalogue().values())


@pytest.fixture(scope="session")
def inspector(pipeline: Pipeline) -> Inspector:
    """Everything from a score of 0.5 is redacted."""
    return Inspector(pipeline, Policy("test", threshold=0.5), Direction.RESPONSE)
