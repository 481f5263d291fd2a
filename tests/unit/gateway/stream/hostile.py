"""Streams that a hostile or broken provider could send: values in every place where a client might find them."""

from __future__ import annotations

import json
from typing import Any

from tests.playbook import DONE, content, event

VALUE, NUMBER, CARD = "jane.doe@example.com", "536-22-8726", "4111111111111111"
TEXT = f"Write {VALUE} or {NUMBER} now"
V, S = VALUE, NUMBER


def pieces(size: int = 5) -> list[str]:
    return [TEXT[at : at + size] for at in range(0, len(TEXT), size)]


def ev(data: Any) -> bytes:
    return event(data)


def ch(delta: dict[str, Any], **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": None, **more}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


CASES: dict[str, list[bytes]] = {}
for f in ("content", "refusal", "reasoning_content", "reasoning", "thinking", "unknown_text"):
    CASES["field " + f] = [ev(ch({f: p})) for p in pieces()]
CASES["audio transcript"] = [ev(ch({"audio": {"id": "a", "transcript": p}})) for p in pieces()]
CASES["function_call"] = [ev(ch({"function_call": {"arguments": p}})) for p in pieces()]
ARGUMENTS = json.dumps({"q": TEXT, V: 1, "n": 4111111111111111, "e": 4.111111111111111e15})
CASES["tool args"] = [
    ev(ch({"tool_calls": [{"index": 0, "function": {"arguments": ARGUMENTS[i : i + 3]}}]}))
    for i in range(0, len(ARGUMENTS), 3)
]
CASES["tool args no index"] = [
    ev(ch({"tool_calls": [{"function": {"arguments": ARGUMENTS[i : i + 3]}}]})) for i in range(0, len(ARGUMENTS), 3)
]
CASES["custom tool input"] = [
    ev(ch({"tool_calls": [{"index": 0, "type": "custom", "custom": {"name": "x", "input": p}}]})) for p in pieces()
]
CASES["content parts"] = [ev(ch({"content": [{"type": "text", "text": p}]})) for p in pieces()]
CASES["content string list"] = [ev(ch({"content": [p]})) for p in pieces()]
CASES["name"] = [ev(ch({"tool_calls": [{"index": 0, "function": {"name": V, "arguments": ""}}]}))]
CASES["delta role text"] = [ev(ch({"role": TEXT, "content": "x"}))]
CASES["id text"] = [ev({**ch({"content": "x"}), "id": V})]
CASES["model text"] = [ev({**ch({"content": "x"}), "model": V})]
CASES["fingerprint"] = [ev({**ch({"content": "x"}), "system_fingerprint": S})]
CASES["finish text"] = [ev(ch({"content": "x"}, finish_reason=V))]
CASES["stop_reason"] = [ev(ch({"content": "x"}, stop_reason=V))]
CASES["usage text"] = [ev({"choices": [], "usage": {"note": V, "n": 4111111111111111, V: 1}})]
CASES["usage float card"] = [
    ev({"choices": [], "x": {"n": 4.111111111111111e15}}),
    b'data: {"choices":[],"x":4111111111.111111e6}\n\n',
]
CASES["choices text"] = [ev({"choices": [{"index": 0, "text": TEXT}]})]
CASES["choices message"] = [ev({"choices": [{"index": 0, "message": {"content": TEXT}}]})]
CASES["choice is str"] = [ev({"choices": [TEXT]})]
CASES["choices object"] = [ev({"choices": {"a": TEXT}})]
CASES["delta str"] = [ev({"choices": [{"index": 0, "delta": TEXT}]})]
CASES["delta list"] = [ev({"choices": [{"index": 0, "delta": [TEXT]}]})]
CASES["top level array"] = [b'data: ["%b"]\n\n' % TEXT.encode()]
CASES["top level string"] = [b'data: "%b"\n\n' % TEXT.encode()]
CASES["plain text"] = [b"data: %b\n\n" % TEXT.encode()]
CASES["event name"] = [b'event: %b\ndata: {"choices":[]}\n\n' % V.encode()]
CASES["id field"] = [b'id: %b\ndata: {"choices":[]}\n\n' % V.encode()]
CASES["comment"] = [b": %b\n\n" % V.encode()]
CASES["unknown sse field"] = [b'x: %b\ndata: {"choices":[]}\n\n' % V.encode()]
CASES["retry"] = [b'retry: 4111111111111111\ndata: {"choices":[]}\n\n']
CASES["dup key"] = [b'data: {"choices":[{"index":0,"delta":{"content":"a","content":"%b"}}]}\n\n' % V.encode()]
CASES["dup escaped"] = [
    b'data: {"choices":[{"index":0,"delta":{"content":"a","c\\u006fntent":"%b"}}]}\n\n' % V.encode()
]
CASES["escaped key"] = [b'data: {"choices":[{"index":0,"delta":{"c\\u006fntent":"%b"}}]}\n\n' % V.encode()]
CASES["obfuscation"] = [ev({**ch({"content": "x"}), "obfuscation": V})]
CASES["logprobs"] = [
    ev(
        ch(
            {"content": p},
            logprobs={
                "content": [{"token": p, "logprob": -1, "bytes": list(p.encode()), "top_logprobs": [{"token": V}]}]
            },
        )
    )
    for p in pieces()
]
CASES["annotations"] = [
    ev(ch({"annotations": [{"type": "url_citation", "url_citation": {"title": TEXT, "url": "https://x.y/?e=" + V}}]}))
]
CASES["n=2 interleaved"] = [
    event({"choices": [{"index": i, "delta": {"content": p}}]}) for p in pieces() for i in (1, 0)
]
CASES["two choices one event"] = [
    event({"choices": [{"index": i, "delta": {"content": p}} for i in (0, 1)]}) for p in pieces()
]
CASES["same choice twice in one event"] = [
    event(
        {
            "choices": [
                {"index": 0, "delta": {"content": TEXT[i : i + 5]}},
                {"index": 0, "delta": {"content": TEXT[i + 5 : i + 10]}},
            ]
        }
    )
    for i in range(0, len(TEXT), 10)
]
CASES["finish first"] = [
    event({"choices": [{"index": 0, "delta": {"content": p}, "finish_reason": "stop"}]}) for p in pieces()
]
CASES["index str/int"] = [
    event({"choices": [{"index": (str(0) if k % 2 else 0), "delta": {"content": p}}]}) for k, p in enumerate(pieces())
]
CASES["index float"] = [
    event({"choices": [{"index": (1.0 if k % 2 else 1), "delta": {"content": p}}]}) for k, p in enumerate(pieces())
]
CASES["index missing/0"] = [
    event({"choices": [({"index": 0} if k % 2 else {}) | {"delta": {"content": p}}]}) for k, p in enumerate(pieces())
]
CASES["error text"] = [ev({"error": {"message": TEXT, "code": V, "param": V, "type": V}})]
CASES["after done"] = [content("hi"), DONE, ev(ch({"content": TEXT}))]
CASES["surrogate cut"] = [
    b'data: {"choices":[{"index":0,"delta":{"content":"\\ud83d"}}]}\n\n',
    b'data: {"choices":[{"index":0,"delta":{"content":"\\ude00 %b"}}]}\n\n' % V.encode(),
]
CASES["zero width"] = [
    ev(ch({"content": p})) for p in ["ja\u200bne.d", "oe@exa", "mple.c\u200bom and 536\u201122\u20118726 "]
]
CASES["data multi line"] = [b'data: {"choices":\ndata: [{"index":0,"delta":{"content":"%b"}}]}\n\n' % V.encode()]
CASES["content number"] = [ev(ch({"content": 4111111111111111}))]
CASES["content bool->list num"] = [ev(ch({"content": [4111111111111111]}))]
CASES["content null then"] = [ev(ch({"content": None})), *[ev(ch({"content": p})) for p in pieces()]]
CASES["deep unknown"] = [ev(ch({"x": {"y": [{"z": p}]}})) for p in pieces()]
CASES["moves between text types"] = [
    ev(ch({"content": (p if k % 2 else [{"type": "text", "text": p}])})) for k, p in enumerate(pieces())
]
CASES["tool id"] = [ev(ch({"tool_calls": [{"index": 0, "id": V, "type": V}]}))]
CASES["bom"] = [b"\xef\xbb\xbf" + content(*pieces())]
CASES["crlf"] = [content(*pieces()).replace(b"\n", b"\r\n")]
CASES["cr"] = [content(*pieces()).replace(b"\n", b"\r")]
