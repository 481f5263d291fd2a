"""What has been scanned before is not scanned again: a conversation is sent anew with every turn.

Laws kept here (rule 37 of the security decisions):
1. A key is an HMAC, under a secret of this process, over tenant, scope, key versions, policy, version of the catalogue,
   and the text with its context. What is kept are spans, no text.
2. In this process only, bounded by entries and by findings, the least recently used go first; `clear` on revoke.
3. A text whose findings depend on more than the text (heads with tails) is not remembered, nor one that failed.
"""

from __future__ import annotations

import hmac
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from gateway.firewall.injection import Judgement
from gateway.stream.holdback import BATCH_CHARS, LEFT_CONTEXT_CHARS
from gateway.stream.scanner import Around, Scanner, SlowAnswers, live_from
from gateway.verdict import Finding

REMEMBERED_CHARS_MAX = 1 << 18
"""Longer texts are scanned as they come, and not remembered."""
ENTRIES_MAX = 20_000
FINDINGS_MAX = 500


_Said = TypeVar("_Said")


class Memory(Generic[_Said]):
    """What was said of texts, by key.

    Args:
        secret: of this process, 32 random bytes.
        entries_max: texts at most.
    """

    def __init__(self, secret: bytes, *, entries_max: int = ENTRIES_MAX) -> None:
        self._secret = secret
        self._entries_max = entries_max
        self._known: OrderedDict[bytes, _Said] = OrderedDict()
        self.hits = 0
        self.misses = 0

    def __len__(self) -> int:
        return len(self._known)

    def key(self, parts: Iterable[str]) -> bytes:
        """The key for these parts, told apart by their lengths."""
        made = hmac.new(self._secret, digestmod="sha256")
        for part in parts:
            written = part.encode("utf-8", "surrogatepass")
            made.update(len(written).to_bytes(8, "big"))
            made.update(written)
        return made.digest()

    def get(self, key: bytes) -> _Said | None:
        """What was said, or None."""
        found = self._known.get(key)
        if found is None:
            self.misses += 1
            return None
        self.hits += 1
        self._known.move_to_end(key)
        return found

    def put(self, key: bytes, said: _Said) -> None:
        """Remember; what is least recently used gives way."""
        self._known[key] = said
        while len(self._known) > self._entries_max:
            self._known.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        self._known.clear()


class ScanMemory(Memory[tuple[Finding, ...]]):
    """What has been found, by key; and beside it what the firewall said. One for a process; arguments as for
    `Memory`."""

    def __init__(self, secret: bytes, *, entries_max: int = ENTRIES_MAX) -> None:
        super().__init__(secret, entries_max=entries_max)
        self.judgements: Memory[Judgement] = Memory(secret, entries_max=entries_max)

    def put(self, key: bytes, said: tuple[Finding, ...]) -> None:
        """Remember, unless there is too much of it, or it depends on more than the text."""
        if len(said) <= FINDINGS_MAX and all(finding.tail is None for finding in said):
            super().put(key, said)

    def clear(self) -> None:
        """Forget everything."""
        super().clear()
        self.judgements.clear()


def recalled(
    memory: Memory[Judgement], names: tuple[str, ...], judge: Callable[[str], Judgement]
) -> Callable[[str], Judgement]:
    """What judges a text, looked up where it was judged before; `names` as for `Remembering`."""

    def recall(text: str) -> Judgement:
        key = memory.key((*names, text))
        known = memory.get(key)
        if known is None:
            known = judge(text)
            memory.put(key, known)
        return known

    return recall


@dataclass(slots=True)
class _Progress:
    """Of one text: the inner scanner's, how far it was fed, whether the text is too long to be remembered."""

    inner: object
    json_text: bool
    fed: int = 0
    is_long: bool = False


class Remembering(Around, SlowAnswers):
    """Implements `gateway.stream.scanner.Scanner` for whole texts: it waits for the end of a text, and then looks it up
    or scans it.

    Args:
        inner: scans.
        memory: remembers.
        names: tenant, scope, key versions, policy and version of the catalogue.
    """

    def __init__(self, inner: Scanner, memory: ScanMemory, names: tuple[str, ...]) -> None:
        super().__init__(inner)
        self._memory = memory
        self._names = names
        self.replacement = inner.replacement

    def start(self, *, json_text: bool) -> _Progress:
        return _Progress(self._inner.start(json_text=json_text), json_text)

    def scan(self, raw: str, base: int, progress: object, *, final: bool) -> tuple[int, list[Finding]]:
        own = cast(_Progress, progress)
        if own.is_long:
            return self._inner.scan(raw, base, own.inner, final=final)
        if len(raw) > REMEMBERED_CHARS_MAX:
            own.is_long = True
            return self._fed(raw, base, own, final=final)
        if not final:
            return 0, []
        key = self._memory.key((*self._names, str(own.json_text), str(base), raw))
        known = self._memory.get(key)
        if known is not None:
            return base + len(raw), list(known)
        frontier, found = self._fed(raw, base, own, final=True)
        self._memory.put(key, tuple(found))
        return frontier, found

    def live_from(self, raw: str, base: int, progress: object) -> tuple[int, list[Finding]]:
        own = cast(_Progress, progress)
        own.is_long = True  # a text that was cut off is scanned to its end, and not remembered
        frontier, found = self._fed(raw, base, own, final=False)
        decided, more = live_from(self._inner, raw, base, own.inner)
        return max(frontier, decided), found + more

    def _fed(self, raw: str, base: int, own: _Progress, *, final: bool) -> tuple[int, list[Finding]]:
        """The whole buffer to the inner scanner, in pieces, with no more to the left than it needs."""
        found: list[Finding] = []
        frontier, end = own.fed, len(raw)
        for high in [*range(min(BATCH_CHARS - base, end), end, BATCH_CHARS), end]:
            low = max(0, frontier - base - LEFT_CONTEXT_CHARS)
            frontier, more = self._inner.scan(raw[low:high], base + low, own.inner, final=final and high == end)
            found += more
        own.fed = frontier
        return frontier, found
