"""Sessions with events in any order."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.stream.events import BytesReceived, ClientGone, EndOfBody, Event, Finish, Send
from gateway.stream.state import FINAL
from tests.planted import small
from tests.playbook import DONE, arguments, content, delta, event, play, session, sse_datas, stop, texts

V = "jane@example.com"
ERROR = {"error": {"message": f"No quota for {V}", "type": "x", "param": None, "code": "insufficient_quota"}}
PIECES = st.sampled_from(["mail ", " jane@", "example", ".com ", " ok ", " 536-22", "-8726 ", ""])


class AnyOrder(RuleBasedStateMachine):
    """Whatever comes in whatever order: one end, nothing after it, and no value in sight."""

    def __init__(self) -> None:
        super().__init__()
        self.one = session(small())
        self.commands: list[Any] = []

    def give(self, given: Event) -> None:
        was_final = self.one.state in FINAL
        commands = self.one.receive(given)
        assert not (was_final and commands)
        self.commands += commands

    @rule(piece=PIECES, choice=st.integers(0, 1), reason=st.sampled_from([None, None, None, "", "stop", "length"]))
    def text(self, piece: str, choice: int, reason: str | None) -> None:
        self.give(BytesReceived(delta({"content": piece}, choice=choice, finish=reason)))

    @rule(piece=PIECES)
    def call(self, piece: str) -> None:
        self.give(BytesReceived(arguments(piece)))

    @rule(data=st.sampled_from([b": c\n\n", b"\n\n", b"\r", event({"usage": {}, "choices": []}), event({"new": V})]))
    def other(self, data: bytes) -> None:
        self.give(BytesReceived(data))

    @precondition(lambda self: len(self.commands) > 6)
    @rule(given=st.sampled_from([BytesReceived(DONE), BytesReceived(event(ERROR)), EndOfBody(), ClientGone()]))
    def ending(self, given: Event) -> None:
        self.give(given)

    @invariant()
    def holds(self) -> None:
        sent = b"".join(command.data for command in self.commands if isinstance(command, Send))
        datas = sse_datas(sent)
        read = [json.loads(data) for data in datas if data != "[DONE]"]
        for shown in (str(read), *texts(read).values()):
            assert "jane@example.com" not in shown
            assert "536-22-8726" not in shown
        last_words = [data for data in datas if data == "[DONE]" or "error" in json.loads(data)]
        assert last_words in ([], datas[-1:])
        assert sum(isinstance(command, Finish) for command in self.commands) == (self.one.state in FINAL)


AnyOrder.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestAnyOrder = AnyOrder.TestCase


def test_reports_hold_places_and_findings() -> None:
    body = content("mail jane@example.com") + arguments('{"ssn": 536228726}') + event({"new": "bob@example.com"})
    trace = play([body + stop() + DONE], using=session(small()))
    found = [(report.channel, [finding.entity for finding in report.findings]) for report in trace.reports]
    assert found == [
        ("*", ["EMAIL_ADDRESS"]),
        ("content", ["EMAIL_ADDRESS"]),
        ("tool_calls[0].function.arguments", ["US_SSN"]),
    ]
