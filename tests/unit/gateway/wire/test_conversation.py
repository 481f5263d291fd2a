"""Who speaks, and where the system prompt is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.stream.body import apply
from gateway.wire.conversation import Speaker, add_to_system, speaker_of
from gateway.wire.format import Step
from gateway.wire.json_text import parse

BODY = {
    "model": "m",
    "system": [{"type": "text", "text": "s"}],
    "instructions": "i",
    "messages": [
        {"role": "developer", "content": "d"},
        {"role": "user", "content": [{"type": "text", "text": "u"}, {"type": "tool_result", "content": "r"}]},
        {"role": "assistant", "content": "a", "tool_calls": [{"function": {"arguments": "{}"}}]},
        {"role": "tool", "content": "t"},
        {"role": "narrator", "content": "n"},
    ],
    "input": [{"type": "function_call_output", "output": "o"}, {"role": "user", "content": "u"}, "plain"],
    "prompt": ["p"],
    "tools": [{"function": {"description": "x"}}],
}


def read(body: Any) -> Any:
    return parse(json.dumps(body).encode(), max_depth=20, max_nodes=1000)


@pytest.mark.parametrize(
    ("steps", "speaker"),
    [
        (("system", 0, "text"), Speaker.SYSTEM),
        (("instructions",), Speaker.SYSTEM),
        (("messages", 0, "content"), Speaker.SYSTEM),
        (("messages", 1, "content", 0, "text"), Speaker.USER),
        (("messages", 1, "content", 1, "content"), Speaker.TOOL),
        (("messages", 2, "content"), Speaker.MODEL),
        (("messages", 2, "tool_calls", 0, "function", "arguments"), Speaker.MODEL),
        (("messages", 3, "content"), Speaker.TOOL),
        (("messages", 4, "content"), Speaker.USER),
        (("input", 0, "output"), Speaker.TOOL),
        (("input", 1, "content"), Speaker.USER),
        (("input", 2), Speaker.USER),
        (("prompt", 0), Speaker.USER),
        (("tools", 0, "function", "description"), Speaker.OTHER),
        ((), Speaker.OTHER),
    ],
)
def test_whose_text_it_is(steps: tuple[Step, ...], speaker: Speaker) -> None:
    assert speaker_of(read(BODY), steps) is speaker


@pytest.mark.parametrize(
    ("body", "field", "expected"),
    [
        ({"messages": []}, "messages", {"messages": [{"role": "system", "content": "S"}]}),
        (
            {"messages": [{"role": "user", "content": "u"}]},
            "messages",
            {"messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "u"}]},
        ),
        (
            {"messages": [{"role": "system", "content": 'say "hi"'}]},
            "messages",
            {"messages": [{"role": "system", "content": 'say "hi"\n\nS'}]},
        ),
        (
            {"messages": [{"role": "developer", "content": [{"type": "text", "text": "d"}]}]},
            "messages",
            {
                "messages": [
                    {"role": "developer", "content": [{"type": "text", "text": "d"}, {"type": "text", "text": "S"}]}
                ]
            },
        ),
        ({"messages": []}, "system", {"system": "S", "messages": []}),
        ({}, "system", {"system": "S"}),
        ({"system": ""}, "system", {"system": "S"}),
        ({"system": "x"}, "system", {"system": "x\n\nS"}),
        ({"system": []}, "system", {"system": [{"type": "text", "text": "S"}]}),
        ({"instructions": None}, "instructions", {"instructions": "S"}),
    ],
)
def test_a_sentence_joins_the_system_prompt(body: Any, field: str, expected: Any) -> None:
    root = read(body)
    edit = add_to_system(root, "S", field=field)
    assert edit is not None
    assert json.loads(apply(root.body, [edit])) == expected


@pytest.mark.parametrize(
    ("body", "field"), [({"messages": "x"}, "messages"), ([], "system"), ({"system": 7}, "system")]
)
def test_a_body_without_a_place_for_it_is_left_alone(body: Any, field: str) -> None:
    assert add_to_system(read(body), "S", field=field) is None
