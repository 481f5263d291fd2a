"""The session as traces: what goes in, what comes out, state by state."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.errors import StreamMisuse, UpstreamRefused, UpstreamTimeout, UpstreamUnavailable
from gateway.stream.events import (
    BytesReceived,
    ClientGone,
    CloseUpstream,
    EndOfBody,
    Event,
    Finish,
    Send,
    UpstreamFailed,
)
from gateway.stream.session import Session
from gateway.stream.state import FINAL, State
from tests import playbook
from tests.planted import small
from tests.playbook import DONE, HEAD, Trace, arguments, content, delta, event, sse_datas, stop

TEXT = (0, "content")
ARGUMENTS = (0, "tool_calls", 0, "function", "arguments")


def session() -> Session:
    return playbook.session(small())


def play(chunks: list[bytes], *, end: Event = EndOfBody()) -> Trace:  # noqa: B008
    return playbook.play(chunks, end=end, using=session())


PATHS: dict[State, list[Event]] = {
    State.OPENING: [],
    State.STREAMING: [BytesReceived(content("write to jane@exam"))],
    State.DRAINING: [BytesReceived(content("hi") + DONE)],
    State.DONE: [BytesReceived(content("hi") + DONE), EndOfBody()],
    State.FAILED: [BytesReceived(content("write to jane@exam")), UpstreamFailed(UpstreamTimeout())],
    State.ABANDONED: [BytesReceived(content("write to jane@exam")), ClientGone()],
}
INPUTS: list[Event] = [
    BytesReceived(b""),
    BytesReceived(b"data: {"),
    BytesReceived(content("ple.com ")),
    BytesReceived(b": ping\n\n"),
    BytesReceived(DONE),
    BytesReceived(b"data: nonsense\n\n"),
    BytesReceived(event({"error": {"message": "over"}})),
    EndOfBody(),
    UpstreamFailed(UpstreamTimeout()),
    ClientGone(),
]


def in_state(state: State) -> Session:
    one = session()
    for given in PATHS[state]:
        one.receive(given)
    assert one.state is state
    return one


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("given", INPUTS, ids=range(len(INPUTS)))
def test_every_state_with_every_event(state: State, given: Event) -> None:
    one = in_state(state)
    commands = one.receive(given)
    if state in FINAL:
        assert commands == []
    assert sum(isinstance(command, Finish) for command in commands) == (one.state in FINAL and state not in FINAL)
    if one.state in FINAL and commands:
        assert isinstance(commands[-1], Finish)
        for again in INPUTS:
            assert one.receive(again) == []
    if one.state in (State.FAILED, State.ABANDONED) and commands:
        assert CloseUpstream() in commands
    sent = b"".join(command.data for command in commands if isinstance(command, Send))
    assert b"jane@" not in sent or given == BytesReceived(DONE)  # the text is whole then, and has no value
    if state is State.DRAINING or one.state is State.ABANDONED:
        assert sent == b""
    if one.state is State.FAILED and commands:
        assert json.loads(sse_datas(sent)[-1])["error"]


@pytest.mark.parametrize("step", ["bytes", "end"])
def test_a_pair_that_is_not_in_the_table_is_misuse_and_sends_no_text(step: str) -> None:
    one = in_state(State.STREAMING)
    one.state = State.DONE
    assert one.receive(BytesReceived(content("a"))) == []
    with pytest.raises(StreamMisuse):
        one._done([])


def test_failure_after_the_end_mark_changes_nothing() -> None:
    trace = play([content("hi") + stop() + DONE, b"data: " + b"x" * (2 << 20)])
    assert trace.error is None
    assert trace.sent.endswith(DONE)
    trace = play([content("hi") + stop() + DONE], end=UpstreamFailed(UpstreamTimeout()))
    assert trace.finishes == [Finish()]
    assert trace.sent.endswith(DONE)


def test_client_gone_sends_nothing() -> None:
    trace = play([content("jane@exam")], end=ClientGone())
    assert trace.commands[-2:] == [CloseUpstream(), Finish()]
    assert trace.texts[TEXT] == ""


def test_done_flushes_and_ends() -> None:
    trace = play([content("write to jane@example.com") + DONE])
    assert trace.texts[TEXT] == "write to [EMAIL_ADDRESS]"
    assert trace.datas[-1] == "[DONE]"
    assert trace.error is None


@pytest.mark.parametrize(
    "mark", [b"data: [DONE]\n\n", b"data:[DONE]\n\n", b"data:  [DONE] \n\n", b"data: [DONE]\r\n\r\n"]
)
def test_spellings_of_done(mark: bytes) -> None:
    assert play([content("a") + stop() + mark + content("never")]).sent.endswith(stop() + DONE)


@pytest.mark.parametrize("mark", [b"data: [DONE]", b"data: [DONE]\n", b"data:[DONE]"])
def test_done_without_its_empty_line_counts(mark: bytes) -> None:
    trace = play([content("jane@example.com") + mark])
    assert trace.error is None
    assert trace.texts[TEXT] == "[EMAIL_ADDRESS]"
    assert trace.datas[-1] == "[DONE]"


def test_no_done_is_well_when_every_choice_ended() -> None:
    trace = play([content("jane@example.com") + stop()])
    assert trace.finishes == [Finish()]
    assert trace.texts[TEXT] == "[EMAIL_ADDRESS]"
    assert DONE not in trace.sent


@pytest.mark.parametrize("rest", [b"", b"data: {", b"data: {}\n", b"event: x\ndata: [DONE]", b"x"])
def test_a_body_that_breaks_off_is_cut_off(rest: bytes) -> None:
    trace = play([content("mail jane@exam") + rest])
    assert isinstance(trace.error, UpstreamUnavailable)
    assert trace.texts[TEXT] == "mail [CUT_OFF]"
    assert trace.datas[-1]["error"]["code"] == "upstream_unavailable"
    assert DONE not in trace.sent


def test_half_an_event_after_a_good_end_is_a_failure() -> None:
    trace = play([content("hi") + stop() + b'data: {"choices":[{"delta":{"content":"jane@example.com"}}]}\n'])
    assert isinstance(trace.error, UpstreamUnavailable)
    assert trace.texts[TEXT] == "hi"


def test_an_empty_body_ends_empty() -> None:
    assert play([]).commands == [Finish()]
    assert play([b"", b"\n\n"]).commands == [Finish()]


@pytest.mark.parametrize("end", [b"\n\r", b"\r\n\r"])
def test_an_event_that_only_the_end_completes(end: bytes) -> None:
    body = (content("jane@example.com") + stop()).removesuffix(b"\n\n") + end
    trace = play([body])
    assert trace.error is None
    assert trace.texts[TEXT] == "[EMAIL_ADDRESS]"
    error = event({"error": {"message": "jane@example.com"}}).removesuffix(b"\n\n") + end
    assert isinstance(play([error]).error, UpstreamRefused)


@pytest.mark.parametrize(
    ("reason", "shown"), [("stop", "jane@exam"), ("length", "[CUT_OFF]"), ("content_filter", "[CUT_OFF]")]
)
def test_finish_reasons(reason: str, shown: str) -> None:
    for body in (
        content("mail ", "jane@exam") + stop(reason),
        content("mail ") + delta({"content": "jane@exam"}, finish=reason),
        delta({"content": "mail jane@exam"}, finish=reason),
    ):
        trace = play([body + DONE])
        assert trace.texts[TEXT] == f"mail {shown}"
        finished = [data["choices"][0]["finish_reason"] for data in trace.datas[:-1]]
        assert finished == [None] * (len(finished) - 1) + [reason]


def test_the_rest_goes_into_the_finishing_event_when_it_has_text() -> None:
    trace = play([delta({"content": "mail jane@example.com"}, finish="stop") + DONE])
    assert trace.sent == delta({"content": "mail [EMAIL_ADDRESS]"}, finish="stop") + DONE


@pytest.mark.parametrize("reason", ["", "null", "stop"])
def test_a_reason_with_every_piece_hides_nothing(reason: str) -> None:
    """Ollama and SGLang write "", KoboldCpp "null", some proxies of Gemini "stop" with every piece."""
    pieces = b"".join(delta({"content": char}, finish=reason) for char in ["", *"mail jane@exam", "", *"ple.com now"])
    trace = play([pieces + stop() + DONE])
    assert trace.texts[TEXT] == "mail [EMAIL_ADDRESS] now"
    assert trace.error is None


def test_text_after_a_choice_was_flushed_is_refused() -> None:
    trace = play([content("a jane@exam") + stop() + stop(choice=1) + content("ple.com") + DONE])
    assert trace.texts[TEXT] == "a jane@exam"
    assert trace.datas[-1]["error"]["code"] == "upstream_protocol_error"
    trace = play([content("a") + stop() + event({**HEAD, "choices": []}) + content("") + stop() + DONE])
    assert trace.error is None


def test_usage_after_the_end_passes_as_it_is() -> None:
    usage = event({**HEAD, "choices": [], "usage": {"prompt_tokens": 12345678, "completion_tokens": 2}})
    assert play([content("hi ") + stop() + usage + DONE]).sent == content("hi ") + stop() + usage + DONE


def test_choices_and_fields_interleave() -> None:
    body = b""
    for left, right in zip("mail jane@example.com", "ssn: 536-22-8726 ok?!", strict=True):
        body += delta({"content": left}) + delta({"content": right}, choice=1)
        body += delta({"reasoning_content": right, "refusal": left})
    trace = play([body + stop() + stop(choice=1) + DONE])
    assert trace.texts == {
        (0, "content"): "mail [EMAIL_ADDRESS]",
        (1, "content"): "ssn: [US_SSN] ok?!",
        (0, "reasoning_content"): "ssn: [US_SSN] ok?!",
        (0, "refusal"): "mail [EMAIL_ADDRESS]",
    }


def test_both_choices_in_one_event() -> None:
    choices = [{"index": index, "delta": {"content": f"{index} jane@example.com "}} for index in (1, 0)]
    trace = play([event({"choices": choices}) + stop() + stop(choice=1) + DONE])
    assert trace.texts == {(0, "content"): "0 [EMAIL_ADDRESS] ", (1, "content"): "1 [EMAIL_ADDRESS] "}


def test_tool_calls_interleave_by_index() -> None:
    first, second = '{"to": "jane@example.com"}', '{"ssn": 536228726, "a":1}'
    body = b"".join(arguments(a) + arguments(b, call=1) for a, b in zip(first, second, strict=False))
    trace = play([body + arguments(first[len(second) :]) + stop("tool_calls") + DONE])
    assert json.loads(trace.texts[ARGUMENTS]) == {"to": "[EMAIL_ADDRESS]"}
    assert json.loads(trace.texts[0, "tool_calls", 1, "function", "arguments"]) == {"ssn": "[US_SSN]", "a": 1}


def test_two_calls_under_one_index_in_one_event() -> None:
    """Some servers give every parallel call the index 0: both pieces are of one channel, and both are inspected."""
    texts = [f'{{"to": "{name}@example.com"}}' for name in ("a", "b")]
    calls = [{"index": 0, "id": f"call_{len(text)}", "function": {"arguments": text}} for text in texts]
    trace = play([delta({"tool_calls": calls}) + stop() + DONE])
    got = [call["function"]["arguments"] for call in trace.datas[0]["choices"][0]["delta"]["tool_calls"]]
    assert got == ['{"to": "[EMAIL_ADDRESS]"}'] * 2


def test_the_same_choice_twice_in_one_event() -> None:
    choices = [{"index": 0, "delta": {"content": piece}} for piece in ("mail jane@exa", "mple.com")]
    trace = play([event({"choices": choices}) + stop() + DONE])
    assert trace.texts[TEXT] == "mail [EMAIL_ADDRESS]"


@pytest.mark.parametrize(
    "path", [["new"], ["new", "newer"], ["audio", "transcript"], ["tool_calls", 0, "custom", "input"]]
)
def test_fields_that_nobody_knows_are_channels(path: list[Any]) -> None:
    def piece(text: str) -> Any:
        made: Any = text
        for step in reversed(path):
            made = [{"index": step, **made}] if isinstance(step, int) else {step: made}
        return made

    trace = play([b"".join(delta(piece(char)) for char in "mail jane@example.com now") + stop() + DONE])
    assert trace.texts[0, *path] == "mail [EMAIL_ADDRESS] now"


def test_half_a_surrogate_pair_waits_for_the_other() -> None:
    emoji, digits = "\ud83d\ude00", "\ud835\udfd3\ud835\udfd1\ud835\udfd4-22-8726"
    trace = play([content("a", emoji[0], "", emoji[1], "b ", *digits) + stop() + DONE])
    assert trace.texts[TEXT] == "a😀b [US_SSN]"
    assert trace.sent.decode().count("\\ud") == 0
    assert play([content("a" + emoji[0]) + stop() + DONE]).texts[TEXT] == "a\ufffd"
    assert play([content("a", emoji[0], "b") + stop() + DONE]).texts[TEXT] == "a" + emoji[0] + "b"
    assert play([arguments('{"a":"', emoji[0], emoji[1], '"}') + stop() + DONE]).texts[ARGUMENTS] == '{"a":"😀"}'
    one = session()
    one.receive(BytesReceived(content("a", emoji[0])))
    assert one.held_chars == 2


def test_held_text_goes_with_the_next_piece_and_is_counted() -> None:
    one = session()
    first = one.receive(BytesReceived(content("write to jane")))
    assert one.held_chars == 4
    assert b"".join(command.data for command in first if isinstance(command, Send)) == content("write to ")
    second = one.receive(BytesReceived(content(" now ")))
    assert b"".join(command.data for command in second if isinstance(command, Send)) == content("jane now ")
    assert one.held_chars == 0
