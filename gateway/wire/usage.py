"""Token counts in answers: read from every format's events and bodies, asked for, and hidden again.

OpenAI's chat and completions tell the counts of a stream only when asked (`stream_options.include_usage`): then every
event has `"usage":null`, and one more event, without choices, has the counts. Where the gateway asked and the client
did not, the client gets its stream as if nobody had asked. Responses and messages tell them always.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from gateway.errors import GatewayError
from gateway.spend.prices import Usage
from gateway.wire.finish import reasons
from gateway.wire.format import Channel, Chunk, MadeUp, Slot, Step, WireFormat
from gateway.wire.json_text import Kind, Node
from gateway.wire.kept import items_of

MESSAGES, RESPONSES = "/v1/messages", "/v1/responses"
ASKABLE = frozenset({"/v1/chat/completions", "/v1/completions"})
_COUNT_DIGITS_MAX = 12
_MODEL_CHARS_MAX = 128
_COUNTS = frozenset(
    {
        *("prompt_tokens", "completion_tokens", "input_tokens", "output_tokens"),
        *("cached_tokens", "cache_creation_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"),
        *("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"),
    }
)
_DETAILS = frozenset({"prompt_tokens_details", "input_tokens_details", "cache_creation"})


ITEMS_MAX = 1000
"""Items of one answer that are noted."""


class Metered:
    """A format that also notes what an answer says of its tokens, and hides it from a stream, and which items it has.
    One for each answer.

    Args:
        wire: the format.
        hides: whether the client's stream shall have no counts.
    """

    def __init__(self, wire: WireFormat, *, hides: bool = False) -> None:
        self._wire = wire
        self._hides = hides and wire.path in ASKABLE
        self._counts: dict[str, int] = {}
        self.model = ""
        """As the answer names it."""
        self.reasons: dict[str, None] = {}
        """Why it ended, in the order in which that was said."""
        self.items: dict[str, None] = {}
        """Ids of the items of the answer, in order."""
        self.path = wire.path
        self.system_field = wire.system_field
        self.rules = wire.rules
        self.ends_with_event = wire.ends_with_event
        self.repeats = wire.repeats

    @property
    def usage(self) -> Usage | None:
        """What the answer said so far; None when it said nothing."""
        return usage_of(self._counts, self.path) if self._counts else None

    def check(self, root: Node) -> None:
        self._wire.check(root)

    def request_slots(self, root: Node) -> list[Slot]:
        return self._wire.request_slots(root)

    def request_edits(self, root: Node, altered: Collection[tuple[Step, ...]]) -> list[tuple[int, int, bytes]]:
        return self._wire.request_edits(root, altered)

    def response_slots(self, root: Node) -> list[Slot]:
        self._read(root)
        return self._wire.response_slots(root)

    def response_blanks(
        self, root: Node, changed: frozenset[int], altered: Collection[tuple[Step, ...]]
    ) -> list[tuple[int, int, bytes]]:
        return self._wire.response_blanks(root, changed, altered)

    def chunk(self, root: Node) -> Chunk:
        chunk = self._wire.chunk(root)
        self._read(root)
        if not self._hides or "usage" not in root.members:
            return chunk
        choices, usage = root.get("choices"), root.get("usage")
        if usage is not None and usage.kind is Kind.OBJECT and (choices is None or choices.raw == b"[]"):
            return replace(chunk, is_hidden=not chunk.is_error)
        start, end = member_place(root, "usage")
        slots = tuple(slot for slot in chunk.slots if not start <= slot.start < end)
        return replace(chunk, slots=slots, blanks=(*chunk.blanks, (start, end, b"")))

    def steps(self, channel: Channel) -> tuple[Step, ...]:
        return self._wire.steps(channel)

    def flush(self, frame: bytes, channel: Channel, text: bytes, number: int) -> MadeUp:
        return self._wire.flush(frame, channel, text, number)

    def error(self, error: GatewayError) -> bytes:
        return self._wire.error(error)

    def error_event(self, error: GatewayError, number: int) -> MadeUp:
        return self._wire.error_event(error, number)

    def _read(self, root: Node) -> None:
        self.reasons |= dict.fromkeys(reasons(root))
        for outer in (root, root.get("response"), root.get("message")):
            if outer is None or outer.kind is not Kind.OBJECT:
                continue
            usage, model = outer.get("usage"), outer.get("model")
            if usage is not None and usage.kind is Kind.OBJECT:
                self._counts |= counts_of(usage)
            if self.path == RESPONSES and len(self.items) < ITEMS_MAX:
                self.items |= dict.fromkeys(items_of(outer))
            if not self.model and model is not None and model.kind is Kind.STRING:
                self.model = model.text()[:_MODEL_CHARS_MAX]


def counts_of(usage: Node) -> dict[str, int]:
    """The counts in an object of usage, those in its details too, by name."""
    found: dict[str, int] = {}
    for name, (_, value) in usage.members.items():
        if (
            name in _COUNTS
            and value.kind is Kind.NUMBER
            and value.raw.isdigit()
            and len(value.raw) <= _COUNT_DIGITS_MAX
        ):
            found[name] = int(value.raw)
        elif name in _DETAILS and value.kind is Kind.OBJECT:
            found |= counts_of(value)
    return found


def usage_of(counts: dict[str, int], path: str) -> Usage:
    """Counts in one shape: OpenAI's have the cached tokens among those of the prompt, Anthropic's beside them."""

    def count(*names: str) -> int:
        return next((counts[name] for name in names if name in counts), 0)

    prompt, output = count("prompt_tokens", "input_tokens"), count("completion_tokens", "output_tokens")
    if path != MESSAGES:
        cached = min(count("cached_tokens"), prompt)
        return Usage(prompt, output, cached, min(count("cache_creation_tokens"), prompt - cached))
    cached, written = count("cache_read_input_tokens"), count("cache_creation_input_tokens")
    hour = min(count("ephemeral_1h_input_tokens"), written)
    return Usage(prompt + cached + written, output, cached, written - hour, hour)


def asks(root: Node) -> bool:
    """Whether a request asks for the counts of its stream."""
    options = root.get("stream_options")
    usage = options.get("include_usage") if options is not None and options.kind is Kind.OBJECT else None
    return usage is not None and usage.raw == b"true"


def asking(root: Node) -> list[tuple[int, int, bytes]]:
    """The edits by which a request for a stream asks for its counts, where it does not."""
    if asks(root) or not root.members:
        return []
    options = root.get("stream_options")
    if options is None:
        return [_behind(root.members.values(), b'"stream_options":{"include_usage":true}')]
    if options.kind is not Kind.OBJECT or not options.members:
        return [(options.start, options.end, b'{"include_usage":true}')]
    usage = options.get("include_usage")
    if usage is not None:
        return [(usage.start, usage.end, b"true")]
    return [_behind(options.members.values(), b'"include_usage":true')]


def member_place(root: Node, name: str) -> tuple[int, int]:
    """Where a member stands in its object, with the one comma that goes with it."""
    members = list(root.members.items())
    at = next(place for place, (key, _) in enumerate(members) if key == name)
    key, value = members[at][1]
    if at:
        return members[at - 1][1][1].end, value.end
    return key.start, members[1][1][0].start if len(members) > 1 else value.end


def _behind(members: Iterable[tuple[Node, Node]], text: bytes) -> tuple[int, int, bytes]:
    end = max(value.end for _, value in members)
    return end, end, b"," + text
