"""What the endpoints in OpenAI's shape have in common: errors, and bodies of which nothing is known but field names."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from gateway.errors import GatewayError, Reason, StreamMisuse, UnsupportedField, UpstreamProtocolError
from gateway.wire.format import Channel, Chunk, MadeUp, Rules, Slot, SlotKind, Step, slots
from gateway.wire.json_text import Kind, Node, quote
from gateway.wire.openai_errors import error_body

CUT_OFF_REASONS = frozenset({"length", "max_tokens", "content_filter"})
INDEX_DIGITS_MAX = 18
_NO_REASONS = frozenset({"", "null"})
"""What some servers write for `null` (Ollama, SGLang, KoboldCpp): no end at all."""


class OpenAIShape:
    """The parts of `gateway.wire.format.WireFormat` that an endpoint need not say: no streams, nothing refused."""

    rules: Rules
    system_field = ""
    ends_with_event = False
    repeats = False

    def check(self, root: Node) -> None:
        """See `WireFormat`."""

    def request_slots(self, root: Node) -> list[Slot]:
        return list(slots(root, self.rules))

    def request_edits(self, root: Node, altered: Collection[tuple[Step, ...]]) -> list[tuple[int, int, bytes]]:
        return []

    def response_slots(self, root: Node) -> list[Slot]:
        return list(slots(root, self.rules))

    def response_blanks(
        self,
        root: Node,
        changed: frozenset[int],
        altered: Collection[tuple[Step, ...]],
    ) -> list[tuple[int, int, bytes]]:
        return []

    def chunk(self, root: Node) -> Chunk:
        raise UpstreamProtocolError

    def steps(self, channel: Channel) -> tuple[Step, ...]:
        return ()

    def flush(self, frame: bytes, channel: Channel, text: bytes, number: int) -> MadeUp:
        raise StreamMisuse

    def error(self, error: GatewayError) -> bytes:
        return error_body(error)

    def error_event(self, error: GatewayError, number: int) -> MadeUp:
        return error_body(error), ""


def elements(root: Node, name: str) -> tuple[Node, ...]:
    """The elements of a member that is a list; none when it is not."""
    node = root.get(name)
    return node.elements if node is not None else ()


def string(node: Node, name: str) -> str:
    """The text of a member that is a string; empty when it is not."""
    found = node.get(name)
    return found.text() if found is not None and found.kind is Kind.STRING else ""


def index_of(node: Node, place: int, name: str = "index") -> int:
    """An element's own index, else its place in the list.

    Raises:
        UpstreamProtocolError: it is anything but a count. Clients may take `1.0`, `1e0` or `true` for the index 1, and
            would join what was inspected apart.
    """
    own = node.get(name)
    if own is None or own.raw == b"null":
        return place
    digits = own.raw if own.kind is Kind.NUMBER else own.raw[1:-1]
    if own.kind not in (Kind.NUMBER, Kind.STRING) or not digits.isdigit() or len(digits) > INDEX_DIGITS_MAX:
        raise UpstreamProtocolError
    return int(digits)


def frame_of(root: Node, rules: Rules, names: Collection[str]) -> bytes:
    """Those members of an event that hold nothing to inspect, as they stand, for events that are made up."""
    known = ((name, root.get(name)) for name in names)
    return b"".join(
        quote(name) + b":" + node.raw + b","
        for name, node in known
        if node is not None and not list(slots(node, rules, (name,), name))
    )


def choice_ends(root: Node) -> list[tuple[Channel, bool]]:
    """The choices that end, with their place in the list, and whether they were cut off."""
    ends: list[tuple[Channel, bool]] = []
    for place, choice in enumerate(elements(root, "choices")):
        reason = string(choice, "finish_reason")
        if reason not in _NO_REASONS:
            ends.append(((index_of(choice, place),), reason in CUT_OFF_REASONS))
    return ends


def is_error(root: Node) -> bool:
    """Whether an event is an error."""
    error = root.get("error")
    return error is not None and error.raw != b"null"


def cut_off_choices(root: Node) -> frozenset[int]:
    """The places of the choices of a whole answer that were cut off."""
    found = enumerate(elements(root, "choices"))
    return frozenset(place for place, choice in found if string(choice, "finish_reason") in CUT_OFF_REASONS)


def marked_cut_off(found: Iterable[Slot], cut_off: Collection[int], name: str = "choices") -> list[Slot]:
    """The slots of a whole answer; those in a choice that was cut off say so."""
    if not cut_off:
        return list(found)
    return [
        replace(slot, cut_off=True)
        if slot.steps[:1] == (name,) and slot.steps[1:2] and slot.steps[1] in cut_off
        else slot
        for slot in found
    ]


def logprobs_of(root: Node, changed: Collection[int]) -> list[tuple[int, int, bytes]]:
    """The token probabilities of choices whose text was changed, to be blanked: they tell the text."""
    places = ((place, choice.get("logprobs")) for place, choice in enumerate(elements(root, "choices")))
    return [(node.start, node.end, b"null") for place, node in places if node is not None and place in changed]


def key_slot(key: str, node: Node, rules: Rules, steps: tuple[Step, ...]) -> list[Slot]:
    """The slot of a member's name, unless it is a word of the format. `steps`: of the object."""
    if key in rules.keys:
        return []
    return [Slot(SlotKind.KEY, node.start, node.end, (*steps, key), key)]


def refuse_tokens(root: Node, name: str) -> None:
    """Refuse a text that is given as numbers of tokens, which only the model's own vocabulary can read.

    Raises:
        UnsupportedField: `name` is a list with a number, or with a list of numbers, in it.
    """
    for element in elements(root, name):
        if element.kind is Kind.NUMBER or any(inner.kind is not Kind.OBJECT for inner in element.elements):
            raise UnsupportedField(param=name, reason=Reason.VOCABULARY)
