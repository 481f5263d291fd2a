"""Completions, embeddings and moderations: where their text stands, and what they refuse."""

from __future__ import annotations

import base64
import json
import struct
from typing import Any

import pytest

from gateway.errors import Reason, StreamMisuse, UnsupportedField, UpstreamProtocolError
from gateway.wire.format import Chunk, SlotKind, WireFormat
from gateway.wire.json_text import Node, parse
from gateway.wire.openai_completions import FORMAT as COMPLETIONS
from gateway.wire.openai_embeddings import FORMAT as EMBEDDINGS
from gateway.wire.openai_moderations import FORMAT as MODERATIONS


def root(body: Any) -> Node:
    return parse(json.dumps(body).encode(), max_depth=64, max_nodes=10_000)


def texts(found: Any) -> list[str]:
    return [slot.text for slot in found if slot.kind is SlotKind.TEXT]


TOKENS: list[tuple[WireFormat, str]] = [(COMPLETIONS, "prompt"), (EMBEDDINGS, "input"), (MODERATIONS, "input")]


@pytest.mark.parametrize(("wire", "name"), TOKENS, ids=lambda value: getattr(value, "path", value))
@pytest.mark.parametrize("value", [[1, 2], [[1, 2], [3]], ["text", 7], ["text", [7]], [["text"]]], ids=str)
def test_numbers_of_tokens_are_refused(wire: WireFormat, name: str, value: Any) -> None:
    with pytest.raises(UnsupportedField) as caught:
        wire.check(root({name: value}))
    assert caught.value.param == name
    assert caught.value.reason is Reason.VOCABULARY


@pytest.mark.parametrize(("wire", "name"), TOKENS, ids=lambda value: getattr(value, "path", value))
@pytest.mark.parametrize("value", ["text", ["one", "two"], [], None])
def test_texts_are_read(wire: WireFormat, name: str, value: Any) -> None:
    body = root({"model": "m-1", name: value, "user": "u v", "encoding_format": "float"})
    wire.check(body)
    more = ["float"] if "encoding_format" not in wire.rules.keys else []
    more = ["u v", *more]
    assert texts(wire.request_slots(body)) == [*([value] if isinstance(value, str) else value or []), *more]


def packed(*values: float) -> str:
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()


VECTORS: list[tuple[Any, list[str]]] = [
    ([0.1, -0.2], []),
    (packed(0.1, -0.25, 1e-9), []),
    (packed(float("nan"), 1.0), [packed(float("nan"), 1.0)]),
    (packed(1e30, 1.0), [packed(1e30, 1.0)]),
    ("jane.doe@example.com", ["jane.doe@example.com"]),
    ("536-22-8726", ["536-22-8726"]),
    (base64.b64encode(b"jane.doe@example.com").decode(), [base64.b64encode(b"jane.doe@example.com").decode()]),
]


@pytest.mark.parametrize(("vector", "scanned"), VECTORS, ids=str)
def test_only_vectors_pass_unread(vector: Any, scanned: list[str]) -> None:
    body = root({"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": vector}], "model": "m"})
    assert texts(EMBEDDINGS.response_slots(body)) == scanned


def test_a_vector_elsewhere_is_scanned() -> None:
    body = root({"error": {"embedding": packed(0.1, 0.2)}})
    assert texts(EMBEDDINGS.response_slots(body)) == [packed(0.1, 0.2)]


def test_endpoints_without_streams() -> None:
    for wire in (EMBEDDINGS, MODERATIONS):
        with pytest.raises(UpstreamProtocolError):
            wire.chunk(root({}))
        with pytest.raises(StreamMisuse):
            wire.flush(b"", (0,), b'""', 0)


def completion(**choice: Any) -> Chunk:
    return COMPLETIONS.chunk(root({"id": "cmpl-1", "model": "m", "choices": [{"index": 3, **choice}]}))


def test_a_completions_event() -> None:
    read = completion(text="Hi", logprobs={"tokens": ["Hi"]}, finish_reason="length")
    assert [(slot.text, slot.channel) for slot in read.slots] == [("Hi", (3, "text"))]
    assert [new for _, _, new in read.blanks] == [b"null"]
    assert read.finished == (((3,), True),)
    made, name = COMPLETIONS.flush(read.frame, (3, "text"), b'"x"', 0)
    assert (json.loads(made), name) == (
        {
            "id": "cmpl-1",
            "model": "m",
            "choices": [{"index": 3, "text": "x", "logprobs": None, "finish_reason": None}],
        },
        "",
    )


def test_unknown_fields_of_a_completions_event() -> None:
    read = completion(text="a", thought="b", more={"n": "c"}, prompt_logprobs=[1])
    found = [(slot.kind, slot.text, slot.channel) for slot in read.slots]
    text, key = SlotKind.TEXT, SlotKind.KEY
    assert found == [
        (text, "a", (3, "text")),
        (key, "thought", None),
        (text, "b", (3, "thought")),
        (key, "more", None),
        (text, "c", None),
    ]
    assert len(read.blanks) == 1


def test_a_whole_completion() -> None:
    choices = [
        {"index": 0, "text": "a", "logprobs": {"tokens": ["a"]}, "finish_reason": "length", "token_ids": [1]},
        {"index": 1, "text": "b", "logprobs": None, "finish_reason": "stop"},
    ]
    body = root({"choices": choices})
    assert [(slot.text, slot.cut_off) for slot in COMPLETIONS.response_slots(body)][:1] == [("a", True)]
    assert len(COMPLETIONS.response_blanks(body, frozenset({0}), ())) == 2
    assert COMPLETIONS.response_blanks(body, frozenset(), ()) == []
