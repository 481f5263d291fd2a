"""Tokens that show by their shape alone that they are ours: whoever's they are, they are never tokenized again.

Numbers are not among them, not even those with area 900 and above that stand for Social Security numbers: people write
such numbers as specimens, and what is taken for a token is not protected. Those are known by the ledger of a request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from gateway.vault.formats import opaque
from gateway.vault.formats.catalogue import token_formats

SHAPE_CHARS_MAX = 330
"""No token is longer: `kc-`, eight characters, `@` and a domain of 253, and its edges."""
OPAQUE_START = "KC_"
OPAQUE_CHARS_MAX = 85
"""An opaque token is no longer."""
_OPAQUE = re.compile(rf"(?<![A-Za-z0-9]){opaque.SHAPE.replace('(?i:', '(?:')}(?![A-Za-z0-9])")
_CANDIDATE = re.compile(
    r"(?:(?<![A-Za-z0-9@])|(?<=\\[nrtbf]))(?:(?i:kc_[a-z0-9_]{3,82})(?![A-Za-z0-9@])"
    r"|(?<![._%+&'-])(?i:kc-[0-9a-z]{8}@[a-z0-9][a-z0-9.-]{2,252})(?![A-Za-z0-9@]))",
    re.ASCII,
)


@cache
def _shape() -> re.Pattern[str]:
    shapes = (format_.shape for format_ in token_formats().values() if format_.shape is not None)
    return re.compile("|".join([opaque.SHAPE, *shapes]))


def own_shapes(text: str, start: int = 0) -> Iterator[tuple[int, int]]:
    """Where tokens of ours stand, by their shape."""
    for match in _CANDIDATE.finditer(text, start):
        found = match.group().rstrip("._-")
        if _shape().fullmatch(found):
            yield match.start(), match.start() + len(found)


def opaque_shapes(text: str, start: int = 0) -> Iterator[tuple[int, int]]:
    """Where words stand that look like opaque tokens; the last one may go on past the end of the text."""
    for match in _OPAQUE.finditer(text, start):
        yield match.span()
