"""Clean text must come through as it is, else a gateway that drops everything would pass."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from gateway.verify.answers import CONTENT, FIELDS, Answer, Field, Form, deltas, streamed, whole
from gateway.verify.case import Case, Group, Verdict
from gateway.verify.cases import OK, body
from gateway.verify.positions import TEXT_POSITIONS
from gateway.verify.received import Exchange, hear

CLEAN = (
    'One “two” three:\tfour \\ five / six & <seven>, é ü 漢字 \N{SLIGHTLY SMILING FACE} – "eight"; 7 % of 12.\n'
    "The well-known rest is plain prose (or nearly), which says: nothing, nobody, nowhere!"
)
WORDS = 7
BYTE_PAUSE_SECONDS = 0.0


def control_cases() -> Iterator[Case]:
    """Clean text in every field and position."""
    for place in FIELDS:
        text = _text(place)
        for cut, pieces in (
            ("whole", [text]),
            ("each character", list(text)),
            ("pieces", [text[at : at + WORDS] for at in range(0, len(text), WORDS)]),
        ):
            yield _streamed(place, cut, streamed(place, pieces), text)
        answer = whole(place, text)
        yield Case("", Group.CONTROL, place.name, "whole body", body(streams=False), answer, _same_body(answer))
    raw = b"".join(deltas(CONTENT, [CLEAN[:40], CLEAN[40:]]))
    each = [raw[at : at + 1] for at in range(len(raw))]
    yield _streamed(CONTENT, "each byte", Answer(each, pause_seconds=BYTE_PAUSE_SECONDS), CLEAN)
    for position, request in TEXT_POSITIONS.items():
        yield Case("", Group.CONTROL, position, "request", {**request(CLEAN), "stream": False}, OK, _same_request)


def first_contact() -> Case:
    """The plainest request there is."""
    return next(control_cases())


def _text(place: Field) -> str:
    return CLEAN if place.form is Form.PLAIN else json.dumps({"note": CLEAN, "more": [1, True, None]})


def _streamed(place: Field, cut: str, answer: Answer, text: str) -> Case:
    def judge(exchange: Exchange) -> Verdict:
        heard = hear(exchange)
        return Verdict.SAFE if not heard.failed and heard.at(place) == text else Verdict.LOST

    return Case("", Group.CONTROL, place.name, cut, body(streams=True), answer, judge)


def _same_body(answer: Answer) -> Callable[[Exchange], Verdict]:
    sent = b"".join(answer.pieces)
    return lambda exchange: Verdict.SAFE if exchange.body == sent else Verdict.LOST


def _same_request(exchange: Exchange) -> Verdict:
    return Verdict.SAFE if exchange.forwarded == exchange.sent else Verdict.LOST
