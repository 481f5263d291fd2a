"""What a case is, and how it is judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from gateway.verify.answers import Answer, Field
from gateway.verify.planted import Planted
from gateway.verify.positions import Request, kept, seen_around, seen_by_provider
from gateway.verify.received import Exchange, hear

Judge = Callable[["Exchange"], "Verdict"]


class Verdict(Enum):
    """What became of a case."""

    SAFE = "safe"
    LEAKED = "leaked"
    LOST = "lost"


class Group(Enum):
    """The columns of the report: a value whole where nothing could be plainer; in streamed content; in other streamed
    fields; in answers that are not streamed; with bytes cut; in requests; at a provider in trouble. Then clean text.
    """

    PROBE = "plain"
    CONTENT = "content"
    FIELDS = "fields"
    WHOLE = "bodies"
    BYTES = "bytes"
    REQUESTS = "requests"
    TROUBLE = "failures"
    CONTROL = "clean text"


@dataclass(frozen=True, slots=True)
class Case:
    """One request and its answer. `entity` is empty for clean text, which must come through as it is."""

    entity: str
    group: Group
    place: str
    cut: str
    body: dict[str, Any] = field(repr=False)
    answer: Answer = field(repr=False)
    judge: Judge = field(repr=False)


def judge_answer(example: Planted, place: Field) -> Judge:
    """No value anywhere in the answer, and the clean text around it in its field."""

    def judge(exchange: Exchange) -> Verdict:
        heard = hear(exchange)
        if example.leaks(heard.everything):
            return Verdict.LEAKED
        return Verdict.LOST if heard.failed or not heard.kept(place) else Verdict.SAFE

    return judge


def judge_trouble(example: Planted, *, head_passes: bool = False) -> Judge:
    """No value anywhere; what else is lost is the trouble's. `head_passes`: its head was a text with a proper end."""
    leaks = example.leaks_whole if head_passes else example.leaks

    def judge(exchange: Exchange) -> Verdict:
        return Verdict.LEAKED if leaks(hear(exchange).everything) else Verdict.SAFE

    return judge


def judge_request(example: Planted, request: Request) -> Judge:
    """No value in what reached the provider, and the clean text around it still there."""
    around = seen_around(request)

    def judge(exchange: Exchange) -> Verdict:
        if exchange.forwarded is None:
            return Verdict.LOST
        if example.reached(seen_by_provider(exchange.forwarded), around=around):
            return Verdict.LEAKED
        return Verdict.SAFE if kept(request, exchange.forwarded) else Verdict.LOST

    return judge
