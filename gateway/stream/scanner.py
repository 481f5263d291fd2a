"""What a hold-back asks of an inspection."""

from __future__ import annotations

from typing import Protocol, cast

from gateway.verdict import Finding


class Scanner(Protocol):
    """What the hold-back needs from an inspection: pure, shared by many channels."""

    def start(self, *, json_text: bool) -> object:
        """The progress of a new channel; `json_text`: its text is the inside of a JSON string, escapes and all."""

    def scan(self, raw: str, base: int, progress: object, *, final: bool) -> tuple[int, list[Finding]]:
        """The frontier and the new findings of a buffer, in offsets of the channel's text (see
        `recognizers.pipeline.Pipeline.scan`)."""

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
        """Where the tail of a head ends, and whether it goes on past `limit` (see `Pipeline.tail_end`)."""

    def cut_off(self, raw: str) -> bool:
        """Whether an undecided end could be the better part of a value."""

    def replacement(self, finding: Finding, text: str) -> str:
        """What stands for a component that this finding names; `text` is the whole component as it came (of a head
        with a tail: no more than the head)."""


class Progress(Protocol):
    """The progress of a scanner around another one: it has that one's."""

    inner: object


class Around:
    """Base of scanners that have another one inside and add to what it says: what began there ends there."""

    def __init__(self, inner: Scanner) -> None:
        self._inner = inner
        self.cut_off = inner.cut_off

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
        """See `Scanner`; `progress` is a `Progress`."""
        own = cast(Progress, progress).inner
        return self._inner.tail_end(head, raw, base, own, start=start, limit=limit, swallowed=swallowed, final=final)


class WholeValues:
    """Base of scanners whose `replacement` needs a value as a whole, its tail too, and not only the head that was
    held: to turn it into a token. Nothing of their texts is released before the end."""


class PerTool:
    """Base of scanners that treat the arguments of some tools in another way."""

    def for_tool(self, name: str) -> Scanner:
        """The scanner for the arguments of the tool of this name (`""` where it is not known)."""
        raise NotImplementedError


class Noticing:
    """Base of scanners that see things which they do not act on: they are reported, and hold nothing."""

    def noticed(self, progress: object) -> list[Finding]:
        """What was seen in a channel up to its end."""
        raise NotImplementedError


class SlowAnswers:
    """Base of scanners that wait for answers: how far their frontier is depends on when those come. What is undecided
    at a broken end must not."""

    __slots__ = ()

    def live_from(self, raw: str, base: int, progress: object) -> tuple[int, list[Finding]]:
        """As `Scanner.scan` of a text that goes on, but with a frontier that is a function of the text alone."""
        raise NotImplementedError


def live_from(scanner: Scanner, raw: str, base: int, progress: object) -> tuple[int, list[Finding]]:
    """The frontier and the new findings of a text that was cut off here."""
    if isinstance(scanner, SlowAnswers):
        return scanner.live_from(raw, base, progress)
    return scanner.scan(raw, base, progress, final=False)
