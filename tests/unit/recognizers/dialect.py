"""Random patterns of the dialect, and the automaton of a `Shape` run by hand."""

from __future__ import annotations

from itertools import product

from hypothesis import strategies as st

from recognizers.alphabet import bits, symbol
from recognizers.syntax import Shape

LETTERS = "ab1 "
"""Two letters, a digit and a character that is no part of a word: enough for every kind of boundary."""
WORD_CHARS_MAX = 4
WORDS = tuple("".join(word) for size in range(1, WORD_CHARS_MAX + 1) for word in product(LETTERS, repeat=size))

_ATOMS = ("a", "b", "1", " ", "[ab]", "[^a]", r"\d", r"\w", r"\s", r"\D", r"\S", r"\W", ".", "[a-b1]", r"[\d ]")
_REPEATS = ("?", "{2}", "{0,2}", "{1,2}", "{0}")


def regexes(*, boundaries: bool = False) -> st.SearchStrategy[str]:
    """Patterns over `LETTERS`; with `boundaries`, some with `\\b`."""
    atoms = st.sampled_from((*_ATOMS, r"\b") if boundaries else _ATOMS)
    return st.recursive(
        atoms,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map("".join),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
            st.tuples(inner, st.sampled_from(_REPEATS)).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
        ),
        max_leaves=6,
    )


def accepts(shape: Shape, text: str) -> bool:
    """Whether the positions of a shape read the whole text."""
    allowed = shape.first
    reached = 0
    for char in text:
        reached = 0
        for position in bits(allowed):
            if shape.masks[position] >> symbol(char) & 1:
                reached |= 1 << position
        allowed = 0
        for position in bits(reached):
            allowed |= shape.follow[position]
    return bool(reached & shape.last)
