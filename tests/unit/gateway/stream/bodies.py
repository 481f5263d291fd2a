"""Inspects a whole body the way the proxy does."""

from __future__ import annotations

from typing import Any

from gateway.stream.body import Inspected, apply, inspect_slots
from gateway.stream.holdback import Scanner
from gateway.verdict import Direction
from gateway.wire.json_text import parse
from gateway.wire.openai_chat import FORMAT, RULES
from tests.planted import small

REQUEST, RESPONSE = Direction.REQUEST, Direction.RESPONSE


def inspect(
    body: bytes, direction: Direction = REQUEST, *, attachments: bool = False, by: Scanner | None = None
) -> Inspected:
    root = parse(body, max_depth=64, max_nodes=10_000)
    slots = FORMAT.request_slots(root) if direction is REQUEST else FORMAT.response_slots(root)
    return inspect_slots(slots, by or small(direction), RULES, direction, attachments=attachments)


def passed(
    body: bytes, direction: Direction = REQUEST, *, attachments: bool = False, by: Scanner | None = None
) -> bytes:
    """What goes out, as the proxy does it."""
    inspected = inspect(body, direction, attachments=attachments, by=by)
    blanks = FORMAT.response_blanks(parse(body, max_depth=64, max_nodes=10_000), inspected.changed, inspected.altered)
    return apply(body, [*inspected.edits, *(blanks if direction is RESPONSE else ())])


def user(content: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": content}]}


V = "jane@example.com"
