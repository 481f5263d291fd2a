"""Several scanners as one: what a hold-back asks when more than recognizers may claim a text.

Own tokens to restore, canaries and segments of a model are scanners of their own (see `holdback.Scanner`), each with
its own progress and its own frontier. Laws kept here:

1. Text is decided when every claimant has decided it: the frontier is the smallest of theirs.
2. The findings are the union of theirs; each remembers whose it is, and its tail and its replacement are asked there.
3. Claimants know nothing of each other. Which of two overlapping claims wins is settled by position and rank
   (`components.py`), never by who came first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import cast

from gateway.stream.scanner import Noticing, PerTool, Scanner, SlowAnswers, live_from
from gateway.verdict import Finding


def together(claimants: Sequence[Scanner]) -> Scanner:
    """One scanner for all; a single one as it is, so that it costs nothing."""
    return claimants[0] if len(claimants) == 1 else Claimants(claimants)


class Claimants(SlowAnswers, PerTool, Noticing):
    """Implements `gateway.stream.holdback.Scanner`. Its progress is the list of theirs."""

    __slots__ = ("_members",)

    def __init__(self, members: Sequence[Scanner]) -> None:
        self._members = tuple(members)

    def start(self, *, json_text: bool) -> object:
        return [member.start(json_text=json_text) for member in self._members]

    def scan(self, raw: str, base: int, progress: object, *, final: bool) -> tuple[int, list[Finding]]:
        every = zip(self._members, cast(list[object], progress), strict=True)
        return _united((member.scan(raw, base, own, final=final) for member, own in every), base + len(raw))

    def live_from(self, raw: str, base: int, progress: object) -> tuple[int, list[Finding]]:
        every = zip(self._members, cast(list[object], progress), strict=True)
        return _united((live_from(member, raw, base, own) for member, own in every), base + len(raw))

    def tail_end(
        self,
        head: Finding,
        raw: str,
        base: int,
        progress: object,
        *,
        start: int,
        limit: int,
        swallowed: int,
        final: bool,
    ) -> tuple[int, bool]:
        return self._members[head.claimant].tail_end(
            head,
            raw,
            base,
            cast(list[object], progress)[head.claimant],
            start=start,
            limit=limit,
            swallowed=swallowed,
            final=final,
        )

    def for_tool(self, name: str) -> Scanner:
        return Claimants([one.for_tool(name) if isinstance(one, PerTool) else one for one in self._members])

    def noticed(self, progress: object) -> list[Finding]:
        every = zip(self._members, cast(list[object], progress), strict=True)
        return [found for one, own in every if isinstance(one, Noticing) for found in one.noticed(own)]

    def cut_off(self, raw: str) -> bool:
        return any(member.cut_off(raw) for member in self._members)

    def replacement(self, finding: Finding, text: str) -> str:
        return self._members[finding.claimant].replacement(finding, text)


def _united(answers: Iterable[tuple[int, list[Finding]]], end: int) -> tuple[int, list[Finding]]:
    """The smallest frontier and the union of the findings, each with the number of its claimant."""
    smallest = end
    union: list[Finding] = []
    for number, (frontier, found) in enumerate(answers):
        smallest = min(smallest, frontier)
        if found:
            union += [replace(finding, claimant=number) for finding in found]
    return smallest, union
