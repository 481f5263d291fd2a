"""Makes the conformance set. Nothing here is anybody's: each value is drawn at random, in the form of an example that
was made up itself, until its check digits agree. The same seed gives the same set on every machine.

Positives: the sentence of an example with a new value in its place, in one of several frames. Near-misses, in turn: a
value that its check refuses; a value inside a longer word; a value that needs a context word, without one; the
catalogue's own non-examples.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from recognizers.catalogue import catalogue
from recognizers.checksums import find
from recognizers.custom import custom_recognizer
from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer, marked

PER_ENTITY = 20
TRIES = 4000
SECRET_CHARS_MIN = 20
"""A value this long is drawn anew in a few of its characters only."""
DRAWN_CHARS = 4
AROUND_CHARS = 40
FRAMES = (
    "{}",
    "Please note: {}",
    "As discussed yesterday: {} - many thanks.",
    "- {}\n- the next line says nothing",
    "(copied from the form) {} (end of the form)",
    "Hello,\n\n{}\n\nKind regards",
    "> {}",
    "From the minutes of the meeting: {}. Next point.",
    "Can you check this for me? {}",
    "{} ... thank you!",
    "Draft:\t{}",
)
NEUTRAL = ("It says {} here.", "value={}", "Lot {} was sold.", "{} pieces", "see item {} below")
_CAPITALS, _SMALL = "ABCDEFGHJKLMNPRSTVWXYZ", "abcdefghjkmnprstvwxyz"


@dataclass(frozen=True)
class Case:
    """One text, and where its values stand; a near-miss has none."""

    entity: str
    text: str = field(repr=False)
    spans: tuple[tuple[int, int], ...]


@cache
def positives(recognizer: Recognizer, count: int = PER_ENTITY) -> tuple[Case, ...]:
    """So many texts with values that must be found."""
    chance = random.Random(f"positive {recognizer.entity}")
    made: dict[str, Case] = {}
    for number in range(TRIES):
        example = recognizer.examples[number % len(recognizer.examples)]
        text, spans = marked(example)
        if len(spans) == 1 and number >= len(recognizer.examples):
            (start, end) = next(iter(spans))
            value = _another(recognizer, text, start, end, chance)
            text, spans = text[:start] + value + text[end:], {(start, start + len(value))}
        before, after = FRAMES[number // len(recognizer.examples) % len(FRAMES)].split("{}")
        whole = before + text + after
        moved = tuple(sorted((start + len(before), end + len(before)) for start, end in spans))
        made.setdefault(whole, Case(recognizer.entity, whole, moved))
        if len(made) == count:
            break
    return tuple(made.values())


@cache
def near_misses(recognizer: Recognizer, count: int = PER_ENTITY) -> tuple[Case, ...]:
    """So many texts in which nothing of this entity stands, though it looks like it."""
    chance = random.Random(f"near miss {recognizer.entity}")
    kinds = [_wrong_checks(recognizer, chance), _inside_words(recognizer, chance), _without_context(recognizer, chance)]
    kinds.append(_non_examples(recognizer))
    made: dict[str, Case] = {}
    while kinds and len(made) < count:
        for kind in [*kinds]:
            text = next(kind, None)
            if text is None:
                kinds.remove(kind)
            elif len(made) < count:
                made.setdefault(text, Case(recognizer.entity, text, ()))
    return tuple(made.values())


def of_policy(name: str, entity: str, deny_list: tuple[str, ...]) -> Recognizer:
    """A recognizer of a preset's own, with its terms as examples."""
    examples = tuple(f"we talked of «{term}» there" for term in deny_list)
    others = tuple(f"we talked of {term}ation there" for term in deny_list)
    return custom_recognizer(name, entity, (), deny_list=deny_list, examples=examples, non_examples=others)


def known(entity: str) -> Recognizer:
    """The catalogue's recognizer."""
    return catalogue()[entity]


def _another(recognizer: Recognizer, text: str, start: int, end: int, chance: random.Random) -> str:
    """A new value that fits every form that the old one fits in its place; the old one where none is found."""
    value = text[start:end]
    forms = [pattern for pattern in recognizer.patterns if _fits(pattern, text, start, end)]
    for _ in range(TRIES if forms else 0):
        drawn = _drawn(value, chance)
        whole = text[:start] + drawn + text[end:]
        if drawn != value and all(_fits(pattern, whole, start, start + len(drawn)) for pattern in forms):
            return drawn
    return value


def _fits(pattern: Pattern, text: str, start: int, end: int) -> bool:
    """Whether what stands there is a value of this form, with what the form wants around it."""
    regex = _compiled(pattern)
    if not regex.groups:
        return _is_whole(pattern, text[start:end])
    check = find(pattern.checksum) if pattern.checksum is not None else None
    found = (regex.match(text, at) for at in range(max(0, start - AROUND_CHARS), start + 1))
    return any(m is not None and m.span(1) == (start, end) and (check is None or check(m[0])) for m in found)


