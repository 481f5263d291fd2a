"""OpenAI responses: `/v1/responses`, streamed and whole.

Source: OpenAI API reference, 'Responses' and 'Streaming events'. Every event whose type ends in `.delta` says a piece
of a text; its channel is the output item, the type's stem, and the indexes the event has. Its `.done` event ends the
text and says it again, as do the part, the item and the response as a whole: the session tells each text as it told it
in deltas. Events that it makes up move the sequence numbers of those behind them.

An answer in the background is refused: it would be fetched later, from an endpoint that nobody inspects.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from gateway.errors import GatewayError, Reason, UnsupportedField
from gateway.wire.executed import tool_called
from gateway.wire.format import Channel, Chunk, MadeUp, Rules, Slot, SlotKind, Step, Trust, member_slots, piece, slots
from gateway.wire.json_text import Kind, Node, quote
from gateway.wire.openai_errors import error_body
from gateway.wire.openai_shape import OpenAIShape, elements, frame_of, index_of, is_error, key_slot, string

_IDENTIFIERS = """
    id object model type role status call_id item_id service_tier truncation effort summary mode tool_choice format
    previous_response_id conversation verbosity detail file_id container_id reason syntax prompt_cache_retention
    include server_label connector_id require_approval search_context_size environment execution phase
    approval_request_id encoding quality background output_format moderation input_fidelity size action tool_type
    version memory_limit
"""
_NUMBERS = """
    created_at completed_at sequence_number output_index content_index summary_index annotation_index
    partial_image_index max_output_tokens max_tool_calls top_logprobs input_tokens output_tokens total_tokens
    cached_tokens reasoning_tokens start_index end_index index expires_at logprob bytes x y scroll_x scroll_y
    timeout_ms max_output_length exit_code max_num_results score score_threshold compression partial_images
    expires_after display_width display_height compact_threshold command_index
"""
_KEYS = """
    input instructions output content text name description arguments parameters tools stream stream_options
    include_obfuscation store metadata user safety_identifier prompt_cache_key prompt variables temperature top_p
    reasoning encrypted_content summary_text reasoning_text refusal annotations logprobs token usage error code
    message param response item part delta obfuscation annotation url title filename file_data file_url image_url
    input_tokens_details output_tokens_details incomplete_details parallel_tool_calls max_tool_calls schema strict
    properties items required enum anyOf oneOf allOf additionalProperties default const pattern minimum maximum
    $schema $defs $ref queries query results attributes sources command env working_directory outputs logs operation
    path diff pending_safety_checks acknowledged_safety_checks keys drag namespace server_url server_description
    allowed_tools headers authorization tool_names container file_ids vector_store_ids filters value key
    ranking_options ranker user_location country region city timezone allowed_domains definition grammar group_id
    result partial_image_b64 revised_prompt approve stdout stderr outcome commands context_management transcript data
    generate instructions_override created_by billing payer
