"""When decided text leaves: `fixed` and `buffer` change the time, never the text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import ResponseTooLarge, UpstreamUnavailable
from gateway.errors.policy import PolicyBlock
from gateway.inspection.inspector import Inspector
from gateway.stream.events import BytesReceived, EndOfBody, UpstreamFailed
from gateway.stream.limits import StreamLimits
from gateway.stream.release import BUFFER, FIXED, Release
from gateway.stream.session import Session
from gateway.verdict import Direction
from gateway.wire.openai_chat import FORMAT
from policies.policy import Policy, Rule
from tests.planted import small
from tests.playbook import DONE, Trace, arguments, content, play, stop

WINDOW = 40
TEXT = "My address is jane@example.com and nobody else's, so write to it whenever you like to. " * 3
SHOWN = TEXT.replace("jane@example.com", "[EMAIL_ADDRESS]")


def session(mode: str, scanner: Inspector | None = None, *, buffered_chars: int = 1 << 20) -> Session:
    release = Release(mode, WINDOW, buffered_chars)
    return Session(FORMAT, scanner or small(), limits=StreamLimits(), release=release)


@settings(deadline=None)
@given(st.sampled_from([FIXED, BUFFER]), st.integers(1, 60))
def test_the_text_is_the_same(mode: str, size: int) -> None:
    pieces = [TEXT[at : at + size] for at in range(0, len(TEXT), size)]
    trace = play([content(*pieces), stop(), DONE], using=session(mode))
    assert trace.error is None
    assert trace.texts[0, "content"] == SHOWN


def test_fixed_always_holds_the_whole_window() -> None:
    one, trace, came = session(FIXED), Trace(), 0
    for at in range(0, len(TEXT), 5):
        trace.commands += one.receive(BytesReceived(content(TEXT[at : at + 5])))
        came = min(len(TEXT), at + 5)
        assert one.held_chars >= min(came - 3, WINDOW)  # a placeholder is shorter than its value
    said = trace.texts[0, "content"]
    assert SHOWN.startswith(said)
    assert len(SHOWN) - WINDOW - 10 <= len(said) <= len(SHOWN) - WINDOW + 1


def test_buffer_lets_nothing_leave_before_the_end() -> None:
    one = session(BUFFER)
    before = play([content(*TEXT), arguments('{"a": "jane@', 'example.com"}')], end=None, using=one)
    assert not any(before.texts.values())
    after = play([stop(), DONE], using=one)
    assert {path: text for path, text in after.texts.items() if text} == {
        (0, "content"): SHOWN,
        (0, "tool_calls", 0, "function", "arguments"): '{"a": "[EMAIL_ADDRESS]"}',
    }


def test_buffer_is_bounded() -> None:
    trace = play([content(*TEXT)], end=None, using=session(BUFFER, buffered_chars=100))
    assert isinstance(trace.error, ResponseTooLarge)


def test_a_stream_that_breaks_off_gives_what_was_decided() -> None:
    failed = UpstreamFailed(UpstreamUnavailable())
    trace = play([content(TEXT)], end=failed, using=session(BUFFER))
    assert isinstance(trace.error, UpstreamUnavailable)
    assert trace.texts[0, "content"].startswith(SHOWN[:200])


@pytest.mark.parametrize(("mode", "said"), [(FIXED, "My address is [EMAIL_ADDRESS], my number "), (BUFFER, "")])
def test_a_block(mode: str, said: str) -> None:
    pipeline = small()._pipeline
    scanner = Inspector(pipeline, Policy("t", rules={"US_SSN": Rule("block", "block")}), Direction.RESPONSE)
    text = "My address is jane@example.com, my number 536-22-8726, and so on for a while, and a while longer."
    trace = play([content(*text)], end=EndOfBody(), using=session(mode, scanner))
    assert isinstance(trace.error, PolicyBlock)
    assert trace.texts.get((0, "content"), "") == said
