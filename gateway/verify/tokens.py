"""What a provider may see of a value that became a token: a token keeps the bank of a card, its last four digits, the
domain of an address, the bank of an account, the area of a telephone number."""

from __future__ import annotations

import re
import unicodedata

from gateway.verify.readings import RUN_CHARS, core

CARD_KEPT = (6, 4)
ACCOUNT_HIDDEN = 7
"""The last digits of an account number, which belong to no bank code."""
PHONE_HIDDEN = 7
"""The last digits of a telephone number; those before them are its area."""
NAME_CHARS_MIN = 3
NEVER = "\0"
"""Stands in no text."""
_ADDRESS = re.compile(r"([^\s@]+)@([^\s@]+)")


def telling(entity: str, value: str) -> tuple[str, ...] | None:
    """Strings of letters and digits that betray a value although it became a token; None when any few of its
    characters do. An empty string would be found everywhere: there is none."""
    text = core(value)
    if entity == "CREDIT_CARD" and text.isdigit():
        head, tail = CARD_KEPT
        hidden = text[head:-tail]
        # One digit over and over can also come of what is kept and one digit of the token.
        tells = len(hidden) > RUN_CHARS and len(set(hidden)) > 1
        runs = [text[: head + RUN_CHARS], text[-tail - RUN_CHARS :], hidden if tells else text]
        return tuple(run for run in runs if len(run) > RUN_CHARS)
    if entity == "IBAN_CODE" and text.isalnum() and text.isascii():
        return _windows(text[-ACCOUNT_HIDDEN:])
    if entity == "PHONE_NUMBER" and text.isdigit():
        return (text[-PHONE_HIDDEN:],)
    address = _ADDRESS.fullmatch(unicodedata.normalize("NFKC", value))
    if entity == "EMAIL_ADDRESS" and address is not None:
        local = core(address[1])
        if len(local) >= RUN_CHARS:
            return _windows(local)
        # Of a short name the whole address; one of a letter or two is the end of many a token.
        return (f"{local}{core(address[2])}",) if len(local) >= NAME_CHARS_MIN else (NEVER,)
    return None


def _windows(text: str) -> tuple[str, ...]:
    return tuple(text[at : at + RUN_CHARS] for at in range(max(len(text) - RUN_CHARS, 0) + 1))
