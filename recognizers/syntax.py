"""The dialect of patterns: regular, bounded, the same in RE2, in `re` and in the reverse automaton.

Allowed: literals, escapes, `.` (not a line feed), classes, `\\d \\w \\s` and their opposites (ASCII), groups, `|`, `?`,
`{m}`, `{m,n}`, `\\b`. Refused, each with its position: look-around, back-references, `*`, `+`, `{m,}`, anchors, nested
repeats that multiply out beyond `MAX_POSITIONS`.

`parse` answers the Glushkov form of a pattern: a position for each character that a match can read, which positions
may come first, last, and after which. From it come the reverse automaton (`viable.py`), the longest match, and the
literal anchors of tier 1 (`keywords.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from recognizers.alphabet import ALL, bits, mask_of
from recognizers.recognizer import RecognizerError

MAX_POSITIONS = 2000
MAX_DEPTH = 50
"""Groups within groups."""

_CLASSES = {
    "d": "0123456789",
    "w": "".join(c for c in map(chr, range(128)) if c.isalnum() or c == "_"),
    "s": " \t\n\r\f\v",
}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}


def class_mask(body: str) -> int:
    """Bit set for a class body such as `A-Za-z0-9ø`, as between `[` and `]`; `""` is the empty set."""
    return _Reader(f"[{body}]", ignore_case=False).single() if body else 0


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a pattern's tree. `kind` is one of char, seq, alt, repeat, empty."""

    kind: str
    mask: int = 0
    parts: tuple[Part, ...] = ()
    low: int = 1
    high: int = 1


@dataclass(frozen=True, slots=True)
class Shape:
    """Glushkov form: `masks[p]` is the symbol set of position p; `first`, `last` and `follow[p]` are bit sets of
    positions; `longest` is the length of the longest match in view characters."""

    masks: tuple[int, ...]
    first: int
    last: int
    follow: tuple[int, ...]
    longest: int
    shortest: int
    tree: Part


_EMPTY = Part("empty")


def parse(regex: str, *, ignore_case: bool = False) -> Shape:
    """Read a pattern.

    Raises:
        RecognizerError: it leaves the dialect, can match the empty text, or is too large; the text says where.
    """
    tree = _Reader(regex, ignore_case=ignore_case).whole()
    builder = _Builder(regex)
    first, last, nullable, longest, shortest = builder.build(tree)
    if nullable:
        raise RecognizerError(f"pattern {regex!r} can match the empty text")
    return Shape(tuple(builder.masks), first, last, tuple(builder.follow), longest, shortest, tree)


class _Reader:
    """Recursive descent over the pattern text."""

    def __init__(self, regex: str, *, ignore_case: bool) -> None:
        self.text, self.at, self.depth, self.ignore_case = regex, 0, 0, ignore_case

    def whole(self) -> Part:
        node = self._alternation()
        if self.at < len(self.text):
            raise self._refuse("unbalanced )")
        return node

    def single(self) -> int:
        return self._class().mask if self.text[self.at] == "[" else 0

    def _refuse(self, why: str) -> RecognizerError:
        return RecognizerError(f"pattern {self.text!r}, character {self.at + 1}: {why}")

    def _peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def _take(self) -> str:
        char = self._peek()
        if not char:
            raise self._refuse("ends too early")
        self.at += 1
        return char

    def _alternation(self) -> Part:
        branches = [self._sequence()]
        while self._peek() == "|":
            self.at += 1
            branches.append(self._sequence())
        return branches[0] if len(branches) == 1 else Part("alt", parts=tuple(branches))

    def _sequence(self) -> Part:
        parts: list[Part] = []
        while self._peek() not in ("", "|", ")"):
            parts.append(self._repeated(self._atom()))
        return Part("seq", parts=tuple(parts)) if parts else _EMPTY

    def _repeated(self, atom: Part) -> Part:
        char = self._peek()
        if char in ("*", "+"):
            raise self._refuse(f"{char} is unbounded; write {{0,n}} or {{1,n}}")
        if char == "?":
            self.at += 1
            low, high = 0, 1
        elif char == "{":
            low, high = self._bounds()
        else:
            return atom
        if self._peek() in ("?", "+"):
            raise self._refuse("lazy and possessive repeats are not in the dialect")
        return Part("repeat", parts=(atom,), low=low, high=high)

    def _bounds(self) -> tuple[int, int]:
        end = self.text.find("}", self.at)
        body = self.text[self.at + 1 : end] if end > 0 else ""
        low, comma, high = body.partition(",")
        if not body.isascii() or not low.isdigit() or (comma and not high.isdigit()):
            raise self._refuse("a repeat is {m} or {m,n}; {m,} is unbounded")
        self.at = end + 1
        bounds = int(low), int(high if comma else low)
        if bounds[0] > bounds[1]:
            raise self._refuse("a repeat with its bounds the wrong way round")
        return bounds

    def _atom(self) -> Part:
        char = self._take()
        if char == "(":
            return self._group()
        if char == "[":
            self.at -= 1
            return self._class()
        if char == "\\":
            return self._escape()
        if char == ".":
            return Part("char", mask=ALL & ~mask_of("\n"))
        if char in "^$*+?{":
            self.at -= 1
            raise self._refuse(f"{char} is not in the dialect here")
        return self._char(mask_of(char))

    def _group(self) -> Part:
        if self._peek() == "?":
            if not self.text.startswith("?:", self.at):
                raise self._refuse("only (?:...) and (...) groups: no look-around, flags, names or back-references")
            self.at += 2
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self._refuse(f"more than {MAX_DEPTH} groups within one another")
        node = self._alternation()
        if self._take() != ")":
            raise self._refuse("missing )")
        self.depth -= 1
        return node

    def _escape(self) -> Part:
        char = self._take()
        if char == "b":
            return _EMPTY
        if char.lower() in _CLASSES:
            mask = mask_of(_CLASSES[char.lower()])
            return Part("char", mask=mask if char.islower() else ALL & ~mask)
        if char.isalnum() and char not in _ESCAPES:
            raise self._refuse(f"\\{char} is not in the dialect")
        return self._char(mask_of(_ESCAPES.get(char, char)))

    def _class(self) -> Part:
        self.at += 1
        negated = self._peek() == "^"
        self.at += negated
        if self._peek() == "]":
            raise self._refuse("write ] in a class as \\]")
        mask = 0
        while self._peek() != "]":
            mask |= self._class_item()
        self.at += 1
        node = self._char(mask)
        return Part("char", mask=ALL & ~node.mask) if negated else node

    def _class_item(self) -> int:
        char = self._take()
        if char == "\\":
            mask = self._escape().mask or mask_of("\b")
            if self._peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
                raise self._refuse("an escape at the beginning of a range; write \\- or move the - to the end")
            return mask
        if self._peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
            self.at += 1
            last = self._take()
            if last == "\\":
                raise self._refuse("an escape at the end of a range")
            if last < char:
                raise self._refuse(f"the range {char}-{last} is the wrong way round")
            return mask_of("".join(map(chr, range(ord(char), ord(last) + 1))))
        return mask_of(char)

    def _char(self, mask: int) -> Part:
        if self.ignore_case:
            for index in range(128):
                if mask >> index & 1:
                    mask |= mask_of(chr(index).lower() + chr(index).upper())
        return Part("char", mask=mask)


