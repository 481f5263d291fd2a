"""What restoring costs on top of redaction: counted in instructions of the interpreter, not timed."""

from __future__ import annotations

import sys
from types import FrameType

from gateway.stream.holdback import HoldBack
from gateway.stream.scanner import Scanner
from tests.bench.prose import pieces
from tests.exchanges import Gateway, user

PROMPT = "mail jane.doe@mail.example.com, card 4111 1111 1111 1111, ssn 536-22-8726, phone +1 415-867-5309"


def _steps(by: Scanner) -> int:
    """Bytecode instructions for a stretch of prose: counted, not timed."""
    channel, count = HoldBack(by), 0

    def trace(frame: FrameType, event: str, _arg: object) -> object:
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return trace

    words = list(pieces(400))
    for word in words * 2:  # the automaton builds its states on first use, and throws them away when there are many
        channel.push(word)
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        for word in words:
            channel.push(word)
    finally:
        sys.settrace(None)
    return count


def test_restoring_costs_no_more_than_a_third_on_top_of_redaction() -> None:
    asked = Gateway().ask(user(PROMPT))
    alone = Gateway(request="redact").ask(user("hi")).exchange.answers
    assert _steps(asked.exchange.answers) <= 1.3 * _steps(alone)


def test_thousands_of_tokens_cost_a_stream_no_more_than_five() -> None:
    few = Gateway().ask(user(" ".join(f"n{number}@mail.example.com" for number in range(5))))
    many = Gateway().ask(user(" ".join(f"n{number}@mail.example.com" for number in range(1000))))
    assert _steps(many.exchange.answers) <= 1.05 * _steps(few.exchange.answers)
    assert many.said(many.last) == " ".join(f"n{number}@mail.example.com" for number in range(1000))
