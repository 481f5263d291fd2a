"""What a provider says of its own key in an error: `Incorrect API key provided: sk-proj-ab*****wxyz`. It is the
operator's key, and nobody else's business (SECURITY B.8), in the body of an error as in an event of a stream."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gateway.wire.json_text import Kind, Node, quote, splice

SHOWN = "[KEY]"
_MASKED = re.compile(r"[A-Za-z0-9_.-]{0,64}(?:\*{3,}|•{3,})[A-Za-z0-9_-]{0,64}")
_SHORTENED = re.compile(
    r"\b(?:sk|pk|rk|key|gsk|xai|pplx|hf|AIza)[-_]?[A-Za-z0-9_-]{0,64}(?:\.{3,}|…)[A-Za-z0-9_-]{2,64}", re.ASCII
)
KEY_CHARS_MIN = 8
_SAID = frozenset({"choices", "response", "delta", "content", "output"})
"""What an event may hold beside its error: the answer itself, in which three stars are emphasis."""


def without_keys(root: Node, key: str) -> bytes:
    """An error body without the key and without what masking left of one; the same bytes when there is none of it.

    Args:
        root: of the body.
        key: the provider's; empty when there is none.
    """
    return _spliced(root, [root], key)


def without_keys_in_event(root: Node, key: str) -> bytes:
    """The same for an event of a stream that is an error; what it says of the answer stays."""
    told = [value for name, (_, value) in root.members.items() if name not in _SAID]
    answer = root.get("response")
    error = answer.get("error") if answer is not None else None
    return _spliced(root, [*told, *([error] if error is not None else [])], key)


def _spliced(root: Node, nodes: Iterable[Node], key: str) -> bytes:
    edits = [
        (node.start, node.end, quote(shown))
        for node in _strings(nodes)
        if (shown := _shown(text := node.text(), key)) != text
    ]
    return splice(root.body, sorted(edits)) if edits else root.body


def _strings(nodes: Iterable[Node]) -> Iterator[Node]:
    left = list(nodes)
    while left:
        node = left.pop()
        if node.kind is Kind.STRING:
            yield node
        left += node.elements
        left += (one for member in node.members.values() for one in member)


def _shown(text: str, key: str) -> str:
    if len(key) >= KEY_CHARS_MIN:
        text = text.replace(key, SHOWN)
    return _MASKED.sub(SHOWN, _SHORTENED.sub(SHOWN, text))
