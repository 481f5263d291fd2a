"""The states of one response stream.

Laws kept here:
1. Every change of state is in `TRANSITIONS`; a pair that is not there is a bug of the caller.
2. The last three states are final: they send nothing more, ever.
3. After a failure no held text leaves but what was decided. After `[DONE]` nothing can fail any more.

    OPENING  --bytes-->  STREAMING  --[DONE]-->  DRAINING  --end-->  DONE
       |                     |                      |
       +---------------------+----------------------|--> FAILED (error event sent)
       +---------------------+----------------------+--> ABANDONED (client gone)
"""

from __future__ import annotations

from enum import Enum

from gateway.errors import StreamMisuse


class State(Enum):
    """Where a stream stands."""

    OPENING = "opening"
    STREAMING = "streaming"
    DRAINING = "draining"
    DONE = "done"
    FAILED = "failed"
    ABANDONED = "abandoned"


class Step(Enum):
    """What can happen to a stream."""

    BYTES = "bytes"
    DONE_MARK = "done mark"
    END = "end of body"
    FAILURE = "failure"
    GONE = "client gone"


FINAL = frozenset({State.DONE, State.FAILED, State.ABANDONED})

TRANSITIONS: dict[tuple[State, Step], State] = {
    (State.OPENING, Step.BYTES): State.STREAMING,
    (State.OPENING, Step.END): State.DONE,
    (State.STREAMING, Step.BYTES): State.STREAMING,
    (State.STREAMING, Step.DONE_MARK): State.DRAINING,
    (State.STREAMING, Step.END): State.DONE,
    (State.DRAINING, Step.BYTES): State.DRAINING,
    (State.DRAINING, Step.DONE_MARK): State.DRAINING,
    (State.DRAINING, Step.END): State.DONE,
    (State.OPENING, Step.FAILURE): State.FAILED,
    (State.STREAMING, Step.FAILURE): State.FAILED,
    **{(state, Step.GONE): State.ABANDONED for state in State if state not in FINAL},
}


def after(state: State, step: Step) -> State:
    """The next state.

    Raises:
        StreamMisuse: the step is not allowed in this state.
    """
    following = TRANSITIONS.get((state, step))
    if following is None:
        raise StreamMisuse
    return following
