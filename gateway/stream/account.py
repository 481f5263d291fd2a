"""What was found in one text, and what stands in its place."""

from __future__ import annotations

from dataclasses import replace

from gateway.verdict import Finding


class Account:
    """Kept in offsets that count from the start of the text's context; told in offsets of the text."""

    __slots__ = ("_origin", "components", "found", "named")

    def __init__(self, origin: int) -> None:
        self._origin = origin
        self.found: list[Finding] = []
        self.components: list[tuple[int, int, str]] = []
        """Start, end and replacement of each component, its tail included."""
        self.named: list[Finding] = []
        """For each component the finding that names it."""

    def add(self, start: int, end: int, shown: str, winner: Finding) -> None:
        """A component and what stands in its place."""
        self.components.append((start, end, shown))
        self.named.append(winner)

    def stretch(self, end: int) -> None:
        """The last component reaches further."""
        start, _, shown = self.components[-1]
        self.components[-1] = (start, end, shown)

    def show(self, place: int, shown: str) -> None:
        """Something else stands in the place of a component."""
        start, end, _ = self.components[place]
        self.components[place] = (start, end, shown)

    @property
    def findings(self) -> list[Finding]:
        """All that was found, in offsets of the text."""
        return self._placed(self.found)

    @property
    def winners(self) -> list[Finding]:
        """For each of `replaced` the finding that names it."""
        return self._placed(self.named)

    @property
    def replaced(self) -> list[tuple[int, int, str]]:
        """`components` in offsets of the text."""
        return [(start - self._origin, end - self._origin, shown) for start, end, shown in self.components]

    @property
    def ranges(self) -> list[tuple[int, int, Finding]]:
        """Start and end of each component, and the finding that names it."""
        return [(start, end, one) for (start, end, _), one in zip(self.replaced, self.winners, strict=True)]

    def _placed(self, findings: list[Finding]) -> list[Finding]:
        origin = self._origin
        if not origin:
            return findings
        return [replace(one, start=max(one.start - origin, 0), end=one.end - origin) for one in findings]
