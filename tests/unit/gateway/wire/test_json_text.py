"""JSON with places: as strict as RFC 8259, text by text, and writing back."""

import sys
from functools import partial

import pytest

from gateway.errors import DuplicateKey, MalformedRequest, Reason, StreamMisuse, UpstreamProtocolError
from gateway.wire.json_text import Kind, path_of, quote, splice
from tests.unit.gateway.wire.json_trees import caught, nodes_of, plain, read


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{}", Kind.OBJECT),
        (b"[]", Kind.ARRAY),
        (b'""', Kind.STRING),
        (b"0", Kind.NUMBER),
        (b"-0", Kind.NUMBER),
        (b"1e400", Kind.NUMBER),
        (b"-1.50E-07", Kind.NUMBER),
        (b"12345678901234567890123", Kind.NUMBER),
        (b"9" * 5000, Kind.NUMBER),
        (b"true", Kind.LITERAL),
        (b"false", Kind.LITERAL),
        (b"null", Kind.LITERAL),
    ],
)
def test_a_lone_value(body: bytes, kind: Kind) -> None:
    for padding in (b"", b" ", b"\r\n\t "):
        node = read(padding + body + padding)
        assert (node.kind, node.raw, node.start, node.end) == (kind, body, len(padding), len(padding) + len(body))
        assert len(node.members) == len(node.elements) == 0


@pytest.mark.parametrize(
    ("body", "reason", "at_byte"),
    [
        (b"", Reason.SYNTAX, 0),
        (b"  ", Reason.SYNTAX, 2),
        (b"{", Reason.SYNTAX, 1),
        (b"[", Reason.SYNTAX, 1),
        (b"]", Reason.SYNTAX, 0),
        (b"[1", Reason.SYNTAX, 2),
        (b"[1,", Reason.SYNTAX, 3),
        (b"[1,]", Reason.SYNTAX, 2),
        (b"[1, ]", Reason.SYNTAX, 2),
        (b"[[],]", Reason.SYNTAX, 3),
        (b'{"a":{},}', Reason.SYNTAX, 7),
        (b"[[]1]", Reason.SYNTAX, 3),
        (b"[,1]", Reason.SYNTAX, 1),
        (b"[,]", Reason.SYNTAX, 1),
        (b"[1,,2]", Reason.SYNTAX, 2),
        (b"[1 2]", Reason.SYNTAX, 3),
        (b"[1}", Reason.SYNTAX, 2),
        (b"[}", Reason.SYNTAX, 1),
        (b"[]]", Reason.SYNTAX, 2),
        (b"[],", Reason.SYNTAX, 2),
        (b"1,", Reason.SYNTAX, 1),
        (b"1 2", Reason.SYNTAX, 2),
        (b"{} {}", Reason.SYNTAX, 3),
        (b"{1:2}", Reason.SYNTAX, 1),
        (b"{a:2}", Reason.SYNTAX, 1),
        (b'{"a"}', Reason.SYNTAX, 4),
        (b'{"a":}', Reason.SYNTAX, 4),
        (b'{"a":1,}', Reason.SYNTAX, 6),
        (b'{"a":1]', Reason.SYNTAX, 6),
        (b'{"a" 1}', Reason.SYNTAX, 4),
        (b'{"\\n" 1}', Reason.SYNTAX, 5),
        (b'{"\\n"', Reason.SYNTAX, 5),
        (b'{"\\n', Reason.SYNTAX, 4),
        (b'{"\\n":', Reason.SYNTAX, 5),
        (b"[1]x", Reason.SYNTAX, 3),
        (b"01", Reason.SYNTAX, 1),
        (b"+1", Reason.SYNTAX, 0),
        (b"-", Reason.SYNTAX, 0),
        (b"1.", Reason.SYNTAX, 1),
        (b".5", Reason.SYNTAX, 0),
        (b"1e", Reason.SYNTAX, 1),
        (b"0x10", Reason.SYNTAX, 1),
        (b"NaN", Reason.SYNTAX, 0),
        (b"-Infinity", Reason.SYNTAX, 0),
        (b"True", Reason.SYNTAX, 0),
        (b"nul", Reason.SYNTAX, 0),
        (b"nullx", Reason.SYNTAX, 4),
        (b"'a'", Reason.SYNTAX, 0),
        (b"// a\n1", Reason.SYNTAX, 0),
        (b"\x0b1", Reason.SYNTAX, 0),
        ("\u00a01".encode(), Reason.SYNTAX, 0),
        (b"[1]\0", Reason.SYNTAX, 3),
        (b'"', Reason.SYNTAX, 1),
        (b'"a', Reason.SYNTAX, 1),
        (b'"a\nb"', Reason.SYNTAX, 1),
        (b'"\0"', Reason.SYNTAX, 1),
        (b'"\x1f"', Reason.SYNTAX, 1),
        (b'"\\n\t"', Reason.SYNTAX, 3),
        (b'"\\', Reason.SYNTAX, 1),
        (b'"\\"', Reason.SYNTAX, 3),
        (b'"\\x"', Reason.SYNTAX, 1),
        (b'"\\v"', Reason.SYNTAX, 1),
        (b'"\\u12"', Reason.SYNTAX, 1),
        (b'"\\u00g0"', Reason.SYNTAX, 1),
        (b'"\\n\\q"', Reason.SYNTAX, 3),
        (b'"a""b"', Reason.SYNTAX, 3),
        (b"\xef\xbb\xbf1", Reason.BYTE_ORDER_MARK, 0),
        (b'"\xff"', Reason.ENCODING, 1),
        (b'"\xc3', Reason.ENCODING, 1),
        (b'"\xc0\x80"', Reason.ENCODING, 1),
        (b'"\xed\xa0\xbd"', Reason.ENCODING, 1),
        ("[1]".encode("utf-16-le"), Reason.SYNTAX, 1),
        ("[1]".encode("utf-16"), Reason.ENCODING, 0),
        (b'{"a":1,"a":1}', Reason.DUPLICATE_KEY, 7),
        (b'{"a":1,"\\u0061":2}', Reason.DUPLICATE_KEY, 7),
        (b'{"\\ud83d\\ude00":1,"\xf0\x9f\x98\x80":2}', Reason.DUPLICATE_KEY, 18),
        (b'[{"a":{},"b":{"c":[],"d":1,"c":[]}}]', Reason.DUPLICATE_KEY, 27),
        (b'{"":1,"":2}', Reason.DUPLICATE_KEY, 6),
    ],
)
def test_what_is_refused(body: bytes, reason: Reason, at_byte: int) -> None:
    error = caught(lambda: read(body))
    assert type(error) is (DuplicateKey if reason is Reason.DUPLICATE_KEY else MalformedRequest)
    assert (error.reason, error.at_byte) == (reason, at_byte)
    # A response that we cannot read is the provider's fault, not the caller's.
    error = caught(lambda: read(body, error=UpstreamProtocolError))
    assert type(error) is UpstreamProtocolError
    assert (error.reason, error.at_byte) == (reason, at_byte)


