"""An Anthropic client in front of an OpenAI provider, and the reverse: stock clients over real sockets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from tests.dialects import ANTHROPIC
from tests.dialects.dialect import named
from tests.fakes.provider import DONE, Provider, chunk
from tests.fakes.strangers import anthropic_client, openai_client

VALUE = "jane.doe@example.com"
TEXT = f"Write to {VALUE} or to 536-22-8726, then stop."
SHOWN = "Write to [EMAIL_ADDRESS] or to [US_SSN], then stop."
TOOL = {
    "name": "send_mail",
    "description": "Sends.",
    "parameters": {"type": "object", "properties": {"to": {"type": "string"}}},
}


def seen(provider: Provider) -> dict[str, Any]:
    """What reached the provider, last, with the kinds of its tokens in their place."""
    text = provider.requests[-1].decode()
    assert VALUE not in text
    text = re.sub(r"KC_USER_HANDLE_[A-Z0-9]+", "[USER]", re.sub(r"kc-[a-z0-9]+@example\.com", "[EMAIL_ADDRESS]", text))
    body: dict[str, Any] = json.loads(text)
    return body


def calls(pieces: Iterable[str]) -> list[bytes]:
    """A stream of OpenAI's that says something and calls a tool."""
    first = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "send_mail", "arguments": ""}}
    usage = {
        "prompt_tokens": 12,
        "completion_tokens": 5,
        "total_tokens": 17,
        "prompt_tokens_details": {"cached_tokens": 4},
    }
    return [
        chunk({"role": "assistant", "content": ""}),
        chunk({"reasoning_content": f"thinking of {VALUE} "}),
        *(chunk({"content": TEXT[at : at + 4]}) for at in range(0, len(TEXT), 4)),
        chunk({"tool_calls": [first]}),
        *(chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}) for piece in pieces),
        chunk({}, finish="tool_calls"),
        chunk(None, usage=usage).replace(
            b'"choices": [{"index": 0, "delta": {}, "finish_reason": null}]', b'"choices": []'
        ),
        DONE,
    ]


