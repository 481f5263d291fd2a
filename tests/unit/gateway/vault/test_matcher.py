"""Own tokens in a text: the table of what models do to them, at every cut, and what it costs."""

from __future__ import annotations

import random
from itertools import combinations
from unittest.mock import Mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.vault.matcher import GAP_CHARS, Match, TokenIndex

NAME, MAIL, CARD, SSN = "KC_PERSON_7F3K2Q9B", "kc-7f3k2q9b@mail.example.com", "4111 1122 2222 1111", "912-34-5678"
INDEX = TokenIndex([(NAME, "name"), (MAIL, "mail"), (CARD, "card"), (SSN, "ssn")])

RESTORED = [
    (NAME, "name"),
    ("kc_person_7f3k2q9b", "name"),
    ("Kc_Person_7f3K2q9B", "name"),
    ("KC PERSON 7F3K2Q9B", "name"),
    ("KC-PERSON-7F3K2Q9B", "name"),
    ("KCPERSON7F3K2Q9B", "name"),
    ("KC_PERSON_7F3K-2Q9B", "name"),
    ("KC____PERSON_7F3K2Q9B", "name"),
    ("KC_PER - SON_7F3K2Q9B", "name"),
    ("KC_PERSON_\n7F3K2Q9B", "name"),
    ("KC_PERSON_7F3K\r\n2Q9B", "name"),
    (r"KC\_PERSON\_7F3K2Q9B", "name"),
    ("KC_**PERSON_7F3K2Q9B", "name"),
    ("K\u200bC_PERSON\u2011_7F3K2Q9B", "name"),
    ("KC‑PERSON‑7F3K2Q9B", "name"),
    ("ＫＣ_PERSON_7F3K2Q9B", "name"),
    ("KC%5FPERSON%5f7F3K2Q9B", "name"),
    (MAIL, "mail"),
    (MAIL.upper(), "mail"),
    (MAIL.replace("@", "%40"), "mail"),
    ("kc-7f3k2q9b @ mail . example . com", "mail"),
    (CARD, "card"),
    ("4111112222221111", "card"),
    ("4111-1122-2222-1111", "card"),
    ("4111 11\n22 2222 1111", "card"),
    ("912345678", "ssn"),
    ("912 34 5678", "ssn"),
]
LEFT_ALONE = [
    "KC_PERSON_7F3K2Q9C",
    "KC_PERSON_7F3K2Q9",
    "PERSON_7F3K2Q9B",
    "KC_____PERSON_7F3K2Q9B",
    "KC_PER    SON_7F3K2Q9B",
    "KC_PERSON_7F3K2Q9BX",
    "xKC_PERSON_7F3K2Q9B",
    "KC_PERSON_7F3K2Q9B@mail.example.com",
    "jane@KC_PERSON_7F3K2Q9B",
    "KC_PERSON_<b>7F3K2Q9B</b>",
    "jane.kc-7f3k2q9b@mail.example.com",
    "kc-7f3k2q9b@mail.example.com.au",
    "kc-7f3k2q9b@mail.example.company",
    "kc-7f3k2q9b at mail.example.com",
    "41111122222211110",
    "14111112222221111",
    "a912345678",
]
FRAMES = ["{}", "so {}.", '"{}"', "**{}**", "_{}_", "`{}`", "<{}>", "[{}]", "({}), and", "name={};", "{}'s", "{}: no"]


def at_every_cut(text: str, parts: int = 2) -> set[tuple[Match[str], ...]]:
    answers = set()
    for cuts in combinations(range(len(text) + 1), parts - 1):
        frontier, found = 0, []
        for end in (*cuts, len(text)):
            frontier, more = INDEX.scan(text[:end], 0, frontier)
            found += more
        found += INDEX.scan(text, 0, frontier, final=True)[1]
        answers.add(tuple(found))
    return answers


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize(("spelling", "whose"), RESTORED)
def test_a_tolerated_spelling_is_found_at_every_cut(spelling: str, whose: str, frame: str) -> None:
    text, start = frame.format(spelling), frame.index("{")
    assert at_every_cut(text) == {((start, start + len(spelling), whose),)}
    assert INDEX.get(spelling) == whose


@pytest.mark.parametrize("frame", ["{}", "so {}.", "({}) and"])
@pytest.mark.parametrize("spelling", LEFT_ALONE)
def test_what_is_no_token_is_left_alone_at_every_cut(spelling: str, frame: str) -> None:
    assert at_every_cut(frame.format(spelling)) == {()}


def test_sentence_ends_and_dots() -> None:
    for after in (".", "...", ". Then", ".\n", "-", " -", ",", ".)", "_x"):
        assert [match.payload for match in INDEX.find_all(MAIL + after)] == ["mail"], after


