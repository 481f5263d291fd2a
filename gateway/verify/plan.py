"""Which cases a run has. With some 200 entities not everything can be tried at every place, so positions are spread:

quick  streamed content: three examples an entity (one, where there are many entities) at every offset, and in single
       characters. Other streamed fields: the first example of each entity at two offsets and in single characters.
       Whole answers: the first example in every field. Bytes: inside the characters of several bytes in and around the
       first example. Requests: the first example in every position. Failures: two examples.
full   as quick, and: streamed content: every example at every offset, the first of each entity (when it is short) at
       every two offsets. Other streamed fields, the seams between text parts, the bytes of an event: six examples that
       look as different as can be at every offset. Requests and whole answers: every example in plain text. Failures:
       those six.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.verify.answers import CONTENT, FIELDS
from gateway.verify.case import Case, Group
from gateway.verify.cases import (
    REQUEST,
    RESPONSE,
    byte_cases,
    cut_cases,
    pair_cases,
    request_cases,
    trouble_cases,
    two_offsets,
    two_parts,
    whole_cases,
)
from gateway.verify.planted import Planted, choose, representatives

QUICK_EXAMPLES = 3
MANY_ENTITIES = 40
QUICK_REPRESENTATIVES = 2
REPRESENTATIVES = 6
PAIR_CHARS_MAX = 24

Covered = dict[str, dict[str, list[Planted]]]
"""From direction to entity to the examples that the gateway finds there."""


def _quick_examples(entities: int) -> int:
    return 1 if entities > MANY_ENTITIES else QUICK_EXAMPLES


def spread(entities: int, *, quick: bool) -> str:
    """What is tried where with so many entities, in one sentence."""
    if quick:
        return (
            f"quick: examples of each entity at every offset of streamed content: {_quick_examples(entities)}; "
            "one at two offsets of every other field and in every request position"
        )
    return (
        "full: every example at every offset of streamed content, short ones at every two; every other field at two "
        f"offsets for each entity and at every offset for {REPRESENTATIVES}; every request position"
    )


def examples(all_examples: Sequence[Planted], entities: int, *, quick: bool) -> list[Planted]:
    """The examples of one entity that a run with so many entities uses."""
    return choose(list(all_examples), _quick_examples(entities) if quick else len(all_examples))


def plan(covered: Covered, *, quick: bool) -> Iterator[Case]:
    """All cases with planted values."""
    yield from _responses(covered[RESPONSE], quick=quick)
    yield from _requests(covered[REQUEST], quick=quick)


def _responses(by_entity: dict[str, list[Planted]], *, quick: bool) -> Iterator[Case]:
    firsts = [found[0] for found in by_entity.values() if found]
    special = representatives(firsts, QUICK_REPRESENTATIVES if quick else REPRESENTATIVES)
    for found in by_entity.values():
        for example in found:
            yield from cut_cases(example, CONTENT, Group.CONTENT, two_parts)
            yield from whole_cases(example, FIELDS if example is found[0] else [CONTENT])
    for example in firsts:
        cuts = two_parts if example in special and not quick else two_offsets
        for place in FIELDS:
            if place is not CONTENT:
                yield from cut_cases(example, place, Group.FIELDS, cuts)
        yield from byte_cases(example, everywhere=example in special and not quick)
        if not quick and all(end - start <= PAIR_CHARS_MAX for start, end in example.spans[:1]):
            yield from pair_cases(example, CONTENT)
    for example in _with_wide_characters(by_entity):
        yield from byte_cases(example, everywhere=False)
    for example in special:
        yield from trouble_cases(example)


def _requests(by_entity: dict[str, list[Planted]], *, quick: bool) -> Iterator[Case]:
    firsts = [found[0] for found in by_entity.values() if found]
    special = [] if quick else representatives(firsts, REPRESENTATIVES)
    for found in by_entity.values():
        for example in found:
            is_first = example is found[0]
            if is_first or not quick:
                yield from request_cases(example, every_cut=example in special, positions_too=is_first)


def _with_wide_characters(by_entity: dict[str, list[Planted]]) -> list[Planted]:
    """Examples with characters of several bytes in a value, other than the first of their entity."""
    return [
        example
        for found in by_entity.values()
        for example in found[1:]
        if not all(value.isascii() for value in example.values)
    ]
