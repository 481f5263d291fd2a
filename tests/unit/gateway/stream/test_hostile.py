"""Nothing of a value reaches a client that joins all strings it is given by their path, however the bytes were cut."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.playbook import DONE, play, stop
from tests.unit.gateway.stream.hostile import CARD, CASES, NUMBER, VALUE

LEAKS = (VALUE, "jane.doe@", NUMBER, "536-22-", CARD)


def said(body: bytes) -> dict[tuple[str, ...], str]:
    """Every string and number of all events, joined by the way to it, list places left out."""
    joined: dict[tuple[str, ...], str] = {}

    def walk(node: Any, path: tuple[str, ...]) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                walk(value, (*path, key))
        elif isinstance(node, list):
            for value in node:
                walk(value, (*path, "[]"))
        elif isinstance(node, str):
            joined[path] = joined.get(path, "") + node
        elif isinstance(node, int | float) and not isinstance(node, bool):
            joined[path] = f"{joined.get(path, '')}{int(node) if node == int(node) else node} "

    for block in body.split(b"\n\n"):
        data = b"\n".join(line[5:].strip() for line in block.split(b"\n") if line.startswith(b"data:"))
        if data and data != DONE[6:-2]:
            walk(json.loads(data), ())
    return joined


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("end", [b"", stop() + DONE, stop("length") + DONE], ids=["no end", "stop", "length"])
def test_no_value_comes_through(name: str, end: bytes) -> None:
    body = b"".join(CASES[name]) + end
    answers = set()
    for size in (len(body), 1, 7, 64):
        trace = play([body[at : at + size] for at in range(0, len(body), size)])
        shown = said(trace.sent)
        assert not [path for path, text in shown.items() if any(leak in text for leak in LEAKS)]
        assert VALUE.encode() not in trace.sent
        answers.add((*sorted(shown.items()), str(trace.error)))
    assert len(answers) == 1
