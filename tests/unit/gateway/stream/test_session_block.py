"""A value that the policy blocks ends the stream: what stands before it comes out, an error follows, and no more."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import UpstreamUnavailable
from gateway.errors.policy import PolicyBlock
from gateway.inspection.inspector import Inspector
from gateway.stream.events import UpstreamFailed
from gateway.stream.state import State
from gateway.verdict import Action, Direction
from policies.policy import Policy, Rule
from tests.planted import small
from tests.playbook import DONE, Trace, arguments, content, delta, event, play, session, stop

SSN = "536-22-8726"


def blocking() -> Inspector:
    pipeline = small()._pipeline
    return Inspector(pipeline, Policy("test", rules={"US_SSN": Rule("block", "block")}), Direction.RESPONSE)


def blocked(trace: Trace) -> Any:
    """The texts, when the stream ended in the error event that says so."""
    assert isinstance(trace.error, PolicyBlock)
    last = trace.datas[-1]
    assert last["error"]["code"] == "policy_block"
    assert SSN not in json.dumps(trace.datas)
    assert "[DONE]" not in trace.datas
    return {path: text for path, text in trace.texts.items() if text}


@settings(deadline=None)
@given(st.lists(st.integers(0, 40), max_size=8), st.sampled_from(["", " and so on", "."]))
def test_the_same_text_wherever_it_is_cut(cuts: list[int], after: str) -> None:
    text = f"write to a@b.com, it is {SSN}{after}"
    places = sorted({0, len(text), *(cut % len(text) for cut in cuts)})
    pieces = [text[start:end] for start, end in pairwise(places)]
    trace = play([content(*pieces), stop(), DONE], using=session(blocking()))
    assert blocked(trace) == {(0, "content"): "write to [EMAIL_ADDRESS], it is "}


@pytest.mark.parametrize("end", [DONE, stop() + DONE, stop("length") + DONE])
def test_at_the_very_end_of_the_text(end: bytes) -> None:
    trace = play([content("it is ", SSN), end], using=session(blocking()))
    assert blocked(trace) == {(0, "content"): "it is "}


def test_in_the_event_that_ends_the_choice() -> None:
    trace = play([content("it "), delta({"content": f"is {SSN}"}, finish="stop"), DONE], using=session(blocking()))
    assert blocked(trace) == {(0, "content"): "it is "}


def test_what_other_choices_and_fields_said_before_it_comes_out() -> None:
    both = delta({"content": "said, ", "reasoning": f"thought: {SSN}, then"})
    trace = play([content("other ", choice=1), both], end=None, using=session(blocking()))
    assert blocked(trace) == {(0, "content"): "said, ", (0, "reasoning"): "thought: ", (1, "content"): "other "}


@pytest.mark.parametrize("pieces", [[f'{{"a": "x {SSN}", "b": 1}}'], [*f'{{"a": "x {SSN}", "b": 1}}']])
def test_in_the_arguments_of_a_tool(pieces: list[str]) -> None:
    trace = play([content("I call. "), arguments(*pieces), stop(), DONE], using=session(blocking()))
    assert list(blocked(trace).values()) == ["I call. ", '{"a": "x ']


def test_in_a_string_that_comes_whole() -> None:
    note = {"type": "url_citation", "url_citation": {"title": f"of {SSN}"}}
    trace = play([content("see "), delta({"content": "this", "annotations": [note]}), DONE], using=session(blocking()))
    assert blocked(trace) == {(0, "content"): "see this"}


def test_nothing_follows() -> None:
    one = session(blocking())
    trace = play([content(f"{SSN}, and")], end=None, using=one)
    assert blocked(trace) == {}
    assert one.state is State.FAILED
    assert play([content("more"), DONE], using=one).commands == []


def test_it_is_reported() -> None:
    trace = play([content(f"it is {SSN}, so")], end=None, using=session(blocking()))
    blocked(trace)
    assert [(f.entity, f.action) for report in trace.reports for f in report.findings] == [("US_SSN", Action.BLOCK)]


def test_a_stream_that_breaks_off_says_so() -> None:
    trace = play([content(f"it is {SSN}")], end=UpstreamFailed(UpstreamUnavailable()), using=session(blocking()))
    assert isinstance(trace.error, UpstreamUnavailable)
    assert trace.texts == {(0, "content"): "it is "}


def test_an_error_of_the_provider_holds_no_value_either() -> None:
    trace = play([event({"error": {"message": f"no {SSN}"}})], using=session(blocking()))
    assert blocked(trace) == {}


def test_what_is_warned_of_passes_and_is_reported() -> None:
    rules = {"US_SSN": Rule("warn", "warn")}
    scanner = Inspector(small()._pipeline, Policy("test", rules=rules), Direction.RESPONSE)
    trace = play([content(f"it is {SSN}, so"), stop(), DONE], using=session(scanner))
    assert trace.texts == {(0, "content"): f"it is {SSN}, so"}
    assert [(f.entity, f.action) for report in trace.reports for f in report.findings] == [("US_SSN", Action.WARN)]
