"""Own tokens in an answer: they turn back into values, beside the recognizers that look for new personal data.

Laws kept here:
1. Only tokens of this request's ledger turn back: no other tenant's, no guessed one. What looks like a token and is
   none is reported, never touched, and holds nothing.
2. A token wins over whatever recognizers take it for; one that is part of a longer word or address is not there
   (`vault/matcher.py`).
3. In an address of a host that nobody named, and for a tool that gets no values, a token stays one.
4. Values are put in on release and are never scanned again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast
from urllib.parse import quote

from gateway.inspection.links import SIGN, SIGNS, Hosts, Links, Place
from gateway.stream.scanner import Around, Noticing, PerTool, Scanner, SlowAnswers, live_from
from gateway.vault.matcher import Match, starts_of
from gateway.vault.shapes import OPAQUE_CHARS_MAX, OPAQUE_START, opaque_shapes
from gateway.vault.tokenizer import Entry, Ledger
from gateway.verdict import Action, Finding
from gateway.wire.executed import EXECUTED
from recognizers.normalize import even_from

TOKEN = "token"  # noqa: S105 - the name of a recognizer
IN_LINK = "token/in a known link"
UNKNOWN_HOST = "token/in a link to an unknown host"
NOT_FOR_TOOL = "token/in arguments of a tool that gets no values"
LEFT = "token/left by the policy"
CAME_IN = "token/in the request as one"
REVOKED = "token/of a revoked key"
UNKNOWN = "token/not of this request"
UNKNOWN_ENTITY = "TOKEN"
NOTICED_MAX = 64
BEFORE_CHARS = 3
"""How far left of a token is read to tell whether it stands alone: an escape."""
_UNRESERVED = "@:~-._"
"""What of a value need not be escaped in an address."""

Allowed = Callable[[str], bool]
"""Whether the tool of a name gets values."""


@lru_cache(maxsize=256)
def _any_of(letters: str) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(letters)}{SIGNS}]")


@dataclass(slots=True)
class _Progress:
    """Of one channel: the inspector's own, how far tokens were looked for, addresses, and how far what only looks like
    a token was."""

    inner: object
    json_text: bool
    frontier: int = 0
    links: Links = field(default_factory=Links)
    seen: int = 0
    noticed: list[Finding] = field(default_factory=list)


class Restoring(Around, PerTool, Noticing, SlowAnswers):
    """Implements `gateway.stream.scanner.Scanner` for the answer to one request.

    Args:
        inspector: looks for new personal data.
        ledger: of the request.
        hosts: in whose addresses values may stand.
        tools: which tools get values.
        left: the recognizer's name that tells why tokens stay as they are, or nothing: they turn back.
    """

    def __init__(
        self, inspector: Scanner, ledger: Ledger, hosts: Hosts, tools: Allowed = lambda _: True, left: str = ""
    ) -> None:
        super().__init__(inspector)
        self._ledger = ledger
        self._hosts = hosts
        self._tools = tools
        self._left = left
        self._inspect = inspector.scan
        letters = "".join(sorted({*ledger.firsts, OPAQUE_START[0]}))
        # Two looks at what is new, the first of which says nearly always that there is nothing to do.
        self._may_matter = _any_of(letters).search
        self._matters = starts_of(letters, SIGN).search

    def for_tool(self, name: str) -> Scanner:
        if self._left or (name != EXECUTED and self._tools(name)):
            return self
        return Restoring(self._inner, self._ledger, self._hosts, self._tools, NOT_FOR_TOOL)

    def start(self, *, json_text: bool) -> _Progress:
        return _Progress(self._inner.start(json_text=json_text), json_text)

    def scan(self, raw: str, base: int, progress: object, *, final: bool) -> tuple[int, list[Finding]]:
        own: Any = progress  # a cast is a call, and this is done for every delta
        frontier, found = self._inspect(raw, base, own.inner, final=final)
        low = own.frontier - base
        if own.links.target is None and not final:
            # The usual delta.
            origin, chars = (0, raw) if raw.isascii() else even_from(raw, low - BEFORE_CHARS)
            if chars is not None and (
                self._may_matter(chars, low - origin) is None or self._matters(chars, low - origin) is None
            ):
                own.frontier = base + len(raw)
                return frontier, found
        decided, matches = self._ledger.scan(raw, base, own.frontier, json_text=own.json_text, final=final)
        for match in matches:
            own.links.follow(raw, base, match.start)
            found.append(self._finding(match, own.links.place(self._hosts)))
        own.links.follow(raw, base, decided)
        own.frontier = decided
        if OPAQUE_START in raw[max(own.seen - base, 0) :]:
            self._notice(raw, base, own, final=final)
        else:
            own.seen = max(own.seen, base + len(raw) - len(OPAQUE_START))
        return min(frontier, decided), found

    def live_from(self, raw: str, base: int, progress: object) -> tuple[int, list[Finding]]:
        own = cast(_Progress, progress)
        frontier, found = live_from(self._inner, raw, base, own.inner)
        found += self.scan(raw, base, progress, final=False)[1]
        return min(frontier, own.frontier), found

    def _finding(self, match: Match[Entry], place: Place) -> Finding:
        why = self._left or {Place.OPEN: TOKEN, Place.KNOWN: IN_LINK, Place.UNKNOWN: UNKNOWN_HOST}[place]
        if match.payload.is_kept:
            why = CAME_IN
        elif match.payload.is_revoked:
            why = REVOKED
        action = Action.RESTORE if why in (TOKEN, IN_LINK) else Action.KEEP
        entity = match.payload.entity
        return Finding(match.start, match.end, entity, why, 1.0, action, validated=True, exclusive=True)

    def _notice(self, raw: str, base: int, own: _Progress, *, final: bool) -> None:
        """Remember what looks like a token and is not in the ledger."""
        end = base + len(raw)
        for start, stop in opaque_shapes(raw, max(own.seen - base, 0)):
            if stop == len(raw) and not final:
                break
            if self._ledger.get(raw[start:stop]) is None and len(own.noticed) < NOTICED_MAX:
                place = Finding(base + start, base + stop, UNKNOWN_ENTITY, UNKNOWN, 1.0, Action.KEEP)
                own.noticed.append(place)
            own.seen = base + stop
        own.seen = max(own.seen, end if final else end - OPAQUE_CHARS_MAX)

    def noticed(self, progress: object) -> list[Finding]:
        return cast(_Progress, progress).noticed

    def replacement(self, finding: Finding, text: str) -> str:
        if finding.action is not Action.RESTORE:
            return text if finding.action is Action.KEEP else self._inner.replacement(finding, text)
        entry = self._ledger.get(text)
        if entry is None:
            return text
        value = entry.restored(text)
        if finding.recognizer == IN_LINK:
            return quote(value, safe="" if "%" in text else _UNRESERVED)
        return value
