"""Streams as providers write them, and what a client gets, byte by byte: one folder, one case.

The scanner is the small one, so that no new recognizer changes where an event is cut; the texts as a whole are also
compared with what all recognizers make of them.
"""

from __future__ import annotations

import json
import random
from itertools import pairwise
from pathlib import Path

import pytest

from tests.planted import small
from tests.playbook import Trace, play, session, sse_datas, texts

CASES = sorted(path for path in (Path(__file__).parent / "openai_chat").iterdir() if path.is_dir())


def replay(body: bytes, cuts: list[int]) -> Trace:
    return play([body[a:b] for a, b in pairwise([0, *cuts, len(body)])], using=session(small()))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden(case: Path) -> None:
    upstream, client = (case / "upstream.sse").read_bytes(), (case / "client.sse").read_bytes()
    assert replay(upstream, []).sent == client
    assert replay(upstream, list(range(1, len(upstream)))).sent == client
    generator = random.Random(case.name)
    for _ in range(10):
        cuts = sorted(generator.sample(range(1, len(upstream)), 20))
        assert replay(upstream, cuts).sent == client


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_texts_with_all_recognizers(case: Path) -> None:
    upstream, client = (case / "upstream.sse").read_bytes(), (case / "client.sse").read_bytes()
    expected = texts(json.loads(data) for data in sse_datas(client) if data != "[DONE]")
    assert {path: text for path, text in play([upstream]).texts.items() if text} == {
        path: text for path, text in expected.items() if text
    }


def test_there_are_cases() -> None:
    assert len(CASES) >= 8
