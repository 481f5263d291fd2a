"""JSON with places against the standard library: the same texts, the same values, right places, bounded work."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.errors import DuplicateKey, GatewayError, MalformedRequest
from gateway.wire import json_text
from gateway.wire.json_text import Kind, Node, quote, splice
from tests.unit.gateway.wire.json_trees import Letters, Pairs, caught, nodes_of, plain, read

TEXT = st.text(st.characters(), max_size=12) | st.sampled_from(
    ["", "\ud83d", "\ude00", "a\ud83d", '"\\', "\u2028", "é😀"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4))
INDENTS = st.sampled_from([None, 0, 2, "\t", " \r\n"])
SEPARATORS = st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", "\t:\r")])
FRAGMENTS = [
    *[b"{", b"}", b"[", b"]", b",", b":", b" ", b"\n", b'"', b"\\", b'"a"', b'"b"', b'""', b'"\\u0061"', b'"\\ud83d"'],
    *[
        b"0",
        b"-1",
        b"1.5e3",
        b"01",
        b".",
        b"-",
        b"e",
        b"true",
        b"null",
        b"NaN",
        b"x",
        b"\0",
        b"\t",
        "é".encode(),
        b"\xff",
    ],
    *[b'{"a":1}', b"[1,2]", b'"a":', b',"b":2', b"\xef\xbb\xbf", b"\xed\xa0\x80", b'"\\n', b'\\u12"'],
]
SOUP = st.lists(st.sampled_from(FRAGMENTS), max_size=12).map(b"".join)


def oracle(body: bytes) -> Any:
    """What the standard library reads, with nothing converted. Raises ValueError."""

    def refuse(_: str) -> None:
        raise ValueError

    def pairs(members: list[tuple[str, Any]]) -> Pairs:
        if len(dict(members)) < len(members):
            raise KeyError
        return Pairs(members)

    text = body.decode()
    if text.startswith("\ufeff"):
        raise ValueError
    return json.loads(
        text, object_pairs_hook=pairs, parse_int=Letters, parse_float=Letters, parse_constant=refuse, strict=True
    )


def same(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


@given(VALUES, st.booleans(), INDENTS, SEPARATORS)
def test_reads_what_the_standard_library_writes(
    value: Any, ascii_only: bool, indent: int | str | None, separators: tuple[str, str]
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent, separators=separators)
    body = text.encode(errors="backslashreplace")  # lone surrogates as escapes
    root = read(body)
    assert same(plain(root), oracle(body))
    check_places(root, body)


def check_places(root: Node, body: bytes) -> None:
    """Each node stands where it says, alone it reads the same, and nodes follow each other as their texts do."""
    assert body[: root.start].strip() == body[root.end :].strip() == b""
    found = list(nodes_of(root))
    assert [node.start for node in found] == sorted({node.start for node in found})
    for node in found:
        assert node.body is body
        assert same(plain(read(node.raw)), plain(node))
        for inner in (*node.elements, *(part for member in node.members.values() for part in member)):
            assert node.start < inner.start < inner.end < node.end


@given(SOUP | st.binary(max_size=40) | st.text(max_size=20).map(lambda text: text.encode(errors="surrogatepass")))
@example(b'{"a":1,"a":}')
def test_accepts_exactly_what_the_standard_library_accepts(body: bytes) -> None:
    """But for duplicate keys, which we may meet before a fault that comes later."""
    expected: Any = None
    allowed: set[type[GatewayError]] = set()
    try:
        expected = oracle(body)
    except KeyError:
        allowed = {DuplicateKey}
    except ValueError:
        allowed = {MalformedRequest, DuplicateKey}
    if allowed:
        assert type(caught(lambda: read(body))) in allowed
    else:
        assert same(plain(read(body)), expected)


@given(VALUES, st.data())
def test_a_body_cut_short_is_refused(value: Any, data: st.DataObject) -> None:
    body = json.dumps([value]).encode()
    end = data.draw(st.integers(0, len(body) - 1))
    assert type(caught(lambda: read(body[:end]))) is MalformedRequest


@given(VALUES, INDENTS)
def test_splicing_every_node_by_itself_changes_nothing(value: Any, indent: int | str | None) -> None:
    body = json.dumps(value, indent=indent).encode()
    leaves = [node for node in nodes_of(read(body)) if node.kind not in {Kind.OBJECT, Kind.ARRAY}]
    assert splice(body, [(node.start, node.end, node.raw) for node in leaves]) == body


@given(VALUES, INDENTS)
def test_a_replaced_string_leaves_the_rest(value: Any, indent: int | str | None) -> None:
    body = json.dumps(value, indent=indent).encode()
    root = read(body)
    keys = {id(key) for node in nodes_of(root) for key, _ in node.members.values()}
    strings = [node for node in nodes_of(root) if node.kind is Kind.STRING and id(node) not in keys]
    changed = splice(body, [(node.start, node.end, quote(node.text() + "!")) for node in strings])

    def mark(part: Any) -> Any:
        if isinstance(part, str):
            return part + "!"
        if isinstance(part, dict):
            return {key: mark(inner) for key, inner in part.items()}
        return [mark(inner) for inner in part] if isinstance(part, list) else part

    assert json.loads(changed) == mark(value)


@given(TEXT)
def test_what_is_quoted_is_read_back(text: str) -> None:
    # Two halves side by side are one character, in Python's `json` as everywhere.
    joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    assert read(quote(text)).text() == joined


class Counting:
    """In the place of a compiled pattern's `match`: counts the calls, and the bytes that they pass over."""

    def __init__(self, match: Callable[[bytes, int], re.Match[bytes] | None]) -> None:
        self.match = match
        self.calls = self.passed = 0

    def __call__(self, body: bytes, position: int) -> re.Match[bytes] | None:
        found = self.match(body, position)
        self.calls += 1
        self.passed += found.end() - position if found else 0
        return found


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"1," * 10_000 + b"1]",
        b'["' + b"a" * 20_000 + b'"]',
        b'["' + b"\\n" * 10_000 + b'"]',
        b'["' + b'{\\"a\\": \\"b\\"}' * 2_000 + b'"]',
        b"[" + b'"\\n",' * 3_000 + b"1]",
        b"[" * 10_000 + b"]" * 10_000,
        b"[" + b" " * 20_000 + b"]",
        b"[" + b"[ ]," * 5_000 + b"1]",
        b"{" + b",".join(b'"\\n%d" : "%d"' % (number, number) for number in range(1_000)) + b"}",
    ],
)
def test_every_byte_is_passed_over_a_bounded_number_of_times(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted and not timed."""
    names = ("_MEMBER", "_ELEMENT", "_COLON", "_ESCAPES", "_REST_OF_STRING")
    counters = [Counting(getattr(json_text, name)) for name in names]
    for name, counter in zip(names, counters, strict=True):
        monkeypatch.setattr(json_text, name, counter)
    root = read(body, depth=20_000)
    assert sum(counter.passed for counter in counters) <= 2 * len(body)
    assert sum(counter.calls for counter in counters) <= 5 * len(list(iterate(root))) + len(body) // 1_000


def iterate(root: Node) -> Iterator[Node]:
    """`nodes_of` without recursion."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [*node.elements, *(part for member in node.members.values() for part in member)]
