"""OpenAI chat completions: `/v1/chat/completions`, streamed and whole.

Source: OpenAI API reference, 'Chat Completions', and the extra fields that compatible servers send
(`reasoning_content`, `reasoning`). What this file does not name is scanned as text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from gateway.errors import UpstreamProtocolError
from gateway.wire.format import (
    Channel,
    Chunk,
    MadeUp,
    Rules,
    Slot,
    SlotKind,
    Step,
    Trust,
    is_attachment,
    member_slots,
    piece,
    slots,
)
from gateway.wire.json_text import Kind, Node, quote
from gateway.wire.openai_shape import (
    OpenAIShape,
    choice_ends,
    cut_off_choices,
    elements,
    frame_of,
    index_of,
    is_error,
    logprobs_of,
    marked_cut_off,
)

_IDENTIFIERS = """
    id object model role type finish_reason native_finish_reason system_fingerprint service_tier tool_call_id
    reasoning_effort verbosity encoding_format format detail voice modalities tool_choice mode syntax effort
    prompt_cache_retention response_format status logprob_type include provider
"""
_NUMBERS = """
    created index n seed max_tokens max_completion_tokens top_logprobs top_k expires_at prompt_tokens completion_tokens
    total_tokens cached_tokens reasoning_tokens audio_tokens accepted_prediction_tokens rejected_prediction_tokens
    text_tokens image_tokens num_ctx queue_time total_time prompt_time completion_time logprob bytes created_at
"""
_KEYS = """
    messages content text name function tools tool_calls function_call functions arguments parameters description
    properties items required enum anyOf oneOf allOf additionalProperties default minimum maximum strict json_schema
    schema metadata user stream stream_options include_usage temperature top_p stop presence_penalty frequency_penalty
    logit_bias logprobs parallel_tool_calls store prediction refusal audio transcript image_url url input_audio data
    file file_id file_data filename web_search_options choices message delta usage reasoning_content reasoning
    annotations url_citation title start_index end_index prompt_tokens_details completion_tokens_details error code
    param obfuscation safety_identifier prompt_cache_key custom input definition grammar allowed_tools const pattern
    $schema $defs $ref token cost data owned_by reasoning_details summary thinking signature examples images citations
    extra_content google thought_signature
"""
_FREE = "metadata parameters schema arguments logit_bias"
RULES = Rules(
    identifiers=frozenset(_IDENTIFIERS.split()),
    numbers=frozenset(_NUMBERS.split()),
    json_text=frozenset({"arguments"}),
    keys=frozenset((_IDENTIFIERS + _NUMBERS + _KEYS).split()),
    free=frozenset(_FREE.split()),
    opaque=frozenset({"signature", "thought_signature"}),
)
_TEXTS = frozenset({"content", "refusal", "reasoning_content", "reasoning", "thinking"})
_WHOLE = frozenset({"annotations", "name", "images", "citations"})
"""Fields of a delta that come complete in one event, never cut: each is scanned by itself."""


class OpenAIChat(OpenAIShape):
    """See `gateway.wire.format.WireFormat`."""

    path = "/v1/chat/completions"
    system_field = "messages"
    rules = RULES

    def request_slots(self, root: Node) -> list[Slot]:
        spoken = [
            Slot(SlotKind.ATTACHMENT, element.start, element.end, ("modalities",), "")
            for element in elements(root, "modalities")
            if element.kind is Kind.STRING and element.text() != "text"
        ]
        return sorted([*slots(root, RULES), *spoken], key=lambda slot: slot.start)

    def response_slots(self, root: Node) -> list[Slot]:
        return marked_cut_off(slots(root, RULES), cut_off_choices(root))

    def response_blanks(
        self,
        root: Node,
        changed: frozenset[int],
        altered: Collection[tuple[Step, ...]],
    ) -> list[tuple[int, int, bytes]]:
        return logprobs_of(root, changed)

    def chunk(self, root: Node) -> Chunk:
        found: list[Slot] = []
        blanks: list[tuple[int, int, bytes]] = []
        for key, (_, value) in root.members.items():
            if key == "choices" and value.kind is Kind.ARRAY:
                for place, choice in enumerate(value.elements):
                    self._choice(choice, place, found, blanks)
            elif key == "obfuscation":
                # Padding against size analysis: it no longer fits the text, and is a string nobody has read.
                blanks.append((value.start, value.end, b'""'))
            else:
                found.extend(member_slots(root, key, RULES, (), Trust.FORMAT))
        frame = frame_of(root, RULES, ("id", "object", "created", "model"))
        return Chunk(tuple(found), tuple(blanks), tuple(choice_ends(root)), frame, is_error(root))

    def _choice(self, choice: Node, place: int, found: list[Slot], blanks: list[tuple[int, int, bytes]]) -> None:
        steps: tuple[Step, ...] = ("choices", place)
        if choice.kind is not Kind.OBJECT:
            found.extend(slots(choice, RULES, steps, "choices", Trust.UNKNOWN))
        index = index_of(choice, place)
        for key, (_, value) in choice.members.items():
            if key == "delta" and value.kind is Kind.OBJECT:
                found.extend(_channels(value, (index,), Trust.FORMAT))
            elif key == "logprobs":
                # Tokens come with the event that is held back, and tell what it says.
                if value.kind is not Kind.LITERAL:
                    blanks.append((value.start, value.end, b"null"))
            else:
                found.extend(member_slots(choice, key, RULES, steps, Trust.FORMAT))

    def flush(self, frame: bytes, channel: Channel, text: bytes, number: int) -> MadeUp:
        index, *steps = channel
        delta = text
        for step in reversed(steps):
            if isinstance(step, int):
                # An element of a list stands in an object that names its index.
                delta = b'[{"index":%d,%b]' % (step, delta[1:])
            else:
                delta = b"{%b:%b}" % (quote(step), delta)
        return b'{%b"choices":[{"index":%b,"delta":%b,"finish_reason":null}]}' % (frame, str(index).encode(), delta), ""


def _channels(delta: Node, channel: Channel, trust: Trust) -> Iterator[Slot]:
    """The slots of a delta, each with its channel; fields that come whole have none."""
    place: tuple[Step, ...] = ("choices", *channel)
    if trust is not Trust.DATA and is_attachment(delta):
        yield Slot(SlotKind.ATTACHMENT, delta.start, delta.end, place, "")
    for key, (key_node, value) in delta.members.items():
        if key in _WHOLE or value.kind in (Kind.NUMBER, Kind.LITERAL):
            yield from member_slots(delta, key, RULES, place, trust)
            continue
        steps = (*place, key)
        below = RULES.trust_below(key, trust)
        if key not in RULES.keys:
            yield Slot(SlotKind.KEY, key_node.start, key_node.end, steps, key)
        if value.kind is Kind.OBJECT:
            yield from _channels(value, (*channel, key), below)
        elif value.kind is Kind.STRING:
            yield from piece(value, RULES, steps, key, below, (*channel, key))
        for at, element in enumerate(value.elements):
            if element.kind is Kind.OBJECT:
                yield from _channels(element, (*channel, key, index_of(element, at)), below)
            elif element.kind is Kind.STRING and key in _TEXTS:
                # Pieces of a text in a shape that no client documents: where they would go on nobody can say.
                raise UpstreamProtocolError
            else:
                yield from slots(element, RULES, (*steps, at), key, below)


FORMAT = OpenAIChat()