"""
RULES = Rules(
    identifiers=frozenset(_IDENTIFIERS.split()) - {"summary", "action", "environment"},
    numbers=frozenset(_NUMBERS.split()),
    json_text=frozenset({"arguments"}),
    keys=frozenset((_IDENTIFIERS + _NUMBERS + _KEYS).split()),
    free=frozenset({"metadata", "parameters", "schema", "variables", "attributes", "env", "headers"}),
    opaque=frozenset({"encrypted_content"}),
)
_STEM_PREFIX, _DELTA, _DONE = "response.", ".delta", ".done"
_INDEXES = ("content_index", "summary_index", "command_index")
_PARTS = {
    "output_text": ("content", "response.content_part"),
    "reasoning_text": ("content", "response.content_part"),
    "reasoning_summary_text": ("summary", "response.reasoning_summary_part"),
}
"""By the stem of a text that stands in parts: the list of the parts, and the stem of the events that say one."""
_CONTAINERS = frozenset({"response.content_part", "response.output_item", "response.reasoning_summary_part"})
_LAST = frozenset({"response.completed", "response.incomplete"})
_FRAME = ("item_id", "output_index", *_INDEXES, "logprobs")
_ATTACHMENTS = frozenset({"response.audio", "response.image_generation_call.partial_image"})


class OpenAIResponses(OpenAIShape):
    """See `gateway.wire.format.WireFormat`."""

    path = "/v1/responses"
    system_field = "instructions"
    rules = RULES
    ends_with_event = True
    repeats = True

    def check(self, root: Node) -> None:
        background = root.get("background")
        if background is not None and background.raw not in (b"false", b"null"):
            raise UnsupportedField(param="background", reason=Reason.BACKGROUND)

    def request_slots(self, root: Node) -> list[Slot]:
        return list(slots(root, RULES))

    def response_slots(self, root: Node) -> list[Slot]:
        return marked_items(slots(root, RULES), root, ())

    def response_blanks(
        self, root: Node, changed: frozenset[int], altered: Collection[tuple[Step, ...]]
    ) -> list[tuple[int, int, bytes]]:
        return [
            (node.start, node.end, b"[]")
            for place, item in enumerate(elements(root, "output"))
            if place in changed
            for part in elements(item, "content")
            if (node := part.get("logprobs")) is not None and node.kind is not Kind.LITERAL
        ]

    def chunk(self, root: Node) -> Chunk:
        kind = string(root, "type")
        stem, is_delta = kind.removesuffix(_DELTA).removesuffix(_DONE), kind.endswith(_DELTA)
        says = is_delta or (kind.endswith(_DONE) and stem not in _CONTAINERS)
        channel = channel_of(root, stem) if says else ()
        found: list[Slot] = []
        blanks: list[tuple[int, int, bytes]] = []
        for key, (_, value) in root.members.items():
            if key == "obfuscation":
                blanks.append((value.start, value.end, b'""'))
            elif key == "logprobs" and value.kind is not Kind.LITERAL and value.raw != b"[]":
                blanks.append((value.start, value.end, b"[]"))
            elif is_delta and key == "delta":
                found.extend(_piece(root, stem, channel))
            else:
                found.extend(self._member(root, key, kind, blanks))
        number = root.get("sequence_number")
        is_plain = number is not None and number.kind is Kind.NUMBER and number.raw.isdigit() and len(number.raw) < 19
        ends = self._ends(root, kind, channel)
        response = root.get("response")
        return Chunk(
            tuple(found),
            tuple(blanks),
            tuple(ends),
            frame_of(root, RULES, _FRAME[:-1]),
            is_error=kind in ("error", "response.failed") or is_error(root),
            joins=bool(ends),
            cut_off=kind == "response.incomplete",
            is_last=kind in _LAST,
            number=(number.start, number.end, int(number.raw)) if number is not None and is_plain else None,
            answer_id=string(response, "id") if response is not None else "",
            tools=_tools(root),
        )

    def _member(self, root: Node, key: str, kind: str, blanks: list[tuple[int, int, bytes]]) -> list[Slot]:
        """The slots of a member that says something as a whole; token probabilities in it are blanked."""
        found = list(member_slots(root, key, RULES, (), Trust.FORMAT))
        value = root.members[key][1]
        if key == "response":
            found = marked_items(found, value, (key,))
        elif key == "part" and kind.endswith(".added"):
            found = [_beginning(slot, root, kind) for slot in found]
        items = elements(value, "output") if key == "response" else (value,) if key == "item" else ()
        parts = [part for item in items for part in elements(item, "content")]
        for part in [value] if key == "part" else parts:
            telling = part.get("logprobs")
            if telling is not None and telling.kind is not Kind.LITERAL:
                blanks.append((telling.start, telling.end, b"[]"))
        return found

    def _ends(self, root: Node, kind: str, channel: Channel) -> list[tuple[Channel, bool]]:
        if kind.endswith(_DONE) and channel:
            return [(channel, False)]
        if kind == "response.output_item.done":
            item = root.get("item")
            return [((index_of(root, 0, "output_index"),), item is not None and string(item, "status") == "incomplete")]
        if kind.endswith(_DONE):
            # A part is over when its text is; its event waits with that of the text, to say the same.
            return [((index_of(root, 0, "output_index"), kind), False)]
        return []

    def steps(self, channel: Channel) -> tuple[Step, ...]:
        output, stem, *index = channel
        name, _ = _PARTS.get(str(stem), ("", ""))
        return ("output", output, name, *index, "text") if name else ()

    def flush(self, frame: bytes, channel: Channel, text: bytes, number: int) -> MadeUp:
        name = f"{_STEM_PREFIX}{channel[1]}{_DELTA}"
        more = b',"logprobs":[]' if channel[1] == "output_text" else b""
        data = b'{"type":%b,%b"delta":%b%b,"sequence_number":%d}' % (quote(name), frame, text, more, number)
        return data, name

    def error_event(self, error: GatewayError, number: int) -> MadeUp:
        # With the members of the reference, and with `error`, by which clients know an error in any stream.
        body = error_body(error)[1:-1]
        fields = (
            quote(error.code),
            quote(error.message),
            b"null" if error.param is None else quote(error.param),
            number,
        )
        return (
            b'{"type":"error","code":%b,"message":%b,"param":%b,"sequence_number":%d,' % fields + body + b"}",
            "error",
        )


def channel_of(root: Node, stem: str) -> Channel:
    """The text that an event says a piece of: the output item, the stem of the type, the indexes in the item."""
    indexes = [index_of(root, 0, name) for name in _INDEXES if root.get(name) is not None]
    return (index_of(root, 0, "output_index"), stem.removeprefix(_STEM_PREFIX), *indexes)


def _beginning(slot: Slot, root: Node, kind: str) -> Slot:
    """A slot of an event that begins a part; the part's text, as long as it says nothing, is that of its channel."""
    stem = string(root.members["part"][1], "type").replace("summary_text", "reasoning_summary_text")
    is_text = slot.steps == ("part", "text") and not slot.text and kind == f"{_PARTS.get(stem, ('', ''))[1]}.added"
    return replace(slot, channel=channel_of(root, stem)) if is_text else slot


