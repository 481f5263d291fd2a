"""OpenAI completions: `/v1/completions`, streamed and whole; the endpoint that vLLM and other servers keep alive.

Source: OpenAI API reference, 'Completions (legacy)'. A prompt of token numbers is refused: it cannot be read.
"""

from __future__ import annotations

from collections.abc import Collection

from gateway.wire.format import Channel, Chunk, MadeUp, Rules, Slot, Step, Trust, member_slots, piece, slots
from gateway.wire.json_text import Kind, Node, quote
from gateway.wire.openai_shape import (
    OpenAIShape,
    choice_ends,
    cut_off_choices,
    elements,
    frame_of,
    index_of,
    is_error,
    key_slot,
    logprobs_of,
    marked_cut_off,
    refuse_tokens,
)

_IDENTIFIERS = "id object model finish_reason system_fingerprint service_tier"
_NUMBERS = """
    created index n best_of seed max_tokens logprobs top_k expires_at prompt_tokens completion_tokens total_tokens
    cached_tokens reasoning_tokens text_offset token_logprobs accepted_prediction_tokens rejected_prediction_tokens
"""
_KEYS = """
    prompt suffix text stream stream_options include_usage temperature top_p stop presence_penalty frequency_penalty
    logit_bias echo user choices usage error message type code param tokens top_logprobs prompt_tokens_details
    completion_tokens_details obfuscation prompt_logprobs stop_reason prompt_token_ids token_ids metadata
"""
RULES = Rules(
    identifiers=frozenset(_IDENTIFIERS.split()),
    numbers=frozenset(_NUMBERS.split()),
    json_text=frozenset(),
    keys=frozenset((_IDENTIFIERS + " " + _NUMBERS + _KEYS).split()),
    free=frozenset({"metadata", "logit_bias", "top_logprobs"}),
)
_TELLING = frozenset({"logprobs", "prompt_logprobs", "prompt_token_ids", "token_ids"})
"""Fields of a choice that tell its text token by token."""


class OpenAICompletions(OpenAIShape):
    """See `gateway.wire.format.WireFormat`."""

    path = "/v1/completions"
    rules = RULES

    def check(self, root: Node) -> None:
        refuse_tokens(root, "prompt")

    def response_slots(self, root: Node) -> list[Slot]:
        return marked_cut_off(slots(root, RULES), cut_off_choices(root))

    def response_blanks(
        self, root: Node, changed: frozenset[int], altered: Collection[tuple[Step, ...]]
    ) -> list[tuple[int, int, bytes]]:
        more = [
            (node.start, node.end, b"null")
            for place, choice in enumerate(elements(root, "choices"))
            for name in _TELLING - {"logprobs"}
            if place in changed and (node := choice.get(name)) is not None
        ]
        return [*logprobs_of(root, changed), *more]

    def chunk(self, root: Node) -> Chunk:
        found: list[Slot] = []
        blanks: list[tuple[int, int, bytes]] = []
        for key, (_, value) in root.members.items():
            if key == "choices" and value.kind is Kind.ARRAY:
                for place, choice in enumerate(value.elements):
                    _choice(choice, place, found, blanks)
            elif key == "obfuscation":
                blanks.append((value.start, value.end, b'""'))
            else:
                found.extend(member_slots(root, key, RULES, (), Trust.FORMAT))
        frame = frame_of(root, RULES, ("id", "object", "created", "model"))
        return Chunk(tuple(found), tuple(blanks), tuple(choice_ends(root)), frame, is_error(root))

    def flush(self, frame: bytes, channel: Channel, text: bytes, number: int) -> MadeUp:
        index, name = channel
        written = (frame, str(index).encode(), quote(str(name)), text)
        return b'{%b"choices":[{"index":%b,%b:%b,"logprobs":null,"finish_reason":null}]}' % written, ""


def _choice(choice: Node, place: int, found: list[Slot], blanks: list[tuple[int, int, bytes]]) -> None:
    steps: tuple[Step, ...] = ("choices", place)
    if choice.kind is not Kind.OBJECT:
        found.extend(slots(choice, RULES, steps, "choices", Trust.UNKNOWN))
    index = index_of(choice, place)
    for key, (key_node, value) in choice.members.items():
        if key in _TELLING:
            if value.kind is not Kind.LITERAL:
                blanks.append((value.start, value.end, b"null"))
        elif value.kind is Kind.STRING and key not in RULES.identifiers:
            found.extend(key_slot(key, key_node, RULES, steps))
            found.extend(piece(value, RULES, (*steps, key), key, RULES.trust_below(key, Trust.FORMAT), (index, key)))
        else:
            found.extend(member_slots(choice, key, RULES, steps, Trust.FORMAT))


FORMAT = OpenAICompletions()
