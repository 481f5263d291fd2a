"""The walk over a body: every string, key and long number is a slot, unless the format put a safe name on it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.wire.format import Rules, Slot, SlotKind, Trust, context_of, piece, slots
from gateway.wire.json_text import parse, quote

RULES = Rules(
    identifiers=frozenset({"id", "type"}),
    numbers=frozenset({"created"}),
    json_text=frozenset({"arguments"}),
    keys=frozenset({"id", "type", "created", "arguments", "content", "text", "data", "metadata", "items", "url"}),
    free=frozenset({"metadata"}),
)
TEXT, JSON, KEY, NUMBER, ATTACHMENT, SIGNATURE = SlotKind


def walk(body: str | bytes) -> list[Slot]:
    raw = body if isinstance(body, bytes) else body.encode()
    return list(slots(parse(raw, max_depth=64, max_nodes=10_000), RULES))


def seen(body: str) -> list[tuple[SlotKind, str]]:
    return [(slot.kind, slot.text) for slot in walk(body)]


TABLE: list[tuple[str, list[tuple[SlotKind, str]]]] = [
    ("{}", []),
    ('"a"', [(TEXT, "a")]),
    ("1234567", [(NUMBER, "1234567")]),
    ('{"content": "a"}', [(TEXT, "a")]),
    ('{"content": ""}', []),
    ('{"text": ""}', [(TEXT, "")]),
    ('{"content": "\\u0041"}', [(TEXT, "A")]),
    ('{"conten\\u0074": "a"}', [(TEXT, "a")]),
    ('{"new": "a"}', [(KEY, "new"), (TEXT, "a")]),
    ('{"new": {"newer": ["a", "b"]}}', [(KEY, "new"), (KEY, "newer"), (TEXT, "a"), (TEXT, "b")]),
    ('{"content": [true, null, false, 1, 123456, 0000001]}'.replace("0000001", "1"), []),
    ('{"arguments": "{}"}', [(JSON, "{}")]),
    # Identifiers, and what only looks like one.
    ('{"id": "call_1-a.b:c/d+e=f"}', []),
    ('{"id": "12345"}', [(TEXT, "12345")]),
    ('{"id": "536-22-8726"}', [(TEXT, "536-22-8726")]),
    ('{"id": "a b"}', [(TEXT, "a b")]),
    ('{"id": "a@b"}', [(TEXT, "a@b")]),
    ('{"id": "é"}', [(TEXT, "é")]),
    ('{"id": "' + "a" * 129 + '"}', [(TEXT, "a" * 129)]),
    ('{"id": ["a", "b c"]}', [(TEXT, "b c")]),
    # Where the format did not put them, names mean nothing.
    ('{"metadata": {"id": "AKIAIOSFODNN7EXAMPLE"}}', [(TEXT, "AKIAIOSFODNN7EXAMPLE")]),
    ('{"metadata": {"created": 4111111111111111}}', [(NUMBER, "4111111111111111")]),
    ('{"metadata": {"items": [{"id": "a"}]}}', [(TEXT, "a")]),
    ('{"new": {"id": "a"}}', [(KEY, "new"), (TEXT, "a")]),
    ('{"new": {"created": 12345678}}', [(KEY, "new"), (NUMBER, "12345678")]),
    ('{"items": {"id": "a", "created": 12345678}}', []),
    # Numbers.
    ('{"created": 12345678}', []),
    ('{"content": 123456}', []),
    ('{"content": 1234567}', [(NUMBER, "1234567")]),
    ('{"content": -1234567}', [(NUMBER, "-1234567")]),
    ('{"content": 1234567.5}', [(NUMBER, "1234567.5")]),
    ('{"content": 1234567e0}', [(NUMBER, "1234567")]),
    ('{"content": 0.1234567}', []),
    ('{"content": 1e400}', []),
    ('{"created": 1700000000123}', []),
    ('{"created": 4111111111111111}', [(NUMBER, "4111111111111111")]),
    # Attachments.
    ('{"type": "file"}', [(ATTACHMENT, "")]),
    ('{"items": [{"type": "input_image", "url": "x"}]}', [(ATTACHMENT, ""), (TEXT, "x")]),
    ('{"data": "QUJD"}', [(ATTACHMENT, "")]),
    ('{"data": "say hello@"}', [(TEXT, "say hello@")]),
    ('{"new": {"data": "QUJD"}}', [(KEY, "new"), (ATTACHMENT, "")]),
    ('{"metadata": {"data": "QUJD", "type": "file"}}', [(TEXT, "QUJD"), (TEXT, "file")]),
    ('{"url": "data:image/png;base64,QUJD"}', [(ATTACHMENT, "")]),
    ('{"url": " DATA:;Base64,QUJD"}', [(ATTACHMENT, "")]),
    ('{"metadata": {"a": "data:image/png;base64,QUJD"}}', [(KEY, "a"), (ATTACHMENT, "")]),
    ('{"url": "data:text/plain,jane"}', [(TEXT, "data:text/plain,jane")]),
    ('{"content": "data: {\\"a\\": 1}"}', [(TEXT, 'data: {"a": 1}')]),
    ('{"content": "data:"}', [(TEXT, "data:")]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), TABLE)
def test_slots(body: str, expected: list[tuple[SlotKind, str]]) -> None:
    assert seen(body) == expected


def test_places_context_and_steps() -> None:
    body = b'{ "content" : [ {"ssn":"x"}, 1234567 ], "a b": "\xc3\xa9" }'
    found = walk(body)
    assert [body[slot.start : slot.end] for slot in found] == [b'"ssn"', b'"x"', b"1234567", b'"a b"', '"é"'.encode()]
    assert [slot.context for slot in found] == ["", 'ssn: "', "", "", 'a b: "']
    assert found[1].steps == ("content", 0, "ssn")
    assert found[2].steps == ("content", 1)
    assert [slot.start for slot in found] == sorted(slot.start for slot in found)


@pytest.mark.parametrize(
    ("name", "context"), [("", ""), ("ssn", 'ssn: "'), ("content", ""), ("x" * 80, "x" * 64 + ': "')]
)
def test_context(name: str, context: str) -> None:
    assert context_of(name, RULES, Trust.FORMAT) == context
    assert context_of(name, RULES, Trust.DATA) == (f'{name[-64:]}: "' if name else "")


@pytest.mark.parametrize(
    ("key", "trust", "below"),
    [
        ("content", Trust.FORMAT, Trust.FORMAT),
        ("new", Trust.FORMAT, Trust.UNKNOWN),
        ("metadata", Trust.FORMAT, Trust.DATA),
        ("content", Trust.UNKNOWN, Trust.UNKNOWN),
        ("metadata", Trust.UNKNOWN, Trust.DATA),
        ("content", Trust.DATA, Trust.DATA),
        ("new", Trust.DATA, Trust.DATA),
    ],
)
def test_trust_only_falls(key: str, trust: Trust, below: Trust) -> None:
    assert RULES.trust_below(key, trust) is below


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("content", "data:", TEXT),
        ("content", "data:image/png;base64,QUJD", TEXT),
        ("new", "data:image/png;base64,QUJD", TEXT),
        ("data", "QUJD", ATTACHMENT),
        ("data", "not base64!", TEXT),
        ("arguments", "{", JSON),
        ("id", "a", None),
        ("id", "a b", TEXT),
        ("content", "", None),
    ],
)
def test_a_piece_of_a_stream(name: str, text: str, kind: SlotKind | None) -> None:
    node = parse(quote(text), max_depth=1, max_nodes=1)
    found = list(piece(node, RULES, ("choices", 0, name), name, Trust.FORMAT, (0, name)))
    assert [slot.kind for slot in found] == ([kind] if kind else [])
    for slot in found:
        assert slot.channel == (None if kind is ATTACHMENT else (0, name))
        assert slot.text == ("" if kind is ATTACHMENT else text)
        assert slot.context == context_of(name, RULES, Trust.FORMAT)


_TREES = st.recursive(
    st.one_of(st.text(max_size=5), st.integers(10**7, 10**9), st.none()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=3),
    max_leaves=12,
)


def leaves(tree: object) -> list[str]:
    if isinstance(tree, dict):
        return [one for key, value in tree.items() for one in [key, *leaves(value)]]
    if isinstance(tree, list):
        return [one for value in tree for one in leaves(value)]
    return [] if tree is None or tree == "" else [str(tree)]


@settings(max_examples=100, deadline=None)
@given(_TREES)
def test_nothing_of_an_unknown_body_is_missed(tree: object) -> None:
    import json  # the independent writer

    known = RULES.keys | {""}
    body = json.dumps({"new": tree}, ensure_ascii=False).encode(errors="surrogatepass")
    found = [slot.text for slot in walk(body) if slot.kind is not ATTACHMENT]
    assert [text for text in found if text not in known] == [
        text for text in ["new", *leaves(tree)] if text not in known
    ]
