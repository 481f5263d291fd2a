"""What the provider that we play says: the fields in which a chat answer carries text, streamed and whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from gateway.verify.planted import Planted

Step = str | int
Spans = tuple[tuple[int, int], ...]

DONE = b"data: [DONE]\n\n"
EVENT_STREAM = "text/event-stream"
JSON_TYPE = "application/json"
PAUSE_SECONDS = 0.004
"""Between two writes that the gateway is to read apart."""
ESCAPED_CHARS = 4


class Form(Enum):
    """How a field holds text: as it is; as a string of a JSON document; there with escapes; there as a number."""

    PLAIN = "plain"
    JSON = "json"
    ESCAPED = "escaped"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Field:
    """A place for text in a delta or a message.

    `steps` lead there; a number is an element of a list. `logprobs`: the text stands in its tokens' probabilities too.
    """

    name: str
    steps: tuple[Step, ...]
    form: Form = Form.PLAIN
    choice: int = 0
    logprobs: bool = False


_ARGUMENTS: tuple[Step, ...] = ("tool_calls", 0, "function", "arguments")
CONTENT = Field("content", ("content",))
FIELDS = (
    CONTENT,
    Field("refusal", ("refusal",)),
    Field("reasoning_content", ("reasoning_content",)),
    Field("reasoning", ("reasoning",)),
    Field("audio transcript", ("audio", "transcript")),
    Field("tool arguments", _ARGUMENTS, Form.JSON),
    Field("tool arguments, escaped", _ARGUMENTS, Form.ESCAPED),
    Field("tool arguments, number", _ARGUMENTS, Form.NUMBER),
    Field("function_call", ("function_call", "arguments"), Form.JSON),
    Field("unknown field", ("x_vendor_note",)),
    Field("unknown nested field", ("x_vendor", "notes", 0, "text")),
    Field("second choice", ("content",), choice=1),
    Field("logprobs", ("content",), logprobs=True),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider sends. `aborts`: the connection is reset at the end."""

    pieces: Sequence[bytes] = field(repr=False)
    status: int = 200
    content_type: str = EVENT_STREAM
    headers: tuple[tuple[str, str], ...] = ()
    pause_seconds: float = 0.0
    aborts: bool = False


def payload(place: Field, example: Planted) -> tuple[str, Spans] | None:
    """The text that a field carries, and where the values stand in it; None when the field cannot hold this one."""
    if place.form is Form.NUMBER:
        if example.number is None:
            return None
        head = f'{{"case": 1, "{example.number_key}": '
        return f"{head}{example.number}}}", ((len(head), len(head) + len(example.number)),)
    text, spans = example.framed
    if place.form is Form.PLAIN:
        return text, spans
    return _json_text(text, spans, is_escaped=place.form is Form.ESCAPED)


def _json_text(text: str, spans: Spans, *, is_escaped: bool) -> tuple[str, Spans]:
    out, at = '{"note": "', []
    for place, char in enumerate(text):
        at.append(len(out))
        near = is_escaped and any(start <= place < start + ESCAPED_CHARS for start, _ in spans)
        out += f"\\u{ord(char):04x}" if near and ord(char) < 0x10000 else json.dumps(char, ensure_ascii=False)[1:-1]
    at.append(len(out))
    return out + '", "done": true}', tuple((at[start], at[end]) for start, end in spans)


def deltas(place: Field, pieces: Iterable[str], *, ascii_only: bool = False) -> list[bytes]:
    """The events of a stream that says these pieces in a field, from the first one to `[DONE]`."""
    choices = range(place.choice + 1)
    events = [event({"role": "assistant", "content": ""}, choice=choice) for choice in choices]
    events += [
        event(
            nest(place.steps, piece),
            choice=place.choice,
            ascii_only=ascii_only,
            token=piece if place.logprobs else None,
        )
        for piece in pieces
    ]
    reason = "tool_calls" if place.steps[0] == "tool_calls" else "stop"
    return [*events, *(event({}, choice=choice, finish=reason) for choice in choices), DONE]


def streamed(place: Field, pieces: Iterable[str], *, ascii_only: bool = False) -> Answer:
    """A stream in one write: how it was cut into deltas is what counts."""
    return Answer([b"".join(deltas(place, pieces, ascii_only=ascii_only))])


def event(
    delta: dict[str, Any],
    *,
    choice: int = 0,
    finish: str | None = None,
    ascii_only: bool = False,
    token: str | None = None,
) -> bytes:
    """One event of a stream; `token` stands in its choice's `logprobs`."""
    more = {} if token is None else {"logprobs": logprobs(token)}
    body = {
        "id": "chatcmpl-verify",
        "object": "chat.completion.chunk",
        "created": 1700000000,
        "model": "verify",
        "choices": [{"index": choice, "delta": delta, **more, "finish_reason": finish}],
    }
    return b"data: %b\n\n" % json.dumps(body, ensure_ascii=ascii_only, separators=(",", ":")).encode()


def logprobs(text: str) -> dict[str, Any]:
    """The probabilities of a text that is one token."""
    token = {"token": text, "logprob": -0.1, "bytes": list(text.encode())}
    return {"content": [{**token, "top_logprobs": [token]}], "refusal": None}


def whole(place: Field, text: str, *, ascii_only: bool = False) -> Answer:
    """An answer that is not streamed."""
    said = nest(place.steps, text)
    for call in said.get("tool_calls", ()):
        call |= {"id": "call_a", "type": "function"}
        call["function"]["name"] = "note"
    silent = {"role": "assistant", "content": None}
    messages = [silent] * place.choice + [{**silent, **said}]
    body = {
        "id": "chatcmpl-verify",
        "object": "chat.completion",
        "created": 1700000000,
        "model": "verify",
        "choices": [
            {
                "index": index,
                "message": message,
                "logprobs": logprobs(text) if place.logprobs else None,
                "finish_reason": "stop",
            }
            for index, message in enumerate(messages)
        ],
        "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
    }
    return Answer([json.dumps(body, ensure_ascii=ascii_only).encode()], content_type=JSON_TYPE)


def nest(steps: tuple[Step, ...], text: str) -> dict[str, Any]:
    """The delta that holds a text at the end of these steps."""
    inner: Any = text
    for step in reversed(steps):
        if isinstance(step, int):
            inner = [{"index": step, **inner}]
        else:
            inner = {step: inner}
    return dict(inner)
