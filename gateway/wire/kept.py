"""What a body says of things that the provider keeps: what it goes on from, whether its answer is kept, and whom it is
about.

Source: OpenAI API reference, 'Responses' (`previous_response_id`, `conversation`, `store`, `safety_identifier`) and
'Conversations'; Anthropic API reference, 'Messages' (`metadata.user_id`).
"""

from __future__ import annotations

from gateway.wire.json_text import Kind, Node

SUBJECT_CHARS_MAX = 256
_REFERENCE = frozenset({"id", "type"})


def previous_response(root: Node) -> str:
    """The id of the response that a request goes on from; empty where it begins anew."""
    return _text(root.get("previous_response_id"))


def conversation(root: Node) -> str:
    """The id of the conversation that a request belongs to; empty where it names none."""
    named = root.get("conversation")
    return _text(named.get("id") if named is not None and named.kind is Kind.OBJECT else named)


def is_kept(root: Node) -> bool:
    """Whether the provider keeps the answer; it does unless it is told not to."""
    store = root.get("store")
    return store is None or store.raw != b"false"


def item_references(root: Node) -> list[str]:
    """The ids of the items that a request takes from what the provider keeps, in place of saying them. An item that has
    nothing but an id is such a reference, too."""
    listed = [one for name in ("input", "items") if (found := root.get(name)) is not None for one in found.elements]
    return [
        text
        for one in listed
        if (text := id_of(one)) and (_text(one.get("type")) == "item_reference" or one.members.keys() <= _REFERENCE)
    ]


def items_of(root: Node) -> list[str]:
    """The ids of the items in an answer, or in an event of one."""
    if root.kind is not Kind.OBJECT:
        return []
    listed = [one for name in ("output", "data") if (found := root.get(name)) is not None for one in found.elements]
    item = root.get("item")
    return [text for one in (*listed, *([item] if item is not None else [])) if (text := id_of(one))]


def id_of(root: Node) -> str:
    """The id of an object; empty where it has none."""
    return _text(root.get("id")) if root.kind is Kind.OBJECT else ""


def subject(root: Node) -> str:
    """The person that a request is about, as the client names them; empty where it does not."""
    metadata = root.get("metadata")
    places = (root.get("safety_identifier"), root.get("user"), metadata.get("user_id") if metadata else None)
    return next((text for place in places if (text := _text(place))), "")[:SUBJECT_CHARS_MAX]


def _text(node: Node | None) -> str:
    return node.text() if node is not None and node.kind is Kind.STRING else ""