async def test_an_anthropic_client_streams_from_openai(provider: Provider) -> None:
    provider.pieces = calls(json.dumps({"to": VALUE, "n": 1}))
    async with (
        anthropic_client(provider) as client,
        client.messages.stream(
            model="gpt-x",
            max_tokens=99,
            system="Serve jane.doe@example.com.",
            messages=[{"role": "user", "content": f"I am {VALUE}"}],
            tools=[{"name": "send_mail", "description": "Sends.", "input_schema": TOOL["parameters"]}],
            tool_choice={"type": "any", "disable_parallel_tool_use": True},
            stop_sequences=["END"],
            thinking={"type": "enabled", "budget_tokens": 1024},
            metadata={"user_id": "u-1"},
        ) as stream,
    ):
        message = await stream.get_final_message()
    kinds = [block.type for block in message.content]
    assert kinds == ["thinking", "text", "tool_use"]
    thinking, text, call = (block.model_dump() for block in message.content)
    assert thinking["thinking"] == "thinking of [EMAIL_ADDRESS] "
    assert text["text"] == SHOWN
    assert (call["id"], call["name"], call["input"]) == ("call_1", "send_mail", {"to": "[EMAIL_ADDRESS]", "n": 1})
    assert message.stop_reason == "tool_use"
    usage = message.usage
    assert (usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens) == (8, 4, 5)
    assert seen(provider) == {
        "model": "gpt-x",
        "messages": [
            {"role": "system", "content": "Serve [EMAIL_ADDRESS]."},
            {"role": "user", "content": "I am [EMAIL_ADDRESS]"},
        ],
        "max_completion_tokens": 99,
        "stop": ["END"],
        "tools": [{"type": "function", "function": TOOL}],
        "tool_choice": "required",
        "parallel_tool_calls": False,
        "user": "[USER]",
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert "x-api-key" not in provider.seen_headers[-1]
    assert "anthropic-version" not in {name.lower() for name in provider.seen_headers[-1]}


async def test_an_anthropic_client_carries_tools_around(provider: Provider) -> None:
    message = {"role": "assistant", "content": TEXT, "refusal": None}
    provider.body = {
        "id": "chatcmpl-1",
        "model": "gpt-x",
        "choices": [{"index": 0, "message": message, "finish_reason": "length"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2},
    }
    history: Any = [
        {"role": "user", "content": [{"type": "text", "text": "Mail her"}]},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Hm", "signature": "s"},
                {"type": "text", "text": "I will."},
                {"type": "tool_use", "id": "t1", "name": "send_mail", "input": {"to": VALUE}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": f"sent to {VALUE}"}]},
                {"type": "text", "text": "And now?"},
            ],
        },
    ]
    async with anthropic_client(provider) as client:
        answer = await client.messages.create(model="gpt-x", max_tokens=9, messages=history)
    assert [block.model_dump()["text"] for block in answer.content] == [SHOWN]
    assert (answer.stop_reason, answer.usage.input_tokens, answer.usage.output_tokens) == ("max_tokens", 3, 2)
    arguments = '{"to":"[EMAIL_ADDRESS]"}'
    assert seen(provider)["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "Mail her"}]},
        {
            "role": "assistant",
            "content": "I will.",
            "tool_calls": [{"id": "t1", "type": "function", "function": {"name": "send_mail", "arguments": arguments}}],
        },
        {"role": "tool", "tool_call_id": "t1", "content": "sent to [EMAIL_ADDRESS]"},
        {"role": "user", "content": [{"type": "text", "text": "And now?"}]},
    ]


async def test_an_openai_client_streams_from_anthropic(provider: Provider) -> None:
    provider.pieces = [
        *ANTHROPIC.stream("text", [TEXT[at : at + 3] for at in range(0, len(TEXT), 3)])[:-2],
        named(
            {
                "type": "content_block_start",
                "index": 1,
                "content_block": {"type": "tool_use", "id": "t1", "name": "f", "input": {}},
            }
        ),
        *(
            named(
                {
                    "type": "content_block_delta",
                    "index": 1,
                    "delta": {"type": "input_json_delta", "partial_json": piece},
                }
            )
            for piece in json.dumps({"to": VALUE})
        ),
        named({"type": "content_block_stop", "index": 1}),
        named(
            {
                "type": "content_block_start",
                "index": 2,
                "content_block": {"type": "tool_use", "id": "t2", "name": "g", "input": {}},
            }
        ),
        named({"type": "content_block_stop", "index": 2}),
        named({"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 9}}),
        named({"type": "message_stop"}),
    ]
    text, arguments, finish, usage = "", {0: "", 1: ""}, None, None
    async with openai_client(provider) as client:
        stream = await client.chat.completions.create(
            model="claude-x",
            messages=[
                {"role": "system", "content": "Be kind."},
                {"role": "user", "content": f"I am {VALUE}"},
                {"role": "user", "content": [{"type": "text", "text": "Go"}]},
            ],
            tools=[{"type": "function", "function": TOOL}],
            tool_choice="auto",
            stop="END",
            temperature=1.7,
            stream=True,
            stream_options={"include_usage": True},
        )
        async for event in stream:
            usage = event.usage or usage
            for choice in event.choices:
                text += choice.delta.content or ""
                for call in choice.delta.tool_calls or ():
                    arguments[call.index] += (call.function and call.function.arguments) or ""
                finish = choice.finish_reason or finish
    assert text == SHOWN
    assert {at: json.loads(one) for at, one in arguments.items()} == {0: {"to": "[EMAIL_ADDRESS]"}, 1: {}}
    assert finish == "tool_calls"
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (25, 9, 34)
    assert seen(provider) == {
        "model": "claude-x",
        "max_tokens": 8192,
        "system": [{"type": "text", "text": "Be kind."}],
        "messages": [
            {
                "role": "user",
                "content": [{"type": "text", "text": "I am [EMAIL_ADDRESS]"}, {"type": "text", "text": "Go"}],
            }
        ],
        "temperature": 1,
        "stop_sequences": ["END"],
        "tools": [{"name": "send_mail", "description": "Sends.", "input_schema": TOOL["parameters"]}],
        "tool_choice": {"type": "auto"},
        "stream": True,
    }
    assert provider.seen_headers[-1]["x-api-key"] == "sk-provider"
    assert provider.seen_headers[-1]["anthropic-version"] == "2023-06-01"


async def test_an_openai_client_carries_tools_around(provider: Provider) -> None:
    provider.body = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-x",
        "content": [
            {"type": "thinking", "thinking": f"of {VALUE}", "signature": "abc"},
            {"type": "text", "text": TEXT},
            {"type": "tool_use", "id": "t2", "name": "f", "input": {"to": VALUE}},
        ],
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 3, "cache_read_input_tokens": 4, "output_tokens": 5},
    }
    history: Any = [
        {"role": "user", "content": "Mail her"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "t1",
                    "type": "function",
                    "function": {"name": "send_mail", "arguments": json.dumps({"to": VALUE})},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "t1", "content": f"sent to {VALUE}"},
        {"role": "user", "content": "And now?"},
    ]
    async with openai_client(provider) as client:
        answer = await client.chat.completions.create(model="claude-x", messages=history, max_tokens=7)
    choice = answer.choices[0]
    assert choice.message.content == SHOWN
    assert choice.message.tool_calls is not None
    assert json.loads(choice.message.tool_calls[0].function.arguments) == {"to": "[EMAIL_ADDRESS]"}
    assert choice.message.model_dump()["reasoning_content"] == "of [EMAIL_ADDRESS]"
    assert choice.finish_reason == "tool_calls"
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (7, 5)
    assert seen(provider)["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "Mail her"}]},
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "t1", "name": "send_mail", "input": {"to": "[EMAIL_ADDRESS]"}}],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "t1",
                    "content": [{"type": "text", "text": "sent to [EMAIL_ADDRESS]"}],
                },
                {"type": "text", "text": "And now?"},
            ],
        },
    ]
