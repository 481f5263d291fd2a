"""JSON with places: RFC 8259 read so that every value knows which bytes of the original it stands on.

What we change is spliced into the original bytes, and what we do not change stays byte for byte (law 8): a parser that
forgets places, rounds numbers or drops duplicate keys cannot do that. Laws:

1. Strict RFC 8259 over UTF-8: no `NaN`, no comments, no trailing bytes, no control characters in strings, no byte order
   mark. A lone `\ud83d` is let through, as its grammar does, and read as a lone surrogate: models cut pairs over events.
2. A duplicate key in one object, compared after unescaping, is a fault (SECURITY B.5).
3. Bounded by `max_depth` and `max_nodes`; linear in time and memory; never recursive.
4. A number keeps its letters: `1e400` and 23-digit integers are never converted.

Every value and every key is a node and counts as one. `[]` is 1 deep, a bare scalar 0.
"""

import json
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Final

from gateway.errors import DuplicateKey, GatewayError, MalformedRequest, Reason, StreamMisuse

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SPACES = (b" ", b"\n", b"\r", b"\t")
_OPEN_OBJECT = b"{"[0]

_SPACE = rb"[ \t\n\r]*"
_UNESCAPED = rb'[^"\\\x00-\x1f]*'
_STRING = rb'"' + _UNESCAPED + rb'"'
_NUMBER = rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_EMPTY = rb"\[" + _SPACE + rb"\]|\{" + _SPACE + rb"\}"
# One match for one value. A quote that opens no plain string opens one with escapes, or a fault.
_VALUE = re.compile(_SPACE + rb'(?:(%b)|(%b)|(true|false|null)|(%b)|([\[{])|("))' % (_STRING, _NUMBER, _EMPTY)).match
_EMPTY_GROUP, _OPEN_GROUP, _ESCAPED_GROUP = 4, 5, 6
_PLAIN_KEY = re.compile(_SPACE + rb"(%b)%b:" % (_STRING, _SPACE)).match
_QUOTE = re.compile(_SPACE + rb'"').match
_COLON = re.compile(_SPACE + rb":").match
# No more than 1,000 escapes in a match: the engine keeps 180 bytes for each repetition until the match is over.
_ESCAPES = re.compile(_UNESCAPED + rb'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')
_ESCAPES_RUN = re.compile(rb"(?:%b){1,1000}" % _ESCAPES.pattern).match
_SPACE_RUN = re.compile(_SPACE)
_UNESCAPED_RUN = re.compile(_UNESCAPED)

_quote = json.JSONEncoder(ensure_ascii=False).encode


class Kind(Enum):
    """The kinds of a node. `true`, `false` and `null` are literals."""

    OBJECT = "object"
    ARRAY = "array"
    STRING = "string"
    NUMBER = "number"
    LITERAL = "literal"


# By group of _VALUE; group 0 is none. As globals, because the look-up of an enum's member takes 100 ns.
_SCALARS = (Kind.STRING, Kind.STRING, Kind.NUMBER, Kind.LITERAL)
_STRING_KIND = Kind.STRING


class Node:
    """One value or key of a parsed body: `body[start:end]`, quotes and brackets included.

    A plain class with final attributes, which mypy holds: a frozen dataclass takes four times as long to make.
    """

    __slots__ = ("_children", "body", "end", "kind", "start")

    def __init__(self, kind: Kind, body: bytes, start: int, end: int, children: "_Children" = None) -> None:
        self.kind: Final = kind
        self.body: Final = body
        self.start: Final = start
        self.end: Final = end
        self._children: Final = children

    def __repr__(self) -> str:
        return f"Node({self.kind.name}, {self.start}, {self.end})"  # no text (SECURITY A.2)

    @property
    def raw(self) -> bytes:
        """The original bytes."""
        return self.body[self.start : self.end]

    @property
    def members(self) -> "Mapping[str, tuple[Node, Node]]":
        """Of an object: from unescaped key to the nodes of key and value, in order. Empty for the other kinds."""
        return self._children if isinstance(self._children, dict) else _NO_MEMBERS

    @property
    def elements(self) -> "tuple[Node, ...]":
        """Of an array: its values, in order. Empty for the other kinds."""
        return self._children if isinstance(self._children, tuple) else ()

    def get(self, key: str) -> "Node | None":
        """The value of a member; None when there is none, or when this is no object."""
        member = self.members.get(key)
        return None if member is None else member[1]

    def text(self) -> str:
        """The value of a string, unescaped; it may hold lone surrogates. Raises StreamMisuse for the other kinds."""
        if self.kind is not _STRING_KIND:
            raise StreamMisuse
        return _unescape(self.body[self.start : self.end])


