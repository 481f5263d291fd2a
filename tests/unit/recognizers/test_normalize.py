"""Views: what patterns see, and where each character of it came from."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognizers.alphabet import ALPHABET
from recognizers.normalize import (
    ALL_SPELLINGS,
    HIDDEN_RUN_MAX,
    OTHER,
    PLAIN_VIEWS,
    View,
    fold,
    fold_view,
    folded,
    hidden_views,
    read,
)

ESCAPES, QUOTED, WORDS = 1, 2, 3
BASE64 = (4, 5, 6, 7)
PIECES = (
    *("a", "4", " ", "é", "e\u0301", "\u200b", "\u200b" * 33, "日", "ж", "😀", "\ud83d", "１", "‑", "\u3164"),
    *(
        "%",
        "%4",
        "%41",
        "%2541",
        "%25252541",
        "%E2%80%8B",
        "%C3%A9",
        "%E2",
        "%80",
        "&",
        "&#64;",
        "&#x4",
        "&amp;#64;",
        "&commat;",
    ),
    *(
        "\\",
        "\\n",
        "\\u0041",
        "\\u00",
        "\\ud83d\\ude00",
        "\\ud83d",
        "\\\\",
        "\\x41",
        "\\u{41}",
        "=",
        "=40",
        "=4",
        "=\n",
        "=\r",
    ),
    *("one ", "two ", "five-", "oh, ", "four", "eight", "NDEx", "amFuZUBleGFtcGxlLmNvbQ==", "AAAAAAAAAAAAAAAA"),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


def seen(raw: str, *, json_text: bool = False, final: bool = False) -> dict[int, View]:
    text = read(raw, json_text=json_text, final=final)
    return {0: fold_view(text), **dict(hidden_views(text, 0, ALL_SPELLINGS, final=final))}


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("é", "e"),
        ("e\u0301", "e"),
        ("ﬁ", "ø"),
        ("日", OTHER),
        ("ж", "ø"),
        ("ß", "s"),
        ("Ø", "O"),
        ("１٣३", "133"),
        ("²", "2"),
        ("‑–−", "---"),
        ("．。·", "..."),
        ("\u00a0\u2003\u2028", "   "),
        ("＠﹫", "@@"),
        ("\u200b\u200d\u00ad\u202e\ufe0f", ""),
        ("😀", OTHER),
        ("\ud83d", OTHER),
        ("\uffff", OTHER),
        ("\t\n\x00\x7f", "\t\n\x00\x7f"),
    ],
)
def test_fold(raw: str, shown: str) -> None:
    assert folded(raw) == shown


@given(st.characters(min_codepoint=128))
def test_every_character_folds_into_the_alphabet_or_away(char: str) -> None:
    assert fold(char) in {*ALPHABET, ""}


@given(st.text(st.sampled_from("a4\u200b\u0301é"), max_size=80))
def test_a_run_without_width_is_capped(raw: str) -> None:
    view = fold_view(View(raw, None, len(raw)))
    for left, right in pairwise([*(view.raw(index) for index in range(len(view.chars))), len(raw)]):
        assert right - left <= HIDDEN_RUN_MAX + 1


@pytest.mark.parametrize(
    ("raw", "number", "shown"),
    [
        ("jane%40example", ESCAPES, "jane@example"),
        ("%2540 %252540 %25252525252540", ESCAPES, "@ @ %2540"),
        ("%C3%A9%E2%80%8B%E6%97%A5", ESCAPES, "e" + OTHER),
        ("%C3%28 %80 %zz %4", ESCAPES, "%C3( %80 %zz %4"),
        ("a&#64;b&#x40;c&commat;d&amp;#64;e&nope;", ESCAPES, "a@b@c@d@e&nope;"),
        ("\\u0040 \\x40 \\u{40} \\ud83d\\ude00 \\u004", ESCAPES, f"@ @ @ {OTHER} \\u004"),
        ("a=40b=\nc=\r\nd=E9", QUOTED, "a@bcd=E9"),
        ("ten four one one one two", WORDS, OTHER + "41112"),
        ("four one", WORDS, OTHER),
        ("amFuZUBleGFtcGxlLmNvbQ==", BASE64[0], "jane@example.com"),
        ("xamFuZUBleGFtcGxlLmNvbQ==", BASE64[1], OTHER + "jane@example.com"),
        ("nothing hidden", ESCAPES, None),
    ],
)
def test_hidden_spellings(raw: str, number: int, shown: str | None) -> None:
    view = seen(raw, final=True).get(number)
    assert (view.chars if view else None) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("jane\\u0040example", "jane@example"),
        ("a\\nb\\\\n\\/", "a\nb\\n/"),
        ("\\ud83d\\ude00\\u200b!", OTHER + "!"),
        ("\\ud83d!", OTHER + "!"),
        ("\\u00e9\\u0065\\u0301", "ee"),
    ],
)
def test_json_strings_are_read(raw: str, shown: str) -> None:
    assert seen(raw, json_text=True)[0].chars == shown


def test_decodings_are_stacked() -> None:
    raw = json.dumps("jane%2540\u200bexample").replace("%", "\\u0025")[1:-1]
    view = seen(raw, json_text=True)[ESCAPES]
    assert view.chars == "jane@example"
    assert view.raw(4) == raw.index("\\u0025")
    assert view.raw(5) == raw.index("example")


@settings(deadline=None)
@given(TEXTS, st.booleans(), st.booleans())
def test_offsets_go_there_and_back(raw: str, json_text: bool, final: bool) -> None:
    for view in seen(raw, json_text=json_text, final=final).values():
        places = [view.raw(index) for index in range(len(view.chars) + 1)]
        assert places == sorted(set(places))
        assert all(view.index(place) == index for index, place in enumerate(places))
        assert places[0] >= 0
        assert places[-1] == view.raw_end <= len(raw)
        assert not final or view.raw_end == len(raw)
        assert all(view.raw(view.index(place)) >= place for place in range(view.raw_end + 1))


@settings(deadline=None)
@given(TEXTS, st.booleans())
def test_a_view_only_grows(raw: str, json_text: bool) -> None:
    whole = seen(raw, json_text=json_text)
    for end in range(len(raw)):
        part = seen(raw[:end], json_text=json_text)
        # A plain view that is not there is the folded one; the others come and go.
        for number in {0, *PLAIN_VIEWS} | part.keys() & whole.keys():
            before, after = part.get(number, part[0]), whole.get(number, whole[0])
            size = len(before.chars)
            assert after.chars.startswith(before.chars)
            assert [after.raw(at) for at in range(size)] == [before.raw(at) for at in range(size)]


@settings(deadline=None)
@given(TEXTS, st.booleans())
def test_a_view_of_the_rest_is_the_rest_of_the_view(raw: str, json_text: bool) -> None:
    whole = seen(raw, json_text=json_text)
    for number in (0, *PLAIN_VIEWS):
        view = whole.get(number, whole[0])
        for index in range(len(view.chars)):
            if view.chars[index] != OTHER:  # not in a run without width, of which the beginning counts
                rest = seen(raw[view.raw(index) :], json_text=json_text)
                assert rest.get(number, rest[0]).chars == view.chars[index:]


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("a%", ESCAPES),
        ("a%4", ESCAPES),
        ("a%25", ESCAPES),
        ("a%2525252", ESCAPES),
        ("a%E2%80", ESCAPES),
        ("a%E2%80%8", ESCAPES),
        ("a&", ESCAPES),
        ("a&amp", ESCAPES),
        ("a&amp;#6", ESCAPES),
        ("a\\", ESCAPES),
        ("a\\u00", ESCAPES),
        ("a\\ud83d\\u", ESCAPES),
        ("a=", QUOTED),
        ("a=4", QUOTED),
        ("a=\r", QUOTED),
    ],
)
def test_what_the_end_cuts_in_two_is_pending(raw: str, number: int) -> None:
    view = seen(raw)[number]
    assert (view.chars, view.raw_end) == ("a", 1)
    assert seen(raw, final=True)[number].raw_end == len(raw)


@pytest.mark.parametrize("raw", ["a\\", "a\\u", "a\\u00e", "a\\ud83d", "a\\ud83d\\", "a\\ud83d\\ude0"])
def test_a_json_escape_that_the_end_cuts_in_two_is_pending_in_all_views(raw: str) -> None:
    for view in seen(raw, json_text=True).values():
        assert (view.chars, view.raw_end) == ("a", 1)
