"""The hold-back of one text channel: original text comes in, decided text goes out.

Laws kept here:
1. Nothing leaves undecided: text goes up to the cut. The cut is the scanner's frontier, moved back to the start of a
   component of findings that crosses it.
2. Chunking changes nothing: every decision is by position in the text. Components are settled only when no finding
   that could join them can still come.
3. Held text is always the original. A replacement is made on release and never scanned again; the left context that
   recognizers see is original text too.
4. A head with a tail leaves at once; its tail is swallowed as it comes.
5. Nothing from the first value on that the policy blocks leaves: `push` raises, and `finish` gives what stands before.
6. Context is read like text that has gone out: a match may begin in it (`password: ` before `hunter2xy`), and then what
   lies in the text is covered.

Overlaps are settled in `components.py`. A finding that begins in swallowed text is swallowed with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from gateway.errors.policy import PolicyBlock
from gateway.stream.account import Account
from gateway.stream.components import Component, acting, carved, components, passing, undecided
from gateway.stream.scanner import Noticing, Scanner, WholeValues, live_from
from gateway.stream.tails import OpenTail, swallow
from gateway.verdict import Action, Finding

__all__ = ["HoldBack", "Range", "Redacted", "Scanner", "channel_of", "redact", "settled"]

Range = tuple[int, int, Finding]
"""Start, end and the finding that names what stands there."""
LEFT_CONTEXT_CHARS = 192
"""Released characters that stay readable to the left, for boundaries and context words."""
BATCH_CHARS = 512
"""A whole text is fed in pieces of this size: batch is a stream that feeds itself."""
TELLING_CHARS = 5
"""Fewer letters and digits than this identify nobody."""
CUT_OFF = "[CUT_OFF]"
"""Stands for the undecided end of a text that was cut off, when it could be the better part of a value."""


class HoldBack:
    """One channel. `push` and `finish` answer the text that may leave."""

    __slots__ = (
        "_base",
        "_blocked_at",
        "_covered",
        "_origin",
        "_pending",
        "_progress",
        "_raw",
        "_released",
        "_scanner",
        "_tails",
        "account",
        "block",
    )

    def __init__(self, scanner: Scanner, *, context: str = "", json_text: bool = False) -> None:
        """
        Args:
            scanner: decides.
            context: what stands to the left of the text without being part of it, such as the name of its field.
            json_text: the text is the inside of a JSON string; it stays as it is written, and is read decoded.
        """
        self._scanner = scanner
        self._progress = scanner.start(json_text=json_text)
        self._raw = context
        self._base = 0  # offsets count from the start of the context, and the text begins at the origin
        self._origin = self._released = self._covered = self._blocked_at = len(context)
        self._pending: list[Finding] = []
        self._tails: list[OpenTail] = []
        self.block: PolicyBlock | None = None
        """Set when a value is blocked."""
        self.account = Account(self._origin)

    @property
    def findings(self) -> list[Finding]:
        """All so far, in offsets of the text."""
        return self.account.findings

    @property
    def held_chars(self) -> int:
        """Characters that came in and have not been released or replaced."""
        return self._base + len(self._raw) - self._released

    def push(self, text: str) -> str:
        """Take in a delta; the text that is decided by now.

        Raises:
            PolicyBlock: the policy blocks a value that is decided by now. What may leave before it is what `finish`
                then gives.
        """
        raw = self._raw = self._raw + text
        base, released = self._base, self._released
        frontier, found = self._scanner.scan(raw, base, self._progress, final=False)
        if found or self._pending or self._tails or self._covered > released:
            return self._settle(frontier, found, final=False)
        if frontier <= released:
            return ""
        self._released = frontier
        if frontier - base > 2 * LEFT_CONTEXT_CHARS:
            self._trim()
        return raw[released - base : frontier - base]

    def finish(self, *, truncated: bool = False) -> str:
        """The rest of the text; no more comes. What the policy blocks is no error here but set in `block`: the text
        that is answered ends before it.

        Args:
            truncated: the text was cut off (token limit, broken stream). What is still undecided then becomes
                `[CUT_OFF]` when it holds an `@`, five digits or the head of a secret, and is released otherwise.
        """
        if self.block is not None:
            return self._settle(self._blocked_at, [], final=False)
        live = self._live() if truncated else self._released
        frontier, found = self._scanner.scan(self._raw, self._base, self._progress, final=True)
        try:
            out = self._settle(frontier, found, final=True, guarded=live if truncated else None)
        except PolicyBlock:
            return self._settle(self._blocked_at, [], final=False)
        self._raw, self._base = "", frontier
        self.account.found += self._scanner.noticed(self._progress) if isinstance(self._scanner, Noticing) else []
        return out

    def _live(self) -> int:
        """From where on nothing is decided."""
        frontier, found = live_from(self._scanner, self._raw, self._base, self._progress)
        self._pending += [finding for finding in found if finding.end > self._released]
        return frontier

    def _settle(self, frontier: int, found: list[Finding], *, final: bool, guarded: int | None = None) -> str:
        frontier = max(frontier, self._released)  # it may still stand in the context
        self._pending += [finding for finding in found if finding.end > self._released]
        self._pending.sort(key=attrgetter("start", "end", "recognizer"))
        cut, ready = frontier, list[Component]()
        for component in components(acting(self._pending), self._released):
            if component.end > frontier:
                cut = min(cut, component.start)
                break
            self._refuse(component)
            parts = carved(component)
            ready += parts if len(parts) == 1 else filter(self._tells, parts)
        self.account.found += passing(self._pending, cut)
        self._pending = undecided(self._pending, cut)
        out: list[str] = []
        at = self._released
        for start, end, members in ready:
            out.append(self._open_text(at, start, guarded, final=final))
            out.append(self._component(start, end, members, final=final))
            at = end
        out.append(self._open_text(at, cut, guarded, final=final))
        self._released = cut
        if cut - self._base > 2 * LEFT_CONTEXT_CHARS:
            self._trim()
        return "".join(out)

    def _refuse(self, component: Component) -> None:
        """Stop at a component that the policy blocks."""
        blocked = [finding for finding in component.members if finding.action is Action.BLOCK]
        if blocked:
            self._blocked_at = component.start
            self.account.found += dict.fromkeys(blocked)
            self.block = PolicyBlock()
            self.block.entity = max(blocked, key=attrgetter("rank")).entity
            raise self.block

    def _open_text(self, start: int, end: int, guarded: int | None, *, final: bool) -> str:
        """Text between components, less what tails swallow."""
        self._swallow(end, final=final)
        start = max(start, self._covered)
        if start >= end:
            return ""
        text = self._raw[start - self._base : end - self._base]
        if guarded is None or end <= guarded:
            return text
        live = max(guarded - start, 0)
        return text[:live] + (CUT_OFF if self._scanner.cut_off(text[live:]) else text[live:])

    def _component(self, start: int, end: int, members: Sequence[Finding], *, final: bool) -> str:
        self._swallow(end, final=final)
        self.account.found += dict.fromkeys(members)  # one value may be found in several views
        out = ""
        if start >= self._covered:
            text = self._raw[start - self._base : end - self._base]
            winner = max(members, key=attrgetter("rank"))
            out = self._replacement(winner, text)
            self.account.add(start, end, out, winner)
        self._cover(end)
        heads = {(finding, finding.view): finding for finding in members if finding.tail is not None}
        self._tails += [OpenTail(finding, finding.end, 0) for finding in heads.values()]
        self._swallow(end, final=final)
        return out

    def _replacement(self, winner: Finding, text: str) -> str:
        return self._scanner.replacement(winner, text)

    def _tells(self, part: Component) -> bool:
        """Whether what is left of a finding beside an exclusive one could tell anything. A card's pattern that runs on
        into the next number, or a full stop after a password, is none of it."""
        if any(finding.exclusive or finding.tail is not None for finding in part.members):
            return True
        left = self._raw[part.start - self._base : part.end - self._base]
        return sum(map(str.isalnum, left)) >= TELLING_CHARS

    def _swallow(self, limit: int, *, final: bool) -> None:
        """Move open tails on, up to `limit`."""
        if self._tails:
            buffer = (self._raw, self._base, self._progress)
            self._tails, end = swallow(self._tails, self._scanner, buffer, limit, final=final)
            self._cover(end)

    def _cover(self, end: int) -> None:
        """What stands before `end` belongs to the last component."""
        if end > self._covered:
            self._covered = end
            self.account.stretch(end)

    def _trim(self) -> None:
        """Forget what is too far left to be read again."""
        spare = self._released - self._base - LEFT_CONTEXT_CHARS
        self._raw = self._raw[spare:]
        self._base += spare


class WholeHoldBack(HoldBack):
    """A channel that answers its whole text at the end, by the same engine; for scanners of the kind `WholeValues`."""

    __slots__ = ("_text",)

    def __init__(self, scanner: Scanner, *, context: str = "", json_text: bool = False) -> None:
        super().__init__(scanner, context=context, json_text=json_text)
        self._text: list[str] = []

    def push(self, text: str) -> str:
        self._text.append(text)
        super().push(text)
        return ""

    def finish(self, *, truncated: bool = False) -> str:
        super().finish(truncated=truncated)
        text, out, at, account = "".join(self._text), [], 0, self.account
        for place, ((start, end, _), winner) in enumerate(zip(account.replaced, account.winners, strict=True)):
            shown = self._scanner.replacement(winner, text[start:end])
            account.show(place, shown)
            out += [text[at:start], shown]
            at = end
        return "".join([*out, text[at:] if self.block is None else text[at : self._blocked_at - self._origin]])

    def _replacement(self, winner: Finding, text: str) -> str:
        return ""


def channel_of(scanner: Scanner, *, context: str = "", json_text: bool = False) -> HoldBack:
    """The hold-back that a scanner needs; arguments as for `HoldBack`."""
    kind = WholeHoldBack if isinstance(scanner, WholeValues) else HoldBack
    return kind(scanner, context=context, json_text=json_text)


@dataclass(frozen=True, slots=True)
class Redacted:
    """A whole text after inspection; `replaced` as in `HoldBack`."""

    text: str = field(repr=False)
    findings: tuple[Finding, ...]
    replaced: tuple[tuple[int, int, str], ...] = ()
    winners: tuple[Finding, ...] = ()


def redact(
    scanner: Scanner, text: str, *, context: str = "", json_text: bool = False, truncated: bool = False
) -> Redacted:
    """A whole text at once, by the same engine; arguments as for `HoldBack` and its `finish`.

    Raises:
        PolicyBlock: the policy blocks a value in it.
    """
    channel = channel_of(scanner, context=context, json_text=json_text)
    out = [channel.push(text[at : at + BATCH_CHARS]) for at in range(0, len(text), BATCH_CHARS)]
    out.append(channel.finish(truncated=truncated))
    if channel.block is not None:
        raise channel.block
    account = channel.account
    return Redacted("".join(out), tuple(channel.findings), tuple(account.replaced), tuple(account.winners))


def settled(scanner: Scanner, text: str) -> tuple[list[Range], list[Finding]]:
    """The components of a whole text, each with the finding that names it, and all findings; nothing is replaced.
    Raises as `redact` does."""
    channel = WholeHoldBack(scanner)
    for at in range(0, len(text), BATCH_CHARS):
        channel.push(text[at : at + BATCH_CHARS])
    HoldBack.finish(channel)
    if channel.block is not None:
        raise channel.block
    return channel.account.ranges, channel.findings
