"""Trees of JSON nodes: read one, walk it, turn it into Python values, and catch what reading raises."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.wire.json_text import Kind, Node, parse


def read(body: bytes, depth: int = 100, nodes: int = 100_000, error: type[GatewayError] | None = None) -> Node:
    return parse(body, max_depth=depth, max_nodes=nodes, error=error)


def nodes_of(root: Node) -> Iterator[Node]:
    """Every node, keys too, in the order of the text."""
    yield root
    for key, value in root.members.values():
        yield key
        yield from nodes_of(value)
    for element in root.elements:
        yield from nodes_of(element)


def caught(call: Callable[[], object]) -> GatewayError:
    with pytest.raises(GatewayError) as found:
        call()
    # A foreign exception holds the document: it must not hang on ours, hidden or not.
    assert found.value.__context__ is None
    assert found.value.__cause__ is None
    return found.value


class Pairs(tuple[tuple[str, Any], ...]):
    """The members of an object, told apart from an array."""


class Letters(str):
    """A number, told apart from a string by its type in `same`."""

    __slots__ = ()


def plain(node: Node) -> Any:
    """The tree as Python values: objects as pairs, numbers as their letters."""
    match node.kind:
        case Kind.OBJECT:
            assert all(key.text() == name for name, (key, _) in node.members.items())
            return Pairs((name, plain(value)) for name, (_, value) in node.members.items())
        case Kind.ARRAY:
            return [plain(element) for element in node.elements]
        case Kind.STRING:
            return node.text()
        case Kind.NUMBER:
            return Letters(node.raw.decode())
        case Kind.LITERAL:
            return {b"true": True, b"false": False, b"null": None}[node.raw]
