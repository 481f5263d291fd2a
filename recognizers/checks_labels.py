"""Checks of what stands behind a prefix or a label."""

from __future__ import annotations

import re
from collections.abc import Callable

from recognizers.checksums import luhn

_SEQUENCES = ("0123456789", "abcdefghij", "9876543210")
_NO_NAMES = frozenset((
    "required", "string", "text", "value", "none", "null", "true", "false", "admin", "root", "user", "users", "your",
    "username", "password", "example", "field", "name", "invalid", "unknown", "missing", "optional", "empty",
    "public", "private", "guest", "test", "default", "email", "login", "same", "already", "taken", "valid", "case",
    "unique", "from", "with", "that", "this", "which", "used", "only",
))  # fmt: skip
_ONE_DIGIT_OVER = re.compile(r"(\d)\1{8}")


def token_after_prefix(text: str) -> bool:
    """A token behind its prefix looks random: letters with digits among them or in both cases at random, nine kinds of
    characters, no alphabet."""
    value = re.split("[_-]", text, maxsplit=1)[-1] if re.search("[_-]", text[:16]) else text[4:]
    digits, switches = len(re.findall("[0-9]", value)), len(re.findall("[a-z0-9][A-Z]", value))
    is_mixed = re.search("[A-Za-z]", value) is not None and (digits >= 2 or switches >= 3)
    return is_mixed and len(set(value)) >= 9 and not any(sequence in value.lower() for sequence in _SEQUENCES)


def user_word(text: str) -> bool:
    """`username is` and a word that no sentence about user names goes on with."""
    word = re.split("[ :@]", text)[-1].lower()
    return len(word) >= 4 and word not in _NO_NAMES


def ca_sin(text: str) -> bool:
    """Canadian Social Insurance Number by its check digit; specimens that begin with 0 or 8 stand in for one."""
    digits = re.sub("[^0-9]", "", text)
    return len(digits) == 9 and luhn(digits) and _ONE_DIGIT_OVER.fullmatch(digits) is None


CHECKSUMS: dict[str, Callable[[str], bool]] = {
    "ca_sin": ca_sin,
    "token_after_prefix": token_after_prefix,
    "user_word": user_word,
}
