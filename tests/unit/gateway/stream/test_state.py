"""The transition table, pair by pair."""

from __future__ import annotations

import itertools

import pytest

from gateway.errors import StreamMisuse
from gateway.stream.state import FINAL, TRANSITIONS, State, Step, after

ALLOWED = {
    (State.OPENING, Step.BYTES): State.STREAMING,
    (State.OPENING, Step.END): State.DONE,
    (State.OPENING, Step.FAILURE): State.FAILED,
    (State.OPENING, Step.GONE): State.ABANDONED,
    (State.STREAMING, Step.BYTES): State.STREAMING,
    (State.STREAMING, Step.DONE_MARK): State.DRAINING,
    (State.STREAMING, Step.END): State.DONE,
    (State.STREAMING, Step.FAILURE): State.FAILED,
    (State.STREAMING, Step.GONE): State.ABANDONED,
    (State.DRAINING, Step.BYTES): State.DRAINING,
    (State.DRAINING, Step.DONE_MARK): State.DRAINING,
    (State.DRAINING, Step.END): State.DONE,
    (State.DRAINING, Step.GONE): State.ABANDONED,
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", Step)
def test_every_pair(state: State, step: Step) -> None:
    if (state, step) in ALLOWED:
        assert after(state, step) is ALLOWED[state, step]
    else:
        with pytest.raises(StreamMisuse):
            after(state, step)


def test_the_table_is_this_one() -> None:
    assert TRANSITIONS == ALLOWED


def test_nothing_leaves_a_final_state() -> None:
    assert {State.DONE, State.FAILED, State.ABANDONED} == FINAL
    assert not [pair for pair in TRANSITIONS if pair[0] in FINAL]


def test_every_state_is_reached_and_every_step_leads_somewhere() -> None:
    reached = {State.OPENING}
    for _ in itertools.repeat(None, len(State)):
        reached |= {following for (state, _), following in TRANSITIONS.items() if state in reached}
    assert reached == set(State)
    assert {step for _, step in TRANSITIONS} == set(Step)
