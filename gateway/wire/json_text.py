r"""JSON with places: RFC 8259 read so that every value knows which bytes of the original it stands on.

What we change is spliced into the original bytes, and what we do not change stays byte for byte (law 8): a parser that
forgets places, rounds numbers or drops duplicate keys cannot do that. Laws:

1. Strict RFC 8259 over UTF-8: no `NaN`, no comments, no trailing bytes, no control characters in strings, no byte order
   mark. A lone `\ud83d` is let through, as its grammar does, and read as a lone surrogate: models cut pairs in two.
2. A duplicate key in one object, compared after unescaping, is a fault (SECURITY B.5).
3. Bounded by `max_depth` and `max_nodes`; linear in time and memory; never recursive.
4. A number keeps its letters: `1e400` and 23-digit integers are never converted.

Every value and every key is a node and counts as one. `[]` is 1 deep, a bare scalar 0.
"""

import json
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from enum import Enum
from json.encoder import encode_basestring
from types import MappingProxyType
from typing import Final

from gateway.errors import DuplicateKey, GatewayError, MalformedRequest, Reason, StreamMisuse

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SPACES = b" \t\n\r"
_COMMAS = (b",", b", ")  # nearly every tail
_COMMA, _CLOSE_OBJECT, _NOTHING = b",}\0"
_CLOSES = dict(zip(b"{[\0", b"}]\0", strict=True))  # from opening to closing bracket

_INSIDE = rb'[^"\\\x00-\x1f]*+'  # of a string, up to a quote, an escape or a fault
_STRING = rb'"%b"' % _INSIDE
_NUMBER = rb"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?"
_SPACE = rb"[ \t\n\r]*+"
_TAIL = rb"[ \t\n\r,\]}]*+"
# One match for a whole value and the signs behind it. A quote that opens no plain string opens one with escapes.
_VALUE = rb'(?:(%b)|(%b)|(true|false|null)|([\[{])|("))%b' % (_STRING, _NUMBER, _TAIL)
_ELEMENT = re.compile(rb"()" + _VALUE).match
_MEMBER = re.compile(rb"(%b)%b:%b%b" % (_STRING, _SPACE, _SPACE, _VALUE)).match
_COLON = re.compile(rb"%b:%b" % (_SPACE, _SPACE)).match
# No more than 1,000 escapes in a match: the engine keeps 180 bytes for each repetition until the match is over.
_ESCAPES = re.compile(rb'(?:%b\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})){1,1000}' % _INSIDE).match
_REST_OF_STRING = re.compile(rb'(%b")%b' % (_INSIDE, _TAIL)).match


class Kind(Enum):
    """The kinds of a node. `true`, `false` and `null` are literals."""

    OBJECT = "object"
    ARRAY = "array"
    STRING = "string"
    NUMBER = "number"
    LITERAL = "literal"


# By group of _ELEMENT and _MEMBER. As globals, because the look-up of an enum's member takes 100 ns.
_KINDS = (Kind.STRING, Kind.STRING, Kind.STRING, Kind.NUMBER, Kind.LITERAL, Kind.ARRAY, Kind.STRING)
_KEY_GROUP, _OPEN_GROUP, _ESCAPED_GROUP = 1, 5, 6
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
    return encode_basestring(text).encode(errors="backslashreplace")


def path_of(steps: Iterable[str | int], known: Container[str]) -> str:
    """A path for messages, such as `messages[2].content`, from the keys and indexes on the way down from the root.

    A key that is not in `known` becomes `*`: keys are the user's text too.
    """
    parts = (f"[{step}]" if isinstance(step, int) else f".{step if step in known else '*'}" for step in steps)
    return "".join(parts).removeprefix(".")


def _unescape(literal: bytes) -> str:
    """The text of a string literal that is known to be well formed."""
    if literal.find(b"\\") < 0:  # twice as fast as `in`
        return literal[1:-1].decode()
    return str(json.loads(literal.decode()))


class _Frame:
    """A container that is still open, and the key that it stands under. The bottom one stands for the whole body."""

    __slots__ = ("closes", "elements", "key", "members", "name", "start")

    def __init__(self, start: int, opens: int, name: str, key: Node | None) -> None:
        self.start = start
        self.closes = _CLOSES[opens]
        self.name = name
        self.key = key
        self.members: dict[str, tuple[Node, Node]] = {}
        self.elements: list[Node] = []

    def close(self, body: bytes, end: int) -> Node:
        if self.closes == _CLOSE_OBJECT:
            return Node(Kind.OBJECT, body, self.start, end, self.members)
        return Node(Kind.ARRAY, body, self.start, end, tuple(self.elements))


