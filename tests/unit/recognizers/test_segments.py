"""Where segments end: by position, never inside a match, and what touches a forced cut is carried."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from recognizers.segments import (
    CARRIED_CHARS_MAX,
    SEGMENT_CHARS_MAX,
    SEGMENT_CHARS_MIN,
    Cut,
    Cutting,
    carried,
    next_cut,
    note,
)

TEXT = (
    "Dr. Smith went to the U.S. Congress on Jan. 5th. He met Mr. J. Doe there and they talked for a very long time "
    "about things that do not matter at all, such as the price of fish or of bread, the weather in Spain and the "
    "colour of the sky above New York City where nobody ever looks up because they walk. Then he left!\n\n"
    "Sincerely,\nBob. 1. First item. 2. Second item, which is e.g. longer than the first one of the list, or not?\n"
)
WORDS = st.sampled_from(
    ["Anna", "and", "the", "B.", "St.", "12", "end.", "why?", "so...", "\n\n", "Long", "x" * 40, "«ok»", "»."]
)
Texts = st.lists(WORDS, max_size=120).map(" ".join)


def cuts(text: str, ends: list[int], spans: list[tuple[int, int]], held: int = 20) -> list[int]:
    """Ends of the segments of a text that comes in pieces; a match is known once `held` more characters are there."""
    cutting, known = Cutting(), 0
    found: list[int] = []
    for end in [*ends, len(text)]:
        final = end == len(text) and found[-1:] != [len(text)]
        decided = end if final else max(0, end - held)
        note(cutting, [span for span in spans if known <= span[0] < decided])
        known = max(known, decided)
        while (cut := next_cut(text[:end], 0, cutting, decided, final=final)) is not None:
            found.append(cut.end)
            cutting.start = cut.end
    return found


@given(Texts, st.randoms(use_true_random=False))
def test_cuts_do_not_depend_on_how_the_text_came(text: str, chance: random.Random) -> None:
    spans = sorted({(at, at + chance.randint(2, 30)) for at in (chance.randrange(len(text) + 1) for _ in range(4))})
    spans = [(start, min(end, len(text))) for start, end in spans if start < len(text)]
    whole = cuts(text, [], spans)
    for _ in range(3):
        ends = sorted(chance.randrange(len(text) + 1) for _ in range(5))
        assert cuts(text, ends, spans) == whole
    assert whole == sorted(set(whole))
    assert not text or whole[-1] == len(text)
    for before, end in zip([0, *whole], whole, strict=False):
        assert end - before <= SEGMENT_CHARS_MAX
        inside = [span for span in spans if span[0] < end < span[1] and span[1] - span[0] < SEGMENT_CHARS_MAX // 2]
        assert not [span for span in inside if span[0] > before]


def test_sentences_end_where_they_do() -> None:
    pieces = [TEXT[a:b] for a, b in zip([0, *cuts(TEXT, [], [])], cuts(TEXT, [], []), strict=False)]
    assert pieces[0].startswith("Dr. Smith went to the U.S. Congress on Jan. 5th. He met Mr. J. Doe there")
    assert all(len(piece) >= SEGMENT_CHARS_MIN for piece in pieces[:-1])
    assert not any(piece.endswith(("New ", "York ")) for piece in pieces)


def test_a_forced_cut_parts_no_capitals_and_no_match() -> None:
    text = ("word " * 46 + "Anna Maria Lopez Garcia went on " + "word " * 40).strip()
    [first, *_] = cuts(text, [], [])
    assert text[:first].rstrip().endswith("word")
    assert cuts(text, [], [(200, 300)])[0] <= 200


def test_what_touches_a_forced_cut_is_carried() -> None:
    text = "word " * 50
    cut = Cut(200, forced=True)
    assert carried(cut, 0, [(180, 199)], text, 0) == 180
    assert carried(cut, 0, [(150, 170)], text, 0) == 200, "does not touch"
    assert carried(Cut(200, forced=False), 0, [(180, 199)], text, 0) == 200
    assert carried(cut, 180, [(180, 199)], text, 0) == 200, "not for ever"
    assert carried(cut, 0, [(199 - CARRIED_CHARS_MAX - 1, 199)], text, 0) == 200
