"""OpenAI embeddings: `/v1/embeddings`. The texts go to the provider, vectors come back.

Source: OpenAI API reference, 'Embeddings'. An input of token numbers is refused: it cannot be read. A vector in base64
passes when it is one: little-endian floats of a sane size; any other string in its place is scanned.
"""

from __future__ import annotations

import binascii
import math
import struct

from gateway.wire.format import Rules, Slot, slots
from gateway.wire.json_text import Node
from gateway.wire.openai_shape import OpenAIShape, refuse_tokens

_IDENTIFIERS = "object model encoding_format input_type truncate id type"
_NUMBERS = "index dimensions prompt_tokens total_tokens created embedding"
_KEYS = "input user data usage error message code param text image_url url prompt_tokens_details metadata"
RULES = Rules(
    identifiers=frozenset(_IDENTIFIERS.split()),
    numbers=frozenset(_NUMBERS.split()),
    json_text=frozenset(),
    keys=frozenset(f"{_IDENTIFIERS} {_NUMBERS} {_KEYS}".split()),
    free=frozenset({"metadata"}),
)
VECTOR_VALUE_MAX = 1e6
FLOAT_BYTES = 4


class OpenAIEmbeddings(OpenAIShape):
    """See `gateway.wire.format.WireFormat`."""

    path = "/v1/embeddings"
    rules = RULES

    def check(self, root: Node) -> None:
        refuse_tokens(root, "input")

    def response_slots(self, root: Node) -> list[Slot]:
        return [slot for slot in slots(root, RULES) if not _is_vector(slot)]


def _is_vector(slot: Slot) -> bool:
    if slot.steps[:1] != ("data",) or slot.steps[2:] != ("embedding",):
        return False
    try:
        packed = binascii.a2b_base64(slot.text, strict_mode=True)
        values = struct.unpack(f"<{len(packed) // FLOAT_BYTES}f", packed)
    except (ValueError, struct.error):
        return False
    # Letters read as floats would be of any size: a short word may look like a vector, a text does not.
    return len(values) > 1 and all(math.isfinite(value) and abs(value) <= VECTOR_VALUE_MAX for value in values)


FORMAT = OpenAIEmbeddings()
