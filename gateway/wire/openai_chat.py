"""OpenAI chat completions: `/v1/chat/completions`, streamed and whole.

Source: OpenAI API reference, 'Chat Completions', and the extra fields that compatible servers send
(`reasoning_content`, `reasoning`). What this file does not name is scanned as text.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.errors import GatewayError
from gateway.wire.format import Channel, Chunk, Rules, Slot, SlotKind, Step, slots
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
    $schema $defs $ref token cost data owned_by reasoning_details summary thinking signature examples
"""
RULES = Rules(
    identifiers=frozenset(_IDENTIFIERS.split()),
    numbers=frozenset(_NUMBERS.split()),
    json_text=frozenset({"arguments"}),
    keys=frozenset((_IDENTIFIERS + _NUMBERS + _KEYS).split()),
)
_WHOLE = frozenset({"annotations", "name", "images", "citations"})
"""Fields of a delta that come complete in one event, never cut: each is scanned by itself."""
_CUT_OFF_REASONS = frozenset({"length", "max_tokens", "content_filter"})


class OpenAIChat:
    """See `gateway.wire.format.WireFormat`."""

    path = "/v1/chat/completions"
    rules = RULES

    def request_slots(self, root: Node) -> list[Slot]:
        found = list(slots(root, RULES))
        modalities = root.get("modalities")
        for element in modalities.elements if modalities else ():
            if element.kind is Kind.STRING and element.text() != "text":
                found.append(Slot(SlotKind.ATTACHMENT, element.start, element.end, ("modalities",), ""))
        return sorted(found, key=lambda slot: slot.start)

    def response_slots(self, root: Node) -> list[Slot]:
        hidden = [(start, end) for start, end, _ in self._logprobs(root)]
        return [slot for slot in slots(root, RULES) if not any(a <= slot.start < b for a, b in hidden)]

    def response_blanks(self, root: Node, changed: frozenset[int]) -> list[tuple[int, int, bytes]]:
        return [blank for place, blank in enumerate(self._logprobs(root)) if place in changed]

    def _logprobs(self, root: Node) -> list[tuple[int, int, bytes]]:
        found = []
        for choice in _elements(root, "choices"):
            node = choice.get("logprobs")
            found.append((node.start, node.end, b"null") if node else (0, 0, b""))
        return found

    def chunk(self, root: Node) -> Chunk:
        found: list[Slot] = []
        blanks: list[tuple[int, int, bytes]] = []
        finished: list[tuple[int, bool]] = []
        for key, (key_node, value) in root.members.items():
            if key == "choices" and value.kind is Kind.ARRAY:
                for place, choice in enumerate(value.elements):
                    self._choice(choice, place, found, blanks, finished)
            elif key == "obfuscation":
                # Padding against size analysis: it no longer fits the text, and is a string nobody has read.
                blanks.append((value.start, value.end, b'""'))
            else:
                if key not in RULES.keys:
                    found.append(Slot(SlotKind.KEY, key_node.start, key_node.end, (key,), key))
                found.extend(slots(value, RULES, (key,), key))
        return Chunk(tuple(found), tuple(blanks), tuple(finished), self._frame(root), root.get("error") is not None)

    def _choice(
        self,
        choice: Node,
        place: int,
        found: list[Slot],
        blanks: list[tuple[int, int, bytes]],
        finished: list[tuple[int, bool]],
    ) -> None:
        index = _index(choice, place)
        for key, (key_node, value) in choice.members.items():
            if key == "delta" and value.kind is Kind.OBJECT:
                found.extend(_channels(value, (index,)))
            elif key == "logprobs":
                # Tokens come with the event that is held back, and tell what it says.
                if value.kind is not Kind.LITERAL:
                    blanks.append((value.start, value.end, b"null"))
            else:
                if key == "finish_reason" and value.kind is Kind.STRING:
                    finished.append((index, value.text() in _CUT_OFF_REASONS))
                if key not in RULES.keys:
                    found.append(Slot(SlotKind.KEY, key_node.start, key_node.end, ("choices", place, key), key))
                found.extend(slots(value, RULES, ("choices", place, key), key))

    def _frame(self, root: Node) -> bytes:
        known = ((name, root.get(name)) for name in ("id", "object", "created", "model"))
        return b"".join(quote(name) + b":" + node.raw + b"," for name, node in known if node is not None)

    def flush(self, frame: bytes, channel: Channel, text: bytes) -> bytes:
        delta = text
        for step in reversed(channel[1:]):
            # An element of a list stands in an object that names its index.
            delta = (
                b'[{"index":%d,%b]' % (step, delta[1:]) if isinstance(step, int) else b"{%b:%b}" % (quote(step), delta)
            )
        index = channel[0]
        return b'{%b"choices":[{"index":%d,"delta":%b,"finish_reason":null}]}' % (frame, index, delta)

    def error(self, error: GatewayError) -> bytes:
        return error_body(error)


def _channels(delta: Node, channel: Channel, name: str = "") -> Iterator[Slot]:
    """The slots of a delta, each with its channel; fields that come whole have none."""
    for key, (key_node, value) in delta.members.items():
        steps: tuple[Step, ...] = ("choices", *channel, key)
        if key not in RULES.keys:
            yield Slot(SlotKind.KEY, key_node.start, key_node.end, steps, key)
        if key in _WHOLE:
            yield from slots(value, RULES, steps, key)
        elif value.kind is Kind.OBJECT:
            yield from _channels(value, (*channel, key), key)
        elif value.kind is Kind.ARRAY:
            for place, element in enumerate(value.elements):
                if element.kind is Kind.OBJECT:
                    yield from _channels(element, (*channel, key, _index(element, place)), key)
                else:
                    yield from slots(element, RULES, (*steps, place), key)
        else:
            for slot in slots(value, RULES, steps, key):
                cut = slot.kind in (SlotKind.TEXT, SlotKind.JSON)
                yield Slot(
                    slot.kind, slot.start, slot.end, steps, slot.text, slot.context, (*channel, key) if cut else None
                )


def _elements(root: Node, name: str) -> tuple[Node, ...]:
    node = root.get(name)
    return node.elements if node is not None else ()


def _index(node: Node, place: int) -> int:
    """An element's own `index`, else its place in the list."""
    own = node.get("index")
    return (
        int(own.raw)
        if own is not None and own.kind is Kind.NUMBER and own.raw.isdigit() and len(own.raw) < 7
        else place
    )


FORMAT = OpenAIChat()