def _tools(root: Node) -> tuple[tuple[Channel, str], ...]:
    item = root.get("item")
    name = tool_called(item) if item is not None and item.kind is Kind.OBJECT else ""
    return (((index_of(root, 0, "output_index"),), name),) if name else ()


def _piece(root: Node, stem: str, channel: Channel) -> list[Slot]:
    key_node, value = root.members["delta"]
    if value.kind is not Kind.STRING:
        return list(member_slots(root, "delta", RULES, (), Trust.FORMAT))
    if stem in _ATTACHMENTS:
        return [Slot(SlotKind.ATTACHMENT, value.start, value.end, ("delta",), "")] if value.text() else []
    found = piece(value, RULES, ("delta",), "delta", Trust.FORMAT, channel)
    is_json = stem.endswith("arguments")
    return [
        *key_slot("delta", key_node, RULES, ()),
        *(replace(slot, kind=SlotKind.JSON) if is_json and slot.kind is SlotKind.TEXT else slot for slot in found),
    ]


def marked_items(found: Iterable[Slot], response: Node, steps: tuple[Step, ...]) -> list[Slot]:
    """The slots of a response that stands at `steps`; those of items that were cut off say so."""
    items = elements(response, "output")
    cut_off = {place for place, item in enumerate(items) if string(item, "status") == "incomplete"}
    if string(response, "status") == "incomplete" and items:
        cut_off.add(len(items) - 1)
    size = len(steps)
    if not cut_off:
        return list(found)
    return [
        replace(slot, cut_off=True)
        if slot.steps[size : size + 1] == ("output",)
        and slot.steps[size + 1 : size + 2]
        and slot.steps[size + 1] in cut_off
        else slot
        for slot in found
    ]


FORMAT = OpenAIResponses()
