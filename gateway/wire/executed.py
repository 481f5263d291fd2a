"""Tools that the provider executes itself, by the type of their calls: what they are called with has been sent already,
and values must not follow it (rule 14 of the security decisions).

Source: OpenAI API reference, 'Responses', types of output items; Anthropic API reference, 'Messages', types of content
blocks. What is missing here counts as a tool of the client's.
"""

from __future__ import annotations

from gateway.wire.json_text import Kind, Node

EXECUTED = "\0 executed by the provider"
"""Stands for the name of such a tool: no tool is called so."""
_TYPES = frozenset(
    {
        *("web_search_call", "file_search_call", "code_interpreter_call", "image_generation_call"),
        *("mcp_call", "mcp_approval_request", "tool_search_call"),
        *("server_tool_use", "mcp_tool_use"),
    }
)


def is_executed(node: Node) -> bool:
    """Whether an item or a block is a call of a tool that the provider executes."""
    kind = node.get("type")
    return kind is not None and kind.kind is Kind.STRING and kind.text() in _TYPES


def tool_called(node: Node) -> str:
    """The tool that an item or a block calls: its name, `EXECUTED`, or nothing."""
    if is_executed(node):
        return EXECUTED
    kind, name = node.get("type"), node.get("name")
    is_call = kind is not None and kind.kind is Kind.STRING and kind.text().endswith(("_call", "tool_use"))
    return name.text() if is_call and name is not None and name.kind is Kind.STRING else ""