class _Builder:
    """Turns the tree into positions; repeats are written out."""

    def __init__(self, regex: str) -> None:
        self.regex = regex
        self.masks: list[int] = []
        self.follow: list[int] = []

    def build(self, node: Part) -> tuple[int, int, bool, int, int]:
        """(first, last, nullable, longest, shortest) of a node, after adding its positions."""
        if node.kind == "empty":
            return 0, 0, True, 0, 0
        if node.kind == "char":
            return self._char(node.mask)
        if node.kind == "alt":
            return self._alt(node)
        if node.kind == "seq":
            return self._seq(list(node.parts))
        return self._repeat(node)

    def _repeat(self, node: Part) -> tuple[int, int, bool, int, int]:
        """Copies in a chain, of which any from the `low`-th on may be the last: each follows the one before it only,
        so that a long repeat costs no more than its length."""
        first = last = before = longest = shortest = 0
        nullable = True
        for copy in range(1, node.high + 1):
            f, l_, n, long, short = self.build(node.parts[0])
            for p in bits(before):
                self.follow[p] |= f
            first = first | f if nullable else first
            before = before | l_ if n else l_
            nullable = nullable and n
            longest += long
            if copy >= node.low:
                last |= before
            if copy <= node.low:
                shortest += short
            if not long:
                break  # reads nothing, however often
        return first, last, nullable or node.low == 0, longest, shortest

    def _char(self, mask: int) -> tuple[int, int, bool, int, int]:
        if len(self.masks) >= MAX_POSITIONS:
            raise RecognizerError(f"pattern {self.regex!r} multiplies out to more than {MAX_POSITIONS} positions")
        bit = 1 << len(self.masks)
        self.masks.append(mask)
        self.follow.append(0)
        return bit, bit, False, 1, 1

    def _alt(self, node: Part) -> tuple[int, int, bool, int, int]:
        first = last = longest = 0
        shortest = MAX_POSITIONS
        nullable = False
        for part in node.parts:
            f, l_, n, long, short = self.build(part)
            first, last, nullable = first | f, last | l_, nullable or n
            longest, shortest = max(longest, long), min(shortest, short)
        return first, last, nullable, longest, shortest

    def _seq(self, parts: list[Part]) -> tuple[int, int, bool, int, int]:
        first = last = longest = shortest = 0
        nullable = True
        for part in parts:
            f, l_, n, long, short = self.build(part)
            for p in bits(last):
                self.follow[p] |= f
            first = first | f if nullable else first
            last = last | l_ if n else l_
            nullable = nullable and n
            longest, shortest = longest + long, shortest + short
        return first, last, nullable, longest, shortest
