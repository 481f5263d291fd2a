"""Whole bodies: a planted value is found wherever it stands, and what has none keeps every byte."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.stream.body import Inspected, apply, edit, names
from gateway.stream.outgoing import Outgoing, Piece
from gateway.verdict import Direction
from gateway.wire.format import Slot, SlotKind
from tests.planted import Sample, few, small
from tests.playbook import scanner
from tests.unit.gateway.stream.bodies import V, inspect, passed, user

CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": json.dumps({"to": [V]})}}
PARAMETERS = {"type": "object", "properties": {"to": {"type": "string", "description": "d", "default": V}}}
POSITIONS: dict[str, dict[str, Any]] = {
    "system": {"messages": [{"role": "system", "content": f"You help {V}."}]},
    "developer": {"messages": [{"role": "developer", "content": [{"type": "text", "text": f"You help {V}."}]}]},
    "user string": user(f"I am {V}!"),
    "user parts": user([{"type": "text", "text": "I am"}, {"type": "text", "text": f" {V}"}]),
    "user parts that are strings": user(["I am", V]),
    "unknown part": user([{"type": "thing", "thing": {"deep": V}}]),
    "assistant history": {"messages": [{"role": "assistant", "content": V, "refusal": None}]},
    "assistant refusal": {"messages": [{"role": "assistant", "refusal": V}]},
    "tool call arguments": {"messages": [{"role": "assistant", "tool_calls": [CALL]}]},
    "function call": {"messages": [{"role": "assistant", "function_call": CALL["function"]}]},
    "tool result": {"messages": [{"role": "tool", "tool_call_id": "call_1", "content": json.dumps({"mail": V})}]},
    "tool call id": {"messages": [{"role": "tool", "tool_call_id": V, "content": "ok"}]},
    "role": {"messages": [{"role": V, "content": "ok"}]},
    "name": {"messages": [{"role": "user", "name": V, "content": "ok"}]},
    "tool name": {"tools": [{"type": "function", "function": {"name": V}}]},
    "tool description": {"tools": [{"type": "function", "function": {"name": "f", "description": f"Ask {V}"}}]},
    "parameter default": {"tools": [{"type": "function", "function": {"name": "f", "parameters": PARAMETERS}}]},
    "parameter name": {"tools": [{"function": {"name": "f", "parameters": {"properties": {V: {"type": "string"}}}}}]},
    "parameter enum": {"tools": [{"function": {"parameters": {"properties": {"a": {"enum": ["x", V]}}}}}]},
    "parameter id": {"tools": [{"function": {"parameters": {"properties": {"id": {"default": {"id": V}}}}}}]},
    "required": {"tools": [{"function": {"parameters": {"required": [V]}}}]},
    "old functions": {"functions": [{"name": "f", "description": V}]},
    "tool choice": {"tool_choice": {"type": "function", "function": {"name": V}}},
    "metadata value": {"metadata": {"customer": V}},
    "metadata key": {"metadata": {V: "customer"}},
    "metadata id": {"metadata": {"id": V, "model": V, "data": V}},
    "user": {"user": V},
    "safety identifier": {"safety_identifier": V},
    "cache key": {"prompt_cache_key": V},
    "model": {"model": V},
    "stop": {"stop": ["\n", V]},
    "stop string": {"stop": V},
    "prediction": {"prediction": {"type": "content", "content": V}},
    "prediction parts": {"prediction": {"type": "content", "content": [{"type": "text", "text": V}]}},
    "response format": {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"a": V}}}},
    "schema key": {"response_format": {"json_schema": {"schema": {"properties": {V: {}}}}}},
    "logit bias key": {"logit_bias": {V: 1}},
    "web search": {"web_search_options": {"user_location": {"approximate": {"city": V}}}},
    "unknown field": {"brand_new": V},
    "unknown deep field": {"brand_new": {"id": [[V]]}},
    "unknown key": {V: {}},
    "encoded": user("write to jane%40example.com"),
}


@pytest.mark.parametrize("body", POSITIONS.values(), ids=POSITIONS)
@pytest.mark.parametrize("style", [{}, {"indent": 1}, {"separators": (",", ":")}])
def test_planted_in_every_position_of_a_request(body: dict[str, Any], style: Any) -> None:
    raw = json.dumps({"model": "gpt-x", **body}, **style).encode()
    out = passed(raw)
    assert b"jane" not in out
    assert b"example.com" not in out
    assert b"[EMAIL_ADDRESS]" in out
    json.loads(out)


@pytest.mark.parametrize("body", POSITIONS.values(), ids=POSITIONS)
@pytest.mark.parametrize("style", [{}, {"indent": 1}, {"separators": (",", ":")}])
def test_the_clean_twin_is_the_same_object(body: dict[str, Any], style: Any) -> None:
    text = json.dumps({"model": "gpt-x", "seed": 12345678901234567890123, **body, "top_p": 1e-400}, **style)
    raw = text.replace(V, "Jane Doe ✓").replace("jane%40example.com", "a%20b").encode()
    inspected = inspect(raw)
    assert inspected == Inspected((), (), frozenset())
    assert apply(raw, inspected.edits) is raw


@pytest.mark.parametrize(
    "body", [POSITIONS["user string"], POSITIONS["metadata value"], POSITIONS["parameter default"]]
)
@pytest.mark.parametrize("sample", few(), ids=str)
def test_every_recognizer_in_a_request(body: dict[str, Any], sample: Sample) -> None:
    raw = json.dumps(body).replace(V, json.dumps(sample.text)[1:-1]).encode()
    out = passed(raw, by=scanner(Direction.REQUEST))
    assert not sample.leaks(json.dumps(json.loads(out), ensure_ascii=False))


def test_outside_the_value_no_byte_changes() -> None:
    text = '{"a":1e400 ,"big": 12345678901234567890123,\r\n "messages": [{"content": %s}]}'
    raw = (text % '"é \\u00e9 jane@example.com"').encode()
    assert passed(raw) == (text % '"é é [EMAIL_ADDRESS]"').encode()


KEYS = [
    ({V: 1, "bob@example.com": 2, "x": 3}, ["[EMAIL_ADDRESS]", "[EMAIL_ADDRESS]_2", "x"]),
    ({"[EMAIL_ADDRESS]": 1, V: 2}, ["[EMAIL_ADDRESS]", "[EMAIL_ADDRESS]_2"]),
    (
        {"[EMAIL_ADDRESS]_2": 0, "[EMAIL_ADDRESS]": 1, V: 2},
        ["[EMAIL_ADDRESS]_2", "[EMAIL_ADDRESS]", "[EMAIL_ADDRESS]_3"],
    ),
    ({V: {V: {"bob@example.com": 1}}}, ["[EMAIL_ADDRESS]"]),
    ({f"u{at}@example.com": at for at in range(50)}, None),
]


@pytest.mark.parametrize(("metadata", "expected"), KEYS)
def test_replaced_keys_stay_unique(metadata: dict[str, Any], expected: list[str] | None) -> None:
    def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    raw = json.dumps({"metadata": metadata}).encode()
    out = json.loads(passed(raw), object_pairs_hook=no_duplicates)["metadata"]
    assert "@" not in json.dumps(out)
    if expected is not None:
        assert [*out] == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("4111111111111111", "0"),
        ("-4111111111111111", "0"),
        ("4111111111111111.0", "0"),
        ("[4111111111111111, 7]", "[0, 7]"),
        ("1234567", "1234567"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("1e400", "1e400"),
    ],
)
def test_numbers_stay_numbers(value: str, expected: str) -> None:
    assert passed(b'{"metadata": {"n": %b}}' % value.encode()) == b'{"metadata": {"n": %b}}' % expected.encode()


def test_the_key_of_a_number_is_its_context() -> None:
    assert passed(b'{"metadata": {"ssn": 536228726, "n": 536228726}}') == b'{"metadata": {"ssn": 0, "n": 536228726}}'


def test_reports_name_places_and_no_keys_of_users() -> None:
    body = {"messages": [{"content": V}, {"content": [{"text": "536-22-"}, {"text": "8726"}]}], "metadata": {V: V}}
    inspected = inspect(json.dumps(body).encode())
    assert [(path, [finding.entity for finding in found]) for path, found in inspected.reports] == [
        ("messages[0].content", ["EMAIL_ADDRESS"]),
        ("messages[1].content[0].text", ["US_SSN"]),
        ("metadata.*", ["EMAIL_ADDRESS"]),
        ("metadata.*", ["EMAIL_ADDRESS"]),
    ]
    assert inspected.changed == {0, 1}


def test_apply() -> None:
    body = b"0123456789"
    assert apply(body, []) is body
    assert apply(body, [(5, 6, b"b"), (1, 2, b"a")]) == b"0a234b6789"
    assert apply(body, [(2, 3, b"x"), (1, 5, b"a"), (5, 6, b"b")]) == b"0ab6789"
    assert apply(body, [(1, 5, b"a"), (1, 2, b"x")]) == b"0a56789"


def test_an_event_on_its_way_out() -> None:
    outgoing = Outgoing(b'{"a":"x","b":1}', "name", [Piece((0, "a"), 5, 8, "é")], [(13, 14, b"0")], ())
    assert outgoing.written() == 'event: name\ndata: {"a":"é","b":0}\n\n'.encode()


def test_edit_leaves_what_has_nothing() -> None:
    slot = Slot(SlotKind.TEXT, 0, 7, ("content",), "hello")
    assert edit(slot, small(), {}) == (None, ())
    assert names([slot, Slot(SlotKind.KEY, 0, 3, ("a",), "a")]) == {"a": 1}