def test_one_key_in_two_objects_is_no_duplicate() -> None:
    root = read(b'{"a":{"a":[{"a":1},{"a":2}]},"A":3}')
    assert plain(root) == (("a", (("a", [(("a", "1"),), (("a", "2"),)]),)), ("A", "3"))


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        (rb'""', ""),
        (rb'"a b"', "a b"),
        ('"é😀\u2028\x7f"'.encode(), "é😀\u2028\x7f"),
        (rb'"\"\\\/\b\f\n\r\t"', '"\\/\b\f\n\r\t'),
        (rb'"\u0041\u00e9\u0000"', "Aé\0"),
        (rb'"\ud83d\ude00"', "😀"),
        (rb'"\uD83D\uDE00"', "😀"),
        (rb'"\ud83d"', "\ud83d"),
        (rb'"\ude00\ud83d"', "\ude00\ud83d"),
        (rb'"\ud83dx\ude00"', "\ud83dx\ude00"),
        (rb'"\\u0041"', "\\u0041"),
        (b'"' + rb"\n" * 5000 + b'"', "\n" * 5000),
    ],
)
def test_the_text_of_a_string(literal: bytes, text: str) -> None:
    assert read(literal).text() == text
    [(key, value)] = read(b"{" + literal + b" : [ " + literal + b" ] }").members.values()
    assert key.text() == value.elements[0].text() == text


@pytest.mark.parametrize("body", [b"{}", b"[]", b"1", b"null"])
def test_only_strings_have_text(body: bytes) -> None:
    assert type(caught(read(body).text)) is StreamMisuse


