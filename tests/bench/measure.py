"""Figures from what a client read: delays, chunks, and whether the text is the provider's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from tests.bench.prose import pieces

Weighted = list[tuple[float, int]]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it was read."""

    tag: str
    sent: float
    reads: list[tuple[float, bytes]] = field(repr=False)


def measure(answers: list[Answer], emissions: dict[str, list[float]], chunks: int, *, streams: bool) -> dict[str, Any]:
    """The figures.

    Returns:
        `answers`, `wrong` (their text was not the provider's), `open` (at most, at a time), `first_ms` (request sent to
        first text read), and of streams `delay_ms` by character, `events_out` and `texts_out` for each chunk in.
    """
    sent = pieces(chunks)
    text = "".join(sent)
    if not streams:
        wrong = sum(_body_text(answer) != text for answer in answers)
        first = [((answer.reads[-1][0] - answer.sent) * 1000, 1) for answer in answers if answer.reads]
        return {"answers": len(answers), "wrong": wrong, "open": _open(answers), "first_ms": _quantiles(first)}
    first, delays, events, texts, wrong = [], [], 0, 0, 0
    for answer in answers:
        read = [(at, piece) for at, data in _events(answer) for piece in _deltas(data)]
        said = [(at, piece) for at, piece in read if piece]
        events += len(read)
        texts += len(said)
        if "".join(piece for _, piece in said) != text:
            wrong += 1
            continue
        first.append(((said[0][0] - answer.sent) * 1000, 1))
        delays += _delays(sent, emissions.get(answer.tag, []), said)
    # The provider's events: a role, the chunks, a finish.
    return {
        "answers": len(answers),
        "wrong": wrong,
        "open": _open(answers),
        "first_ms": _quantiles(first),
        "delay_ms": _quantiles(delays),
        "events_out": round(events / (len(answers) * (chunks + 2)), 3),
        "texts_out": round(texts / (len(answers) * chunks), 3),
    }


def _open(answers: list[Answer]) -> int:
    """How many answers were under way at a time, at most."""
    changes = [(answer.reads[0][0], 1) for answer in answers if answer.reads]
    changes += [(answer.reads[-1][0], -1) for answer in answers if answer.reads]
    return max(accumulate(change for _, change in sorted(changes)), default=0)


def _delays(sent: list[str], emitted: list[float], said: list[tuple[float, str]]) -> Weighted:
    """Milliseconds between the provider's write and the client's read, by so many characters."""
    out: Weighted = []
    ends_in, ends_out = _ends(sent), _ends(piece for _, piece in said)
    at = i = j = 0
    while i < min(len(ends_in), len(emitted)) and j < len(ends_out):
        end = min(ends_in[i], ends_out[j])
        if end > at:
            out.append(((said[j][0] - emitted[i]) * 1000, end - at))
        at = end
        i += ends_in[i] == end
        j += ends_out[j] == end
    return out


def _ends(parts: Iterable[str]) -> list[int]:
    out, at = [], 0
    for part in parts:
        at += len(part)
        out.append(at)
    return out


def _body(answer: Answer) -> Iterator[tuple[float, bytes]]:
    """The body without HTTP: each read's bytes, chunk framing removed."""
    pending, is_head, left = b"", True, 0
    for at, data in answer.reads:
        pending += data
        if is_head:
            head, found, rest = pending.partition(b"\r\n\r\n")
            if not found:
                continue
            if b"chunked" not in head.lower():
                yield at, b"".join(data for _, data in answer.reads).partition(b"\r\n\r\n")[2]
                return
            is_head, pending = False, rest
        out = b""
        while pending:
            if left > 0:
                part = pending[:left]
                out += part
                pending = pending[len(part) :]
                left -= len(part)
                continue
            size, found, rest = pending.lstrip(b"\r\n").partition(b"\r\n")
            if not found:
                break
            left, pending = int(size, 16), rest
        yield at, out


def _events(answer: Answer) -> Iterator[tuple[float, bytes]]:
    pending = b""
    for at, data in _body(answer):
        *whole, pending = (pending + data).split(b"\n\n")
        for block in whole:
            if block.startswith(b"data:") and b"[DONE]" not in block:
                yield at, block[5:]


def _deltas(data: bytes) -> Iterator[str]:
    for choice in json.loads(data).get("choices", ()):
        yield choice.get("delta", {}).get("content") or ""


def _body_text(answer: Answer) -> str:
    data = b"".join(part for _, part in _body(answer))
    return str(json.loads(data)["choices"][0]["message"]["content"])


def _quantiles(weighted: Weighted) -> dict[str, float]:
    weighted.sort()
    total = sum(weight for _, weight in weighted)
    out, seen = {}, 0
    wanted = [("p50", 0.5), ("p95", 0.95)]
    for value, weight in weighted:
        seen += weight
        while wanted and seen >= wanted[0][1] * total:
            out[wanted.pop(0)[0]] = round(value, 3)
    return out
