"""One event of a stream, read: parsed under the caps, in the words of its format, and what cannot be read blocked, let
through or taken out, as the policy says."""

from __future__ import annotations

from gateway.errors import UpstreamProtocolError
from gateway.stream.body import blocked
from gateway.stream.limits import StreamLimits
from gateway.stream.stripping import Report, without_attachments
from gateway.verdict import Direction
from gateway.wire.format import Chunk, SlotKind, WireFormat
from gateway.wire.json_text import Kind, Node, parse, path_of
from gateway.wire.key_fragments import without_keys_in_event


class Reader:
    """Reads the events of one stream.

    Args:
        wire: its format.
        limits: its caps.
        attachments: the policy lets them through unread.
        strips: the policy takes them out.
        key: the provider's, of which its errors show nothing.
    """

    def __init__(
        self, wire: WireFormat, limits: StreamLimits, *, attachments: bool, strips: bool, key: str = ""
    ) -> None:
        self._wire = wire
        self._limits = limits
        self._attachments = attachments
        self._strips = strips
        self._key = key

    def read(self, data: bytes) -> tuple[bytes, Chunk, tuple[Report, ...]]:
        """The event's data, what it says, and what was taken out of it.

        Raises:
            UpstreamProtocolError: it is no event of this format.
            UnreadableAnswer: it holds an attachment, and the policy blocks it.
        """
        root, gone = self._parsed(data), tuple[Report, ...]()
        chunk = self._wire.chunk(root)
        if chunk.is_error and (without := without_keys_in_event(root, self._key)) is not data:
            data, root = without, self._parsed(without)
            chunk = self._wire.chunk(root)
        keys = self._wire.rules.keys
        if self._strips:
            data, gone = without_attachments(root, chunk.slots, keys, is_answer=True)
            chunk = self._wire.chunk(self._parsed(data)) if gone else chunk
        for slot in chunk.slots:
            if slot.kind is SlotKind.ATTACHMENT and not self._attachments:
                raise blocked(Direction.RESPONSE, path_of(slot.steps, keys))
        return data, chunk, gone

    def _parsed(self, data: bytes) -> Node:
        depth, nodes = self._limits.json_depth, self._limits.json_nodes
        root = parse(data, max_depth=depth, max_nodes=nodes, error=UpstreamProtocolError)
        if root.kind is not Kind.OBJECT:
            raise UpstreamProtocolError
        return root
