"""What a wire format tells the rest: where the text of a body stands (slots), and which text of a stream goes on where
(channels).

A walk over the parsed body meets every string, key and long number. What the format's rules do not name as safe is a
slot: new fields of a provider are scanned, not trusted (law 8). A name is safe only where the format put it: `id` in
the `metadata` of an application, or below a field that nobody knows, is a name like any other.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Protocol

from gateway.errors import GatewayError
from gateway.wire.executed import is_executed
from gateway.wire.json_text import Kind, Node
from gateway.wire.numbers import long_number

Step = str | int
Channel = tuple[Step, ...]
"""Which text of a stream: the choice, then the steps inside its delta; an element of a list goes by its `index`."""

ALTERED = "altered-by-holdback"
"""The signature of a signed text that lost something: its own would not be accepted any more."""
COUNT_CHARS_MAX = 13
"""A time in milliseconds; what counts or dates is no longer."""
_SAFE_SHAPE = re.compile(r"(?=[0-9._:/+=-]*[A-Za-z])[A-Za-z0-9._:/+=-]{1,128}|")
_ATTACHMENT_TYPES = frozenset(
    {
        *("image_url", "input_image", "input_audio", "audio_url", "file", "input_file", "video_url"),
        *("image", "base64", "container_upload", "computer_screenshot", "image_generation_call"),
    }
)
_ATTACHMENT_KEYS = frozenset({"data", "file_data", "b64_json", "partial_image_b64"})
_OPAQUE = re.compile(r"(?=[^A-Za-z]*[A-Za-z])(?:[A-Za-z0-9+/]{64,}={0,2}|gAAAAA[A-Za-z0-9_-]{58,}={0,2})", re.ASCII)
"""What a provider signed or sealed for itself: base64 of some length, or a Fernet token. No issuer's keys look so."""
_BASE64 = re.compile(r"[A-Za-z0-9+/_=\s-]+", re.ASCII)
_DATA_URL = re.compile(
    r"\s*data:(?:[^,\s]{0,128};base64|(?:application|audio|font|image|model|video)/[^,\s]{0,128}),", re.IGNORECASE
)


class Trust(Enum):
    """What the names of fields are worth in a part of a body.

    FORMAT: the format's own part. UNKNOWN: below a field that the format does not know; strings and numbers are scanned
    whatever their name is, attachments are still told by theirs. DATA: a free form of the application's or the
    model's, such as `metadata`, where a name says nothing.
    """

    FORMAT = "format"
    UNKNOWN = "unknown"
    DATA = "data"


class SlotKind(Enum):
    """TEXT is prose. JSON is a string that holds a JSON document (tool arguments). KEY is a member's name. NUMBER is a
    long number. ATTACHMENT is content that cannot be read as text: an image, audio, a file. SIGNATURE is the provider's
    mark on a text, which holds no longer when that text was altered."""

    TEXT = "text"
    JSON = "json"
    KEY = "key"
    NUMBER = "number"
    ATTACHMENT = "attachment"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Slot:
    """One text in a body: the literal `body[start:end]`, quotes included.

    `context` is the name of its field, which recognizers may read as if it stood before the text. `channel` is set for
    a piece of a stream's text, and for the signature of one. `cut_off` says that the text stopped short of its end
    (token limit), `is_executed` that it belongs to a call of a tool that the provider executes, `is_signed` that the
    provider has signed it, as far as can be seen.
    """

    kind: SlotKind
    start: int
    end: int
    steps: tuple[Step, ...]
    text: str = field(repr=False)
    context: str = field(default="", repr=False)
    channel: Channel | None = None
    cut_off: bool = False
    is_executed: bool = False
    is_signed: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """What a format knows of its fields, by name.

    Args:
        identifiers: strings that are names or enumerations; they pass unscanned while they look like one.
        numbers: numbers that count or date and identify nobody.
        json_text: strings that hold a JSON document.
        keys: the format's own words: never scanned as keys, and no context for what they hold.
        free: fields below which names are the application's or the model's.
        opaque: strings that the provider made for itself, such as signatures; they pass unscanned while they look so.
    """

    identifiers: frozenset[str]
    numbers: frozenset[str]
    json_text: frozenset[str]
    keys: frozenset[str]
    free: frozenset[str] = frozenset()
    opaque: frozenset[str] = frozenset()

    def trust_below(self, key: str, trust: Trust) -> Trust:
        """What names are worth in the value of a field that stands where they are worth `trust`."""
        if trust is Trust.DATA or key in self.free:
            return Trust.DATA
        return trust if key in self.keys else Trust.UNKNOWN


