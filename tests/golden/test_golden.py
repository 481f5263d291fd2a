"""Streams and whole bodies as providers and clients write them, and what reaches the other side, byte by byte: one
folder, one case.

The scanner is the small one, so that no new recognizer changes where an event is cut; the texts as a whole are also
compared with what all recognizers make of them.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from gateway.stream.body import apply, inspect_slots
from gateway.stream.signed import touched
from gateway.verdict import Direction
from gateway.wire.catalogue import wire_formats
from gateway.wire.json_text import parse
from tests.planted import small
from tests.playbook import Trace, play, session, sse_datas, texts

PASSED = frozenset({"thinking_passed", "whole_thinking_passed"})
"""Cases under `signed_thinking: pass`; what the model thought is in them as it is."""
CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/*/upstream.sse"))
FORMATS = {type(wire).__module__.rpartition(".")[2]: wire for wire in wire_formats()}


def named(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


def replay(case: Path, body: bytes, cuts: list[int]) -> Trace:
    using = session(small(), wire=FORMATS[case.parent.name], passes_signed=case.name in PASSED)
    return play([body[a:b] for a, b in pairwise([0, *cuts, len(body)])], using=using)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_golden(case: Path) -> None:
    upstream, client = (case / "upstream.sse").read_bytes(), (case / "client.sse").read_bytes()
    assert replay(case, upstream, []).sent == client
    assert replay(case, upstream, list(range(1, len(upstream)))).sent == client
    generator = random.Random(case.name)
    for _ in range(10):
        cuts = sorted(generator.sample(range(1, len(upstream)), 20))
        assert replay(case, upstream, cuts).sent == client


CHAT = [case for case in CASES if case.parent.name == "openai_chat"]


@pytest.mark.parametrize("case", CHAT, ids=named)
def test_the_texts_with_all_recognizers(case: Path) -> None:
    upstream, client = (case / "upstream.sse").read_bytes(), (case / "client.sse").read_bytes()
    expected = texts(json.loads(data) for data in sse_datas(client) if data != "[DONE]")
    assert {path: text for path, text in play([upstream]).texts.items() if text} == {
        path: text for path, text in expected.items() if text
    }


@pytest.mark.parametrize("case", [case for case in CASES if case.name not in PASSED], ids=named)
def test_no_value_is_in_any_of_them(case: Path) -> None:
    client = (case / "client.sse").read_text(encoding="utf-8")
    assert not re.search(r"jane[^\"]{0,6}@|536-?22|555-0132", client)


WAYS = {
    Direction.REQUEST: ("request.client.json", "request.provider.json"),
    Direction.RESPONSE: ("answer.provider.json", "answer.client.json"),
}
WHOLE = [
    (case, way)
    for way, (came, _) in WAYS.items()
    for case in sorted(p.parent for p in Path(__file__).parent.glob(f"*/*/{came}"))
]


def passed(case: Path, way: Direction) -> bytes:
    """A whole body as the proxy lets it through."""
    wire, body = FORMATS[case.parent.name], (case / WAYS[way][0]).read_bytes()
    root, passes = parse(body, max_depth=64, max_nodes=10_000), case.name in PASSED
    if way is Direction.REQUEST:
        wire.check(root)
        slots = wire.request_slots(root)
        inspected = inspect_slots(slots, small(way), wire.rules, way, attachments=False)
        altered = touched(slots, inspected.edits) if passes else inspected.altered
        return apply(body, [*inspected.edits, *wire.request_edits(root, altered)])
    slots = wire.response_slots(root)
    inspected = inspect_slots(slots, small(way), wire.rules, way, attachments=False, passes_signed=passes)
    return apply(body, [*inspected.edits, *wire.response_blanks(root, inspected.changed, inspected.altered)])


@pytest.mark.parametrize(("case", "way"), WHOLE, ids=[f"{named(case)}-{way.value}" for case, way in WHOLE])
def test_whole_bodies(case: Path, way: Direction) -> None:
    came, goes = (json.loads((case / name).read_bytes()) for name in WAYS[way])
    shown = passed(case, way)
    assert shown == (case / WAYS[way][1]).read_bytes()
    if case.name not in PASSED or way is Direction.REQUEST:
        assert not re.search(rb"jane[^\"]{0,6}@|536-?22|555-0132|4111", shown)
    assert (came == goes) == (shown == (case / WAYS[way][0]).read_bytes())


def test_there_are_cases() -> None:
    assert {case.parent.name for case, _ in WHOLE} == set(FORMATS), "each endpoint has whole bodies"
    counts = Counter(case.parent.name for case in CASES)
    assert counts["openai_chat"] >= 8
    assert counts["openai_responses"] >= 6
    assert counts["anthropic_messages"] >= 8
    assert counts["openai_completions"] >= 3
