"""When decided text leaves: the `release` of a policy.

`adaptive` is the hold-back alone. The other two stand around it, and so hold for every kind of channel and change the
time at which text leaves, never the text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from gateway.errors import ResponseTooLarge
from gateway.errors.policy import PolicyBlock
from gateway.stream.chain import Run
from gateway.stream.holdback import HoldBack, Scanner
from gateway.stream.json_holdback import JsonHoldBack
from gateway.verdict import Finding

ADAPTIVE, FIXED, BUFFER = "adaptive", "fixed", "buffer"


class ChannelText(Protocol):
    """The face of a hold-back."""

    @property
    def findings(self) -> list[Finding]:
        """All so far."""

    @property
    def block(self) -> PolicyBlock | None:
        """Set when a value is blocked."""

    @property
    def held_chars(self) -> int:
        """Characters that came in and have not left."""

    def push(self, text: str) -> str:
        """Take in a delta; what may leave now."""

    def finish(self, *, truncated: bool = False) -> str:
        """The rest."""


@dataclass(frozen=True, slots=True)
class Judging:
    """Who says whether a text may go.

    Args:
        scanner: gives what they see of it.
        judge: raises a `GatewayError` where it may not; may wait.
    """

    scanner: Scanner
    judge: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Release:
    """A way to release.

    Args:
        mode: `adaptive`, `fixed` or `buffer`.
        window_chars: what `fixed` always holds.
        buffered_chars: what `buffer` holds at most.
        judging: asks about each text at its end, before any of it goes; the mode is then no matter.
    """

    mode: str = ADAPTIVE
    window_chars: int = 96
    buffered_chars: int = 4 << 20
    judging: Judging | None = None

    def channel(self, scanner: Scanner, *, json_text: bool, run: Run | None = None) -> ChannelText:
        """A new channel; `json_text`: its text is a JSON document; `run`: its text is the last of these parts."""
        readers = [scanner] if self.judging is None else [scanner, self.judging.scanner]
        inner, *views = run.links(readers) if run is not None else [_holdback(one, json_text) for one in readers]
        if self.judging is not None:
            return _Judged(inner, views[0], self.judging.judge, self.buffered_chars)
        if self.mode == FIXED:
            return _Fixed(inner, self.window_chars)
        return _Buffered(inner, self.buffered_chars) if self.mode == BUFFER else inner


def _holdback(scanner: Scanner, json_text: bool) -> ChannelText:
    return JsonHoldBack(scanner) if json_text else HoldBack(scanner)


class _Around:
    """A channel with decided text that has not left."""

    __slots__ = ("_inner", "_text")

    def __init__(self, inner: ChannelText) -> None:
        self._inner = inner
        self._text = ""

    @property
    def findings(self) -> list[Finding]:
        return self._inner.findings

    @property
    def block(self) -> PolicyBlock | None:
        return self._inner.block

    @property
    def held_chars(self) -> int:
        return self._inner.held_chars + len(self._text)


class _Fixed(_Around):
    """The whole window is held until the end, so that what leaves when tells nothing of what was found."""

    __slots__ = ("_chars",)

    def __init__(self, inner: ChannelText, chars: int) -> None:
        super().__init__(inner)
        self._chars = chars

    def push(self, text: str) -> str:
        self._text += self._inner.push(text)
        cut = max(0, len(self._text) + min(self._inner.held_chars, self._chars) - self._chars)
        out, self._text = self._text[:cut], self._text[cut:]
        return out

    def finish(self, *, truncated: bool = False) -> str:
        return self._text + self._inner.finish(truncated=truncated)


class _Buffered(_Around):
    """Nothing leaves before the end, and of a text that is blocked nothing at all."""

    __slots__ = ("_count", "_most", "_pieces")

    def __init__(self, inner: ChannelText, most: int) -> None:
        super().__init__(inner)
        self._pieces: list[str] = []
        self._count = 0
        self._most = most

    @property
    def held_chars(self) -> int:
        return self._inner.held_chars + self._count

    def push(self, text: str) -> str:
        piece = self._inner.push(text)
        self._count += len(piece)
        if self._count > self._most:
            raise ResponseTooLarge
        self._pieces.append(piece)
        return ""

    def finish(self, *, truncated: bool = False) -> str:
        rest = self._inner.finish(truncated=truncated)
        return "" if self._inner.block is not None else "".join(self._pieces) + rest


class _Judged(_Buffered):
    """Nothing leaves before the end, and then only what was allowed by who saw the whole text in another rendering."""

    __slots__ = ("_judge", "_seen", "_view")

    def __init__(self, inner: ChannelText, view: ChannelText, judge: Callable[[str], None], most: int) -> None:
        super().__init__(inner, most)
        self._view, self._judge = view, judge
        self._seen: list[str] = []

    def push(self, text: str) -> str:
        super().push(text)
        self._seen.append(self._view.push(text))
        return ""

    def finish(self, *, truncated: bool = False) -> str:
        text = super().finish(truncated=truncated)
        seen = "".join([*self._seen, self._view.finish(truncated=truncated)])
        if text and seen:
            self._judge(seen)
        return text
