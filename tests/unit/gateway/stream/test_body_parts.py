"""Whole bodies: parts of a message, attachments, and answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import AttachmentBlocked, UnreadableAnswer
from gateway.stream.body import apply, inspect_slots
from gateway.wire.anthropic_messages import FORMAT as MESSAGES
from gateway.wire.json_text import parse
from tests.planted import small
from tests.unit.gateway.stream.bodies import REQUEST, RESPONSE, V, inspect, passed, user

PARTS: list[tuple[list[str], list[str]]] = [
    (["My SSN is 536-22-", "8726, thanks"], ["My SSN is [US_SSN]", ", thanks"]),
    (["536-", "22", "-8726"], ["[US_SSN]", "", ""]),
    (["536-22-", "", "8726"], ["[US_SSN]", "", ""]),
    (["a", "536-22-8726", "b"], ["a", "[US_SSN]", "b"]),
    (["My SSN is 536-22-8726", "4 apples"], ["My SSN is [US_SSN]", "4 apples"]),
    (["x5", "536-22-8726"], ["x5", "[US_SSN]"]),
    (["mail jane@exam", "ple.com or bob@exam", "ple.com"], ["mail [EMAIL_ADDRESS]", " or [EMAIL_ADDRESS]", ""]),
    (["jane@example.com", "bob@example.com"], ["[EMAIL_ADDRESS]", ""]),
    (["my ssn:", " 536228726"], ["my ssn:", " [US_SSN]"]),
    (["a", "b"], ["a", "b"]),
]


@pytest.mark.parametrize(("parts", "expected"), PARTS)
@pytest.mark.parametrize("extra", [{}, {"cache_control": {"type": "ephemeral"}}, {"id": "p"}])
def test_parts_of_one_message_are_one_text(parts: list[str], expected: list[str], extra: dict[str, Any]) -> None:
    raw = json.dumps(user([{"type": "text", "text": part, **extra} for part in parts])).encode()
    out = json.loads(passed(raw))["messages"][0]["content"]
    assert [part["text"] for part in out] == expected
    if parts == expected:
        assert passed(raw) is raw


@pytest.mark.parametrize(("parts", "expected"), PARTS[:3])
def test_parts_that_are_strings(parts: list[str], expected: list[str]) -> None:
    assert json.loads(passed(json.dumps(user(parts)).encode()))["messages"][0]["content"] == expected


def test_messages_choices_and_stops_are_texts_of_their_own() -> None:
    for body in (
        {"messages": [{"content": [{"text": "536-22-"}]}, {"content": [{"text": "8726"}]}]},
        {"stop": ["536-22-", "8726"]},
        {"choices": [{"text": "536-22-"}, {"text": "8726"}]},
    ):
        raw = json.dumps(body).encode()
        assert passed(raw) is raw


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_value_over_any_seams(data: st.DataObject) -> None:
    text = "I am 536-22-8726 or jane@example.com."
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    parts = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    out = json.loads(passed(json.dumps(user([{"type": "text", "text": part} for part in parts])).encode()))
    joined = "".join(part["text"] for part in out["messages"][0]["content"])
    assert joined == "I am [US_SSN] or [EMAIL_ADDRESS]."


ATTACHMENTS: list[tuple[Any, str]] = [
    (user([{"type": "image_url", "image_url": {"url": "https://x.example/y.png"}}]), "messages[0].content[0]"),
    (user([{"type": "text", "text": "a"}, {"type": "input_image", "image_url": "u"}]), "messages[0].content[1]"),
    (user([{"type": "input_audio", "input_audio": {"data": "UklG"}}]), "messages[0].content[0]"),
    (user([{"type": "file", "file": {"file_data": "JVBERi0"}}]), "messages[0].content[0]"),
    (user([{"type": "input_file", "file_id": "file-1"}]), "messages[0].content[0]"),
    (user([{"type": "video_url", "video_url": {"url": "u"}}]), "messages[0].content[0]"),
    (user([{"type": "image", "source": {"type": "base64", "data": "QUJD"}}]), "messages[0].content[0]"),
    (user("data:image/png;base64,QUJD"), "messages[0].content"),
    ({"prediction": {"content": "data:application/pdf;base64,QUJD"}}, "prediction.content"),
    ({"jane@example.com": {"url": "data:;base64,QUJD"}}, "*.url"),
    ({"modalities": ["text", "audio"]}, "modalities"),
]


@pytest.mark.parametrize(("body", "param"), ATTACHMENTS)
def test_attachments_are_blocked_with_their_place(body: Any, param: str) -> None:
    raw = json.dumps(body).encode()
    with pytest.raises(AttachmentBlocked) as caught:
        inspect(raw)
    assert caught.value.param == param
    with pytest.raises(UnreadableAnswer):
        inspect(raw.replace(b'"modalities": ["text", "audio"]', b'"data": "QUJD"'), RESPONSE)


@pytest.mark.parametrize(("body", "param"), ATTACHMENTS)
def test_attachments_that_the_policy_lets_through(body: Any, param: str) -> None:
    raw = json.dumps({**body, "user": V}).encode()
    out = passed(raw, attachments=True)
    assert json.loads(out)["user"] == "[EMAIL_ADDRESS]"
    if b"jane@example.com" not in json.dumps(body).encode():
        assert out == raw.replace(V.encode(), b"[EMAIL_ADDRESS]")


def test_text_beside_an_attachment_is_still_read() -> None:
    body = user([{"type": "image_url", "image_url": {"url": f"https://x.example/{V}", "data": "jane@example.com"}}])
    assert b"jane" not in passed(json.dumps(body).encode(), attachments=True)


@pytest.mark.parametrize("text", ["data: 5, 6", "data:", "data:text/plain,hi", "The data:image/png;base64,A is here"])
def test_what_only_starts_like_a_data_url_is_text(text: str) -> None:
    raw = json.dumps(user(text)).encode()
    assert passed(raw) is raw


ANSWER = {
    "id": "chatcmpl-1",
    "choices": [
        {"index": 0, "message": {"content": f"Hi {V}"}, "logprobs": {"content": [{"token": "jane"}]}},
        {"index": 1, "message": {"content": "Hi"}, "logprobs": {"content": [{"token": "Hi"}]}},
        {"index": 2, "message": {"content": "Hi"}, "logprobs": {"content": [{"top_logprobs": [{"token": V}]}]}},
    ],
}


def test_an_answer_loses_the_logprobs_of_changed_choices() -> None:
    out = json.loads(passed(json.dumps(ANSWER).encode(), RESPONSE))
    assert [choice["logprobs"] for choice in out["choices"]] == [None, {"content": [{"token": "Hi"}]}, None]
    assert out["choices"][0]["message"] == {"content": "Hi [EMAIL_ADDRESS]"}


@pytest.mark.parametrize(
    ("reason", "text", "shown"),
    [
        ("length", "card 4111 1111 11", "card [CUT_OFF]"),
        ("stop", "card 4111 1111 11", "card 4111 1111 11"),
        ("length", "write to jane@example.com or bob@exam", "write to [EMAIL_ADDRESS] or [CUT_OFF]"),
        ("length", "so it goes", "so it goes"),
        ("content_filter", "mail jane@exam", "mail [CUT_OFF]"),
    ],
)
def test_an_answer_that_was_cut_off_ends_like_a_stream_that_was(reason: str, text: str, shown: str) -> None:
    call = {"function": {"name": "f", "arguments": json.dumps({"a": text})[:-2]}}
    message = {"content": text, "tool_calls": [call]}
    raw = json.dumps({"choices": [{"message": message, "finish_reason": reason}]}).encode()
    inspected = inspect(raw, RESPONSE)
    out = json.loads(apply(raw, inspected.edits))["choices"][0]["message"]
    assert out["content"] == shown
    assert out["tool_calls"][0]["function"]["arguments"] == '{"a": "' + shown
    assert inspected.changed == (frozenset({0}) if text != shown else frozenset())


def test_a_request_has_parts_as_an_answer_has() -> None:
    """A value cut over two blocks is found in the answer, and in the history that comes back (streams:
    `tests/property/test_parts.py`)."""
    blocks = [{"type": "text", "text": text} for text in ("Card: 4111 1111", " 1111 1111, so.")]
    for whole, way in (({"content": blocks}, RESPONSE), ({"messages": [{"content": blocks}]}, REQUEST)):
        root = parse(json.dumps(whole).encode(), max_depth=9, max_nodes=99)
        found = MESSAGES.response_slots(root) if way is RESPONSE else MESSAGES.request_slots(root)
        inspected = inspect_slots(found, small(way), MESSAGES.rules, way, attachments=False)
        assert b"4111" not in apply(root.body, inspected.edits)
