"""Parts of one text that come one after another in a stream: no value hides in the seam between two of them.

Laws kept here:
1. Each part is read alone and all of them as one text, as in a whole body (`body.py`): what either reading finds goes.
   A replacement stands where its value began; of the parts behind it, what belongs to the value is cut off.
2. A part is over when both readings have decided all of it. Until then what follows waits: in prose for the first word
   of the next part, since the last word of this one could begin an address. A part that ends decided holds up nothing.
3. What is read twice is bounded: so far from its seam a part is read as one text with those before it only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import cast

from gateway.errors import UpstreamProtocolError
from gateway.errors.policy import PolicyBlock
from gateway.stream.holdback import BATCH_CHARS, CUT_OFF, HoldBack
from gateway.stream.readings import Both, Readings, moved
from gateway.stream.scanner import Scanner
from gateway.verdict import Finding
from gateway.wire.format import Channel
from gateway.wire.parts import Place

PARTS_MAX = 256
"""Parts that are read as one text, at most."""
_SEAM = "\udfff"
"""Stands in what a chain releases where a part ends: half of a surrogate pair, which no text of a stream has."""


class Chain(HoldBack):
    """The hold-back of all parts together; each has the face of its own (`Link`)."""

    __slots__ = ("_at", "_inner", "_origins", "_seams", "_shown", "is_cut_off", "is_over")

    def __init__(self, scanner: Scanner) -> None:
        super().__init__(scanner)
        self._inner = scanner
        self._seams: deque[int] = deque()
        """Ends of parts that are not over."""
        self._origins = [0]
        self._shown: list[list[str]] = [[]]
        """By part, what is released of it and has not been fetched."""
        self._at = 0
        self.is_over = self.is_cut_off = False

    @property
    def waits(self) -> bool:
        """Whether a part has ended, another one has begun, and the first is not decided."""
        return bool(self._seams)

    def begin(self) -> None:
        """The part has ended, and the next one begins.

        Raises:
            GatewayError: what the scanner raises.
        """
        if not isinstance(self._progress, Both):
            self._scanner, self._progress = Readings(self._inner), Both(self._progress, None, 0)
        readings, both = cast(Readings, self._scanner), self._progress
        end = self._base + len(self._raw)
        found = readings.over(self._raw, self._base, both)
        self._pending += [finding for finding in found if finding.end > self._released]
        self._origins.append(end)
        self._shown.append([])
        if self._released < end:
            self._seams.append(end)
        else:
            self._at += 1

    def feed(self, part: int, text: str) -> str:
        """Take in a delta of the last part; what may leave of it.

        Raises:
            UpstreamProtocolError: it is another part's, which has ended.
            PolicyBlock: as `HoldBack.push` does.
        """
        if self.is_over or part != len(self._origins) - 1:
            raise UpstreamProtocolError
        if not self._seams:
            return super().push(text)
        self._raw += text
        frontier, found = self._scanner.scan(self._raw, self._base, self._progress, final=False)
        self._give(self._settle(frontier, found, final=False))
        return self.rest(part)

    def rest(self, part: int) -> str:
        """What is released of a part and has not been fetched."""
        shown, self._shown[part] = "".join(self._shown[part]), []
        return shown

    def end(self, part: int, *, truncated: bool) -> str:
        """The rest of a part; where it is not over, nothing follows any of them."""
        if part >= self._at and not self.is_over:
            self.is_over = True
            self._give(super().finish(truncated=truncated or self.is_cut_off))
        return self.rest(part)

    def held_of(self, part: int) -> int:
        """Characters of a part that are held."""
        ends = [*self._origins[1:], self._base + len(self._raw)]
        return max(0, ends[part] - max(self._released, self._origins[part]))

    def findings_of(self, part: int) -> list[Finding]:
        """Those that begin in a part, in its offsets."""
        low, *_ = ends = self._origins[part : part + 2]
        high = ends[1] if len(ends) > 1 else None
        return moved([one for one in self.findings if low <= one.start and (high is None or one.start < high)], -low)

    def _give(self, out: str) -> None:
        """Hand out what is released to the parts that it belongs to."""
        first, *others = out.split(_SEAM)
        self._shown[self._at].append(first)
        for text in others:
            self._at += 1
            self._shown[self._at].append(text)

    def _open_text(self, start: int, end: int, guarded: int | None, *, final: bool) -> str:
        shown = super()._open_text(start, end, guarded, final=final)
        start, marks = max(start, self._covered), list[int]()
        while self._seams and self._seams[0] <= end:
            seam = self._seams.popleft()
            is_cut_off = shown.endswith(CUT_OFF) and guarded is not None and seam > guarded
            marks.append(len(shown) if is_cut_off else min(max(seam - start, 0), len(shown)))
        for mark in reversed(marks):
            shown = shown[:mark] + _SEAM + shown[mark:]
        return shown

    def _component(self, start: int, end: int, members: Sequence[Finding], *, final: bool) -> str:
        shown = super()._component(start, end, members, final=final)
        while self._seams and self._seams[0] < end:
            self._seams.popleft()
            shown += _SEAM
        return shown

    def _replacement(self, winner: Finding, text: str) -> str:
        return super()._replacement(winner, text).replace(_SEAM, "\ufffd")


def redact_parts(scanner: Scanner, texts: Sequence[str], *, truncated: bool) -> tuple[list[str], tuple[Finding, ...]]:
    """All parts of a whole text, by the same engine; arguments and errors as for `holdback.redact`."""
    chain, shown = Chain(scanner), [""] * len(texts)
    for part, text in enumerate(texts):
        if part:
            chain.begin()
        for at in range(0, len(text), BATCH_CHARS):
            shown[part] += chain.feed(part, text[at : at + BATCH_CHARS])
    shown = [text + chain.end(part, truncated=truncated) for part, text in enumerate(shown)]
    if chain.block is not None:
        raise chain.block
    return shown, tuple(dict.fromkeys(chain.findings))


class Link:
    """One part of a chain, with the face of a hold-back."""

    __slots__ = ("_chain", "_part")

    def __init__(self, chain: Chain, part: int) -> None:
        self._chain, self._part = chain, part

    @property
    def findings(self) -> list[Finding]:
        return self._chain.findings_of(self._part)

    @property
    def block(self) -> PolicyBlock | None:
        return self._chain.block

    @property
    def held_chars(self) -> int:
        return self._chain.held_of(self._part)

    def push(self, text: str) -> str:
        return self._chain.feed(self._part, text)

    def finish(self, *, truncated: bool = False) -> str:
        return self._chain.end(self._part, truncated=truncated)


class Run:
    """The parts of one list that have come, one behind the other; with a chain for each reader of them.

    Args:
        place: of the first part.
        channel: of the first part.
    """

    __slots__ = ("_chains", "_index", "_parent", "_part", "last")

    def __init__(self, place: Place, channel: Channel) -> None:
        self._parent, self._index = place
        self._part = 0
        self._chains: list[Chain] = []
        self.last = channel
        """The channel of the last part."""

    @property
    def waits(self) -> bool:
        """As for `Chain`."""
        return any(chain.waits for chain in self._chains)

    @property
    def has_seams(self) -> bool:
        """Whether it is more than one part."""
        return self._part > 0

    def holds(self, place: Place) -> bool:
        """Whether this is the place of the last part."""
        return place == (self._parent, self._index + self._part) and not self._is_over

    def begin(self, place: Place, channel: Channel) -> bool:
        """Begin the next part, if this is its place; whether it is."""
        if place != (self._parent, self._index + self._part + 1) or self._is_over or self._part >= PARTS_MAX:
            return False
        for chain in self._chains:
            chain.begin()
        self._part += 1
        self.last = channel
        return True

    def cut_off(self) -> None:
        """The last part stopped short of its end."""
        for chain in self._chains:
            chain.is_cut_off = True

    def links(self, scanners: Sequence[Scanner]) -> list[Link]:
        """The last part, for each of those who read it; always the same ones."""
        self._chains = self._chains or [Chain(scanner) for scanner in scanners]
        return [Link(chain, self._part) for chain in self._chains]

    @property
    def _is_over(self) -> bool:
        return any(chain.is_over for chain in self._chains)