@pytest.mark.parametrize(("spelling", "whose"), [RESTORED[0], *RESTORED[9:12], *RESTORED[17:20], *RESTORED[21:24]])
def test_every_two_cuts(spelling: str, whose: str) -> None:
    assert {tuple(one[2] for one in found) for found in at_every_cut(f"a {spelling}, b", 3)} == {(whose,)}


def test_inside_a_json_string() -> None:
    for text in (NAME.replace("\n", "\\n"), "KC_PERSON_\\n7F3K2Q9B", "".join(f"\\u{ord(c):04x}" for c in NAME)):
        raw = f"dear {text}!"
        for cut in range(len(raw) + 1):
            frontier, found = INDEX.scan(raw[:cut], 0, 0, json_text=True)
            found += INDEX.scan(raw, 0, frontier, json_text=True, final=True)[1]
            assert [(raw[m.start : m.end], m.payload) for m in found] == [(text, "name")], cut


def test_only_a_proper_prefix_of_a_real_token_is_held() -> None:
    prose = "The kettle keeps 4 kinds of KC-135 tankers; 41 of them, 9 or 91. Karl K. came @ noon, Kc! KC_PERSONS too. "
    held = {}
    for end in range(1, len(prose) + 1):
        frontier, _ = INDEX.scan(prose[:end], 0, 0)
        if frontier < end:
            held[prose[frontier:end]] = end
    assert set(held) <= {
        *("k", "K", "K.", "K. ", "K. c", "4", "4 ", "41", "41 ", "9", "9 ", "91", "91.", "91. "),
        *("KC", "KC-", "Kc", "KC_", "KC_P", "KC_PE", "KC_PER", "KC_PERS", "KC_PERSO", "KC_PERSON"),
    }
    words = "Plain words of prose, with a comma and 3 numbers: 17, 2024 and 5."
    assert all(INDEX.scan(words[:end], 0, 0)[0] == end for end in range(len(words)))


@pytest.mark.parametrize("gap", range(6))
def test_separators_added_in_a_gap(gap: int) -> None:
    text = f"KC_PERSON_7F3K{'-' * gap}2Q9B."
    assert at_every_cut(text) == ({((0, len(text) - 1, "name"),)} if gap <= GAP_CHARS else {()})


def test_a_longer_token_wins_over_its_prefix() -> None:
    both = TokenIndex([(NAME, "short"), (NAME + "AAAABBBB", "long")])
    for text, whose in ((NAME + ".", "short"), (NAME + "AAAABBBB.", "long"), (NAME + " AAAA", "short")):
        for cut in range(len(text) + 1):
            frontier, found = both.scan(text[:cut], 0, 0)
            found += both.scan(text, 0, frontier, final=True)[1]
            assert [match.payload for match in found] == [whose], (text, cut)


def test_nothing_is_found_by_an_empty_index() -> None:
    empty = TokenIndex[str]([])
    assert empty.scan("KC_PERSON_7F3K2Q9B", 5, 0) == (23, [])
    assert empty.get(NAME) is None
    assert len(empty) == 0


_PIECES = st.sampled_from(
    [one for one, _ in RESTORED] + LEFT_ALONE + [*" .-_@%*x1k\n", "kc", "%2", "4111", "KC_PERSON_"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=6), st.lists(st.integers(0, 200), max_size=5))
def test_cuts_change_nothing(pieces: list[str], cuts: list[int]) -> None:
    text = "".join(pieces)
    frontier, found = 0, []
    for end in sorted(min(cut, len(text)) for cut in cuts):
        frontier, more = INDEX.scan(text[:end], 0, frontier)
        found += more
    found += INDEX.scan(text, 0, frontier, final=True)[1]
    assert found == INDEX.find_all(text)


def _tokens(count: int) -> list[tuple[str, int]]:
    dice = random.Random(count)
    word = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    return [(f"KC_PERSON_{''.join(dice.choices(word, k=8))}", number) for number in range(count)]


def test_five_thousand_tokens_take_no_more_steps_than_five() -> None:
    """Counted, not timed: the characters at which a place in the list is looked up."""
    text = "I know Karl keeps a KC_PERSON_X and KC_PERSON_77777777, ok? " * 20
    steps = []
    for count in (5, 5000):
        index = TokenIndex(_tokens(count))
        looked = Mock(wraps=index._own_gap)
        index._own_gap = looked  # type: ignore[method-assign]
        index.find_all(text)
        steps.append(looked.call_count)
    assert steps[1] <= steps[0] * 1.5
