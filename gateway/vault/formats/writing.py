"""How values are written: digits of any script, separators, and a token in the place of a value."""

from __future__ import annotations

import unicodedata

SEPARATORS = frozenset(" -./()_\u00a0\u2010\u2011\u2012\u2013\u202f")
"""What people write between groups. Anything else that is neither letter nor digit is not copied to a token."""


def alphanumerics(text: str) -> str:
    """Letters and digits of `text`; digits of any script and full-width letters as ASCII."""
    if text.isascii():
        return "".join(character for character in text if character.isalnum())
    return "".join(_plain(character) for character in text if character.isalnum())


def digits(text: str) -> str | None:
    """The digits of `text`, or `None` if it has a letter."""
    found = alphanumerics(text)
    return found if found.isascii() and found.isdigit() else None


def written_like(token: str, like: str) -> str:
    """The characters of `token` in the places of the letters and digits of `like`, if there are as many; else
    `token`."""
    if sum(map(str.isalnum, like)) != len(token):
        return token
    rest = iter(token)
    kept = (next(rest) if character.isalnum() else character for character in like if _shown(character))
    return "".join(kept)


def _shown(character: str) -> bool:
    return character.isalnum() or character in SEPARATORS


def _plain(character: str) -> str:
    decimal = unicodedata.decimal(character, None)
    return str(decimal) if decimal is not None else unicodedata.normalize("NFKC", character)
