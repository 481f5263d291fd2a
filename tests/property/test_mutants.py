"""Planted defects: the chunking check must fail for each, or it proves nothing."""

from __future__ import annotations

import re

import pytest

from gateway.stream.holdback import HoldBack, Scanner
from gateway.verdict import Finding

VALUES = {
    "card": "4111 1111 1111 1111",
    "email": "customer.relations.department.head.office.north@mailing.example.org",
    "ssn": "536-22-8726",
    "iban": "DE89 3704 0044 0532 0130 00",
}
TEXTS = [f"We wrote to {value}, as agreed. May 5 2024-05-17 it was" for value in VALUES.values()]
TEXTS += ["see a@b.com.au now", "1 4111 1111 1111 1111 12", "call 212-555-01871 or 212-555-0187 x 12"]


class Sound(HoldBack):
    """The real thing."""


class _Window:
    """A hold-back that asks the engine about what it is about to release, and about nothing else."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner, self._held = scanner, ""

    def cut(self) -> int:
        raise NotImplementedError

    def push(self, text: str) -> str:
        self._held += text
        at = self.cut()
        ready, self._held = self._held[:at], self._held[at:]
        return self._redacted(ready)

    def finish(self) -> str:
        ready, self._held = self._held, ""
        return self._redacted(ready)

    def _redacted(self, text: str) -> str:
        channel = HoldBack(self._scanner)
        return channel.push(text) + channel.finish()


class Fixed30(_Window):
    """Holds thirty characters, always."""

    def cut(self) -> int:
        return max(0, len(self._held) - 30)


class LastWordOnly(_Window):
    """Holds the last word."""

    def cut(self) -> int:
        return len(self._held) - len(re.split(r"\s", self._held)[-1])


class _EagerScanner:
    """Takes a match at the end of the buffer for decided: no look-ahead."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner

    def __getattr__(self, name: str) -> object:
        return getattr(self._scanner, name)

    def scan(self, raw: str, base: int, progress: object, *, final: bool) -> tuple[int, list[Finding]]:
        frontier, found = self._scanner.scan(raw, base, progress, final=final)
        if found or final:
            return frontier, found
        ahead = self._scanner.start(json_text=False)
        _, early = self._scanner.scan(raw, base, ahead, final=True)
        at_end = [finding for finding in early if finding.end == base + len(raw) and finding.start >= frontier]
        if not at_end:
            return frontier, found
        return self._scanner.scan(raw, base, progress, final=True)


class NoLookAhead(HoldBack):
    """Lets a match go when its last character is here."""

    def __init__(self, scanner: Scanner) -> None:
        super().__init__(_EagerScanner(scanner))  # type: ignore[arg-type]


class ReleasedPartOnly(_Window):
    """Finds the cut by the rule, but looks for matches only in what it releases."""

    def __init__(self, scanner: Scanner) -> None:
        super().__init__(scanner)
        self._progress = scanner.start(json_text=False)
        self._seen, self._released = "", 0

    def push(self, text: str) -> str:
        self._seen += text
        frontier, _ = self._scanner.scan(self._seen, 0, self._progress, final=False)
        ready, self._released = self._seen[self._released : frontier], frontier
        return self._redacted(ready)

    def finish(self) -> str:
        return self._redacted(self._seen[self._released :])


def breaks(kind: type[HoldBack] | type[_Window], scanner: Scanner) -> list[str]:
    """The texts that some cut into two, or into single characters, changes."""

    def said(parts: list[str]) -> str:
        channel = kind(scanner)
        return "".join([*map(channel.push, parts), channel.finish()])

    broken = []
    for text in TEXTS:
        whole = said([text])
        cuts = [list(text), *([text[:at], text[at:]] for at in range(1, len(text)))]
        if any(said(parts) != whole for parts in cuts):
            broken.append(text)
    return broken


def test_the_real_hold_back_passes(inspector: Scanner) -> None:
    assert breaks(Sound, inspector) == []


@pytest.mark.parametrize("mutant", [Fixed30, NoLookAhead, ReleasedPartOnly, LastWordOnly])
def test_a_planted_defect_is_found(mutant: type[HoldBack] | type[_Window], inspector: Scanner) -> None:
    assert breaks(mutant, inspector) != []