class _Parser:
    """One run over one body: a loop over values, the open containers on a list, so that depth costs no call stack."""

    __slots__ = ("_body", "_error", "_frames", "_max_depth", "_nodes_left")

    def __init__(self, body: bytes, max_depth: int, max_nodes: int, error: type[GatewayError] | None) -> None:
        self._body = body
        self._error = error
        self._frames = [_Frame(0, _NOTHING, "", None)]
        self._max_depth = max_depth
        self._nodes_left = max_nodes

    def parse(self) -> Node:
        self._check_encoding()
        body, bottom = self._body, self._frames[0]
        position = len(body) - len(body.lstrip(_SPACES))
        while not bottom.elements:
            position = self._values(position)
        if position != len(body):
            raise self._fault(Reason.SYNTAX, position)
        return bottom.elements[0]

    def _values(self, position: int) -> int:
        """Read values of the innermost container until it closes or another one opens; answers where to read on."""
        body, frame = self._body, self._frames[-1]
        is_object = frame.closes == _CLOSE_OBJECT
        match, members, elements = _MEMBER if is_object else _ELEMENT, frame.members, frame.elements
        name, key = "", None
        while True:
            token = match(body, position)
            if is_object:
                if token is not None:
                    start, end = token.span(_KEY_GROUP)
                    name = body[start + 1 : end - 1].decode()
                else:
                    token, start, end = self._escaped_key(position)
                    name = _unescape(body[start:end])
                if name in members:
                    raise self._fault(Reason.DUPLICATE_KEY, start)
                key = Node(_STRING_KIND, body, start, end)
            elif token is None:
                raise self._fault(Reason.SYNTAX, position)
            group = token.lastindex or 0
            start, end = token.span(group)
            position = token.end()
            self._nodes_left -= 2 if is_object else 1
            if self._nodes_left < 0:
                raise self._fault(Reason.NODES, start)
            if group == _OPEN_GROUP:
                if len(self._frames) > self._max_depth:
                    raise self._fault(Reason.DEPTH, start)
                self._frames.append(_Frame(start, body[start], name, key))
                return self._signs(end, position, is_fresh=True)
            if group == _ESCAPED_GROUP:
                rest = self._rest_of_string(end)
                end, position = rest.end(1), rest.end()
            node = Node(_KINDS[group], body, start, end)
            if key is not None:
                members[name] = (key, node)
            else:
                elements.append(node)
            if body[end:position] not in _COMMAS or frame.closes == _NOTHING:
                return self._signs(end, position, is_fresh=False)

    def _signs(self, position: int, end: int, *, is_fresh: bool) -> int:
        """Follow the closing brackets and the comma between two places; `is_fresh` behind an opening bracket."""
        body, frames = self._body, self._frames
        is_more = is_fresh  # whether a value may come next
        for sign in body[position:end].translate(None, _SPACES):
            frame = frames[-1]
            if sign == _COMMA and not is_more and len(frames) > 1:
                is_more = True
            elif sign == frame.closes and (is_fresh or not is_more):
                position = body.index(sign, position) + 1
                frames.pop()
                node = frame.close(body, position)
                if frame.key is None:
                    frames[-1].elements.append(node)
                else:
                    frames[-1].members[frame.name] = (frame.key, node)
                is_more = is_fresh = False
            else:
                raise self._fault(Reason.SYNTAX, position)
        if not is_more and len(frames) > 1:
            raise self._fault(Reason.SYNTAX, end)
        return end

    def _escaped_key(self, position: int) -> tuple[re.Match[bytes], int, int]:
        """The value behind a key with escapes, start and end of the key. Whatever is no member at all ends here too."""
        if self._body[position : position + 1] != b'"':
            raise self._fault(Reason.SYNTAX, position)
        end = self._rest_of_string(position + 1).end(1)
        colon = _COLON(self._body, end)
        token = _ELEMENT(self._body, colon.end()) if colon else None
        if token is None:
            raise self._fault(Reason.SYNTAX, end)
        return token, position, end

    def _rest_of_string(self, position: int) -> re.Match[bytes]:
        """The match from inside a string on: group 1 ends with the quote, the whole with the signs behind it."""
        while (escapes := _ESCAPES(self._body, position)) is not None:
            position = escapes.end()
        rest = _REST_OF_STRING(self._body, position)
        if rest is None:
            raise self._fault(Reason.SYNTAX, position)
        return rest

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
        return (self._error or usual)(reason=reason, at_byte=position)
