"""The hold-back of a channel whose text is a JSON document, such as the arguments of a tool call.

Laws kept here:
1. What comes out is valid JSON where what came in was (and is no deeper than `DEPTH_MAX`, with no number longer than
   `BARE_CHARS_MAX`): structure passes as it is, replacements stand inside strings, a number that must go becomes a
   quoted placeholder, a replaced key stays unique.
2. Each string and key is a text of its own, read decoded and spliced as it is written; its key is left context. No
   match crosses values.
3. What is not JSON is text: from the first character that breaks the grammar on, an ordinary hold-back takes over,
   with everything that was not released yet. It still reads escapes, since it may be JSON but for one fault. Another
   document behind the first one is read as one.
"""

from __future__ import annotations

import re
from enum import Enum

from gateway.errors.policy import PolicyBlock
from gateway.stream.escapes import unescaping
from gateway.stream.holdback import BATCH_CHARS, LEFT_CONTEXT_CHARS, HoldBack, Redacted, channel_of
from gateway.stream.scanner import Scanner
from gateway.verdict import Finding
from gateway.wire.json_text import quote
from gateway.wire.numbers import long_number

DEPTH_MAX = 128
KEY_CONTEXT_CHARS = 64
KEY_CHARS_MAX = 256
"""Replaced keys that agree in this many characters are taken for the same."""
BARE_CHARS_MAX = 64
"""A number or literal longer than this is no longer taken for one."""

