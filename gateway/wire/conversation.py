"""Who says what in a request, and where its system prompt stands, for every format that has messages.

One reader for all: a text belongs to the nearest object around it that says whose it is, by `role` (`messages`,
`input`) or by a `type` that marks the result of a tool; the fields `system` and `instructions` of the body are the
application's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from gateway.wire.format import Step
from gateway.wire.json_text import Kind, Node, quote

_TOOL_TYPES = frozenset(
    {"tool_result", "function_call_output", "computer_call_output", "mcp_call", "file_search_call", "web_search_result"}
)
_SYSTEM_FIELDS = frozenset({"system", "instructions"})
_USER_FIELDS = frozenset({"prompt", "input", "suffix"})


class Speaker(Enum):
    """SYSTEM is the application, USER the person, MODEL what was said before, TOOL a result from outside, OTHER
    what nobody says: definitions, metadata."""

    SYSTEM = "system"
    USER = "user"
    MODEL = "model"
    TOOL = "tool"
    OTHER = "other"


_ROLES = {
    "system": Speaker.SYSTEM,
    "developer": Speaker.SYSTEM,
    "user": Speaker.USER,
    "assistant": Speaker.MODEL,
    "model": Speaker.MODEL,
    "tool": Speaker.TOOL,
    "function": Speaker.TOOL,
}


def speaker_of(root: Node, steps: Sequence[Step]) -> Speaker:
    """Whose text stands at a path of a request body."""
    if not steps:
        return Speaker.OTHER
    found = Speaker.USER if steps[0] in _USER_FIELDS else Speaker.OTHER
    if steps[0] in _SYSTEM_FIELDS:
        return Speaker.SYSTEM
    node: Node | None = root
    for step in steps:
        node = _below(node, step)
        if node is None:
            break
        role, kind = _word(node, "role"), _word(node, "type")
        if kind in _TOOL_TYPES:
            return Speaker.TOOL
        if role:
            found = _ROLES.get(role, Speaker.USER)  # a role that nobody knows is not trusted
    return found


def _below(node: Node | None, step: Step) -> Node | None:
    if node is None:
        return None
    if isinstance(step, str):
        return node.get(step)
    return node.elements[step] if step < len(node.elements) else None


def _word(node: Node, key: str) -> str:
    value = node.get(key)
    return value.text() if value is not None and value.kind is Kind.STRING else ""


Edit = tuple[int, int, bytes]


def add_to_system(root: Node, sentence: str, *, field: str) -> Edit | None:
    """Put a sentence at the end of the system prompt; where there is none, make one of it.

    Args:
        root: of the body.
        sentence: plain text.
        field: where the format keeps the system prompt when no message holds it: `messages` (as a message of its own),
            `system` or `instructions`.

    Returns:
        One edit of the body, or None when the body has no place for a system prompt.
    """
    named = root.get(field)
    if field != "messages":
        return _into_field(root, named, sentence, field)
    if named is None or named.kind is not Kind.ARRAY:
        return None
    for message in named.elements:
        content = message.get("content")
        if _ROLES.get(_word(message, "role")) is Speaker.SYSTEM and content is not None:
            return _appended(content, sentence)
    made = b'{"role":"system","content":' + quote(sentence) + b"}"
    return named.start + 1, named.start + 1, made + (b"," if named.elements else b"")


def _into_field(root: Node, named: Node | None, sentence: str, field: str) -> Edit | None:
    if named is not None and named.raw != b"null":
        return _appended(named, sentence)
    if named is not None:
        return named.start, named.end, quote(sentence)
    if root.kind is not Kind.OBJECT:
        return None
    made = quote(field) + b":" + quote(sentence)
    return root.start + 1, root.start + 1, made + (b"," if root.members else b"")


def _appended(content: Node, sentence: str) -> Edit | None:
    """The sentence behind a text, or as one more text part behind the others."""
    if content.kind is Kind.STRING:
        return content.end - 1, content.end - 1, quote(("\n\n" if content.raw != b'""' else "") + sentence)[1:-1]
    if content.kind is not Kind.ARRAY:
        return None
    made = b'{"type":"text","text":' + quote(sentence) + b"}"
    return content.end - 1, content.end - 1, (b"," if content.elements else b"") + made
