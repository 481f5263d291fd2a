"""Where in a text an address of the net stands, so that no value is put into one that a client would load by itself.

A page that shows an answer fetches the images in it, and with them whatever their addresses hold: an instruction in a
tool's result is enough to carry a user's values to a stranger. So a value stands in an address only when the host is
one that the policy or the user named, and never in the part that names the host.

Laws kept here:
1. What cannot be read for certain (entities, back slashes, user names in the authority) is not a known host.
2. Goes by position: the state at a place depends on the text before it, not on how it was cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

TARGET_CHARS_MAX = 512
"""So much of an address is remembered; a token further on in it stays one."""
_BACK = 64
"""An opening is no longer than this."""
OPEN_CHARS_MAX = 16_384
"""An address that is longer is over: twice what servers take."""
SIGNS = r"/\\:(=.?#"
"""Class body of characters without one of which no address begins."""
SIGN = r"[/\\=#]|(?<=[wW])\.|(?<=[A-Za-z0-9+.\]-]):|(?<=[\]lL])\(|(?<=[A-Za-z])\?"
"""The same, but for most of those that end a sentence or open a parenthesis."""
_HINT = re.compile(SIGN)
_OPENING = re.compile(
    r"(?P<bare>(?<![a-z0-9+.-])(?:https?|ftp|wss?):|(?:[a-z][a-z0-9+.-]{0,15}:)?[/\\]{2}"
    r"|(?<![a-z0-9.@/\\-])(?:www\.|(?:[a-z0-9-]{1,20}\.){1,2}[a-z]{2,12}[/?#]))"
    r"|(?P<target>\]\(|\]:|(?<![a-z])url\()"
    r"|(?P<attribute>(?<![a-z-])(?:src|href|srcset|action|formaction|data|poster|background|cite|ping|style|content"
    r"|manifest|icon|longdesc)[ \t\r\n]{0,4}=)",
    re.IGNORECASE | re.ASCII,
)
_BARE_END = re.compile(r'[\s<>"`]')
_ADDRESS = re.compile(
    r"(?:https?|wss?|ftp)://([a-z0-9.-]{1,253})(?::[0-9]{1,5})?[/?#].*", re.IGNORECASE | re.ASCII | re.DOTALL
)
_WITHOUT_SCHEME = re.compile(r"[a-z0-9-]+\.", re.IGNORECASE | re.ASCII)
_RELATIVE = re.compile(r"(?!/[/\\])(?:(?!//)[A-Za-z0-9_.~/?=#+,-])*", re.ASCII)
_TO_A_PERSON = re.compile(r"(?:mailto|tel|sms):[^/\\&]*", re.IGNORECASE | re.ASCII)
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?<![@\w.-])((?:{_LABEL}\.){{1,8}}[a-z][a-z0-9-]{{0,61}}[a-z0-9]|localhost)(?![\w@-])", re.ASCII)


class Place(Enum):
    """Where a token stands."""

    OPEN = "in the text"
    KNOWN = "in an address of a host that was named"
    UNKNOWN = "in an address of any other host"


@dataclass(slots=True)
class _Target:
    """An address that has begun: what stood in it so far, and how it opened."""

    kind: str
    text: str = ""
    chars: int = 0

    def end(self, piece: str) -> int | None:
        """Where in a further piece of text it ends; None when it goes on."""
        before = self.text.lstrip()
        if self.kind == "bare" or not before:
            # An address in Markdown or HTML may have white space before it.
            skipped = 0 if before or self.kind == "bare" else len(piece) - len(piece.lstrip())
            if not before and self.kind != "bare" and piece[skipped : skipped + 1] in ("<", '"', "'", ""):
                quote = piece[skipped : skipped + 1]
                return self._quoted(piece, skipped + 1, quote) if quote else None
            match = _BARE_END.search(piece, skipped)
            return match.start() if match else None
        if before[0] in "<\"'":
            return self._quoted(piece, 0, before[0])
        match = _BARE_END.search(piece)
        return match.start() if match else None

    def _quoted(self, piece: str, start: int, quote: str) -> int | None:
        at = piece.find(">" if quote == "<" else quote, start)
        return None if at < 0 else at


class Links:
    """Follows one text."""

    __slots__ = ("_at", "target")

    def __init__(self) -> None:
        self._at = 0
        self.target: _Target | None = None
        """The address that has begun and not ended."""

    def follow(self, raw: str, base: int, to: int) -> None:
        """Read on.

        Args:
            raw: the buffer.
            base: offset of `raw[0]` in the text.
            to: offset in the text up to which to read; never less than before.
        """
        at, end = self._at - base, to - base
        if self.target is None and _HINT.search(raw, max(at, 0), end) is None:
            self._at = to
            return
        at = max(at, 0)
        while at < end:
            target = self.target
            if target is None:
                opening = _opening(raw, at, end)
                if opening is None:
                    break
                kind = str(opening.lastgroup)
                self.target = _Target(kind, opening.group() if kind == "bare" else "")
                at = opening.end()
                continue
            stop = target.end(raw[at:end])
            if stop is None and target.chars + end - at <= OPEN_CHARS_MAX:
                target.text = (target.text + raw[at:end])[: TARGET_CHARS_MAX + 1]
                target.chars += end - at
                break
            stop = OPEN_CHARS_MAX - target.chars if stop is None else stop
            at += stop + 1
            self.target = None
        self._at = to

    def place(self, hosts: Hosts) -> Place:
        """Where the text stands that comes next."""
        if self.target is None:
            return Place.OPEN
        text = self.target.text.lstrip().lstrip("<\"'").lstrip()
        if self.target.kind != "bare" and (_RELATIVE.fullmatch(text) or _TO_A_PERSON.fullmatch(text)):
            return Place.OPEN
        if self.target.kind == "bare" and _WITHOUT_SCHEME.match(text):
            text = f"https://{text}"
        address = _ADDRESS.fullmatch(text) if len(text) <= TARGET_CHARS_MAX else None
        return Place.KNOWN if address is not None and hosts.named(address[1]) else Place.UNKNOWN


def _opening(raw: str, at: int, end: int) -> re.Match[str] | None:
    """The first opening that ends after `at`; it may have begun before."""
    for match in _OPENING.finditer(raw, max(0, at - _BACK), end):
        if match.end() > at:
            return match
    return None


class Hosts:
    """The hosts in whose addresses values may stand: those of the policy, and those that stand in what the user or the
    application wrote. The texts are only read when a token stands in an address."""

    def __init__(self, patterns: Iterable[str] = (), texts: Iterable[str] = ()) -> None:
        self._patterns = [pattern.lower() for pattern in patterns]
        self._texts = tuple(texts)
        self._found: frozenset[str] | None = None

    def named(self, host: str) -> bool:
        """Whether a host is one of them."""
        host = host.lower().rstrip(".")
        if self._found is None:
            self._found = frozenset(one for text in self._texts for one in _HOST.findall(text.lower()))
        return host in self._found or any(_fits(host, pattern) for pattern in self._patterns)


def _fits(host: str, pattern: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern
