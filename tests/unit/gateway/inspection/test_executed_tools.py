"""Arguments of tools, in every format and however they come: those of a tool that gets no values, and of one that the
provider executes itself, keep their tokens; all others get the values, and so does the text beside them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from gateway.stream.body import apply, inspect_slots
from gateway.stream.events import BytesReceived, Send
from gateway.stream.session import Session
from gateway.verdict import Direction
from gateway.wire.anthropic_messages import FORMAT as MESSAGES
from gateway.wire.format import WireFormat
from gateway.wire.json_text import parse
from gateway.wire.openai_responses import FORMAT as RESPONSES
from policies.token_rules import ToolRules
from tests.exchanges import Asked, user, with_rules

SSN = "536-22-8726"


@pytest.fixture(scope="module")
def asked() -> Asked:
    return with_rules(restore_tools=ToolRules(deny=frozenset({"search"}))).ask(user(f"ssn {SSN}"))


def token_of(asked: Asked) -> str:
    return asked.last.removeprefix("ssn ")


ITEMS: dict[str, tuple[dict[str, Any], bool]] = {
    "function": ({"type": "function_call", "call_id": "c", "name": "note", "arguments": '{"q":"%s"}'}, True),
    "denied": ({"type": "function_call", "call_id": "c", "name": "search", "arguments": '{"q":"%s"}'}, False),
    "mcp": ({"type": "mcp_call", "server_label": "s", "name": "note", "arguments": '{"q":"%s"}'}, False),
    "web search": ({"type": "web_search_call", "status": "completed", "action": {"query": "who is %s"}}, False),
    "code": ({"type": "code_interpreter_call", "container_id": "c", "code": "x = '%s'"}, False),
}
DELTAS = {
    "function": "function_call_arguments",
    "denied": "function_call_arguments",
    "mcp": "mcp_call_arguments",
    "code": "code_interpreter_call_code",
}
BLOCKS: dict[str, tuple[dict[str, Any], bool]] = {
    "function": ({"type": "tool_use", "id": "t", "name": "note", "input": {"q": "%s"}}, True),
    "denied": ({"type": "tool_use", "id": "t", "name": "search", "input": {"q": "%s"}}, False),
    "server": ({"type": "server_tool_use", "id": "t", "name": "web_search", "input": {"q": "%s"}}, False),
    "mcp": ({"type": "mcp_tool_use", "id": "t", "name": "note", "server_name": "s", "input": {"q": "%s"}}, False),
}


def filled(item: dict[str, Any], text: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(item).replace("%s", text))
    return made


def whole(wire: WireFormat, body: dict[str, Any], asked: Asked) -> str:
    raw = json.dumps(body).encode()
    slots = wire.response_slots(parse(raw, max_depth=64, max_nodes=10_000))
    inspected = inspect_slots(slots, asked.exchange.answers, wire.rules, Direction.RESPONSE, attachments=False)
    return apply(raw, inspected.edits).decode()


def streamed(wire: WireFormat, events: Iterable[dict[str, Any]], asked: Asked) -> str:
    session = Session(wire, asked.exchange.answers)
    data = b"".join(b"event: %b\ndata: %b\n\n" % (e["type"].encode(), json.dumps(e).encode()) for e in events)
    commands = session.receive(BytesReceived(data))
    return b"".join(command.data for command in commands if isinstance(command, Send)).decode()


def message(text: str) -> dict[str, Any]:
    content = [{"type": "output_text", "text": text, "annotations": []}]
    return {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": content}


def check(shown: str, token: str, *, restored: bool) -> None:
    assert (SSN in shown, token in shown) == (restored, not restored), shown


@pytest.mark.parametrize("name", ITEMS)
def test_responses(name: str, asked: Asked) -> None:
    item, restored = ITEMS[name]
    token = token_of(asked)
    item = {"id": "i", **filled(item, token)}
    answer = {"id": "r", "object": "response", "status": "completed", "output": [message(f"ssn {token}"), item]}
    shown = json.loads(whole(RESPONSES, answer, asked))["output"]
    assert shown[0]["content"][0]["text"] == f"ssn {SSN}"
    check(json.dumps(shown[1]), token, restored=restored)

    blank = item | {key: "" for key in ("arguments", "code") if key in item}
    events: list[dict[str, Any]] = [{"type": "response.output_item.added", "output_index": 1, "item": blank}]
    if name in DELTAS:
        stem, text = f"response.{DELTAS[name]}", item.get("arguments") or item["code"]
        key = "arguments" if "arguments" in item else "code"
        events += [
            {"type": f"{stem}.delta", "output_index": 1, "item_id": "i", "delta": text[at : at + 4]}
            for at in range(0, len(text), 4)
        ]
        events.append({"type": f"{stem}.done", "output_index": 1, "item_id": "i", key: text})
    events.append({"type": "response.output_item.done", "output_index": 1, "item": item})
    events.append({"type": "response.completed", "response": {**answer, "output": [item]}})
    shown = streamed(RESPONSES, [event | {"sequence_number": at} for at, event in enumerate(events)], asked)
    deltas = [json.loads(line[6:]) for line in shown.splitlines() if line.startswith("data: {")]
    check("".join(event.get("delta", "") for event in deltas) or shown, token, restored=restored)
    for event in deltas:
        if "delta" not in event and event["type"] != "response.output_item.added":
            check(json.dumps(event), token, restored=restored)


@pytest.mark.parametrize("name", BLOCKS)
def test_messages(name: str, asked: Asked) -> None:
    block, restored = BLOCKS[name]
    token = token_of(asked)
    block = filled(block, token)
    answer = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": f"ssn {token}"}, block]}
    shown = json.loads(whole(MESSAGES, answer, asked))["content"]
    assert shown[0]["text"] == f"ssn {SSN}"
    check(json.dumps(shown[1]["input"]), token, restored=restored)

    written = json.dumps(block["input"])
    events: list[dict[str, Any]] = [{"type": "content_block_start", "index": 1, "content_block": block | {"input": {}}}]
    events += [
        {
            "type": "content_block_delta",
            "index": 1,
            "delta": {"type": "input_json_delta", "partial_json": written[at : at + 4]},
        }
        for at in range(0, len(written), 4)
    ]
    events += [{"type": "content_block_stop", "index": 1}, {"type": "message_stop"}]
    shown = streamed(MESSAGES, events, asked)
    pieces = [json.loads(line[6:]) for line in shown.splitlines() if line.startswith("data: {")]
    heard = "".join(piece["delta"]["partial_json"] for piece in pieces if "delta" in piece)
    check(json.dumps(json.loads(heard)), token, restored=restored)