_SPACE = " \t\n\r"
_BODY = re.compile(r'[^"\\]*')
_BARE = re.compile(r"[^\s,\]}\[{\":]*")
_LITERAL = re.compile(r"true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)


class _Expect(Enum):
    """What the grammar allows next."""

    VALUE = "value"
    VALUE_OR_END = "value or ]"
    KEY = "key"
    KEY_OR_END = "key or }"
    COLON = ":"
    COMMA_OR_END = ", or end"
    BARE_END = "the end of a number or literal"
    NOTHING = "white space"


class JsonHoldBack:
    """Same face as `HoldBack`."""

    def __init__(self, scanner: Scanner) -> None:
        self._plain = scanner
        self._scanner = unescaping(scanner)
        self._expect = _Expect.VALUE
        self._stack: list[tuple[str, str]] = []
        self._key = ""
        self._string: HoldBack | None = None
        self._is_key = False
        self._escaped = False
        self._shown = ""
        self._shown_keys: dict[str, int] = {}
        self._bare = ""
        self._left = ""
        self._prose: HoldBack | None = None
        self._kept = ""
        self.block: PolicyBlock | None = None
        self.findings: list[Finding] = []

    @property
    def held_chars(self) -> int:
        """Characters that came in and have not been released or replaced."""
        inner = self._prose or self._string
        return len(self._bare) + (inner.held_chars if inner else 0)

    def push(self, text: str) -> str:
        """Take in a delta; the text that is decided by now. Raises as `HoldBack.push` does."""
        out: list[str] = []
        at = 0
        try:
            while at < len(text):
                if self._prose is not None:
                    out.append(self._prose.push(text[at:]))
                    break
                at = self._in_string(text, at, out) if self._string is not None else self._outside(text, at, out)
        except PolicyBlock as block:
            self.block, self._kept = block, "".join(out)
            raise
        if self._prose is None:
            self._left = (self._left + text)[-LEFT_CONTEXT_CHARS - BARE_CHARS_MAX :]
        return "".join(out)

    def finish(self, *, truncated: bool = False) -> str:
        """The rest; `truncated` and `block` as for `HoldBack.finish`."""
        out = [self._kept]
        if self._bare and self._prose is None and self.block is None:
            try:
                self._end_bare(out, truncated=truncated)
            except PolicyBlock as block:
                self.block = block
        for inner in (self._string, self._prose):
            if inner is not None:
                out.append(inner.finish(truncated=truncated))
                self.findings += inner.findings
                self.block = self.block or inner.block
        self._string = self._prose = None
        return "".join(out)

    def _in_string(self, text: str, at: int, out: list[str]) -> int:
        string = self._string
        assert string is not None  # noqa: S101 - the caller's condition
        start = at
        while at < len(text):
            if self._escaped:
                self._escaped = False
                at += 1
                continue
            match = _BODY.match(text, at)
            at = match.end() if match else at
            if at == len(text):
                break
            if text[at] == '"':
                self._release(text[start:at], out)
                self._end_string(string, out)
                return at + 1
            self._escaped = True
            at += 1
        self._release(text[start:at], out)
        return at

    def _release(self, piece: str, out: list[str]) -> None:
        assert self._string is not None  # noqa: S101 - the caller's condition
        shown = self._string.push(piece)
        out.append(shown)
        if self._is_key:
            self._key = (self._key + piece)[-KEY_CONTEXT_CHARS:]
            self._shown = (self._shown + shown)[:KEY_CHARS_MAX]

    def _end_string(self, string: HoldBack, out: list[str]) -> None:
        rest = string.finish()
        out.append(rest)
        if string.block is not None:
            raise string.block
        if self._is_key and string.findings:
            shown = (self._shown + rest)[:KEY_CHARS_MAX]
            count = self._shown_keys[shown] = self._shown_keys.get(shown, 0) + 1
            out.append(f"_{count}" if count > 1 else "")
        out.append('"')
        self.findings += string.findings
        self._string = None
        self._expect = _Expect.COLON if self._is_key else self._after_value()

    def _after_value(self) -> _Expect:
        return _Expect.COMMA_OR_END if self._stack else _Expect.NOTHING

    def _outside(self, text: str, at: int, out: list[str]) -> int:
        char = text[at]
        if char in _SPACE:
            if self._expect is _Expect.BARE_END or self._bare:
                self._bare += char
                self._expect = _Expect.BARE_END
                return self._bounded_bare(text, at + 1, out)
            out.append(char)
            return at + 1
        if self._bare:
            return self._more_bare(text, at, out)
        if self._structure(char):
            out.append(char)
            return at + 1
        if self._expect in (_Expect.VALUE, _Expect.VALUE_OR_END) and char not in ',]}[{":':
            return self._more_bare(text, at, out)
        return self._not_json(text, at, out)

    def _structure(self, char: str) -> bool:
        """Follow the grammar over one structural character; False when it is not allowed here."""
        expect = self._expect
        value = expect in (_Expect.VALUE, _Expect.VALUE_OR_END) or (expect is _Expect.NOTHING and char in "{[")
        key = expect in (_Expect.KEY, _Expect.KEY_OR_END)
        ended = expect is _Expect.COMMA_OR_END
        opened = self._stack[-1][0] if self._stack else ""
        if char == '"' and (value or key):
            self._is_key = key
            context = f'{self._key}: "' if value and self._key else ""
            self._key = "" if key else self._key
            self._shown = ""
            self._string = channel_of(self._scanner, context=context, json_text=True)
        elif char in "{[" and value and len(self._stack) < DEPTH_MAX:
            self._stack.append((char, self._key))
            self._expect = _Expect.KEY_OR_END if char == "{" else _Expect.VALUE_OR_END
        elif char == ":" and expect is _Expect.COLON:
            self._expect = _Expect.VALUE
        elif char == "," and ended:
            self._expect = _Expect.KEY if opened == "{" else _Expect.VALUE
        elif (char == "}" and opened == "{" and (ended or expect is _Expect.KEY_OR_END)) or (
            char == "]" and opened == "[" and (ended or expect is _Expect.VALUE_OR_END)
        ):
            self._close()
        else:
            return False
        return True

    def _close(self) -> None:
        _, self._key = self._stack.pop()
        self._expect = self._after_value()

    def _more_bare(self, text: str, at: int, out: list[str]) -> int:
        """A number or literal goes on, or its end shows: it is held until the grammar confirms it."""
        if self._expect is not _Expect.BARE_END:
            match = _BARE.match(text, at)
            end = match.end() if match else at
            if end > at:
                self._bare += text[at:end]
                return self._bounded_bare(text, end, out)
        if text[at] in ",]}" and self._stack and _LITERAL.fullmatch(self._bare.rstrip(_SPACE)):
            self._end_bare(out)
            return at
        return self._not_json(text, at, out)

    def _bounded_bare(self, text: str, at: int, out: list[str]) -> int:
        return at if len(self._bare) <= BARE_CHARS_MAX else self._not_json(text, at, out)

    def _end_bare(self, out: list[str], *, truncated: bool = False) -> None:
        token = self._bare.rstrip(_SPACE)
        space = self._bare[len(token) :]
        is_literal = _LITERAL.fullmatch(token) is not None
        number = long_number(token) if is_literal else None
        if truncated or not is_literal or number is not None:
            read = number or token
            context = f"{self._key}: " if self._key else ""
            scanner = self._plain if is_literal else self._scanner
            channel = channel_of(scanner, context=context, json_text=not is_literal)
            try:
                shown = channel.push(read) + channel.finish(truncated=truncated)
            finally:
                self.findings += channel.findings
            if channel.block is not None:
                raise channel.block
            if shown != read:
                # A token in the place of a number is one itself, or stands in quotes like every other replacement.
                is_number = shown[-1:].isdigit() and _LITERAL.fullmatch(shown)
                token = quote(shown).decode() if is_literal and not is_number else shown
        out.append(token + space)
        self._bare = ""
        self._expect = self._after_value()

    def _not_json(self, text: str, at: int, out: list[str]) -> int:
        """From here on the channel is prose; what was held goes first."""
        before = self._left + text[:at]
        before = before[: len(before) - len(self._bare)]
        self._prose = channel_of(self._scanner, context=before[-LEFT_CONTEXT_CHARS:], json_text=True)
        held, self._bare = self._bare, ""
        out.append(self._prose.push(held))
        return at


def redact_json(scanner: Scanner, text: str, *, truncated: bool = False) -> Redacted:
    """A whole JSON document in a string, by the same engine; its findings have offsets in their own values."""
    channel = JsonHoldBack(scanner)
    out = [channel.push(text[at : at + BATCH_CHARS]) for at in range(0, len(text), BATCH_CHARS)]
    out.append(channel.finish(truncated=truncated))
    if channel.block is not None:
        raise channel.block
    return Redacted("".join(out), tuple(channel.findings))
