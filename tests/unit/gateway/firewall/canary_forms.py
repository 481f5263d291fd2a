"""Every listed form of a canary, made by other means than the watch reads them."""

from __future__ import annotations

import base64
import codecs
from collections.abc import Iterator
from itertools import cycle

_LOOKALIKES = str.maketrans("djkpqvwxg", "ԁјкрԛѵԝхɡ")
_SEPARATORS = (" ", "-", ".", "_", "\n", ", ", " - ", "*", "**", "|", "/", "\u200b")


def forms(word: str) -> Iterator[tuple[str, str]]:
    """Name and text of each form."""
    yield "plain", word
    yield "upper case", word.upper()
    yield "mixed case", "".join(a(b) for a, b in zip(cycle((str.upper, str.lower)), word, strict=False))
    for separator in _SEPARATORS:
        yield f"spaced by {separator!r}", separator.join(word)
    yield "reversed", word[::-1]
    yield "reversed and spaced", " ".join(word[::-1])
    yield "ROT13", codecs.encode(word, "rot13")
    yield "full width", "".join(chr(ord(letter) + 0xFEE0) for letter in word)
    yield "mathematical", "".join(chr(0x1D41A + ord(letter) - ord("a")) for letter in word)
    yield "look-alikes", word.translate(_LOOKALIKES)
    yield "eight letters", word[7:15]
    yield from _bytewise(word.encode())
    for phase in range(3):
        yield from _base64(phase, word)


def _bytewise(data: bytes) -> Iterator[tuple[str, str]]:
    yield "hex", data.hex()
    yield "upper hex", data.hex().upper()
    yield "hex of upper case", data.upper().hex()
    for separator in " :-":
        yield f"hex by {separator!r}", data.hex(separator)
    written = {"0x": " 0x{:02x}", "0x,": "0x{:02x}, ", "backslash x": "\\x{:02x}", "percent": "%{:02x}"}
    written |= {"double percent": "%25{:02x}", "backslash u": "\\u{:04x}", "HTML": "&#{};", "HTML hex": "&#x{:x};"}
    for name, form in written.items():
        yield name, "".join(form.format(byte) for byte in data)


def _base64(phase: int, word: str) -> Iterator[tuple[str, str]]:
    for spelled in (word, word.upper()):
        text = base64.b64encode(b"The mark is "[: 9 + phase] + spelled.encode() + b" ok").decode()
        yield f"base64, phase {phase}, {spelled[:2]}", text
        yield f"base64url, phase {phase}, {spelled[:2]}", text.replace("+", "-").replace("/", "_")
        yield f"wrapped, phase {phase}, {spelled[:2]}", "\n".join(text[at : at + 8] for at in range(0, len(text), 8))
