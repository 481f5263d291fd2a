"""OpenAI chat completions: `/v1/chat/completions`, streamed and whole.

Source: OpenAI API reference, 'Chat Completions', and the extra fields that compatible servers send
(`reasoning_content`, `reasoning`). What this file does not name is scanned as text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gateway.errors import GatewayError
from gateway.wire.format import (
    Channel,
    Chunk,
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
from gateway.wire.openai_errors import error_body

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
"""
_FREE = "metadata parameters schema arguments logit_bias"
RULES = Rules(
    identifiers=frozenset(_IDENTIFIERS.split()),
    numbers=frozenset(_NUMBERS.split()),
    json_text=frozenset({"arguments"}),
    keys=frozenset((_IDENTIFIERS + _NUMBERS + _KEYS).split()),
    free=frozenset(_FREE.split()),
)
_WHOLE = frozenset({"annotations", "name", "images", "citations"})
"""Fields of a delta that come complete in one event, never cut: each is scanned by itself."""
_CUT_OFF_REASONS = frozenset({"length", "max_tokens", "content_filter"})
_NO_REASONS = frozenset({"", "null"})
"""What some servers write for `null` (Ollama, SGLang, KoboldCpp): no end at all."""


class OpenAIChat:
    """See `gateway.wire.format.WireFormat`."""

    path = "/v1/chat/completions"
    rules = RULES

    def request_slots(self, root: Node) -> list[Slot]:
        modalities = root.get("modalities")
        spoken = [
            Slot(SlotKind.ATTACHMENT, element.start, element.end, ("modalities",), "")
            for element in (modalities.elements if modalities else ())
            if element.kind is Kind.STRING and element.text() != "text"
        ]
        return sorted([*slots(root, RULES), *spoken], key=lambda slot: slot.start)

    def response_slots(self, root: Node) -> list[Slot]:
        cut_off = {
            place for place, choice in enumerate(_elements(root, "choices")) if _reason(choice) in _CUT_OFF_REASONS
        }
        if not cut_off:
            return list(slots(root, RULES))
        return [
            replace(slot, cut_off=True)
            if slot.steps[:1] == ("choices",) and slot.steps[1:2] and slot.steps[1] in cut_off
            else slot
            for slot in slots(root, RULES)
        ]

    def response_blanks(self, root: Node, changed: frozenset[int]) -> list[tuple[int, int, bytes]]:
        places = ((place, choice.get("logprobs")) for place, choice in enumerate(_elements(root, "choices")))
        return [(node.start, node.end, b"null") for place, node in places if node is not None and place in changed]

    def chunk(self, root: Node) -> Chunk:
        found: list[Slot] = []
        blanks: list[tuple[int, int, bytes]] = []
        finished: list[tuple[int, bool]] = []
        for key, (_, value) in root.members.items():
            if key == "choices" and value.kind is Kind.ARRAY:
                for place, choice in enumerate(value.elements):
                    self._choice(choice, place, found, blanks, finished)
            elif key == "obfuscation":
                # Padding against size analysis: it no longer fits the text, and is a string nobody has read.
                blanks.append((value.start, value.end, b'""'))
            else:
                found.extend(member_slots(root, key, RULES, (), Trust.FORMAT))
        error = root.get("error")
        is_error = error is not None and error.raw != b"null"
        return Chunk(tuple(found), tuple(blanks), tuple(finished), self._frame(root), is_error)

    def _choice(
        self,
        choice: Node,
        place: int,
        found: list[Slot],
        blanks: list[tuple[int, int, bytes]],
        finished: list[tuple[int, bool]],
    ) -> None:
        steps: tuple[Step, ...] = ("choices", place)
        if choice.kind is not Kind.OBJECT:
            found.extend(slots(choice, RULES, steps, "choices", Trust.UNKNOWN))
        index = _index(choice, place)
        for key, (_, value) in choice.members.items():
            if key == "delta" and value.kind is Kind.OBJECT:
                found.extend(_channels(value, (index,), Trust.FORMAT))
            elif key == "logprobs":
                # Tokens come with the event that is held back, and tell what it says.
                if value.kind is not Kind.LITERAL:
                    blanks.append((value.start, value.end, b"null"))
            else:
                found.extend(member_slots(choice, key, RULES, steps, Trust.FORMAT))
        reason = _reason(choice)
        if reason not in _NO_REASONS:
            finished.append((index, reason in _CUT_OFF_REASONS))

    def _frame(self, root: Node) -> bytes:
        known = ((name, root.get(name)) for name in ("id", "object", "created", "model"))
        return b"".join(
            quote(name) + b":" + node.raw + b","
            for name, node in known
            if node is not None and not list(slots(node, RULES, (name,), name))
        )

    def flush(self, frame: bytes, channel: Channel, text: bytes) -> bytes:
        index, *steps = channel
        delta = text
        for step in reversed(steps):
            if isinstance(step, int):
                # An element of a list stands in an object that names its index.
                delta = b'[{"index":%d,%b]' % (step, delta[1:])
            else:
                delta = b"{%b:%b}" % (quote(step), delta)
        return b'{%b"choices":[{"index":%b,"delta":%b,"finish_reason":null}]}' % (frame, str(index).encode(), delta)

    def error(self, error: GatewayError) -> bytes:
        return error_body(error)


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
                yield from _channels(element, (*channel, key, _index(element, at)), below)
            else:
                yield from slots(element, RULES, (*steps, at), key, below)


def _elements(root: Node, name: str) -> tuple[Node, ...]:
    node = root.get(name)
    return node.elements if node is not None else ()


def _reason(choice: Node) -> str:
    """Why a choice ended; empty while it has not."""
    node = choice.get("finish_reason")
    return node.text() if node is not None and node.kind is Kind.STRING else ""


def _index(node: Node, place: int) -> int:
    """An element's own `index`, else its place in the list."""
    own = node.get("index")
    is_plain = own is not None and own.kind is Kind.NUMBER and own.raw.isdigit() and len(own.raw) < 19
    return int(own.raw) if own is not None and is_plain else place


FORMAT = OpenAIChat()