def test_look_up() -> None:
    root = read(rb'{"model":"m","messages":[{"content":"hi"}],"\u0078":1}')
    messages = root.get("messages")
    assert messages is not None
    assert [element.get("content") is not None for element in messages.elements] == [True]
    assert (root.get("none"), messages.get("content")) == (None, None)
    assert list(root.members) == ["model", "messages", "x"]


@pytest.mark.parametrize(
    ("body", "depth"), [(b"1", 0), (b"[]", 1), (b'{"a":[1,{}]}', 3), (b"[[],[[]],[]]", 3), (b"[" * 50 + b"]" * 50, 50)]
)
def test_depth_is_capped(body: bytes, depth: int) -> None:
    read(body, depth=depth)
    if depth:
        error = caught(lambda: read(body, depth=depth - 1))
        assert (type(error), error.reason) == (MalformedRequest, Reason.DEPTH)


@pytest.mark.parametrize(
    ("body", "nodes"), [(b"1", 1), (b"[]", 1), (b"[1,2]", 3), (b'{"a":1}', 3), (b'{"\\n":{"b":[""]}}', 6)]
)
def test_nodes_are_capped(body: bytes, nodes: int) -> None:
    assert len(list(nodes_of(read(body, nodes=nodes)))) == nodes
    error = caught(lambda: read(body, nodes=nodes - 1))
    assert (type(error), error.reason) == (MalformedRequest, Reason.NODES)


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]")])
def test_depth_costs_no_call_stack(opening: bytes, closing: bytes) -> None:
    levels = 50 * sys.getrecursionlimit()
    body = opening * levels + b"1" + closing * levels
    root = read(body, depth=2 * levels, nodes=10 * levels)
    assert (root.start, root.end) == (0, len(body))
    del root  # nor does taking the tree down
    assert caught(lambda: read(opening * levels, depth=2 * levels, nodes=10 * levels)).reason is Reason.SYNTAX


@pytest.mark.parametrize(
    ("edits", "result"),
    [
        ([], b"0123456789"),
        ([(0, 0, b"")], b"0123456789"),
        ([(0, 10, b"")], b""),
        ([(2, 4, b"abc"), (4, 5, b"")], b"01abc56789"),
        ([(3, 3, b"a"), (3, 3, b"b"), (10, 10, b"c")], b"012ab3456789c"),
    ],
)
def test_splice(edits: list[tuple[int, int, bytes]], result: bytes) -> None:
    assert splice(b"0123456789", edits) == result


@pytest.mark.parametrize(
    "edits",
    [
        [(4, 2, b"")],
        [(-1, 2, b"")],
        [(9, 11, b"")],
        [(11, 11, b"")],
        [(0, 3, b""), (2, 4, b"")],
        [(5, 6, b""), (0, 1, b"")],
    ],
)
def test_splice_refuses_what_it_cannot_place(edits: list[tuple[int, int, bytes]]) -> None:
    assert type(caught(lambda: splice(b"0123456789", edits))) is StreamMisuse


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("", b'""'),
        ("a/b'c", b'"a/b\'c"'),
        ('"\\', rb'"\"\\"'),
        ("\n\r\t\b\f\0\x1f", rb'"\n\r\t\b\f\u0000\u001f"'),
        ("é😀\x7f\u2028\u2029", '"é😀\x7f\u2028\u2029"'.encode()),
        ("\ud83d", rb'"\ud83d"'),
        ("a\ude00\ud83d", rb'"a\ude00\ud83d"'),
    ],
)
def test_quote(text: str, literal: bytes) -> None:
    assert quote(text) == literal


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        ([], ""),
        (["model"], "model"),
        (["messages", 2, "content"], "messages[2].content"),
        (["messages", 2, "content", 0, "jane@example.com", "content"], "messages[2].content[0].*.content"),
        (["jane"], "*"),
        ([0, 1, "model"], "[0][1].model"),
        ([""], "*"),
    ],
)
def test_a_path_shows_known_names_only(steps: list[str | int], path: str) -> None:
    assert path_of(steps, {"messages", "content", "model"}) == path


def test_nothing_of_the_text_is_in_a_repr_or_an_error() -> None:
    root = read(b'{"jane":"jane"}')
    assert "jane" not in "".join(repr(node) for node in nodes_of(root))
    for body in (b'{"jane":1,"jane":2}', b'["jane" jane]', b'"jane\xff"'):
        error = caught(partial(read, body))
        assert "jane" not in f"{error!r} {error} {vars(error)}"
