"""Law 2: what comes out is a function of the text, never of how it came. Law 1: what went is never taken back."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.inspection.inspector import Inspector
from gateway.stream.holdback import CUT_OFF, LEFT_CONTEXT_CHARS, HoldBack
from gateway.verdict import Finding
from tests.property.chunking import (
    PLAIN,
    Channel,
    at_random,
    channels,
    compositions,
    cut,
    differing,
    examples,
    in_prose,
    in_three,
    in_two,
    json_forms,
    shown,
)
from tests.property.traps import TRAPS

SHORT_CHARS = 30
LONG_CHARS = 500
"""The small forms do less with a longer trap."""
EXAMPLES = sorted(set(examples()))
named = pytest.mark.parametrize("text", TRAPS.values(), ids=TRAPS)
relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
CUTS = st.lists(st.integers(0, 300), max_size=8)


@named
def test_traps_in_two_parts_and_in_many(inspector: Inspector, text: str) -> None:
    places = [*range(0, len(text) + 1, 1 + len(text) // 150)]
    cuts = [*(cut(text, [at]) for at in places), *at_random(text, 5)]
    assert differing(inspector, text, cuts) is None


@named
@pytest.mark.parametrize("how", [Channel(context="phone: "), Channel(truncated=True)], ids=str)
def test_traps_in_other_channels(inspector: Inspector, text: str, how: Channel) -> None:
    assert differing(inspector, text, at_random(text, 5), how) is None


@named
def test_traps_in_json(inspector: Inspector, text: str) -> None:
    forms = json_forms(text) if len(text) <= LONG_CHARS else json_forms(text)[-1:]
    for form in forms:
        assert differing(inspector, form, at_random(form, 1), Channel(json_text=True)) is None


@named
def test_what_a_trap_lets_go_is_the_beginning_of_what_comes_out(inspector: Inspector, text: str) -> None:
    whole = shown(inspector, [text]).text
    channel, out = HoldBack(inspector), ""
    for at in range(0, len(text), 3):
        out += channel.push(text[at : at + 3])
        assert whole.startswith(out)


def test_examples_in_prose_in_many_parts(inspector: Inspector) -> None:
    """Every fifth; the long form has all of them, cut everywhere."""
    for text in map(in_prose, EXAMPLES[::5]):
        assert differing(inspector, text, at_random(text, 1)) is None


@pytest.mark.slow
@pytest.mark.parametrize("how", [PLAIN, Channel(json_text=True), Channel(truncated=True)], ids=str)
@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_in_two_parts(inspector: Inspector, text: str, how: Channel) -> None:
    whole = in_prose(text) if not how.truncated else f"Some 12 words: {text}"
    assert differing(inspector, whole, in_two(whole), how) is None


@pytest.mark.slow
@named
def test_traps_in_two_parts_everywhere(inspector: Inspector, text: str) -> None:
    for form in (text, *json_forms(text)):
        how = PLAIN if form == text else Channel(json_text=True)
        assert differing(inspector, form, in_two(form), how) is None


def test_short_texts_in_three_parts(inspector: Inspector) -> None:
    short = [text for text in EXAMPLES if 8 <= len(text) <= SHORT_CHARS]
    for text in islice(short, 0, None, 1 + len(short) // 12):
        assert differing(inspector, text, in_three(text)) is None


@pytest.mark.slow
@pytest.mark.parametrize("text", [text for text in (*EXAMPLES, *TRAPS.values()) if len(text) <= 40])
def test_all_short_texts_in_three_parts(inspector: Inspector, text: str) -> None:
    assert differing(inspector, text, in_three(text)) is None


@settings(relaxed, max_examples=120)
@given(compositions(), CUTS, channels())
@example("fe80::\n\\", [7], PLAIN)
@example("ciA5NDMgNDc2IDU5MTA= ", [20], PLAIN)
@example("2\u3164five thr", [9], PLAIN)
@example("----\\u002dBEGIN PRIVATE KEY-----=%40", [30], Channel(json_text=True))
def test_compositions(inspector: Inspector, text: str, places: list[int], how: Channel) -> None:
    assert differing(inspector, text, [cut(text, [at % (len(text) + 1) for at in places])], how) is None


@pytest.mark.slow
@settings(relaxed, max_examples=5000)
@given(compositions(1200), CUTS, channels())
def test_many_compositions(inspector: Inspector, text: str, places: list[int], how: Channel) -> None:
    assert differing(inspector, text, [cut(text, [at % (len(text) + 1) for at in places])], how) is None


# Law 1 from the other side: nothing waits that need not.


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Words, ",
        "It is so! ",
        'He said: "Yes!" ',
        "2 + 2 = four; ",
        "Done.\n",
        "x = [];\n",
        "Ja, genau! ",
        "日本語！",
        "Да! ",
    ],
)
def test_a_text_that_nothing_can_claim_is_not_held(inspector: Inspector, text: str) -> None:
    for how in (PLAIN, Channel(context="phone: ")):
        channel = HoldBack(inspector, context=how.context)
        assert channel.push(text) == text
        assert channel.held_chars == 0


@pytest.mark.parametrize(
    ("text", "end", "left"),
    [
        ("call jane@exam", "jane@exam", CUT_OFF),
        ("it is 536-22-87", "536-22-87", CUT_OFF),
        ("it is 536-", "536-", "536-"),
        ("so sk-proj-abcd", "sk-proj-abcd", CUT_OFF),
        ("the password = Tr0ub", "password = Tr0ub", CUT_OFF),
        ("it is the password", "password", "password"),
        ("call jane&#64;exam", "jane&#64;exam", CUT_OFF),
        ("call jane%40exam", "jane%40exam", CUT_OFF),
        ("nothing but wor", "wor", "wor"),
        ("mail jane@example.com", "jane@example.com", "[EMAIL_ADDRESS]"),
    ],
)
def test_a_text_that_was_cut_off_ends_in_a_word_or_in_a_placeholder(
    inspector: Inspector, text: str, end: str, left: str
) -> None:
    how = Channel(truncated=True)
    assert shown(inspector, [text], how).text == text.removesuffix(end) + left
    assert differing(inspector, text, in_two(text), how) is None


class Counting:
    """A scanner that counts what a delta costs."""

    def __init__(self, inner: Inspector) -> None:
        self.start, self.tail_end = inner.start, inner.tail_end
        self.cut_off, self.replacement, self._scan = inner.cut_off, inner.replacement, inner.scan
        self.calls = self.chars = 0

    def scan(self, raw: str, base: int, progress: object, *, final: bool) -> tuple[int, list[Finding]]:
        self.calls += 1
        self.chars += len(raw)
        return self._scan(raw, base, progress, final=final)


@named
def test_a_delta_costs_one_scan_of_a_bounded_text(inspector: Inspector, text: str) -> None:
    counting = Counting(inspector)
    channel = HoldBack(counting)
    for char in text * (3 if len(text) <= LONG_CHARS else 1):
        calls, chars, held = counting.calls, counting.chars, channel.held_chars
        channel.push(char)
        assert counting.calls == calls + 1
        assert counting.chars - chars <= 2 * LEFT_CONTEXT_CHARS + held + 1