def slots(
    node: Node, rules: Rules, steps: tuple[Step, ...] = (), name: str = "", trust: Trust = Trust.FORMAT
) -> Iterator[Slot]:
    """Every slot below a node, in the order of the body."""
    if node.kind is Kind.STRING:
        yield from _string(node, rules, steps, name, trust)
    elif node.kind is Kind.NUMBER:
        yield from _number(node, rules, steps, name, trust)
    elif node.kind is Kind.ARRAY:
        for index, element in enumerate(node.elements):
            yield from slots(element, rules, (*steps, index), name, trust)
    elif node.kind is Kind.OBJECT:
        if trust is not Trust.DATA and is_attachment(node):
            yield Slot(SlotKind.ATTACHMENT, node.start, node.end, steps, "")
        executed = trust is not Trust.DATA and is_executed(node)
        for key in node.members:
            found = member_slots(node, key, rules, steps, trust)
            yield from (replace(slot, is_executed=True) for slot in found) if executed else found


def member_slots(node: Node, key: str, rules: Rules, steps: tuple[Step, ...], trust: Trust) -> Iterator[Slot]:
    """The slots of one member of an object that stands at `steps`."""
    key_node, value = node.members[key]
    steps = (*steps, key)
    if key not in rules.keys:
        yield Slot(SlotKind.KEY, key_node.start, key_node.end, steps, key)
    name = "text" if key == "data" and _type_of(node) == "text" else key  # the source of a document in plain text
    yield from slots(value, rules, steps, name, rules.trust_below(key, trust))


def is_attachment(node: Node) -> bool:
    """Whether an object says of itself that it is one."""
    kind, source = _type_of(node), node.get("source")
    if kind == "document":  # its source says what it is, unless the provider is to fetch it
        return source is not None and _type_of(source) == "url"
    if kind == "image_generation_call":  # until it is drawn there is nothing to see
        drawn = node.get("result")
        return drawn is not None and drawn.raw != b"null"
    return kind in _ATTACHMENT_TYPES


def _type_of(node: Node) -> str:
    """What an object says that it is; empty when it does not."""
    kind = node.get("type")
    return kind.text() if kind is not None and kind.kind is Kind.STRING else ""


def is_opaque(text: str) -> bool:
    """Whether a string looks like what a provider signs or seals for itself."""
    return _OPAQUE.fullmatch(text) is not None


def piece(
    node: Node, rules: Rules, steps: tuple[Step, ...], name: str, trust: Trust, channel: Channel
) -> Iterator[Slot]:
    """The slot of a string that is a piece of a stream's text. A piece is never judged by what it looks like: the
    rest of its text may look otherwise."""
    for slot in _string(node, rules, steps, name, trust):
        if slot.kind is SlotKind.ATTACHMENT and name in _ATTACHMENT_KEYS:
            yield slot
        elif slot.kind is SlotKind.JSON:
            yield replace(slot, channel=channel)
        else:
            context = context_of(name, rules, trust)
            yield Slot(SlotKind.TEXT, slot.start, slot.end, steps, node.text(), context, channel)


def _string(node: Node, rules: Rules, steps: tuple[Step, ...], name: str, trust: Trust) -> Iterator[Slot]:
    text = node.text()
    if not text and name != "text" and not (steps and isinstance(steps[-1], int)):
        return  # but an empty part of a message joins its neighbours
    if trust is Trust.FORMAT and name in rules.identifiers and _SAFE_SHAPE.fullmatch(text):
        return
    if trust is Trust.FORMAT and name in rules.opaque and is_opaque(text):
        return
    is_data = trust is not Trust.DATA and name in _ATTACHMENT_KEYS and _BASE64.fullmatch(text)
    if name in rules.json_text:
        yield Slot(SlotKind.JSON, node.start, node.end, steps, text)
    elif is_data or _DATA_URL.match(text):
        yield Slot(SlotKind.ATTACHMENT, node.start, node.end, steps, "")
    else:
        yield Slot(SlotKind.TEXT, node.start, node.end, steps, text, context_of(name, rules, trust))


