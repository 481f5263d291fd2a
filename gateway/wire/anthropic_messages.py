"""Anthropic messages: `/v1/messages`, streamed and whole.

Source: Anthropic API reference, 'Messages' and 'Streaming messages'. A channel is a content block and its field: the
text, the thinking, the JSON of a tool's input. What this file does not name is scanned as text.

Thinking is signed by the provider and cannot be altered. Where it lost something, its signature becomes
`altered-by-holdback`; a block that comes back so, or loses something on its way up, goes as a whole, since the provider
would refuse it. Thinking whose tokens were only restored comes back as the same bytes, and its signature holds. In a
stream the signature comes last, so that all thinking is taken for signed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from gateway.errors import GatewayError
from gateway.wire.anthropic_errors import error_body
from gateway.wire.executed import is_executed, tool_called
from gateway.wire.format import (
    ALTERED,
    Channel,
    Chunk,
    MadeUp,
    Rules,
    Slot,
    SlotKind,
    Step,
    Trust,
    is_attachment,
    is_opaque,
    member_slots,
    piece,
    slots,
)
from gateway.wire.json_text import Kind, Node, quote
from gateway.wire.openai_shape import elements, index_of, key_slot, marked_cut_off, string

_IDENTIFIERS = """
    id type role model stop_reason tool_use_id media_type file_id service_tier ttl display mode effort speed container
    inference_geo server_name server_tool_use_id request_id caller
"""
_NUMBERS = """
    index max_tokens top_k budget_tokens input_tokens output_tokens cache_creation_input_tokens max_uses
    cache_read_input_tokens ephemeral_5m_input_tokens ephemeral_1h_input_tokens web_search_requests web_fetch_requests
    start_char_index end_char_index document_index start_page_number end_page_number start_block_index end_block_index
    search_result_index display_width_px display_height_px display_number thinking_tokens max_characters return_code
    max_content_tokens
"""
_KEYS = """
    messages content text system tools name description input_schema input tool_choice metadata user_id stop_sequences
    stop_sequence temperature top_p stream thinking signature data source url title context citations cited_text
    citation cache_control usage error message partial_json delta content_block encrypted_content encrypted_index
    page_age is_error disable_parallel_tool_use mcp_servers authorization_token tool_configuration allowed_tools
    enabled properties items required enum anyOf oneOf allOf additionalProperties default const pattern format minimum
    maximum $schema $defs $ref cache_creation server_tool_use context_management edits trigger keep value
    clear_at_least exclude_tools applied_edits document_title file_name stdout stderr code param strict output_config
    schema allowed_domains blocked_domains user_location city region country timezone stop_details explanation
    category retrieved_at
