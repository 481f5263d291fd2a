"""The inside of JSON strings: a scanner that reads their escapes, and writes them."""

from __future__ import annotations

import re

from gateway.stream.scanner import Noticing, Scanner, SlowAnswers, WholeValues, live_from
from gateway.verdict import Finding
from gateway.wire.json_text import quote

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class _Unescaping(Noticing, SlowAnswers):
    """A scanner for the inside of strings: it reads escapes in what it is asked, and writes them in what it answers."""

    def __init__(self, scanner: Scanner) -> None:
        self._inner = scanner
        self.start = scanner.start
        self.scan = scanner.scan
        self.tail_end = scanner.tail_end
        self._scanner = scanner
        self._replacement = scanner.replacement
        self._cut_off = scanner.cut_off

    def live_from(self, raw: str, base: int, progress: object) -> tuple[int, list[Finding]]:
        return live_from(self._inner, raw, base, progress)

    def cut_off(self, raw: str) -> bool:
        return self._cut_off(unescaped(raw)) or self._cut_off(raw)

    def noticed(self, progress: object) -> list[Finding]:
        return self._scanner.noticed(progress) if isinstance(self._scanner, Noticing) else []

    def replacement(self, finding: Finding, text: str) -> str:
        return quote(self._replacement(finding, unescaped(text)))[1:-1].decode()


class _UnescapingWhole(_Unescaping, WholeValues):
    """The same for scanners that need whole values."""


def joined(text: str) -> str:
    """The text with its surrogate pairs as the characters they stand for."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def unescaped(text: str) -> str:
    """What a JSON string says whose inside this is."""
    if "\\" not in text:
        return text
    return joined(
        _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else _SHORT.get(match[2], match[2]), text)
    )


def unescaping(scanner: Scanner) -> Scanner:
    """A scanner for the inside of strings."""
    return (_UnescapingWhole if isinstance(scanner, WholeValues) else _Unescaping)(scanner)