_Children = tuple[Node, ...] | dict[str, tuple[Node, Node]] | None
_NO_MEMBERS: Mapping[str, tuple[Node, Node]] = MappingProxyType({})


def parse(body: bytes, *, max_depth: int, max_nodes: int, error: type[GatewayError] | None = None) -> Node:
    """The root of `body`.

    Raises MalformedRequest, and DuplicateKey for a duplicate key; where `error` is given (UpstreamProtocolError for a
    response), that one for both. `reason` and `at_byte` of the error say what and where.
    """
    return _Parser(body, max_depth, max_nodes, error).parse()


def splice(body: bytes, edits: Sequence[tuple[int, int, bytes]]) -> bytes:
    """`body` with each `(start, end, replacement)` applied; `start == end` inserts.

    Raises StreamMisuse unless the edits are sorted, do not overlap, and lie in `body`.
    """
    parts: list[bytes] = []
    done = 0
    for start, end, replacement in edits:
        if not done <= start <= end <= len(body):
            raise StreamMisuse
        parts += (body[done:start], replacement)
        done = end
    parts.append(body[done:])
    return b"".join(parts)


def quote(text: str) -> bytes:
    r"""`text` as a JSON string: quotes included, UTF-8, escapes only where RFC 8259 section 7 demands them.

    A lone surrogate has no UTF-8 and is written as its escape, `\ud83d`.
    """
    return _quote(text).encode(errors="backslashreplace")


def path_of(steps: Iterable[str | int], known: Container[str]) -> str:
    """A path for messages, such as `messages[2].content`, from the keys and indexes on the way down from the root.

    A key that is not in `known` becomes `*`: keys are the user's text too.
    """
    parts = (f"[{step}]" if isinstance(step, int) else f".{step if step in known else '*'}" for step in steps)
    return "".join(parts).removeprefix(".")


def _unescape(literal: bytes) -> str:
    """The text of a string literal that is known to be well formed."""
    if b"\\" not in literal:
        return literal[1:-1].decode()
    text: str = json.loads(literal.decode())
    return text


def _past(run: re.Pattern[bytes], body: bytes, position: int) -> int:
    """Where a run that may be empty ends."""
    match = run.match(body, position)
    return match.end() if match else position


class _Frame:
    """A container that is still open, and the key whose value comes next."""

    __slots__ = ("elements", "key", "members", "name", "start")

    def __init__(self, start: int) -> None:
        self.start = start
        self.members: dict[str, tuple[Node, Node]] = {}
        self.elements: list[Node] = []
        self.name = ""
        self.key: Node | None = None  # an array has none


