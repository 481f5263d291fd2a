"""OpenAI moderations: `/v1/moderations`. Source: OpenAI API reference, 'Moderations'."""

from __future__ import annotations

from gateway.wire.format import Rules
from gateway.wire.json_text import Node
from gateway.wire.openai_shape import OpenAIShape, refuse_tokens

_IDENTIFIERS = "id model type"
_KEYS = """
    input text image_url url results flagged categories category_scores category_applied_input_types error message
    code param harassment harassment/threatening hate hate/threatening illicit illicit/violent self-harm
    self-harm/intent self-harm/instructions sexual sexual/minors violence violence/graphic
"""
RULES = Rules(
    identifiers=frozenset(_IDENTIFIERS.split()),
    numbers=frozenset(),
    json_text=frozenset(),
    keys=frozenset(f"{_IDENTIFIERS} {_KEYS}".split()),
)


class OpenAIModerations(OpenAIShape):
    """See `gateway.wire.format.WireFormat`."""

    path = "/v1/moderations"
    rules = RULES

    def check(self, root: Node) -> None:
        refuse_tokens(root, "input")


FORMAT = OpenAIModerations()
