"""The cheap gate: whether a segment could hold a name, a place, an organisation or an address at all.

It may lose at most one per cent of what the model would find (a test prints the loss), and it is the same in batch and
stream, so that it never changes what is found.
"""

from __future__ import annotations

import functools
import re

from recognizers.ner.lexicon import common_words

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*", re.UNICODE)
_SENTENCE_START = re.compile(r"(?:^|[.!?:;…\"“(\[>*#|-]|\n)\s*$")
_NAMED = frozenset("GSCNTO")


def may_hold(text: str) -> bool:
    """Whether the model has to see this text."""
    return any(_tells(text, word) for word in _WORD.finditer(text))


def _tells(text: str, word: re.Match[str]) -> bool:
    shown = word[0]
    head = shown[0]
    if head.isdigit():
        return any(char.isalpha() for char in text[word.end() : word.end() + 24])
    small = _tells_small(shown.lower())
    if small or not head.isupper() or shown in ("I", "A"):
        return small
    # A common word that is hardly a name: its capital tells only inside a sentence, and not in a shout.
    if len(shown) > 1 and shown.isupper():
        return not text.isupper()
    return not _SENTENCE_START.search(text, max(0, word.start() - 6), word.start())


@functools.lru_cache(maxsize=20_000)
def _tells_small(lower: str) -> bool:
    """Whether a word tells by itself: unknown ones do, rare ones that can be a name, common ones that are no more."""
    plain = lower.removesuffix("'s").removesuffix("’s")
    found = common_words().word(plain)
    if found[-1] == "0":
        return "'" not in plain or len(plain) > 6
    return bool(_NAMED & set(found)) if found[-1] == "3" else common_words().is_name(plain)
