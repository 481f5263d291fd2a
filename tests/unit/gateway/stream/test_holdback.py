"""The hold-back on its own, under a scanner that knows a handful of literals."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from gateway.stream.components import COMPONENT_CHARS_MAX
from gateway.stream.holdback import (
    BATCH_CHARS,
    CUT_OFF,
    LEFT_CONTEXT_CHARS,
    HoldBack,
    redact,
)
from gateway.verdict import Action, Finding

LITERALS = {
    "<jane>": Finding(0, 0, "NAME", "NAME/x", 0.5, Action.REDACT),
    "jane>doe": Finding(0, 0, "LONGER", "LONGER/x", 0.5, Action.REDACT),
    "doe!": Finding(0, 0, "VALID", "VALID/x", 0.5, Action.REDACT, validated=True),
    "KEY-": Finding(0, 0, "KEY", "KEY/x", 1.0, Action.REDACT, tail="0123456789"),
    "zz": Finding(0, 0, "Z", "Z/x", 0.5, Action.REDACT),
}
TAIL_CAP = 20


@dataclass
class Fake:
    """Finds literals, each with one character of look-ahead; remembers what it was shown."""

    seen: list[tuple[str, int]] = field(default_factory=list)

    def start(self, *, json_text: bool) -> object:
        assert not json_text
        return {"scanned": 0}

    def scan(self, raw: str, base: int, progress: object, *, final: bool) -> tuple[int, list[Finding]]:
        assert isinstance(progress, dict)
        self.seen.append((raw, base))
        low = progress["scanned"] - base
        live = [at for at in range(low, len(raw)) if any(text.startswith(raw[at:]) for text in LITERALS)]
        high = len(raw) if final else min(live, default=len(raw))
        progress["scanned"] = base + high
        return base + high, [
            Finding(base + at, base + at + len(text), f.entity, f.recognizer, f.score, f.action, f.validated, f.tail)
            for at in range(low, high)
            for text, f in LITERALS.items()
            if raw.startswith(text, at)
        ]

    def tail_end(
        self,
        head: Finding,
        raw: str,
        base: int,
        progress: object,
        *,
        start: int,
        limit: int,
        swallowed: int,
        final: bool,
    ) -> tuple[int, bool]:
        assert head.tail == "0123456789"
        at = start
        while at < limit and raw[at - base].isdigit() and swallowed + at - start < TAIL_CAP:
            at += 1
        return at, at == limit and swallowed + at - start < TAIL_CAP

    def cut_off(self, raw: str) -> bool:
        return "j" in raw

    def replacement(self, finding: Finding, text: str) -> str:
        return f"[{finding.entity}]"


def trace(*parts: str, context: str = "") -> list[str]:
    """What each part lets go; last, what the end does."""
    channel = HoldBack(Fake(), context=context)
    return [*(channel.push(part) for part in parts), channel.finish()]


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        (["plain text"], ["plain text", ""]),
        ([], [""]),
        (["", ""], ["", "", ""]),
        (["a<", "ja", "ne"], ["a", "", "", "<jane"]),
        (["a<", "b"], ["a", "<b", ""]),
        (["a<jane>"], ["a", "[NAME]"]),
        (["a<jane>", " b"], ["a", "[NAME] b", ""]),
        (["a<<jane> b"], ["a<[NAME] b", ""]),
        (["<jane>d", "o", "x"], ["", "", "[NAME]dox", ""]),
        (["<jane>doe", " "], ["", "[LONGER] ", ""]),
        (["<jane>doe", "!", " "], ["", "", "[VALID] ", ""]),
        (["<jane>", "<jane>", "."], ["", "[NAME]", "[NAME].", ""]),
    ],
)
def test_text_goes_as_soon_as_it_is_decided(parts: list[str], shown: list[str]) -> None:
    assert trace(*parts) == shown


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        (["KEY-123 "], ["[KEY] ", ""]),
        (["KEY-", "1", "2", "3", " x"], ["", "[KEY]", "", "", " x", ""]),
        (["KEY-12"], ["[KEY]", ""]),
        (["KEY-", "x"], ["", "[KEY]x", ""]),
        (["KEY-" + "1" * (TAIL_CAP - 1), "2", "3", "x"], ["[KEY]", "", "3", "x", ""]),
        (["KEY-1KEY-2 "], ["[KEY][KEY] ", ""]),
    ],
)
def test_a_head_goes_at_once_and_its_tail_is_swallowed_as_it_comes(parts: list[str], shown: list[str]) -> None:
    assert trace(*parts) == shown


def test_a_chain_of_findings_is_covered_as_one_and_named_by_the_highest_rank() -> None:
    found = redact(Fake(), "a <jane>doe! b")
    assert found.text == "a [VALID] b"
    assert [finding.entity for finding in found.findings] == ["NAME", "LONGER", "VALID"]
    assert found.replaced == ((2, 12, "[VALID]"),)


def test_a_replacement_covers_its_tail() -> None:
    assert redact(Fake(), "a KEY-123 b").replaced == ((2, 9, "[KEY]"),)


def test_one_value_found_in_several_views_is_one_finding() -> None:
    class Twice(Fake):
        def scan(self, raw: str, base: int, progress: object, *, final: bool) -> tuple[int, list[Finding]]:
            frontier, found = super().scan(raw, base, progress, final=final)
            return frontier, [*found, *found]

    assert redact(Twice(), "a KEY-123 b").findings == redact(Fake(), "a KEY-123 b").findings


def test_offsets_count_from_the_start_of_the_text_whatever_stands_to_its_left() -> None:
    for context in ("", "name: ", "x" * 999):
        found = redact(Fake(), "<jane>.", context=context)
        assert [(finding.start, finding.end) for finding in found.findings] == [(0, 6)]
        assert found.text == "[NAME]."


def test_the_context_is_seen_and_never_shown() -> None:
    scanner = Fake()
    channel = HoldBack(scanner, context="name: ")
    assert channel.push("x") == "x"
    assert scanner.seen[0] == ("name: x", 0)


@pytest.mark.parametrize(
    ("context", "parts", "shown"),
    [
        ("<ja", ["ne> b"], ["[NAME] b", ""]),
        ("<ja", ["ne", "> b"], ["", "[NAME] b", ""]),
        ("<ja", ["x b"], ["x b", ""]),
        ("<jane>", ["doe! b"], ["[VALID] b", ""]),
        ("<jane>", [" b"], [" b", ""]),
        ("KEY-", ["12 b"], ["12 b", ""]),
        ("KE", ["Y-12 b"], ["[KEY] b", ""]),
        ("x" * 999 + "<", ["jane", "> "], ["", "[NAME] ", ""]),
    ],
)
def test_a_match_that_begins_in_the_context_covers_what_lies_in_the_text(
    context: str, parts: list[str], shown: list[str]
) -> None:
    assert trace(*parts, context=context) == shown
    found = redact(Fake(), "".join(parts), context=context)
    assert found.text == "".join(shown)
    assert all(0 <= one.start < one.end <= len("".join(parts)) for one in found.findings)
    assert all(0 <= start < end <= len("".join(parts)) for start, end, _ in found.replaced)


def test_what_is_seen_is_always_the_original() -> None:
    scanner = Fake()
    channel = HoldBack(scanner)
    text = "a <jane> KEY-12 b"
    for char in text:
        channel.push(char)
    channel.finish()
    for raw, base in scanner.seen:
        assert text[base : base + len(raw)] == raw


def test_the_left_context_is_bounded_and_never_shorter_than_promised() -> None:
    scanner = Fake()
    channel = HoldBack(scanner)
    for _ in range(400):
        channel.push("words ")
    for number, (raw, base) in enumerate(scanner.seen):
        assert len(raw) <= 2 * LEFT_CONTEXT_CHARS + 2 * len("words ")
        assert base == 0 or 6 * number - base >= LEFT_CONTEXT_CHARS


def test_each_delta_is_scanned_once() -> None:
    scanner = Fake()
    channel = HoldBack(scanner)
    for char in "a <jane>doe! KEY-123 b":
        channel.push(char)
    assert len(scanner.seen) == len("a <jane>doe! KEY-123 b")


@pytest.mark.parametrize(
    ("text", "held"),
    [("", 0), ("plain", 0), ("a<", 1), ("a<jane", 5), ("<jane>", 6), ("<jane> ", 0), ("KEY-1", 0), ("xz", 1)],
)
def test_held_chars(text: str, held: int) -> None:
    channel = HoldBack(Fake(), context="<ja")
    channel.push(text)
    assert channel.held_chars == held


LONGEST = 3 * COMPONENT_CHARS_MAX + 5


@pytest.mark.parametrize(
    ("length", "size"),
    [
        *((COMPONENT_CHARS_MAX - 1, size) for size in (7, BATCH_CHARS)),
        *((COMPONENT_CHARS_MAX + 1, size) for size in (2, 100, 5000)),
        *((LONGEST, size) for size in (100, BATCH_CHARS, 5000)),
        *(pytest.param(LONGEST, size, marks=pytest.mark.slow) for size in (1, 2, 7)),
    ],
)
def test_a_long_chain_is_broken_by_position(length: int, size: int) -> None:
    text = "a " + "z" * length + " b"
    channel = HoldBack(Fake())
    out, most = "", 0
    for at in range(0, len(text), size):
        out += channel.push(text[at : at + size])
        most = max(most, channel.held_chars)
    out += channel.finish()
    assert out == redact(Fake(), text).text
    assert out.replace("[Z]", "") == "a  b"
    assert tuple(channel.account.replaced) == redact(Fake(), text).replaced
    assert most <= COMPONENT_CHARS_MAX + size + 4


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a <jane", f"a {CUT_OFF}"),
        ("a <", "a <"),
        ("a <jane>", "a [NAME]"),
        ("a", "a"),
        ("KEY-12", "[KEY]"),
        ("jjj <", "jjj <"),
    ],
)
def test_a_text_that_was_cut_off(text: str, shown: str) -> None:
    channel = HoldBack(Fake())
    assert channel.push(text) + channel.finish(truncated=True) == shown


def test_findings_hold_no_text() -> None:
    assert "jane" not in repr(redact(Fake(), "a <jane>doe! b").findings)
    assert "jane" not in repr(redact(Fake(), "<jane"))