"""
RULES = Rules(
    identifiers=frozenset(_IDENTIFIERS.split()),
    numbers=frozenset(_NUMBERS.split()),
    json_text=frozenset({"partial_json"}),
    keys=frozenset((_IDENTIFIERS + _NUMBERS + _KEYS).split()),
    free=frozenset({"metadata", "input", "input_schema", "schema"}),
    opaque=frozenset({"signature", "encrypted_content", "encrypted_index"}),
)
_CUT_OFF_REASONS = frozenset({"max_tokens", "model_context_window_exceeded", "refusal"})
_DELTA_TYPES = {"text": "text_delta", "thinking": "thinking_delta", "partial_json": "input_json_delta"}
_THOUGHT = "thinking"
_NOTHING_LEFT = b'[{"type":"text","text":"[REDACTED]"}]'
"""The content of a message whose blocks all went: an empty one would be refused."""


class AnthropicMessages:
    """See `gateway.wire.format.WireFormat`."""

    path = "/v1/messages"
    system_field = "system"
    rules = RULES
    ends_with_event = True
    repeats = False

    def check(self, root: Node) -> None:
        """Nothing is refused."""

    def request_slots(self, root: Node) -> list[Slot]:
        return _sealed(slots(root, RULES), _request_blocks(root))

    def request_edits(self, root: Node, altered: Collection[tuple[Step, ...]]) -> list[tuple[int, int, bytes]]:
        edits: list[tuple[int, int, bytes]] = []
        lost = {steps[:4] for steps in altered}
        for at, message in enumerate(elements(root, "messages")):
            blocks = elements(message, "content")
            gone = {
                place
                for place, block in enumerate(blocks)
                if string(block, "type") == "thinking"
                and (signature := string(block, "signature"))
                and (signature == ALTERED or ("messages", at, "content", place) in lost)
            }
            if gone:
                edits += _without(blocks, gone, message)
        return edits

    def response_slots(self, root: Node) -> list[Slot]:
        blocks = elements(root, "content")
        found = _signed(_sealed(slots(root, RULES), blocks), blocks)
        last = {len(blocks) - 1} if string(root, "stop_reason") in _CUT_OFF_REASONS else set()
        return marked_cut_off(found, last, "content")

    def response_blanks(
        self, root: Node, changed: frozenset[int], altered: Collection[tuple[Step, ...]]
    ) -> list[tuple[int, int, bytes]]:
        return [
            (signature.start, signature.end, quote(ALTERED))
            for place, block in enumerate(elements(root, "content"))
            if ("content", place, "thinking") in altered
            and (signature := block.get("signature")) is not None
            and signature.raw != b'""'
        ]

    def chunk(self, root: Node) -> Chunk:
        kind = string(root, "type")
        index = index_of(root, 0)
        found: list[Slot] = []
        for key, (_, value) in root.members.items():
            if key in ("delta", "content_block") and value.kind is Kind.OBJECT and kind.startswith("content_block"):
                found.extend(_block(value, key, index))
            else:
                found.extend(member_slots(root, key, RULES, (), Trust.FORMAT))
        signed = any(slot.kind is SlotKind.SIGNATURE for slot in found)
        ends: list[tuple[Channel, bool]] = []
        if kind == "content_block_stop":
            ends.append(((index,), False))
        elif kind == "content_block_delta" and signed:
            ends.append(((index, "thinking"), False))
        delta = root.get("delta")
        return Chunk(
            tuple(found),
            finished=tuple(ends),
            frame=_frame(delta) if delta is not None else b"",
            is_error=kind == "error",
            joins=kind == "content_block_stop",
            cut_off=kind == "message_delta" and delta is not None and string(delta, "stop_reason") in _CUT_OFF_REASONS,
            is_idle=kind == "ping",
            is_last=kind == "message_stop",
            tools=_tools(root, index),
        )

    def steps(self, channel: Channel) -> tuple[Step, ...]:
        return ("content", *channel)

    def flush(self, frame: bytes, channel: Channel, text: bytes, number: int) -> MadeUp:
        index, name = channel
        kind = quote(_DELTA_TYPES[name]) if name in _DELTA_TYPES else frame
        delta = b"{%b%b:%b}" % (b'"type":%b,' % kind if kind else b"", quote(str(name)), text)
        data = b'{"type":"content_block_delta","index":%b,"delta":%b}' % (str(index).encode(), delta)
        return data, "content_block_delta"

    def error(self, error: GatewayError) -> bytes:
        return error_body(error)

    def error_event(self, error: GatewayError, number: int) -> MadeUp:
        return error_body(error), "error"


def _tools(root: Node, index: int) -> tuple[tuple[Channel, str], ...]:
    block = root.get("content_block")
    name = tool_called(block) if block is not None and block.kind is Kind.OBJECT else ""
    return (((index,), name),) if name else ()


def _block(node: Node, name: str, index: int) -> Iterator[Slot]:
    """The slots of a block's beginning or of a delta to it: each string is a piece of the block's text, but for names,
    signatures and what comes whole."""
    is_sealed = string(node, "type") == "redacted_thinking"
    if is_attachment(node):
        yield Slot(SlotKind.ATTACHMENT, node.start, node.end, (name,), "")
    for key, (key_node, value) in node.members.items():
        steps: tuple[Step, ...] = (name, key)
        text = value.text() if value.kind is Kind.STRING else ""
        if (key == "signature" and is_opaque(text)) or (is_sealed and key == "data" and is_opaque(text)):
            if key == "signature":
                yield Slot(SlotKind.SIGNATURE, value.start, value.end, steps, text, channel=(index, "thinking"))
        elif value.kind is Kind.STRING and key not in RULES.identifiers and key != "name":
            yield from key_slot(key, key_node, RULES, (name,))
            pieces = piece(value, RULES, steps, key, RULES.trust_below(key, Trust.FORMAT), (index, key))
            yield from (replace(one, is_signed=True) for one in pieces) if key == _THOUGHT else pieces
        else:
            found = member_slots(node, key, RULES, (name,), Trust.FORMAT)
            yield from (replace(slot, is_executed=True) for slot in found) if is_executed(node) else found


def _frame(delta: Node) -> bytes:
    """The type of a delta, for made-up ones."""
    kind = delta.get("type")
    return kind.raw if kind is not None and not list(slots(kind, RULES, ("type",), "type")) else b""


def _request_blocks(root: Node) -> list[Node]:
    return [block for message in elements(root, "messages") for block in elements(message, "content")]


def _sealed(found: Iterable[Slot], blocks: Iterable[Node]) -> list[Slot]:
    """The slots without the data of redacted thinking, which the provider sealed for itself."""
    data = [block.get("data") for block in blocks if string(block, "type") == "redacted_thinking"]
    own = {node.start for node in data if node is not None and node.kind is Kind.STRING and is_opaque(node.text())}
    return [slot for slot in found if slot.start not in own]


def _signed(found: Iterable[Slot], blocks: Sequence[Node]) -> list[Slot]:
    """The slots of an answer; thinking that has a signature says so."""
    own = {
        ("content", place, _THOUGHT)
        for place, block in enumerate(blocks)
        if string(block, "type") == _THOUGHT and string(block, "signature")
    }
    return [replace(slot, is_signed=True) if slot.steps in own else slot for slot in found]


def _without(blocks: tuple[Node, ...], gone: Collection[int], message: Node) -> list[tuple[int, int, bytes]]:
    """The edits that take elements out of the list of a message's content."""
    kept = [block for place, block in enumerate(blocks) if place not in gone]
    if not kept:
        content = message.members["content"][1]
        return [(content.start, content.end, _NOTHING_LEFT)]
    edits = [(blocks[0].start, kept[0].start, b""), (kept[-1].end, blocks[-1].end, b"")]
    places = [place for place in range(len(blocks)) if place not in gone]
    for before, after in pairwise(places):
        if after > before + 1:
            edits.append((blocks[before].end, blocks[after].start, b","))
    return [edit for edit in edits if edit[0] < edit[1]]


FORMAT = AnthropicMessages()
