"""Why an answer ended, in the words of its format; for traces.

Sources: the `finish_reason` of OpenAI's choices, the `stop_reason` of Anthropic's messages, the `status` and
`incomplete_details` of OpenAI's responses.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.wire.json_text import Kind, Node

REASONS = frozenset(
    {
        *("stop", "length", "content_filter", "tool_calls", "function_call"),
        *("end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal"),
        *("completed", "incomplete", "failed", "cancelled", "max_output_tokens"),
    }
)
OTHER = "other"
"""Any other word of a provider: it may be any text."""


def reasons(root: Node) -> Iterator[str]:
    """The reasons that an answer, or an event of one, gives."""
    choices = root.get("choices")
    for choice in choices.elements if choices is not None else ():
        yield from _said(choice, "finish_reason")
    yield from _said(root, "stop_reason")
    yield from _said(root.get("delta"), "stop_reason")
    for one in (root, root.get("response")):
        if one is not None and one.get("output") is not None:
            yield from (word for word in _said(one, "status") if word in REASONS)
            yield from _said(one.get("incomplete_details"), "reason")


def _said(node: Node | None, name: str) -> Iterator[str]:
    value = node.get(name) if node is not None else None
    if value is not None and value.kind is Kind.STRING:
        word = value.text()
        yield word if word in REASONS else OTHER