class _Parser:
    """One run over one body: a loop over values, the open containers on a list, so that depth costs no call stack."""

    __slots__ = ("_body", "_error", "_frames", "_max_depth", "_nodes_left", "_root")

    def __init__(self, body: bytes, max_depth: int, max_nodes: int, error: type[GatewayError] | None) -> None:
        self._body = body
        self._error = error
        self._frames: list[_Frame] = []
        self._max_depth = max_depth
        self._nodes_left = max_nodes
        self._root: Node | None = None

    def parse(self) -> Node:
        self._check_encoding()
        position = 0
        while self._root is None:
            position = self._value(position)
        if position != len(self._body):
            raise self._fault(Reason.SYNTAX, position)
        return self._root

    # Each of these reads on from a place and answers the place where the next one reads on.

    def _value(self, position: int) -> int:
        """A scalar, an empty container, or the opening of one with its first key."""
        body = self._body
        value = _VALUE(body, position)
        if value is None or value.lastindex is None:
            raise self._fault(Reason.SYNTAX, position)
        group = value.lastindex
        start, end = value.start(group), value.end()
        self._count(start)
        if group < _EMPTY_GROUP:
            return self._place(Node(_SCALARS[group], body, start, end))
        if group == _ESCAPED_GROUP:
            return self._place(Node(_STRING_KIND, body, start, self._end_of_string(end)))
        if len(self._frames) >= self._max_depth:
            raise self._fault(Reason.DEPTH, start)
        is_object = body[start] == _OPEN_OBJECT
        if group == _EMPTY_GROUP:
            return self._place(Node(Kind.OBJECT if is_object else Kind.ARRAY, body, start, end))
        self._frames.append(_Frame(start))
        return self._key(end) if is_object else end

    def _key(self, position: int) -> int:
        """A key of the innermost object, and its colon."""
        body, frame = self._body, self._frames[-1]
        match = _PLAIN_KEY(body, position)
        if match is not None:
            (start, end), position = match.span(1), match.end()
            frame.name = body[start + 1 : end - 1].decode()
        else:
            start, end, position = self._key_with_escapes(position)
            frame.name = _unescape(body[start:end])
        if frame.name in frame.members:
            raise self._fault(Reason.DUPLICATE_KEY, start)
        self._count(start)
        frame.key = Node(_STRING_KIND, body, start, end)
        return position

    def _key_with_escapes(self, position: int) -> tuple[int, int, int]:
        """Start and end of the key, and the end of its colon."""
        opened = _QUOTE(self._body, position)
        if opened is None:
            raise self._fault(Reason.SYNTAX, position)
        end = self._end_of_string(opened.end())
        colon = _COLON(self._body, end)
        if colon is None:
            raise self._fault(Reason.SYNTAX, end)
        return opened.end() - 1, end, colon.end()

    def _place(self, node: Node) -> int:
        """Put a whole value into its container, and close the containers that end behind it."""
        body, frames = self._body, self._frames
        while True:
            position = node.end
            sign = body[position : position + 1]
            if sign in _SPACES:
                position = _past(_SPACE_RUN, body, position)
                sign = body[position : position + 1]
            if not frames:
                self._root = node
                return position
            frame = frames[-1]
            if frame.key is None:
                frame.elements.append(node)
            else:
                frame.members[frame.name] = (frame.key, node)
            if sign == b",":
                return position + 1 if frame.key is None else self._key(position + 1)
            if sign != (b"]" if frame.key is None else b"}"):
                raise self._fault(Reason.SYNTAX, position)
            frames.pop()
            if frame.key is None:
                node = Node(Kind.ARRAY, body, frame.start, position + 1, tuple(frame.elements))
            else:
                node = Node(Kind.OBJECT, body, frame.start, position + 1, frame.members)

    def _end_of_string(self, position: int) -> int:
        """Where the string with this inside ends, its quote included."""
        body = self._body
        while (escapes := _ESCAPES_RUN(body, position)) is not None:
            position = escapes.end()
        end = _past(_UNESCAPED_RUN, body, position)
        if body[end : end + 1] != b'"':
            raise self._fault(Reason.SYNTAX, end)
        return end + 1

    def _count(self, position: int) -> None:
        self._nodes_left -= 1
        if self._nodes_left < 0:
            raise self._fault(Reason.NODES, position)

    def _check_encoding(self) -> None:
        if self._body.startswith(_BYTE_ORDER_MARK):
            raise self._fault(Reason.BYTE_ORDER_MARK, 0)
        try:
            self._body.decode()
            return
        except UnicodeDecodeError as fault:
            position = fault.start
        # Out here, so that it holds no reference to the foreign exception, which holds the body (SECURITY A.1).
        raise self._fault(Reason.ENCODING, position)

    def _fault(self, reason: Reason, position: int) -> GatewayError:
        usual = DuplicateKey if reason is Reason.DUPLICATE_KEY else MalformedRequest
        return (self._error or usual)(reason=reason, at_byte=_past(_SPACE_RUN, self._body, position))
