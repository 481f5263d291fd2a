"""Requests and whole answers with values in every place: none of them comes through."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.stream.body import apply, inspect_slots
from gateway.verdict import Direction
from gateway.wire.json_text import parse
from gateway.wire.openai_chat import FORMAT
from tests.playbook import scanner
from tests.unit.gateway.stream.hostile import CARD, NUMBER, TEXT, VALUE

V, S = VALUE, NUMBER
LEAKS = (VALUE, "jane.doe@", NUMBER, "536-22-", CARD)


def m(content: Any, **more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": content, **more}]}


REQUESTS: dict[str, Any] = {
    "content": m(TEXT),
    "parts": m([{"type": "text", "text": TEXT[:10]}, {"type": "text", "text": TEXT[10:]}]),
    "parts 1 char": m([{"type": "text", "text": c} for c in TEXT]),
    "parts with image between": m(
        [{"type": "text", "text": TEXT[:12]}, {"type": "text", "text": ""}, {"type": "text", "text": TEXT[12:]}]
    ),
    "string list": m([TEXT[:12], TEXT[12:]]),
    "mixed list": m([TEXT[:12], {"type": "text", "text": TEXT[12:]}]),
    "name": m("x", name=V),
    "unknown": m("x", foo={"bar": [V, {"baz": S}]}),
    "metadata": {**m("x"), "metadata": {V: S, "n": 4111111111111111}},
    "user": {**m("x"), "user": V},
    "safety": {**m("x"), "safety_identifier": V},
    "cachekey": {**m("x"), "prompt_cache_key": V},
    "stop": {**m("x"), "stop": [V]},
    "stop str": {**m("x"), "stop": V},
    "tools": {
        **m("x"),
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "f",
                    "description": TEXT,
                    "parameters": {
                        "type": "object",
                        "properties": {
                            V: {
                                "type": "string",
                                "description": TEXT,
                                "enum": [V],
                                "default": V,
                                "const": S,
                                "examples": [V],
                            }
                        },
                    },
                },
            }
        ],
    },
    "tool args": {
        "model": "m",
        "messages": [
            {
                "role": "assistant",
                "tool_calls": [
                    {
                        "id": "a",
                        "type": "function",
                        "function": {
                            "name": "f",
                            "arguments": json.dumps({"a": TEXT, "n": 4.111111111111111e15, "m": 4111111111111111}),
                        },
                    }
                ],
            }
        ],
    },
    "tool result": {
        "model": "m",
        "messages": [{"role": "tool", "tool_call_id": "a", "content": json.dumps({"a": TEXT})}],
    },
    "function_call": {
        "model": "m",
        "messages": [{"role": "assistant", "function_call": {"name": "f", "arguments": json.dumps({"a": TEXT})}}],
    },
    "functions": {**m("x"), "functions": [{"name": "f", "description": TEXT}]},
    "model": {"model": V, "messages": []},
    "model ssn": {"model": S, "messages": []},
    "role": {"model": "m", "messages": [{"role": V, "content": ""}]},
    "tool_call_id": {"model": "m", "messages": [{"role": "tool", "tool_call_id": V, "content": ""}]},
    "tool_choice": {**m("x"), "tool_choice": {"type": "function", "function": {"name": V}}},
    "response_format": {
        **m("x"),
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "x", "description": TEXT, "schema": {"properties": {V: {}}}},
        },
    },
    "prediction": {**m("x"), "prediction": {"type": "content", "content": TEXT}},
    "websearch": {**m("x"), "web_search_options": {"user_location": {"approximate": {"city": V}}}},
    "logit_bias": {**m("x"), "logit_bias": {"4111111111111111": 1}},
    "seed": {**m("x"), "seed": 4111111111111111},
    "n": {**m("x"), "n": 4111111111111111},
    "numbers": {**m("x"), "foo": 4.111111111111111e15, "bar": [4111111111111111]},
    "audio": {**m("x"), "audio": {"voice": V}},
    "key": {**m("x"), "jane.doe@example.com": 1},
    "escapes": m("jane\u200b.doe@example.com"),
    "html": m("jane.doe&#64;example.com"),
    "percent": m("jane.doe%40example.com"),
    "json esc": m("jane.doe\\u0040example.com"),
    "reasoning": {
        "model": "m",
        "messages": [
            {"role": "assistant", "reasoning_content": TEXT, "reasoning": TEXT, "refusal": TEXT, "content": None}
        ],
    },
}
MESSAGES: dict[str, dict[str, Any]] = {
    "content": {"content": TEXT},
    "refusal": {"refusal": TEXT},
    "reasoning": {"reasoning_content": TEXT, "reasoning": TEXT},
    "audio": {"audio": {"id": "a", "transcript": TEXT}},
    "tools": {
        "tool_calls": [
            {"id": "a", "function": {"name": V, "arguments": json.dumps({"a": TEXT, V: 4.111111111111111e15})}}
        ]
    },
    "fc": {"function_call": {"arguments": json.dumps({"a": TEXT})}},
    "parts": {"content": [{"type": "text", "text": c} for c in TEXT]},
    "annot": {"annotations": [{"url_citation": {"title": TEXT}}]},
    "unknown": {"x": {"y": TEXT, "n": 4111111111111111}},
    "string list": {"content": [TEXT[:12], TEXT[12:]]},
}
ANSWERS: dict[str, Any] = {
    name: {"id": "x", "choices": [{"index": 0, "message": {"role": "assistant", "content": "x", **message}}]}
    for name, message in MESSAGES.items()
}
ANSWERS["logprobs"] = {
    "choices": [
        {
            "index": 0,
            "message": {"content": TEXT},
            "logprobs": {"content": [{"token": c, "bytes": [1], "top_logprobs": [{"token": V}]} for c in TEXT]},
        }
    ]
}
ANSWERS["top"] = {V: TEXT, "choices": []}


def strings(node: Any) -> list[str]:
    """Every key, string and number, and the joined texts of every list."""
    if isinstance(node, dict):
        return [*node, *(text for value in node.values() for text in strings(value))]
    if isinstance(node, list):
        parts = [part.get("text", "") if isinstance(part, dict) else part for part in node]
        return [
            "".join(part for part in parts if isinstance(part, str)),
            *(t for value in node for t in strings(value)),
        ]
    return [str(int(node)) if isinstance(node, float) else str(node)]


@pytest.mark.parametrize("name", REQUESTS)
def test_no_value_goes_up(name: str) -> None:
    root = parse(json.dumps(REQUESTS[name]).encode(), max_depth=64, max_nodes=10_000)
    slots = FORMAT.request_slots(root)
    by = scanner(Direction.REQUEST)
    inspected = inspect_slots(slots, by, FORMAT.rules, Direction.REQUEST, attachments=False)
    out = apply(root.body, inspected.edits)
    assert not [leak for leak in LEAKS if any(leak in text for text in strings(json.loads(out)))]
    assert b"jane" not in out


@pytest.mark.parametrize("name", ANSWERS)
def test_no_value_comes_down(name: str) -> None:
    root = parse(json.dumps(ANSWERS[name]).encode(), max_depth=64, max_nodes=10_000)
    slots = FORMAT.response_slots(root)
    inspected = inspect_slots(slots, scanner(), FORMAT.rules, Direction.RESPONSE, attachments=False)
    blanks = FORMAT.response_blanks(root, inspected.changed, inspected.altered)
    out = apply(root.body, [*inspected.edits, *blanks])
    assert not [leak for leak in LEAKS if any(leak in text for text in strings(json.loads(out)))]
    assert b"jane" not in out