def _drawn(value: str, chance: random.Random) -> str:
    """The value with its digits drawn anew; of one with hardly any digits, or of a long one, a few characters of the
    part behind its beginning, which says what it is."""
    plain = [place for place, char in enumerate(value) if char.isascii() and char.isalnum()]
    digits = sum(value[place].isdigit() for place in plain)
    if digits >= 4 and len(value) < SECRET_CHARS_MIN:
        return "".join(_char(char, chance, letters=False) for char in value)
    if " " in value or len(plain) < SECRET_CHARS_MIN:
        return "".join(_char(char, chance, letters=" " not in value) for char in value)
    places = set(chance.sample(plain[len(plain) // 2 :], DRAWN_CHARS))
    return "".join(_char(char, chance, letters=True) if place in places else char for place, char in enumerate(value))


def _char(char: str, chance: random.Random, *, letters: bool) -> str:
    if char.isdigit() and char.isascii():
        return chance.choice("0123456789")
    if letters and char in _CAPITALS:
        return chance.choice(_CAPITALS)
    if letters and char in _SMALL:
        return chance.choice(_SMALL)
    return char


@cache
def _compiled(pattern: Pattern) -> re.Pattern[str]:
    tail = f"[{pattern.tail.chars}]*" if pattern.tail else ""
    flags = re.ASCII | (re.IGNORECASE if pattern.ignore_case else re.NOFLAG)
    return re.compile(f"(?:{pattern.regex}){tail}", flags)


def _is_whole(pattern: Pattern, value: str) -> bool:
    """Whether a value is one of this form, check digits and all."""
    match = _compiled(pattern).fullmatch(value)
    if match is None or (match.re.groups and match.group(1) is not None):
        return False
    check = find(pattern.checksum) if pattern.checksum is not None else None
    if check is None or pattern.tail is None:
        return check is None or check(value)
    head = re.match(pattern.regex, value, match.re.flags & ~re.UNICODE)
    return head is not None and check(head[0])


def _values(recognizer: Recognizer) -> list[tuple[str, str, str]]:
    """Text before, value, text after, of each example with one value."""
    found = []
    for example in recognizer.examples:
        text, spans = marked(example)
        if len(spans) == 1:
            (start, end) = next(iter(spans))
            found.append((text[:start], text[start:end], text[end:]))
    return found


def _wrong_checks(recognizer: Recognizer, chance: random.Random) -> Iterator[str]:
    """Values in every form but that no check accepts, where the examples' own context stands."""
    checked = [pattern for pattern in recognizer.patterns if pattern.checksum is not None]
    if len(checked) < len(recognizer.patterns):
        return  # a form without a check takes what another form's check refuses
    fitting = [one for one in _values(recognizer) if any(_is_whole(pattern, one[1]) for pattern in checked)]
    for number in range(PER_ENTITY * 4 if fitting else 0):
        before, value, after = fitting[number % len(fitting)]
        places = [place for place, char in enumerate(value) if char.isdigit() and char.isascii()]
        if not places:
            continue
        place = chance.choice(places)
        wrong = value[:place] + str((int(value[place]) + chance.randrange(1, 10)) % 10) + value[place + 1 :]
        if not any(_holds(pattern, wrong) for pattern in recognizer.patterns):
            yield before + wrong + after


def _holds(pattern: Pattern, text: str) -> bool:
    """Whether some part of a text is a value of this form, boundaries aside."""
    size = len(text)
    return any(_is_whole(pattern, text[low:high]) for low in range(size) for high in range(low + 1, size + 1))


def _inside_words(recognizer: Recognizer, chance: random.Random) -> Iterator[str]:
    """Values that are the middle of a longer word."""
    if any(pattern.not_preceded_by != WORD_CHARS for pattern in recognizer.patterns) or recognizer.source == "policy":
        return
    whole = [value for _, value, _ in _values(recognizer) if value.isascii() and value.replace("-", "").isalnum()]
    forms = [value for value in whole if any(_is_whole(pattern, value) for pattern in recognizer.patterns)]
    for number in range(PER_ENTITY if forms else 0):
        value = forms[number % len(forms)]
        glued = f"q{_drawn(value, chance)}7w"
        if not any(_holds(pattern, glued[low:high]) for pattern in recognizer.patterns for low, high in _outer(glued)):
            yield f"the part {glued} fits"


def _outer(text: str) -> list[tuple[int, int]]:
    """Parts that begin or end with the text, which its outer letters would belong to."""
    return [(0, end) for end in range(1, len(text) + 1)] + [(start, len(text)) for start in range(len(text))]


def _without_context(recognizer: Recognizer, chance: random.Random) -> Iterator[str]:
    """Values of forms that count next to a word only, with no such word."""
    alone = [pattern for pattern in recognizer.patterns if not pattern.needs_context]
    needing = [pattern for pattern in recognizer.patterns if pattern.needs_context]
    values = [value for _, value, _ in _values(recognizer) if any(_is_whole(pattern, value) for pattern in needing)]
    for number in range(PER_ENTITY * 2 if values else 0):
        value = _drawn(values[number % len(values)], chance)
        if not any(_holds(pattern, value) for pattern in alone):
            yield NEUTRAL[number % len(NEUTRAL)].format(value)


def _non_examples(recognizer: Recognizer) -> Iterator[str]:
    """What the definition says is none of it, in every frame."""
    for frame in FRAMES:
        for text in recognizer.non_examples:
            yield frame.format(text)
