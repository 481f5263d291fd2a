"""Sessions under bad weather: errors, broken events, caps, a scanner that fails; and what rides through untouched."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.errors import GatewayError, InspectionFailed, UpstreamRefused, UpstreamTimeout
from gateway.stream.events import BytesReceived, EndOfBody, Event, Send, UpstreamFailed
from gateway.stream.limits import StreamLimits
from gateway.stream.session import Session
from gateway.stream.state import FINAL
from gateway.stream.template import TEMPLATES_MAX
from gateway.wire.openai_chat import FORMAT
from tests import playbook
from tests.planted import small
from tests.playbook import DONE, HEAD, Trace, arguments, content, delta, event, sse_datas, stop

TEXT = (0, "content")
V = "jane@example.com"


def session(*, attachments: bool = False, limits: StreamLimits | None = None) -> Session:
    return playbook.session(small(), attachments=attachments, limits=limits)


def play(chunks: list[bytes], *, end: Event = EndOfBody(), using: Session | None = None) -> Trace:  # noqa: B008
    return playbook.play(chunks, end=end, using=using or session())


# The provider's errors.

ERROR = {"error": {"message": f"No quota for {V}", "type": "x", "param": None, "code": "insufficient_quota"}}


def test_an_error_event_is_read_and_ends_the_stream() -> None:
    trace = play([content("mail jane@exam"), event(ERROR) + content("never") + DONE])
    assert trace.texts[TEXT] == "mail [CUT_OFF]"
    assert trace.datas[-1] == {"error": {**ERROR["error"], "message": "No quota for [EMAIL_ADDRESS]"}}
    assert isinstance(trace.error, UpstreamRefused)
    assert V.encode() not in trace.sent
    assert b"never" not in trace.sent


def test_text_in_an_error_event_keeps_its_place() -> None:
    body = {"choices": [{"index": 0, "delta": {"content": f"ple.com and {V}"}}], "error": "x"}
    trace = play([content("mail jane@exam") + event(body)])
    assert trace.texts[TEXT] == "mail [EMAIL_ADDRESS] and [EMAIL_ADDRESS]"


@pytest.mark.parametrize("error", [f"about {V}", {"message": V, V: {"deep": [V]}}, [V], {"code": V}])
def test_errors_of_any_shape_are_read(error: Any) -> None:
    trace = play([event({"error": error})])
    assert b"jane" not in trace.sent
    assert isinstance(trace.error, UpstreamRefused)


def test_a_null_error_is_none() -> None:
    body = event({"error": None, "choices": [{"index": 0, "delta": {"content": "hi "}}]})
    assert play([body + stop() + DONE]).sent == body + stop() + DONE


def test_what_the_connection_did() -> None:
    trace = play([content("mail jane@exam")], end=UpstreamFailed(UpstreamTimeout()))
    assert trace.texts[TEXT] == "mail [CUT_OFF]"
    assert trace.datas[-1]["error"]["code"] == "upstream_timeout"


# Events that cannot be read.

SMALL = StreamLimits(event_bytes=2000, json_depth=8, json_nodes=60, channels=3, events=40)
BROKEN: list[tuple[str, bytes, str]] = [
    ("no JSON", b"data: nonsense jane@example.com\n\n", "upstream_protocol_error"),
    ("half JSON", b'data: {"a": "jane@example.com"\n\n', "upstream_protocol_error"),
    ("two values", b'data: {} {"a":"jane@example.com"}\n\n', "upstream_protocol_error"),
    ("a list", b'data: ["jane@example.com"]\n\n', "upstream_protocol_error"),
    ("a string", b'data: "jane@example.com"\n\n', "upstream_protocol_error"),
    ("NaN", b'data: {"a": NaN}\n\n', "upstream_protocol_error"),
    ("duplicate key", b'data: {"a":"jane@example.com","a":"b"}\n\n', "upstream_protocol_error"),
    ("escaped duplicate", b'data: {"a":"x","\\u0061":"jane@example.com"}\n\n', "upstream_protocol_error"),
    ("deep duplicate", b'data: {"choices":[{"delta":{"content":"x","content":"y"}}]}\n\n', "upstream_protocol_error"),
    ("depth", event(b'{"a":' * 9 + b"1" + b"}" * 9), "upstream_protocol_error"),
    ("nodes", event({"a": [1] * 60}), "upstream_protocol_error"),
    ("no UTF-8", b'data: {"a":"\xff jane@example.com"}\n\n', "upstream_protocol_error"),
    ("no UTF-8 in a template", content("a").replace(b'"a"', b'"\xff"'), "upstream_protocol_error"),
    ("surrogate bytes", content("a").replace(b'"a"', b'"\xed\xa0\xbd"'), "upstream_protocol_error"),
    ("event size", b"data: " + b"x" * 2001, "response_too_large"),
    ("whole event size", event({"a": "x" * 2001}), "response_too_large"),
    ("channels", b"".join(content("a@", choice=at + 1) for at in range(4)), "response_too_large"),
    ("events", b": x\n\n" * 41, "response_too_large"),
]


@pytest.mark.parametrize(("body", "code"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_broken_events_end_in_one_error_and_show_nothing(body: bytes, code: str) -> None:
    for chunks in ([content("mail jane@exam") + body + content("never")], [content("mail jane@exam"), body]):
        trace = play(chunks, using=session(limits=SMALL))
        assert trace.datas[-1]["error"]["code"] == code
        assert trace.texts[TEXT] == "mail [CUT_OFF]"
        assert [data for data in trace.datas if "error" in data] == trace.datas[-1:]
        assert b"jane@" not in trace.sent
        assert DONE not in trace.sent
        assert trace.error is not None
        assert trace.error.code == code


def test_caps_leave_room_for_what_is_usual() -> None:
    body = b"".join(content(f"word{at} ") for at in range(30))
    assert play([body + stop() + DONE], using=session(limits=SMALL)).error is None


# A scanner that fails.


class Failing:
    """The default scanner, until it has been asked `calls` times."""

    def __init__(self, calls: int) -> None:
        self._one, self._left = small(), calls
        self.start, self.tail_end, self.cut_off = self._one.start, self._one.tail_end, self._one.cut_off
        self.replacement = self._one.replacement

    def scan(self, raw: str, base: int, progress: object, *, final: bool) -> Any:
        self._left -= 1
        if self._left < 0:
            raise InspectionFailed
        return self._one.scan(raw, base, progress, final=final)


@pytest.mark.parametrize("calls", range(12))
@pytest.mark.parametrize("end", [EndOfBody(), UpstreamFailed(UpstreamTimeout())])
def test_when_inspection_fails_nothing_goes_but_the_error(calls: int, end: Event) -> None:
    body = [content(f"w{at} mail jane@exam") for at in range(3)] + [arguments('{"a":"x"}'), event({"new": "x"})]
    trace = play(body, end=end, using=Session(FORMAT, Failing(calls)))
    codes = [data["error"]["code"] for data in trace.datas if "error" in data]
    failed = isinstance(trace.error, InspectionFailed)
    assert len(codes) == len(trace.finishes) == 1
    if failed:
        assert codes == ["inspection_failed"]
        assert "[CUT_OFF]" not in trace.texts.get(TEXT, "")  # nothing is flushed
    assert b"jane@exam" not in trace.sent.replace(b"jane@examw", b"")
    assert DONE not in trace.sent


def test_a_failure_while_flushing_a_failure() -> None:
    one = Session(FORMAT, Failing(1))
    one.receive(BytesReceived(content("mail jane@exam")))
    commands = one.receive(UpstreamFailed(UpstreamTimeout()))
    sent = b"".join(command.data for command in commands if isinstance(command, Send))
    assert [json.loads(data)["error"]["code"] for data in sse_datas(sent)] == ["inspection_failed"]
    assert one.state in FINAL
    assert one.receive(BytesReceived(content("x"))) == []


def test_what_was_flushed_before_a_flush_failed_stays_here() -> None:
    one = Session(FORMAT, Failing(4))
    one.receive(BytesReceived(content("mail jane@exam") + content("x mail", choice=1)))
    commands = one.receive(UpstreamFailed(UpstreamTimeout()))
    sent = b"".join(command.data for command in commands if isinstance(command, Send))
    assert [json.loads(data).get("choices") for data in sse_datas(sent)] == [None]


# What rides through, and what does not.


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        (b": hello jane\n\n", b":\n\n"),
        (b":\n\n:\n\n", b":\n\n:\n\n"),
        (b"id: jane\n\n", b""),
        (b"retry: 100\n\n", b""),
        (b"event: jane\n\n", b""),
        (b"data:\n\n", b""),
        (b'id: jane\ndata: {"a":1}\n\n'.replace(b'"a"', b'"object"'), b'data: {"object":1}\n\n'),
        (b': jane\ndata: {"object":1}\nretry: 3\n\n', b'data: {"object":1}\n\n'),
        (b'event: message\ndata: {"object":1}\n\n', b'event: message\ndata: {"object":1}\n\n'),
        (b'event: jane doe 1\ndata: {"object":1}\n\n', b'data: {"object":1}\n\n'),
        (b'data: {"object":\ndata: 1}\n\n', b'data: {"object":\ndata: 1}\n\n'),
        (b'data:{"object":1}\r\n\r\n', b'data: {"object":1}\n\n'),
    ],
)
def test_comments_and_fields(frames: bytes, expected: bytes) -> None:
    assert play([frames + DONE]).sent == expected + DONE


def test_the_name_of_an_event_stays_with_a_template_too() -> None:
    named = b"".join(b"event: message\n" + content(f"{word} ") for word in "ab")
    assert play([named + DONE]).sent == named + DONE


def test_events_on_several_lines() -> None:
    body = content("a b ").replace(b', "choices"', b',\ndata: "choices"')
    trace = play([body + body.replace(b"a b ", b"jane@example.com ") + stop() + DONE])
    assert trace.texts[TEXT] == "a b [EMAIL_ADDRESS] "


ODD = (
    b'{ "choices" : [ {"index":0, "delta":{"content":"HOLE"},"x":1e400 } ] ,'
    b'\t"big":12345678901234567890123, "\\u0065":"\\u00e9\\/"}'
)


def test_what_is_not_changed_stays_byte_for_byte() -> None:
    for text, shown in (("a b ", "a b "), (f"{V} ", "[EMAIL_ADDRESS] "), ("\\u00e9 ", "é ")):
        sent = play([event(ODD.replace(b"HOLE", text.encode())) + DONE]).sent
        assert sent == event(ODD.replace(b"HOLE", shown.encode())) + DONE


def test_logprobs_and_padding_are_blanked() -> None:
    tokens = {"content": [{"token": "jane", "bytes": [106]}], "refusal": None}
    choices = [{"index": 0, "delta": {"content": "jane "}, "logprobs": tokens, "finish_reason": None}]
    trace = play([event({**HEAD, "choices": choices, "obfuscation": "jane"}) + stop() + DONE])
    assert trace.datas[0]["choices"][0]["logprobs"] is None
    assert trace.datas[0]["obfuscation"] == ""
    assert trace.sent.count(b"jane") == 1
    padded = [event({"choices": [{"index": 0, "delta": {"content": "a "}}], "obfuscation": pad}) for pad in ("x", "yy")]
    sent = play([*padded, DONE]).sent
    assert sent == b"".join(one.replace(b'"x"', b'""').replace(b'"yy"', b'""') for one in padded) + DONE


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({"choices": [{"index": 0, "delta": {}, "note": f"is {V}"}]}, {"note": "is [EMAIL_ADDRESS]"}),
        ({"choices": [{"index": 0, "delta": {}, V: 1}]}, {"[EMAIL_ADDRESS]": 1}),
        ({"choices": [{"index": 0, "delta": {}, "card": 4111111111111111}]}, {"card": 0}),
        (
            {"choices": [{"index": 0, "delta": {}, "[EMAIL_ADDRESS]": 1, V: 2}]},
            {"[EMAIL_ADDRESS]": 1, "[EMAIL_ADDRESS]_2": 2},
        ),
    ],
)
def test_strings_elsewhere_are_read_at_once(body: Any, shown: Any) -> None:
    assert play([event(body) + DONE]).datas[0]["choices"][0] == {"index": 0, "delta": {}, **shown}


IMAGE = {"images": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}}]}


@pytest.mark.parametrize("piece", [IMAGE, {"audio": {"data": "UklG"}}, {"content": [{"type": "image_url"}]}])
def test_attachments(piece: Any) -> None:
    body = content("mail jane@exam") + delta({"refusal": "no text before this", **piece}) + stop() + DONE
    trace = play([body])
    assert trace.datas[-1]["error"]["code"] == "unreadable_answer"
    assert trace.texts == {TEXT: "mail [CUT_OFF]"}
    trace = play([body], using=session(attachments=True))
    assert trace.error is None
    assert trace.datas[1]["choices"][0]["delta"] == {"refusal": "no text before ", **piece}


def test_more_kinds_of_events_than_templates() -> None:
    body = b"".join(content("a b ", choice=at) for at in range(TEMPLATES_MAX + 4)) * 2
    assert play([body + DONE], using=session()).sent == body + DONE


def test_errors_carry_no_text() -> None:
    for body in (b'data: {"a": jane@example.com\n\n', event({"choices": [{"delta": {"images": [IMAGE]}}]})):
        error = play([body]).error
        assert isinstance(error, GatewayError)
        assert "jane" not in repr(error.__dict__) + str(error) + repr(error.__context__)
