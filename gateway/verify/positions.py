"""Where a request can carry a value, and what the provider may see of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from gateway.verify.planted import KEPT_AFTER, KEPT_BEFORE, Planted
from gateway.verify.received import loads, strings

Body = dict[str, Any]
USER = "user text"
SEAM = "user parts, over the seam"
NUMBER = "long number"


def _user(text: str) -> Body:
    return {"messages": [{"role": "user", "content": text}]}


def _with(more: Body) -> Body:
    return {**_user("Please go on."), **more}


def _call(arguments: str) -> Body:
    call = {"id": "call_a", "type": "function", "function": {"name": "note", "arguments": arguments}}
    return _after({"role": "assistant", "content": None, "tool_calls": [call]})


def _after(message: Body) -> Body:
    return {"messages": [*_user("Please go on.")["messages"], message, *_user("And then?")["messages"]]}


def _tool(description: str = "Takes a note.", default: str = "none", property_name: str = "note") -> Body:
    properties = {property_name: {"type": "string", "default": default}}
    parameters = {"type": "object", "properties": properties}
    function = {"name": "note", "description": description, "parameters": parameters}
    return _with({"tools": [{"type": "function", "function": function}]})


def _tool_result(text: str) -> Body:
    body = _call('{"note": "x"}')
    body["messages"].insert(2, {"role": "tool", "tool_call_id": "call_a", "content": text})
    return body


TEXT_POSITIONS: dict[str, Callable[[str], Body]] = {
    USER: _user,
    "system": lambda text: {"messages": [{"role": "system", "content": text}, *_user("Hi.")["messages"]]},
    "developer": lambda text: {"messages": [{"role": "developer", "content": text}, *_user("Hi.")["messages"]]},
    "user part": lambda text: {"messages": [{"role": "user", "content": [{"type": "text", "text": text}]}]},
    "assistant history": lambda text: _after({"role": "assistant", "content": text}),
    "reasoning history": lambda text: _after({"role": "assistant", "content": "Yes.", "reasoning_content": text}),
    "tool arguments": lambda text: _call(json.dumps({"note": text, "deep": [{"note": text}]})),
    "tool arguments, escaped": lambda text: _call(json.dumps({"note": f'"{text}"'})),
    "function_call": lambda text: _after(
        {"role": "assistant", "content": None, "function_call": {"name": "note", "arguments": json.dumps({"n": text})}}
    ),
    "tool result": _tool_result,
    "tool description": _tool,
    "parameter default": lambda text: _tool(default=text),
    "parameter name": lambda text: _tool(property_name=text),
    "name": lambda text: {"messages": [{"role": "user", "name": text, "content": "Hi."}]},
    "metadata value": lambda text: _with({"metadata": {"note": text}}),
    "metadata key": lambda text: _with({"metadata": {text: "note"}}),
    "user": lambda text: _with({"user": text}),
    "stop": lambda text: _with({"stop": [text, "END"]}),
    "prediction": lambda text: _with({"prediction": {"type": "content", "content": text}}),
    "unknown field": lambda text: _with({"x_vendor": {"deep": [{"note": text}]}}),
    "unknown key": lambda text: _with({"x_vendor": {text: {"note": 1}}}),
}


@dataclass(frozen=True, slots=True)
class Request:
    """A request body, and the same without its values: what the provider may see of it."""

    position: str
    body: Body
    around: tuple[Body, ...]


def requests(example: Planted, *, every_cut: bool, positions: bool = True) -> Iterator[Request]:
    """The requests that carry a value.

    Args:
        example: what is planted.
        every_cut: cut it at every offset over two parts of a message, not only at two.
        positions: in every position, not only in the user's text.
    """
    text, spans = example.framed
    for position, build in TEXT_POSITIONS.items():
        if positions or position == USER:
            yield Request(position, build(text), tuple(map(build, example.around)))
    if not positions:
        return
    start, end = spans[0]
    third = max((end - start) // 3, 1)
    around = tuple(_parts(without) for without in example.around)
    for cut in range(start + 1, end) if every_cut else sorted({start + third, end - third}):
        yield Request(SEAM, _parts(text[:cut], text[cut:]), around)
    if example.number is not None:
        yield from _numbers(example.number_key, int(example.number))


def _numbers(key: str, value: int) -> Iterator[Request]:
    builds: dict[str, Callable[[int], Body]] = {
        NUMBER: lambda number: _with({"x_vendor": {key: number}}),
        f"{NUMBER} in metadata": lambda number: _with({"metadata": {key: number}}),
        f"{NUMBER} in tool arguments": lambda number: _call(json.dumps({key: number})),
    }
    for position, build in builds.items():
        yield Request(position, build(value), (build(0),))


def _parts(*texts: str) -> Body:
    return {"messages": [{"role": "user", "content": [{"type": "text", "text": text} for text in texts]}]}


def seen_by_provider(forwarded: bytes) -> list[str]:
    """Every text of a body that reached the provider: each alone, and all as one, for what stands over a seam."""
    text = forwarded.decode(errors="replace")
    document = loads(text)
    found = strings(document)
    return [*found, "".join(found)] if isinstance(document, dict) else [text]


def seen_around(request: Request) -> list[str]:
    """What the provider would see of a request without its values."""
    return [text for body in request.around for text in seen_by_provider(json.dumps(body).encode())]


def kept(request: Request, forwarded: bytes) -> bool:
    """Whether the clean text around the value reached the provider."""
    if request.position.startswith(NUMBER):
        return True
    text = "\n".join(strings(loads(forwarded.decode(errors="replace"))))
    return KEPT_BEFORE in text and KEPT_AFTER in text
