"""OpenAI chat completions: where the text of requests, answers and events stands."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.errors import UpstreamProtocolError, UpstreamTimeout
from gateway.wire.format import Channel, Chunk, Slot, SlotKind
from gateway.wire.json_text import parse
from gateway.wire.openai_chat import FORMAT, RULES

TEXT, JSON, KEY, NUMBER, ATTACHMENT, SIGNATURE = SlotKind


def root(body: Any) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return parse(raw, max_depth=64, max_nodes=10_000)


def chunk(body: Any) -> Chunk:
    return FORMAT.chunk(root(body))


def delta(piece: Any, **choice: Any) -> Chunk:
    return chunk({"choices": [{"index": 0, "delta": piece, **choice}]})


def of(found: Any) -> list[tuple[SlotKind, str, Channel | None]]:
    return [(slot.kind, slot.text, slot.channel) for slot in found]


CHANNELS: list[tuple[Any, list[tuple[SlotKind, str, Channel | None]]]] = [
    ({"role": "assistant"}, []),
    ({"content": "a"}, [(TEXT, "a", (0, "content"))]),
    ({"content": ""}, []),
    ({"content": None}, []),
    ({"content": 7}, []),
    ({"content": 41111111}, [(NUMBER, "41111111", None)]),
    ({"refusal": "a"}, [(TEXT, "a", (0, "refusal"))]),
    ({"reasoning_content": "a", "content": "b"}, [
        (TEXT, "a", (0, "reasoning_content")), (TEXT, "b", (0, "content")),
    ]),
    ({"new": "a"}, [(KEY, "new", None), (TEXT, "a", (0, "new"))]),
    ({"new": {"newer": "a"}}, [(KEY, "new", None), (KEY, "newer", None), (TEXT, "a", (0, "new", "newer"))]),
    ({"new": {"id": "abc"}}, [(KEY, "new", None), (TEXT, "abc", (0, "new", "id"))]),
    ({"new": ["a"]}, [(KEY, "new", None), (TEXT, "a", None)]),
    ({"role": "no role"}, [(TEXT, "no role", (0, "role"))]),
    ({"tool_calls": [{"index": 3, "id": "call_1", "function": {"name": "f x", "arguments": "{"}}]}, [
        (TEXT, "f x", None), (JSON, "{", (0, "tool_calls", 3, "function", "arguments")),
    ]),
    ({"tool_calls": [{"function": {"arguments": "a"}}, {"function": {"arguments": "b"}}]}, [
        (JSON, "a", (0, "tool_calls", 0, "function", "arguments")),
        (JSON, "b", (0, "tool_calls", 1, "function", "arguments")),
    ]),
    ({"tool_calls": [{"index": 0, "function": {"arguments": {"id": "AKIA", "type": "file", "n": 41111111}}}]}, [
        (TEXT, "AKIA", (0, "tool_calls", 0, "function", "arguments", "id")),
        (TEXT, "file", (0, "tool_calls", 0, "function", "arguments", "type")),
        (NUMBER, "41111111", None),
    ]),
    ({"function_call": {"name": "f", "arguments": "{"}}, [
        (TEXT, "f", None), (JSON, "{", (0, "function_call", "arguments")),
    ]),
    ({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}, [
        (TEXT, "a", (0, "content", 0, "text")), (TEXT, "b", (0, "content", 1, "text")),
    ]),
    ({"content": [{"type": "image_url", "image_url": {"url": "u"}}]}, [
        (ATTACHMENT, "", None), (TEXT, "u", (0, "content", 0, "image_url", "url")),
    ]),
    ({"audio": {"id": "a1", "transcript": "a"}}, [(TEXT, "a", (0, "audio", "transcript"))]),
    ({"audio": {"data": "UklG"}}, [(ATTACHMENT, "", None)]),
    ({"images": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]}, [
        (ATTACHMENT, "", None), (ATTACHMENT, "", None),
    ]),
    ({"annotations": [{"type": "url_citation", "url_citation": {"title": "t", "url": "u"}}]}, [
        (TEXT, "t", None), (TEXT, "u", None),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("piece", "expected"), CHANNELS)
def test_channels_of_a_delta(piece: Any, expected: Any) -> None:
    assert of(delta(piece).slots) == expected


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"index": 2, "delta": {"content": "a"}}, (2, "content")),
        ({"delta": {"content": "a"}}, (0, "content")),
        ({"index": None, "delta": {"content": "a"}}, (0, "content")),
        ({"index": "1", "delta": {"content": "a"}}, (1, "content")),
        ({"index": 10**9, "delta": {"content": "a"}}, (10**9, "content")),
    ],
)
def test_the_choice_of_a_channel(choice: Any, expected: Channel) -> None:
    found = chunk({"choices": [choice]}).slots
    assert [slot.channel for slot in found if slot.kind is TEXT and slot.text == "a"] == [expected]


@pytest.mark.parametrize("name", ["content", "refusal", "reasoning_content", "reasoning", "thinking"])
def test_pieces_of_text_in_a_shape_that_nobody_documents_fail_closed(name: str) -> None:
    with pytest.raises(UpstreamProtocolError):
        delta({name: ["jane@exam"]})


@pytest.mark.parametrize("index", [-1, 1.0, True, "1.0", "", "one", 10**18, [1], {"a": 1}])
def test_an_index_that_clients_may_read_otherwise_fails_closed(index: Any) -> None:
    with pytest.raises(UpstreamProtocolError):
        chunk({"choices": [{"index": index, "delta": {"content": "a"}}]})
    with pytest.raises(UpstreamProtocolError):
        chunk({"choices": [{"delta": {"tool_calls": [{"index": index, "function": {"arguments": "a"}}]}}]})


@pytest.mark.parametrize(
    ("reason", "finished"),
    [
        (None, ()),
        ("", ()),
        ("null", ()),
        ("stop", (((0,), False),)),
        ("tool_calls", (((0,), False),)),
        ("length", (((0,), True),)),
        ("content_filter", (((0,), True),)),
        ("max_tokens", (((0,), True),)),
        (3, ()),
    ],
)
def test_finish_reasons(reason: Any, finished: Any) -> None:
    assert delta({}, finish_reason=reason).finished == finished


def test_finish_of_several_choices() -> None:
    choices = [{"index": index, "delta": {"role": None}, "finish_reason": "stop"} for index in (1, 0)]
    assert chunk({"choices": choices}).finished == (((1,), False), ((0,), False))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"choices": ["a"]}, [(TEXT, "a")]),
        ({"choices": {"a": "b"}}, [(KEY, "a"), (TEXT, "b")]),
        ({"choices": "a"}, [(TEXT, "a")]),
        ({"choices": [{"delta": "a"}]}, [(TEXT, "a")]),
        ({"choices": [{"delta": ["a"]}]}, [(TEXT, "a")]),
        ({"choices": [["a"]]}, [(TEXT, "a")]),
        ({"choices": [{"message": {"content": "a"}}]}, [(TEXT, "a")]),
        ({"choices": [{"new": "a"}]}, [(KEY, "new"), (TEXT, "a")]),
        ({"new": "a"}, [(KEY, "new"), (TEXT, "a")]),
        ({"new": {"id": "a"}}, [(KEY, "new"), (TEXT, "a")]),
        ({"usage": {"prompt_tokens": 12345678}}, []),
        ({"new": {"prompt_tokens": 12345678}}, [(KEY, "new"), (NUMBER, "12345678")]),
        ({"error": {"message": "a", "code": "b", "type": "c", "param": None}}, [(TEXT, "a"), (TEXT, "b")]),
        ({"error": "a"}, [(TEXT, "a")]),
    ],
)
def test_odd_and_other_parts_of_an_event_are_scanned(body: Any, expected: Any) -> None:
    assert [(slot.kind, slot.text) for slot in chunk(body).slots] == expected
    assert all(slot.channel is None for slot in chunk(body).slots)


@pytest.mark.parametrize(
    ("body", "is_error"),
    [({"error": {"message": "x"}}, True), ({"error": "x"}, True), ({"error": None}, False), ({"choices": []}, False)],
)
def test_errors(body: Any, is_error: bool) -> None:
    assert chunk(body).is_error is is_error


def test_blanks() -> None:
    body = b'{"choices":[{"logprobs":{"content":[{"token":"jane"}]}},{"logprobs":null}],"obfuscation":"zz"}'
    found = [(body[start:end], new) for start, end, new in chunk(body).blanks]
    assert found == [(b'{"content":[{"token":"jane"}]}', b"null"), (b'"zz"', b'""')]
    assert not chunk(body).slots


FRAMES = [
    ({"id": "a", "object": "o", "created": 1, "model": "m"}, {"id": "a", "object": "o", "created": 1, "model": "m"}),
    ({"id": "jane@example.com", "model": "m"}, {"model": "m"}),
    ({"id": {"a": "b"}, "created": "4111 1111", "model": None}, {"model": None}),
    ({}, {}),
]


@pytest.mark.parametrize(("body", "expected"), FRAMES)
def test_the_frame_holds_nothing_that_is_scanned(body: Any, expected: Any) -> None:
    made = json.loads(FORMAT.flush(chunk(body).frame, (1, "content"), b'"x"', 0)[0])
    choices = [{"index": 1, "delta": {"content": "x"}, "finish_reason": None}]
    assert made == {**expected, "choices": choices}


@pytest.mark.parametrize("channel", [slot[2] for _, found in CHANNELS for slot in found if slot[2]])
def test_a_made_up_event_reads_back_into_its_channel(channel: Channel) -> None:
    made = FORMAT.flush(b'"id":"a",', channel, b'"new text"', 0)[0]
    slots = [slot for slot in chunk(made).slots if slot.channel]
    assert [(slot.text, slot.channel) for slot in slots] == [("new text", channel)]


def test_names_in_a_made_up_event_are_quoted() -> None:
    made = FORMAT.flush(b"", (0, 'a"b', "c\\d"), b'"x"', 0)[0]
    assert json.loads(made)["choices"][0]["delta"] == {'a"b': {"c\\d": "x"}}


def test_request_modalities() -> None:
    found = FORMAT.request_slots(root({"modalities": ["text", "audio"], "messages": [{"content": "x"}]}))
    assert [(slot.kind, slot.steps) for slot in found] == [
        (ATTACHMENT, ("modalities",)),
        (TEXT, ("messages", 0, "content")),
    ]
    assert FORMAT.request_slots(root({"modalities": ["text"]})) == []
    assert FORMAT.request_slots(root({"modalities": "audio"})) == []


def answer(**choice: Any) -> Any:
    return root({"choices": [{"index": 0, "message": {"content": "a"}, **choice}, {"message": {"content": "b"}}]})


def test_response_slots_and_what_was_cut_off() -> None:
    def flags(found: list[Slot]) -> list[tuple[str, bool]]:
        return [(slot.text, slot.cut_off) for slot in found]

    assert flags(FORMAT.response_slots(answer())) == [("a", False), ("b", False)]
    assert flags(FORMAT.response_slots(answer(finish_reason="stop"))) == [("a", False), ("b", False)]
    assert flags(FORMAT.response_slots(answer(finish_reason="length"))) == [("a", True), ("b", False)]
    assert flags(FORMAT.response_slots(root({"choices": 1, "error": {"message": "m"}}))) == [("m", False)]


def test_response_blanks_only_where_text_was_changed() -> None:
    body = answer(logprobs={"content": [{"token": "jane", "logprob": -0.1, "bytes": [1], "top_logprobs": []}]})
    assert [slot.text for slot in FORMAT.response_slots(body)] == ["a", "jane", "b"]
    assert FORMAT.response_blanks(body, frozenset(), ()) == []
    assert FORMAT.response_blanks(body, frozenset({1}), ()) == []
    [(start, end, new)] = FORMAT.response_blanks(body, frozenset({0}), ())
    assert body.body[start:end].startswith(b'{"content": [{"token"')
    assert new == b"null"


def test_error_and_path() -> None:
    assert json.loads(FORMAT.error(UpstreamTimeout()))["error"]["code"] == "upstream_timeout"
    assert FORMAT.path == "/v1/chat/completions"
    assert RULES.identifiers | RULES.numbers | RULES.json_text | RULES.free <= RULES.keys | {"arguments"}
