"""Texts as they are compared: letters and digits only, as they are written and as JSON would read them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

RUN_CHARS = 5
"""So many characters of a value in a row are a leak."""
_SEPARATORS = re.compile(r"[\W_]+")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)


def core(text: str) -> str:
    """Letters and digits only, in one case and width."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text).casefold())


def readings(texts: Iterable[str]) -> str:
    """The cores of texts as they are written and as JSON would read them."""
    both = ((text, _ESCAPE.sub(_character, text)) if "\\" in text else (text,) for text in texts)
    return "\n".join(core(form) for forms in both for form in forms)


def _character(match: re.Match[str]) -> str:
    return chr(int(match.group(1), 16)) if match.group(1) else " "