def _number(node: Node, rules: Rules, steps: tuple[Step, ...], name: str, trust: Trust) -> Iterator[Slot]:
    if trust is Trust.FORMAT and name in rules.numbers and len(node.raw) <= COUNT_CHARS_MAX:
        return
    text = long_number(node.raw.decode())
    if text is not None:
        yield Slot(SlotKind.NUMBER, node.start, node.end, steps, text, context_of(name, rules, trust))


def context_of(name: str, rules: Rules, trust: Trust) -> str:
    """A field's name as left context: `ssn: "`. The format's own words give none, where they are the format's."""
    return "" if not name or (trust is Trust.FORMAT and name in rules.keys) else f'{name[-64:]}: "'


@dataclass(frozen=True, slots=True)
class Chunk:
    """One event of a stream, read.

    `blanks` are byte ranges to overwrite whatever happens. `finished` are the channels, by what their names begin with,
    that end with this event, and whether their text was cut off: it waits for the next event, which may say more of
    the same, or that it `joins` what waits, or that what waits was `cut_off`. `frame` is what a made-up event of the
    same channel needs; nothing in it is a slot. An event that `is_idle` says nothing and passes what waits; one that
    `is_last` ends the stream; one that `is_hidden` is none for the client. `number` is the place and the value of the
    event's sequence number, `answer_id` what the provider keeps the answer under. `tools`: channels, by how their names
    begin, and the tool that they call.
    """

    slots: tuple[Slot, ...]
    blanks: tuple[tuple[int, int, bytes], ...] = ()
    finished: tuple[tuple[Channel, bool], ...] = ()
    frame: bytes = field(default=b"", repr=False)
    is_error: bool = False
    joins: bool = False
    cut_off: bool = False
    is_idle: bool = False
    is_last: bool = False
    is_hidden: bool = False
    number: tuple[int, int, int] | None = None
    answer_id: str = ""
    tools: tuple[tuple[Channel, str], ...] = ()


MadeUp = tuple[bytes, str]
"""The data of an event that the gateway writes, and its name (empty: it has none)."""


class WireFormat(Protocol):
    """One endpoint's shapes; pure.

    `ends_with_event`: its streams end with an event of their own (`Chunk.is_last`) instead of `[DONE]`; without it they
    broke off. `repeats`: its streams say again as a whole what they said in deltas. `system_field`: where its requests
    have the system prompt (see `conversation.add_to_system`); `""` where they have none.
    """

    path: str
    system_field: str
    rules: Rules
    ends_with_event: bool
    repeats: bool

    def check(self, root: Node) -> None:
        """Refuse a request that the gateway cannot read or keep track of.

        Raises:
            UnsupportedField: `param` names it.
        """

    def request_slots(self, root: Node) -> list[Slot]:
        """All slots of a request body, in the order of the body."""

    def request_edits(self, root: Node, altered: Collection[tuple[Step, ...]]) -> list[tuple[int, int, bytes]]:
        """What else must go when the texts at these steps lost something: their signatures no longer hold."""

    def response_slots(self, root: Node) -> list[Slot]:
        """All slots of a whole response, in the order of the body."""

    def response_blanks(
        self, root: Node, changed: frozenset[int], altered: Collection[tuple[Step, ...]]
    ) -> list[tuple[int, int, bytes]]:
        """What else must go when the text of some choices was changed: token probabilities tell the text; and when
        the texts at some steps lost something."""

    def chunk(self, root: Node) -> Chunk:
        """Read one event of a streamed response."""

    def steps(self, channel: Channel) -> tuple[Step, ...]:
        """Where a channel's text stands in a whole answer, if it may be a part of one (`gateway.wire.parts`)."""

    def flush(self, frame: bytes, channel: Channel, text: bytes, number: int) -> MadeUp:
        """A made-up event that carries `text`, a JSON string literal, in a channel."""

    def error(self, error: GatewayError) -> bytes:
        """The body of an error response, in the endpoint's own shape."""

    def error_event(self, error: GatewayError, number: int) -> MadeUp:
        """An error as an event of a stream."""
